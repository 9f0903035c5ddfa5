import numpy as np

from flows.clean.html.block_features import FEATURE_NAMES, compute_block_features
from flows.clean.html.blocks import extract_blocks
from flows.clean.html.element_names import BIT_INDEX, match_name_families
from flows.clean.html.page_tree import parse_page

PAGE = """<body><nav class="main-menu"><a href=a>Beranda</a> <a href=b>Ragam</a></nav>
<div id="content"><article class="postBody"><h1>Jembatan baru dibuka</h1>
<p>Jembatan yang menghubungkan dua desa itu dibuka pada hari Senin, setelah dua tahun dibangun oleh warga.</p>
<p>Warga menyeberang sejak pagi, sebagian dengan berjalan kaki dan sebagian lagi dengan sepeda tua mereka.</p>
<p>Komentar penutup.</p></article></div>
<div class="comments-area"><p>Warga menyeberang sejak pagi!</p></div></body>"""


def feature_columns(
    html: str = PAGE, titles: tuple[str, ...] = (), article_body: str = "", summary: str = ""
) -> dict[str, list[float]]:
    tree = parse_page(html)
    assert tree is not None
    numbers, _ = compute_block_features(extract_blocks(tree), list(titles), article_body, summary)
    assert numbers.shape[1] == len(FEATURE_NAMES) == len(set(FEATURE_NAMES))
    return dict(zip(FEATURE_NAMES, numbers.T.tolist(), strict=True))


def test_words_are_counted() -> None:
    columns = feature_columns()
    assert columns["words"] == [2, 3, 16, 15, 2, 4]
    assert columns["linked"][:2] == [np.float32(12 / 13), 0]
    assert columns["ends_stop"] == [0, 0, 1, 1, 1, 1]
    assert columns["is_prose"] == [0, 0, 1, 1, 0, 0]


def test_where_the_prose_stands() -> None:
    columns = feature_columns()
    assert columns["in_best"] == [0, 1, 1, 1, 1, 0]
    assert columns["since_h1"] == [-1, 0, 1, 2, 3, 4]
    assert columns["h1s_before"] == [0, 0, 1, 1, 1, 1]
    assert columns["prose_share_1"][2] == 1
    assert columns["until_prose"] == [2, 1, 0, 0, -1, -1]


def test_what_names_say() -> None:
    columns = feature_columns()
    assert columns["own_nav"][0] == 1
    assert columns["parent_body"] == [0, 1, 1, 1, 1, 0]
    assert columns["up_thread"][5] == 1
    assert columns["up_thread"][3] == 40
    assert columns["count_body"][2] == 2  # postBody and content


def test_names_are_read_word_by_word() -> None:
    bits = match_name_families("articleBody sidebar-left")
    assert bits >> BIT_INDEX["body"] & 1
    assert bits >> BIT_INDEX["side"] & 1
    assert not match_name_families("headroom-x") >> BIT_INDEX["ad"] & 1  # `ad` inside a word is not the word


def test_what_the_page_states_of_its_words() -> None:
    columns = feature_columns(
        titles=("Jembatan baru dibuka - Harian Kota",), summary="Warga menyeberang sejak pagi, sebagian dengan jalan"
    )
    assert columns["in_title"][1] > 0.5
    assert columns["in_title"][2] == 0
    assert columns["in_summary"] == [0, 0, 0, 1, 0, 0]
    body = feature_columns(
        article_body="Jembatan yang menghubungkan dua desa itu dibuka pada hari Senin, setelah dua tahun " * 6
    )
    assert body["in_stated"] == [-1, -1, 1, -1, -1, -1]


def test_one_block_is_enough() -> None:
    assert len(feature_columns("<p>x")["words"]) == 1
