"""The report of a release in a real browser: charts, search, the article view, a hostile article that stays inert."""

import pytest
from playwright.sync_api import expect

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
    page.goto(report)
    drawn = page.evaluate("[...document.querySelectorAll('.chart svg')].map(e => e.getBoundingClientRect().height)")
    assert len(drawn) >= 5 and min(drawn) > 40
    assert page.evaluate("document.querySelectorAll('.chart .axis').length") == len(drawn)


def test_search_works_from_the_keyboard(report, page):
    page.goto(report)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.insert_text("tahap ke-2")
    shown = "[...document.querySelectorAll('details.article')].filter(e => !e.hidden).length"
    assert page.evaluate(shown) == 1
    expect(page.get_by_text("1 of 5 shown")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(shown) == 5


def test_a_hostile_article_is_inert(report, page):
    page.goto(report)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    expect(page.get_by_text("<script>window.owned=1</script>").first).to_be_visible()
    assert page.evaluate("typeof window.owned") == "undefined"
    assert page.evaluate("document.images.length") == 0
    assert page.problems == []
    assert {url for url in page.requests if not url.startswith("data:")} == {report}


def test_a_cut_span_tells_its_rule_on_focus(report, page):
    page.goto(report)
    page.evaluate("document.querySelectorAll('details.article').forEach(e => { e.open = true; })")
    page.evaluate("document.querySelector('details.article mark:not(.k-body)').focus()")
    said = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "cut: " in said and "rule " in said


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_a_laptop_and_a_phone_light_and_dark(report, page, width, dark):
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(report)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(ground[:3]) < 80) is dark
