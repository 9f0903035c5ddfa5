import time
from dataclasses import replace

import pytest

from flows.clean.html.blocks import extract_blocks
from flows.clean.html.link_lists import LinkLists, count_items_without_story, find_link_lists
from flows.clean.html.page_hints import read_page_hints
from flows.clean.html.page_marks import read_page
from flows.clean.html.page_tree import parse_page

CUT = "Warga menunggu kapal sejak subuh karena angin ..."


def list_item_texts(html: str, declares_story: bool = False) -> list[list[str]]:
    """The texts of each item of a page."""
    return [
        page_texts[item.start : item.stop]
        for page_texts, lists in [read_lists(html, declares_story)]
        for item in lists.items
    ]


def read_lists(html: str, declares_story: bool = False) -> tuple[list[str], LinkLists]:
    tree = parse_page(html)
    assert tree is not None
    page = extract_blocks(tree)
    return page.texts, find_link_lists(
        page, [text.count(" ") + 1 for text in page.texts], read_page_hints(tree, html), declares_story
    )


@pytest.mark.parametrize(
    "item",
    [
        "<div><h3><a href=/{n}>Kabar {n}</a></h3><p>{cut}</p></div>",
        "<div><p><a href=/{n}>Kabar {n}</a></p><div><p>{cut}</p></div></div>",
        "<h3><a href=/{n}>Kabar {n}</a></h3><p>{cut}</p>",
        "<a href=/{n}>Kabar {n}</a><br>{cut}<br>",
        "<a href=/{n}><h3>Kabar {n}</h3><p>{cut}</p></a>",
        "<section class=no-{n}><h3><a href=/{n}>Kabar {n}</a></h3></section><section>{cut}</section>",
    ],
)
def test_an_item_is_a_headline_that_leads_away_and_its_teaser(item: str) -> None:
    items = "".join(item.format(n=n, cut=CUT) for n in range(1, 5))
    page = f"<h1>Pelabuhan</h1><div>{items}</div><p>Alamat redaksi di dermaga.</p>"
    assert list_item_texts(page) == [[f"Kabar {n}", CUT] for n in range(1, 5)]


def test_a_headline_without_a_link_leads_by_its_last_words() -> None:
    items = "".join(f"<div><b>Kabar {n}</b><br>{CUT} <a href=/{n}>[Lagi]</a></div>" for n in range(4))
    assert list_item_texts(items) == [[f"Kabar {n}", f"{CUT} [Lagi]"] for n in range(4)]


def test_the_longest_link_says_where_an_item_leads() -> None:
    items = "".join(f"<li><a href=/kota>Kota</a> <a href=/{n}>Kabar panjang {n}</a></li>" for n in range(4))
    assert len(list_item_texts(items)) == 4


@pytest.mark.parametrize(
    "html",
    [
        "<h3><a href='#a'>Satu</a></h3><h3><a href='#b'>Dua</a></h3><h3><a href='#c'>Tiga</a></h3>",
        "<h3><a href='/x#a'>Satu</a></h3><h3><a href='/x#b'>Dua</a></h3><h3><a href='/x#c'>Tiga</a></h3>",
        "<li><a href='javascript:a()'>A</a></li><li><a href='mailto:b@c.d'>B</a></li><li><a href='tel:1'>C</a></li>",
        "<p>Baca juga: <a href=/1>Satu dua tiga</a></p><p>Baca juga: <a href=/2>Dua tiga empat</a></p>"
        "<p>Baca juga: <a href=/3>Tiga empat lima</a></p>",
        "<p><a href=/1>Kapal</a> tiba di dermaga pagi tadi.</p><p>Muatan <a href=/2>beras</a> turun lebih dulu.</p>"
        "<p>Buruh <a href=/3>pelabuhan</a> menunggu di tepi.</p>",
        "<h3><a href=/1>Satu</a></h3><h3><a href=/2>Dua</a></h3>",
        "",
    ],
    ids=["anchors", "anchors of one page", "no pages", "words before", "inline", "two", "empty"],
)
def test_what_is_no_list(html: str) -> None:
    assert list_item_texts(f"<body><main>{html}<p>Akhir.</p></main>") == []


def test_paragraphs_under_a_linked_heading_are_a_story() -> None:
    paragraph = "Warga menunggu kapal sejak subuh karena angin kencang menahan semua perahu di muara. " * 2
    items = "".join(f"<h3><a href=/{n}>Kabar {n}</a></h3><p>{paragraph}</p><p>{paragraph}</p>" for n in range(5))
    assert list_item_texts(items) == []


def test_a_page_that_declares_a_story_is_not_looked_at() -> None:
    items = "".join(f"<li><a href=/{n}>Kabar {n}</a></li>" for n in range(5))
    assert len(list_item_texts(items)) == 5
    assert list_item_texts(items, declares_story=True) == []


def test_many_lists_in_one_another_take_no_time() -> None:
    rows = "".join(
        f"<div class={chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}><a href=/{n}>Kabar</a></div>"
        for n in range(3_000)
    )
    began = time.process_time()
    lists = read_lists(rows * 3)[1]
    assert time.process_time() - began < 5
    assert len(lists.lead_blocks) == 9_000


def test_a_page_says_what_lists_it_has() -> None:
    items = "".join(f"<li><a href=/{n}>Kabar {n}</a></li>" for n in range(6))
    page = read_page(f"<html><head>{{}}</head><body><h1>Indeks</h1><ul>{items}</ul></body></html>")
    assert (len(page.link_lists.items), page.link_lists.declares_story) == (6, False)
    day = '<meta property="article:published_time" content="2025-02-03T14:39:00+07:00">'
    assert read_page(f"<html><head>{day}</head><body><ul>{items}</ul></body></html>").link_lists.declares_story


def test_what_stands_behind_many_headlines_is_apart_from_the_title() -> None:
    items = "".join(f"<li><a href=/{n}>Kabar panjang nomor {n}</a></li>" for n in range(6))
    title = "<title>Kapal tiba di dermaga kota</title>"
    texts, lists = read_lists(f"{title}<h1>Pelabuhan</h1><p>Dekat.</p><ul>{items}</ul><p>Jauh.</p>")
    assert [texts[block] for run in lists.detached_runs for block in run][1:] == ["Kabar panjang nomor 5", "Jauh."]
    for heading in ("<h1>Kapal</h1>", "<h3>Kapal tiba di dermaga kota</h3>"):
        texts, lists = read_lists(f"{title}<ul>{items}</ul>{heading}<p>Dekat.</p><footer>Alamat</footer>")
        assert "Dekat." not in [texts[block] for run in lists.detached_runs for block in run]


@pytest.mark.parametrize(("sentences", "is_story"), [(2, False), (9, True)])
def test_a_site_on_itself_at_the_foot_is_no_story_but_a_long_one_is(sentences: int, is_story: bool) -> None:
    items = "".join(f"<div><h3><a href=/{n}>Kabar panjang nomor {n}</a></h3><p>{CUT}</p></div>" for n in range(8))
    about = "Kami menulis tentang laut dan pasar sejak lama untuk semua warga. " * sentences
    page = read_page(f"<body><h1>Pelabuhan</h1>{items}<p>{about}</p></body>", effort="fast")
    body = replace(page.body, keep=[True] * len(page.body.keep))
    marks = replace(page.marks, labels=[("body", "body.blocks")] * len(page.marks.lines))
    assert (count_items_without_story(page.link_lists, marks, body) == 0) is is_story
