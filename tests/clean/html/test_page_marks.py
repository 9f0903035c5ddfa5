import time
from collections.abc import Callable

import pytest

from flows.clean import CleanedBatch
from flows.clean.html.page_marks import read_page
from flows.clean.html.page_tree import PageTooDeep, parse_page
from schemas.stage_tables import Mark

PAGE = """<!DOCTYPE html>
<html lang="id"><head><title>Pasar Terapung Ramai - Harian Kota</title>
<link rel="canonical" href="https://hariankota.example/berita/1">
<meta property="og:title" content="Pasar Terapung Ramai"><meta property="og:site_name" content="Harian Kota">
<meta property="article:published_time" content="2025-02-03T14:39:00+07:00">
<script>var berita = "<p>bukan isi</p>";</script></head><body>
<nav><ul><li><a href="/">Beranda</a></li><li><a href="/n">Ragam kota</a></li></ul></nav>
<article><h1>Pasar Terapung Ramai</h1><div class="subtitle">Pedagang minta dermaga segera diperbaiki</div>
<figure><img src="a.jpg"><figcaption>Pedagang menunggu pembeli di tepian.</figcaption></figure>
<p>Banjarmasin - Pasar terapung di tepian sungai kembali ramai setelah <a href="/j">jembatan kayu</a> dibuka untuk umum
pada awal pekan, dan pedagang berdatangan sejak subuh.</p>
<p>Puluhan perahu berisi sayur dan buah merapat sejak subuh, kata pengelola pasar kepada wartawan di lokasi.</p>
<p><strong>Baca juga: <a href="/x">Wisata susur sungai naik dua kali lipat</a></strong></p>
<p>"Kami hanya minta dermaga diperbaiki supaya pembeli tidak terpeleset," ujar seorang pedagang kepada petugas.</p>
<p>Pemerintah kota menjanjikan perbaikan dimulai bulan depan setelah anggaran disetujui dewan pada rapat terakhir.</p>
</article>
<aside><h3>Kabar pilihan lain</h3><a href="/y">Tiga dermaga lama ditutup</a></aside>
<footer>Alamat kantor: Jalan Sungai 12</footer></body></html>"""


def kinds_by_text(text: str, marks: list[Mark]) -> dict[str, tuple[str, str]]:
    return {text[mark.start : mark.end]: (mark.kind, mark.rule) for mark in marks}


def test_a_page_becomes_blocks_and_each_block_is_something() -> None:
    text, marks, *_ = read_page(PAGE, "https://hariankota.example/berita/1")
    kinds = kinds_by_text(text, marks)
    body = [line for line, (kind, _) in kinds.items() if kind == "body"]
    assert [line.split()[0] for line in body] == ["Banjarmasin", "Puluhan", '"Kami', "Pemerintah"]
    assert "jembatan kayu dibuka untuk umum pada awal pekan" in body[0]
    assert kinds["Baca juga: Wisata susur sungai naik dua kali lipat"] == ("related", "related.baca-juga")
    assert kinds["Pedagang menunggu pembeli di tepian."] == ("caption", "html.figcaption")
    assert kinds["Tiga dermaga lama ditutup"] == ("nav", "html.aside")
    assert kinds["Ragam kota"] == ("nav", "html.nav")
    assert kinds["Alamat kantor: Jalan Sungai 12"] == ("footer", "html.footer")
    assert kinds["Pasar Terapung Ramai"] == ("nav", "html.outside")
    assert "bukan isi" not in text


def test_what_the_page_states() -> None:
    stated = read_page(PAGE).stated_values
    for item in [
        ("language", "html", "id"),
        ("title", "html_title", "Pasar Terapung Ramai - Harian Kota"),
        ("title", "h1", "Pasar Terapung Ramai"),
        ("title", "og", "Pasar Terapung Ramai"),
        ("subtitle", "class", "Pedagang minta dermaga segera diperbaiki"),
        ("outlet", "og", "Harian Kota"),
        ("published_at", "og", "2025-02-03T14:39:00+07:00"),
        ("canonical", "link", "https://hariankota.example/berita/1"),
    ]:
        assert item in stated


