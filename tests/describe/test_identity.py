"""Which URL a document has: its own, or a declared canonical that can be believed."""

import time

import pytest

from flows.describe.document_view import Candidate, build_document_view
from flows.describe.identity import choose_url, compute_article_id, find_page_number, has_article_path

SITE = "https://www.warta.id"


def choose(own_url, link=None, og=None, jsonld=None):
    places = {"link": link, "og": og, "jsonld": jsonld}
    candidates = [Candidate("canonical", place, value) for place, value in places.items() if value]
    return choose_url(build_document_view("Warga menanam bakau.", (), candidates, own_url), own_url)


@pytest.mark.parametrize(
    ("own_url", "declared"),
    [
        (f"{SITE}/berita/12-bakau", f"{SITE}/berita/12-bakau"),
        ("https://m.warta.id/berita/12-bakau", f"{SITE}/berita/12-bakau"),
        ("http://amp.warta.id/berita/12-bakau", f"{SITE}/berita/12-bakau"),
        (f"{SITE}/amp/berita/12-bakau", f"{SITE}/berita/12-bakau"),
        (f"{SITE}/berita/12-bakau/amp", f"{SITE}/berita/12-bakau"),
        (f"{SITE}/berita/12-bakau/?outputType=amp", f"{SITE}/berita/12-bakau"),
        (f"{SITE}/berita/12-bakau?page=all", f"{SITE}/berita/12-bakau"),
        (f"{SITE}/print/berita/12-bakau", f"{SITE}/berita/12-bakau"),
    ],
)
def test_a_canonical_that_is_another_form_of_the_own_url_is_taken(own_url, declared):
    chosen = choose(own_url, link=declared)
    assert (chosen.url, chosen.own_url, chosen.page_number) == (declared, declared, 1)
    assert [(row.field, row.rule, row.quote) for row in chosen.evidence] == [("url", "url.link", declared)]


@pytest.mark.parametrize(
    "declared",
    [
        "https://elsewhere.com/berita/12-bakau",
        f"{SITE}/",
        f"{SITE}/index.html",
        f"{SITE}/berita",
        f"{SITE}/berita/lingkungan",
        f"{SITE}/berita/99-cerita-lain",
        "javascript:alert(1)",
        "http://[x",
    ],
)
def test_a_canonical_that_may_be_another_page_is_not_taken(declared):
    own_url = "https://m.warta.id/berita/12-bakau"
    chosen = choose(own_url, link=declared)
    assert (chosen.url, chosen.evidence[0].rule) == (own_url, "url.record")


def test_two_declarations_confirm_a_canonical_unless_it_is_a_section_or_another_site():
    own_url, declared = f"{SITE}/?p=771", f"{SITE}/2024/05/bakau-tumbuh-lagi"
    for places in ({"link": declared, "og": declared}, {"og": declared, "jsonld": declared}):
        chosen = choose(own_url, **places)
        assert (chosen.url, chosen.own_url) == (declared, own_url)
    assert choose(own_url, link=declared, og=f"{SITE}/2024/05/cerita-yang-lain").url == own_url
    assert choose(own_url, link=f"{SITE}/berita", og=f"{SITE}/berita").url == own_url
    other_site = "https://elsewhere.com/2024/05/bakau-tumbuh-lagi"
    assert choose(own_url, link=other_site, og=other_site).url == own_url


def test_without_an_own_url_an_uncontradicted_canonical_will_do():
    declared = f"{SITE}/2024/05/bakau-tumbuh-lagi"
    assert choose(None, link=declared)[::2] == (declared, None)
    assert choose(None, link=declared, og=f"{SITE}/2024/05/cerita-yang-lain").url is None
    assert choose(None, link=f"{SITE}/berita").url is None
    assert choose(None) == (None, [], None, 1)


@pytest.mark.parametrize(
    ("own_url", "page_number"),
    [
        (f"{SITE}/berita/12-bakau?page=2", 2),
        (f"{SITE}/berita/12-bakau?halaman=3&x=1", None),  # x=1 tells another page
        (f"{SITE}/berita/12-bakau/page/3/", 3),
        (f"{SITE}/berita/12-bakau/4", 4),
        (f"{SITE}/berita/12-bakau/halaman-2", 2),
        (f"{SITE}/berita/12-bakau?page=1", None),
        (f"{SITE}/berita/12-bakau?page=all", None),
        (f"{SITE}/berita/13-lain?page=2", None),
    ],
)
def test_a_page_of_a_story_keeps_its_own_url(own_url, page_number):
    declared = f"{SITE}/berita/12-bakau"
    assert find_page_number(own_url, declared) == page_number
    if page_number:
        assert choose(own_url, link=declared, og=declared)[::2] == (own_url, own_url)


def test_a_page_of_a_story_is_partial(described):
    declared = f"{SITE}/berita/12-bakau"
    values, evidence, _ = described(
        "Warga menanam bakau di pesisir sejak pagi hari bersama para nelayan.",
        {},
        [("canonical", "link", declared), ("canonical", "og", declared)],
        f"{declared}?page=2",
    )
    assert (values["url"], values["is_partial"]) == (f"{declared}?page=2", True)
    assert ("is_partial", "partial.page") in {(row["field"], row["rule"]) for row in evidence}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SITE}/", False),
        (f"{SITE}/index.php", False),
        (f"{SITE}/ekonomi", False),
        (f"{SITE}/ekonomi-bisnis/", False),
        (f"{SITE}/read.php?id=912", True),
        (f"{SITE}/warga-menanam-bakau", True),
        (f"{SITE}/berita/12", True),
        (f"{SITE}/opini/harapan.html", True),
    ],
)
def test_an_article_path(url, expected):
    assert has_article_path(url) is expected


def test_ids_follow_the_url_else_the_identity():
    assert compute_article_id(None, "a/b.txt") != compute_article_id(None, "a/c.txt")
    assert compute_article_id(f"{SITE}/x", "a") == compute_article_id(f"{SITE}/x", "b")
    digest = "rec:" + "0" * 32
    assert compute_article_id(None, digest) != compute_article_id(None, f"id:{digest}")
    assert len(compute_article_id(None, "")) == 32


def test_thousands_of_declared_urls_cost_no_square():
    candidates = [Candidate("canonical", "link", f"{SITE}/lain/{number}-kabar-desa") for number in range(3_000)]
    view = build_document_view("Warga menanam bakau.", (), candidates, None)
    started = time.process_time()
    chosen = choose_url(view, f"{SITE}/berita/12-bakau")
    assert chosen.url == f"{SITE}/berita/12-bakau"
    assert time.process_time() - started < 10  # the square took 50 s
