"""report.html: its figures, its cuts, and that nothing but its own script runs."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.report import report_page
from flows.report.article_sample import sample_articles
from flows.report.statistics import collect_statistics

VOID = {"meta", "input", "br"}
LOADS = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}


class Page(HTMLParser):
    """The page as a browser parses it: elements, text, nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.inside = [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.inside[tag] = self.inside.get(tag, "") + data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(release):
    return (release / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(text):
    return Page(text)


def test_only_its_own_style_and_script_may_act(text, read):
    (policy,) = [m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'" and parts["base-uri"] == parts["form-action"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        assert len(read.all(tag)) == 1
        digest = hashlib.sha256(read.inside[tag].encode()).digest()
        assert parts[rule] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert "unsafe" not in policy
    assert text.index("Content-Security-Policy") < text.index("<style")


def test_a_hostile_article_makes_no_element_and_no_handler(read):
    tag_names = {tag for tag, _ in read.elements}
    assert not tag_names & {"img", "iframe", "object", "embed", "form", "base", "link", "video"}
    for tag, attributes in read.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not LOADS & set(attributes), tag
        assert "style" not in attributes, tag


def test_the_hostile_words_are_there_to_read(read):
    assert "<script>alert(1)</script>" in read.inside["main"]
    assert "⟨U+202E⟩" in read.inside["main"] and "⟨U+001B⟩" in read.inside["main"]


def test_no_control_or_override_character_is_left(text):
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)


def test_links_lead_to_the_page_to_files_beside_it_or_to_the_plain_web(release, read):
    hrefs = [a["href"] for a in read.all("a")]
    ids = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    assert [href for href in hrefs if ":" in href] == ["https://example.com/dermaga"]
    for href in hrefs:
        if href.startswith("#"):
            assert href[1:] in ids
    assert "README.md" in hrefs and (release / "README.md").exists()


def test_the_style_and_the_script_load_nothing(read):
    assert not re.search(r"url\(|@import|https?:", read.inside["style"])
    assert not re.search(r"https?:|fetch|import|innerHTML|eval|document\.write", read.inside["script"])


def test_the_figures_are_those_of_the_manifest(read):
    words = " ".join(read.inside["main"].split())
    assert "6 documents in + 1 carried over = 4 published + 1 dropped + 2 rejected." in words
    assert "Duplicates of another article in this release: 1." in words
    assert "1 added, 2 changed, 1 removed" in words
    assert "Of 2 checks 1 passed and 1 failed." in words


def test_every_cut_span_is_shown_with_its_rule(release, read):
    shown = [mark["data-why"] for mark in read.all("mark") if mark["data-why"].startswith("cut: ")]
    spans = pq.read_table(release / "lineage/spans.parquet").to_pylist()
    cut_spans = [span for span in spans if span["kind"] != "body"]
    assert len(shown) == len(cut_spans) == 6
    for span in cut_spans:
        assert any(why.startswith(f"cut: {span['kind']}, rule {span['rule']}") for why in shown)
    assert "cut: related, rule related.baca-juga" in shown
    assert "cut: title, rule title.first-line, body with probability 0.02" in shown


def test_a_rule_can_be_read_without_pointing_at_it(read):
    assert "related.baca-juga" in read.inside["code"]


def test_every_reject_and_every_failed_check_is_told(read):
    words = read.inside["main"]
    assert "menu.txt holds twelve short lines; an article was expected." in words
    assert words.index("articles.no_clutter") < words.index("articles.key_unique")


def test_the_page_is_well_formed_and_names_its_language(text, read):
    assert text.startswith("<!doctype html>\n<html")
    assert read.all("html") == [{"lang": "en"}]
    for label in read.all("label"):
        assert [i for i in read.all("input") if i["id"] == label["for"]]


def test_the_page_is_the_same_twice(release, house):
    pages = {
        report_page.render_report(collect_statistics(release), sample_articles(release, 200), house.manifest(release))
        for _ in range(2)
    }
    assert len(pages) == 1


def test_the_sample_is_bounded_in_number_and_in_weight(tmp_path, house, monkeypatch):
    rows = [house.row(n) for n in range(30)]
    folder = house.lay(tmp_path / "r", rows, [house.span(n, 1, 0, "x" * 80, "ad", "ad.label") for n in range(30)])
    page = report_page.render_report(
        collect_statistics(folder), sample_articles(folder, 12), house.manifest(folder, 30)
    )
    assert page.count('<details class="article">') == 12 and "12 of 30 articles" in page
    monkeypatch.setattr(report_page, "MAX_MARKUP_BYTES", 10_000)
    light = report_page.render_report(
        collect_statistics(folder), sample_articles(folder, 12), house.manifest(folder, 30)
    )
    assert 0 < light.count('<details class="article">') < 12
    articles = re.findall(r'<details class="article">.*?</details>', light, re.S)
    assert sum(len(article.encode()) for article in articles) <= 10_000


def test_a_document_without_end_is_cut_short_and_says_so(tmp_path, house):
    spans = [house.span(1, n, n * 1000, "y" * 990, "nav", "nav.menu") for n in range(1, 200)]
    folder = house.lay(tmp_path / "long", [house.row(1)], spans)
    page = report_page.render_report(collect_statistics(folder), sample_articles(folder, 1), house.manifest(folder, 1))
    assert "The first 60 of 199 lines" in page and len(page) < 200_000


def test_many_outlets_and_many_years_keep_their_place_and_their_sum(tmp_path, house):
    import datetime as dt

    rows = [
        house.row(n, outlet=f"Outlet {n:02}", outlet_basis="stated", date=dt.date(1990 + n, 1, 1), date_basis="stated")
        for n in range(34)
    ]
    folder = house.lay(tmp_path / "r", rows)
    words = report_page.render_report(collect_statistics(folder), [], house.manifest(folder, 34))
    bars = re.findall(r"<title>([^<]+) articles</title></rect>", words)
    assert "10 others: 10" in bars and "1990 to 1999: 10" in bars
    assert "Articles by year" in words


def test_a_first_release_and_an_empty_one_say_so(tmp_path, house):
    folder = house.lay(tmp_path / "none", [])
    page = report_page.render_report(collect_statistics(folder), [], house.manifest(folder, 0, parent=None, checks=[]))
    assert "it has no parent" in page and "No document was rejected or dropped." in page and "records no checks" in page
    Page(page)


def test_the_policy_covers_the_files_as_they_lie_in_the_code():
    here = Path(report_page.__file__).parent
    for name in ("report_page.css", "report_page.js"):
        assert not re.search("</(style|script)", (here / name).read_text(encoding="utf-8"), re.IGNORECASE)


def test_the_keys_of_records_that_stated_nothing_are_listed_as_words(tmp_path, house):
    folder = tmp_path / "keys"
    house.lay(folder, [house.row(1)])
    keys = {
        "isi": {"filled": 9, "states": {"text": 9}},
        "kategori": {"filled": 7, "states": {}},
        "<img src=x>": {"filled": 8, "states": {}},
        "kosong": {"filled": 0, "states": {}},
    }
    manifest = {**house.manifest(folder, 1), "records": {"records": 9, "keys": keys}}
    page = report_page.render_report(collect_statistics(folder), [], manifest)
    assert page.index("&lt;img src=x&gt;") < page.index("kategori") and "<img src=x>" not in page
    assert "kosong" not in page and 'id="keys"' in page
    without = report_page.render_report(collect_statistics(folder), [], house.manifest(folder, 1))
    assert 'id="keys"' not in without
