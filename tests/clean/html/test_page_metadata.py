import pytest

from flows.clean.html.beside_headline import StatedValue
from flows.clean.html.page_metadata import extract_stated_values
from flows.clean.html.page_tree import parse_page


def read_stated(head: str) -> list[StatedValue]:
    tree = parse_page(f"<html><head>{head}</head><body><p>x</p></body></html>")
    assert tree is not None
    return extract_stated_values(tree)


def test_a_description_is_no_standfirst() -> None:
    stated_values = read_stated(
        '<meta name="description" content="Ringkasan"><meta property="og:description" content="Ringkasan">'
    )
    assert stated_values == []


def test_nothing_is_stated_twice() -> None:
    assert read_stated('<meta name="author" content="Ani"><meta name="author" content=" Ani ">') == [
        ("authors", "meta", "Ani")
    ]


def test_the_day_in_a_page_s_data_where_all_of_it_names_one() -> None:
    one = '<script>window.data = {"story": {"datePublished": "2025-02-03T07:00:00Z"}}</script>'
    assert ("published_at", "script", "2025-02-03T07:00:00Z") in read_stated(one)
    assert not read_stated(one + '<script>x = {"datePublished": "2024-12-24"}</script>')


def test_half_a_surrogate_pair_costs_its_own_letter_alone() -> None:
    jsonld = r'{"@type": "NewsArticle", "headline": "Pasar \ud800Ramai \ud83d\ude00"}'
    assert ("title", "jsonld", "Pasar \ufffdRamai \U0001f600") in read_stated(
        f'<script type="application/ld+json">{jsonld}</script>'
    )


def read_body(body: str, head: str = "") -> list[StatedValue]:
    tree = parse_page(f"<html><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return extract_stated_values(tree)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("citation_publication_date", "2023 Jan 7", ("published_at", "meta", "2023 Jan 7")),
        ("citation_author", "Lestari, Ani", ("authors", "citation", "Lestari, Ani")),
        ("og:article:published_time", "2026-01-14", ("published_at", "og", "2026-01-14")),
        ("w-published-date", "2025-05-27T06:03:43Z", ("published_at", "meta", "2025-05-27T06:03:43Z")),
        ("publish_date", "27 May 2025", ("published_at", "meta", "27 May 2025")),
        ("vendor:publishTime", "2025-05-27", ("published_at", "meta", "2025-05-27")),
        ("last_updated", "2025-05-27", ("modified_at", "meta", "2025-05-27")),
        ("byl", "By Ani Lestari", ("authors", "meta", "By Ani Lestari")),
        ("DC.creator", "Ani Lestari", ("authors", "meta", "Ani Lestari")),
    ],
)
def test_meta_tags(name: str, content: str, expected: StatedValue) -> None:
    assert expected in read_stated(f'<meta name="{name}" content="{content}">')


@pytest.mark.parametrize(
    "aside",
    [
        '<div id="comments"><ol class="comment-list"><li><cite rel="author">Budi</cite>{}</li></ol></div>',
        '<section class="komentar"><article class="comment-body">{}</article></section>',
        "<figure><figcaption>Pasar {}</figcaption></figure>",
        '<div class="photo-caption">Pasar {}</div>',
    ],
)
def test_comments_and_captions_state_nothing(aside: str) -> None:
    inner = '<a rel="author">Budi</a><time itemprop="datePublished" datetime="2022-07-11">11 July 2022</time>'
    values = read_body("<h1>Pasar Kota Ramai Lagi</h1><p>Isi.</p>" + aside.format(inner))
    assert [value for value in values if value[0] in {"authors", "published_at"}] == []


def test_an_element_around_the_headline_is_no_comment_thread() -> None:
    body = '<div class="comments-open"><h1>Pasar Kota Ramai Lagi</h1><time datetime="2022-07-11">x</time></div>'
    assert ("published_at", "time", "2022-07-11") in read_body(body)


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        ('<h1 class="logo">Harian Kota</h1><h2>Pasar Kota Ramai Lagi</h2>', ["Pasar Kota Ramai Lagi"]),
        ('<h1><a href="/">Harian Kota</a></h1><h2>Pasar Kota Ramai Lagi</h2>', ["Pasar Kota Ramai Lagi"]),
        ("<h1>Pasar Kota Ramai Lagi</h1><h2>Berita lain hari ini</h2>", ["Pasar Kota Ramai Lagi"]),
        ('<h1><span class="kicker">EKSKLUSIF</span>Pasar Kota Ramai Lagi</h1>', ["Pasar Kota Ramai Lagi"]),
        ("<h1>Pasar <em>Kota</em> Ramai Lagi</h1>", ["Pasar Kota Ramai Lagi"]),
    ],
)
def test_headings(body: str, titles: list[str]) -> None:
    values = read_body(body)
    assert [value for field, where, value in values if field == "title" and where in {"h1", "h2"}] == titles


@pytest.mark.parametrize(("before", "names"), [("Peer reviewed by ", []), ("Oleh ", ["Budi"]), ("", ["Budi"])])
def test_a_reviewer_is_no_author(before: str, names: list[str]) -> None:
    values = read_body(f'<h1>Pasar Kota Ramai Lagi</h1><p>{before}<a rel="author">Budi</a></p>')
    assert [value for field, where, value in values if (field, where) == ("authors", "rel")] == names


@pytest.mark.parametrize("name", ["publisher", "published-by", "republished", "update-channel"])
def test_other_names_are_no_days(name: str) -> None:
    values = read_stated(f'<meta name="{name}" content="Harian Kota 2025-05-27">')
    assert [field for field, _, _ in values if field in {"published_at", "modified_at"}] == []


def test_a_named_day_comes_before_one_with_a_name_of_its_vendor() -> None:
    values = read_stated('<meta name="x-published-time" content="2026-03-09"><meta name="date" content="2021-02-16">')
    assert [value for field, _, value in values if field == "published_at"] == ["2021-02-16", "2026-03-09"]


def test_json_ld_in_a_meta_tag() -> None:
    content = "{&quot;@type&quot;: &quot;Article&quot;, &quot;datePublished&quot;: &quot;2025-11-17&quot;}"
    assert ("published_at", "jsonld", "2025-11-17") in read_stated(f'<meta name="script:ld+json" content="{content}">')
