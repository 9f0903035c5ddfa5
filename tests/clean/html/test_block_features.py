import numpy as np

from flows.clean.html.block_features import NAMES, features
from flows.clean.html.blocks import walk
from flows.clean.html.element_names import NUMBER, said_by
from flows.clean.html.page_marks import parse

PAGE = """<body><nav class="main-menu"><a href=a>Beranda</a> <a href=b>Ragam</a></nav>
<div id="content"><article class="postBody"><h1>Jembatan baru dibuka</h1>
<p>Jembatan yang menghubungkan dua desa itu dibuka pada hari Senin, setelah dua tahun dibangun oleh warga.</p>
<p>Warga menyeberang sejak pagi, sebagian dengan berjalan kaki dan sebagian lagi dengan sepeda tua mereka.</p>
<p>Komentar penutup.</p></article></div>
<div class="comments-area"><p>Warga menyeberang sejak pagi!</p></div></body>"""


def table(
    html: str = PAGE, titles: tuple[str, ...] = (), stated: str = "", summary: str = ""
) -> dict[str, list[float]]:
    tree = parse(html)
    assert tree is not None
    numbers, _ = features(walk(tree), list(titles), stated, summary)
    assert numbers.shape[1] == len(NAMES) == len(set(NAMES))
    return dict(zip(NAMES, numbers.T.tolist(), strict=True))


def test_words_are_counted() -> None:
    found = table()
    assert found["words"] == [2, 3, 16, 15, 2, 4]
    assert found["linked"][:2] == [np.float32(12 / 13), 0]
    assert found["ends_stop"] == [0, 0, 1, 1, 1, 1]
    assert found["is_prose"] == [0, 0, 1, 1, 0, 0]


def test_where_the_prose_stands() -> None:
    found = table()
    assert found["in_best"] == [0, 1, 1, 1, 1, 0]
    assert found["since_h1"] == [-1, 0, 1, 2, 3, 4]
    assert found["h1s_before"] == [0, 0, 1, 1, 1, 1]
    assert found["prose_share_1"][2] == 1
    assert found["until_prose"] == [2, 1, 0, 0, -1, -1]


def test_what_names_say() -> None:
    found = table()
    assert found["own_nav"][0] == 1
    assert found["parent_body"] == [0, 1, 1, 1, 1, 0]
    assert found["up_thread"][5] == 1
    assert found["up_thread"][3] == 40
    assert found["count_body"][2] == 2  # postBody and content


def test_names_are_read_word_by_word() -> None:
    bits = said_by("articleBody sidebar-left")
    assert bits >> NUMBER["body"] & 1
    assert bits >> NUMBER["side"] & 1
    assert not said_by("headroom-x") >> NUMBER["ad"] & 1  # `ad` inside a word is not the word


def test_what_the_page_states_of_its_words() -> None:
    found = table(
        titles=("Jembatan baru dibuka - Harian Kota",), summary="Warga menyeberang sejak pagi, sebagian dengan jalan"
    )
    assert found["in_title"][1] > 0.5
    assert found["in_title"][2] == 0
    assert found["in_summary"] == [0, 0, 0, 1, 0, 0]
    body = table(stated="Jembatan yang menghubungkan dua desa itu dibuka pada hari Senin, setelah dua tahun " * 6)
    assert body["in_stated"] == [-1, -1, 1, -1, -1, -1]


def test_one_block_is_enough() -> None:
    assert len(table("<p>x")["words"]) == 1