def test_same_page_twice_is_the_same() -> None:
    first = read_page(PAGE)
    read_page(PAGE.replace("sungai", "danau"))
    assert read_page(PAGE) == first


@pytest.mark.parametrize(
    "html",
    [
        "", "   ", "\x00", "<", "<html>", "<html></html>", "<p>", "teks tanpa tanda", "<!-- x -->",
        "<?xml version='1.0'?>",
        "<div>" * 2_000 + "isi", "<p>a" * 9_000, "<a href=" * 5_000, "<table><tr><td>" * 500, "&amp;" * 100_000,
        "<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c '&a;&a;&a;'>]><p>&c;</p>", "<script>" * 1_000, "<![CDATA[" * 1_000,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><p>x</p>', "<p>\ud800</p>", "<b>" * 1_500 + "x" + "</i>" * 1_500,
        "<p>x</p>" * 10_000, "<article>" * 900 + "<p>Isi berita yang pendek.</p>" * 9_000,
    ],
    ids=lambda html: f"{html[:12]!r}x{len(html)}",
)  # fmt: skip
def test_hostile_pages(html: str) -> None:
    began = time.process_time()
    text, marks, stated, *_ = read_page(html)
    assert time.process_time() - began < 20
    assert all(text[mark.start : mark.end] for mark in marks)
    assert isinstance(stated, list)


def test_a_page_deeper_than_the_parser_follows_is_refused(cleaned: Callable[..., CleanedBatch]) -> None:
    html = "<div>" * 30_000 + "isi"
    with pytest.raises(PageTooDeep):
        read_page(html)
    cleaned_pages = cleaned(html, PAGE, media="html")
    assert cleaned_pages.rejects["reason"].to_pylist() == ["too_deep"]
    assert cleaned_pages.documents.num_rows == 1


def test_every_line_says_how_likely_it_is_the_article() -> None:
    _, marks, *_ = read_page(PAGE, effort="fast")
    assert all(mark.score is not None and 0 <= mark.score <= 1 for mark in marks)
    assert {mark.rule for mark in marks if mark.kind == "body"} == {"body.blocks"}


def test_a_page_that_is_no_markup_has_no_tree() -> None:
    assert parse_page("") is None
    assert parse_page("<p>ya</p>") is not None


def test_letters_beyond_latin_keep_their_page() -> None:
    paragraph = "東京で首相が会見し、新しい政策について説明した。市場は前向きに反応した。" * 3
    article = f"<article><p>{paragraph}</p><p>{paragraph[::-1]}</p></article>"
    html = f'<html><meta charset="shift_jis"><body><nav>メニュー</nav>{article}</body>'
    text, marks, *_ = read_page(html)
    assert paragraph in [text[mark.start : mark.end] for mark in marks if mark.kind == "body"]


@pytest.mark.parametrize(("count", "is_one"), [(0, False), (1, True), (2, False)])
def test_a_page_marked_up_as_one_article_is_no_listing(count: int, is_one: bool) -> None:
    from flows.clean.html.page_marks import _has_one_article

    tree = parse_page(f"<body><h1>Kabar</h1>{'<article><p>Ya</p></article>' * count}</body>")
    assert tree is not None
    assert _has_one_article(list(tree.iter("*"))) is is_one


def test_a_page_that_declares_one_days_story_is_no_listing() -> None:
    from flows.clean.html.page_marks import _declares_story

    assert _declares_story([("published_at", "og", "2025-02-03T14:39:00+07:00")])
    assert not _declares_story([("published_at", "time", "2025-02-03")])
    assert not _declares_story([("published_at", "jsonld", f"2025-02-0{day}") for day in range(1, 6)])
    assert not _declares_story([])
    assert _declares_story([("title", "jsonld", "Pasar Ramai")])
    assert not _declares_story([("title", "og", "Pasar Ramai")])
    today = [("title", "jsonld", "Pasar Ramai"), ("title", "jsonld", "Dermaga Rusak")]
    assert not _declares_story(today)
    assert not _declares_story([*today, ("published_at", "jsonld", "2025-02-03")])
