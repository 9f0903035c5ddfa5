import json

import pytest

from flows.clean.html import linked_data
from flows.clean.html.beside_headline import StatedValue
from flows.clean.html.page_metadata import extract_stated_values
from flows.clean.html.page_tree import parse_page


def read_stated(head: str) -> list[StatedValue]:
    tree = parse_page(f"<html><head>{head}</head><body><p>x</p></body></html>")
    assert tree is not None
    return extract_stated_values(tree)


def linked(value: object) -> list[StatedValue]:
    return read_stated(f'<script type="application/ld+json">{json.dumps(value)}</script>')


def test_json_ld_in_a_graph_with_references() -> None:
    stated_values = linked(
        {"@graph": [
            {"@type": "WebSite", "name": "Bukan ini", "datePublished": "1999-01-01"},
            {"@id": "#ani", "@type": "Person", "name": "Ani Lestari"},
            {"@type": ["NewsArticle"], "headline": "Pasar Ramai", "alternativeHeadline": "Dermaga rusak",
             "author": [{"@id": "#ani"}, {"name": "Budi"}, "Citra"], "editor": {"name": "Dewi"},
             "datePublished": "2025-02-03T14:39:00+07:00", "publisher": {"name": "Harian Kota"},
             "mainEntityOfPage": {"@id": "https://hariankota.example/1"}},
        ]}
    )  # fmt: skip
    assert [value for field, where, value in stated_values if field == "authors" and where == "jsonld"] == [
        "Ani Lestari",
        "Budi",
        "Citra",
    ]
    for field, value in {
        "title": "Pasar Ramai", "subtitle": "Dermaga rusak", "editors": "Dewi", "outlet": "Harian Kota",
        "published_at": "2025-02-03T14:39:00+07:00", "canonical": "https://hariankota.example/1",
    }.items():  # fmt: skip
        assert (field, "jsonld", value) in stated_values
    assert not any("1999" in value for _, _, value in stated_values)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "3", '"x"', '{"@type": 3}', '{"@type": "NewsArticle", "author": {"name": {"a": 1}}}',
        "[" * 50_000, '{"a":' * 5_000,
        '{"@type": ["NewsArticle", null, {}], "headline": null, "author": [null, 7, [1]]}',
    ],
)  # fmt: skip
def test_broken_json_ld_says_nothing_and_never_raises(text: str) -> None:
    assert [
        item for item in read_stated(f'<script type="application/ld+json">{text}</script>') if item[1] == "jsonld"
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        '<!-- {"@type": "NewsArticle", "headline": "Pasar Ramai"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Pasar Ramai",}\n//]]>',
        '{"@type": "NewsArticle", "headline": "Pasar\n Ramai"}',
        '[[{"@type": "ReportageNewsArticle", "headline": ["Pasar Ramai"]}]]',
    ],
)
def test_json_ld_as_sites_really_write_it(text: str) -> None:
    assert ("title", "jsonld", "Pasar Ramai") in read_stated(f'<script type="application/ld+json">{text}</script>')


def test_of_several_stories_the_page_s_own_counts() -> None:
    stories = [("Pasar Ramai", "Ani Lestari"), ("Dermaga Rusak", "Budi Santoso")]
    scripts = "".join(
        f'<script type="application/ld+json">{json.dumps({"@type": "Article", "headline": h, "author": a})}</script>'
        for h, a in stories
    )
    stated_values = read_stated(f"<title>Dermaga Rusak | Harian Kota</title>{scripts}")
    assert [value for field, _, value in stated_values if field == "authors"] == ["Budi Santoso"]


def test_the_page_s_own_day_where_its_article_gives_none() -> None:
    page = {"@type": "WebPage", "datePublished": "2025-02-03"}
    assert ("published_at", "page", "2025-02-03") in linked(page)
    dated = {"@graph": [page, {"@type": "Article", "datePublished": "2025-02-01"}]}
    assert [value for field, _, value in linked(dated) if field == "published_at"] == ["2025-02-01"]


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ({"@type": "Person", "givenName": "Ani", "familyName": "Lestari"}, ["Ani Lestari"]),
        ({"@type": "Person", "name": {"@type": "Person", "name": "Ani Lestari"}}, ["Ani Lestari"]),
        ([{"@id": "#ani"}, "#ani"], ["Ani Lestari"]),
        ({"name": ["Ani Lestari", "Budi"]}, ["Ani Lestari", "Budi"]),
    ],
)
def test_the_forms_of_a_declared_person(author: object, names: list[str]) -> None:
    graph = [
        {"@id": "#ani", "@type": "Person", "givenName": "Ani", "familyName": "Lestari"},
        {"@type": "NewsArticle", "headline": "Pasar Ramai", "author": author},
    ]
    assert [value for field, where, value in linked(graph) if (field, where) == ("authors", "jsonld")] == names


@pytest.mark.parametrize(
    "text",
    [
        '/* <![CDATA[ */ {"@type": "NewsArticle", "headline": "Pasar Ramai"} /* ]]> */',
        '{"@type": "WebSite"} {"@type": "NewsArticle", "headline": "Pasar Ramai",};',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Pasar Ramai&quot;}",
    ],
)
def test_sloppy_json_ld(text: str) -> None:
    assert ("title", "jsonld", "Pasar Ramai") in read_stated(f'<script type="application/ld+json">{text}</script>')


def test_names_nested_deeper_than_python_recurses_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    name: object = "Ani Lestari"
    for _ in range(5_000):  # the JSON parser of Python 3.12 and later follows so many levels
        name = {"mainEntity": name}
    article = {"@type": "NewsArticle", "headline": "Pasar Ramai", "author": [name, "Budi"]}
    monkeypatch.setattr(linked_data, "_parse_json", lambda text: article)
    values = list(linked_data.read_linked_data(["{}"], ""))
    assert values == [("title", "jsonld", "Pasar Ramai"), ("authors", "jsonld", "Budi")]


@pytest.mark.parametrize(
    "where", ["<title>Pasar Ramai | Kabar Muara</title>", '<link rel="canonical" href="https://kabarmuara.id/1">']
)
def test_the_site_is_no_author(where: str) -> None:
    authors = [{"@type": "Organization", "name": "Kabar Muara"}, {"@type": "Person", "name": "Ani Lestari"}]
    value = {"@type": "NewsArticle", "headline": "Pasar Ramai", "author": authors}
    stated = read_stated(f'{where}<script type="application/ld+json">{json.dumps(value)}</script>')
    assert [name for field, place, name in stated if field == "authors" and place == "jsonld"] == ["Ani Lestari"]
