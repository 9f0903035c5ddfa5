"""The report of a release in a real browser: charts, search, the article view, a hostile article that stays inert."""

import pytest

from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import dump, story

pytestmark = pytest.mark.browser

HOSTILE = (
    '<script>window.owned=1</script><img src=http://tracker.invalid/x onerror=alert(1)> " autofocus onfocus=alert(2) '
)


@pytest.fixture(scope="module")
def report(tmp_path_factory, chromium):
    folder = tmp_path_factory.mktemp("report")
    (folder / "source").mkdir()
    for number in range(4):
        (folder / "source" / f"{number}.txt").write_text(story(number), encoding="utf-8")
    hostile = dump(9).replace("Kota Memulai", f"{HOSTILE} Kota Memulai").replace("Baca Juga: ", f"Baca Juga: {HOSTILE}")
    (folder / "source" / "hostile.txt").write_text(hostile, encoding="utf-8")
    (folder / "source" / f"{HOSTILE.replace('/', '_')}.txt").write_bytes(b"")
    outcome = run_publish(Publish(source=str(folder / "source"), output=str(folder / "output")))
    assert outcome.status == "published"
    return (outcome.release / "report.html").as_uri()


def test_charts_are_drawn_with_axes(report, page):
    page.go(report)
    drawn = page.js("[...document.querySelectorAll('.chart svg')].map(e => e.getBoundingClientRect().height)")
    assert len(drawn) >= 5 and min(drawn) > 40
    assert page.js("document.querySelectorAll('.chart .axis').length") == len(drawn)


def test_search_works_from_the_keyboard(report, page):
    page.go(report)
    page.press("/")
    assert page.js("document.activeElement.id") == "find"
    page.send("Input.insertText", text="tahap ke-2")
    shown = "[...document.querySelectorAll('details.article')].filter(e => !e.hidden).length"
    assert page.js(shown) == 1
    page.sees("1 of 5 shown")
    page.press("Escape")
    assert page.js(shown) == 5


def test_a_hostile_article_is_inert(report, page):
    page.go(report)
    page.js("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.sees("<script>window.owned=1</script>")
    assert page.js("typeof window.owned") == "undefined"
    assert page.js("document.images.length") == 0
    assert page.problems == []
    assert {url for url in page.requests if not url.startswith("data:")} == {report}


def test_a_cut_span_tells_its_rule_on_focus(report, page):
    page.go(report)
    page.js("document.querySelectorAll('details.article').forEach(e => { e.open = true; })")
    page.js("document.querySelector('details.article mark:not(.k-body)').focus()")
    said = page.js("getComputedStyle(document.activeElement, '::after').content")
    assert "cut: " in said and "rule " in said


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_a_laptop_and_a_phone_light_and_dark(report, page, width, dark):
    page.size(width, 844, dark=dark)
    page.go(report)
    page.js("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.js("document.documentElement.scrollWidth") <= width
    ground = page.js("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(ground[:3]) < 80) is dark
