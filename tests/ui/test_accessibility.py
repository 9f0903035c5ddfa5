"""axe-core (npm) finds nothing serious on the report, the refused report and the index page."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import dump, story

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core: KLIPING_AXE names axe.min.js (npm pack axe-core)."""
    path = Path(os.environ.get("KLIPING_AXE", "node_modules/axe-core/axe.min.js"))
    if not path.is_file():
        pytest.skip("axe-core is not here: npm install axe-core, or KLIPING_AXE=path/to/axe.min.js")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accessible")
    source = folder / "source"
    source.mkdir()
    for number in range(6):
        (source / f"{number}.txt").write_text(story(number), encoding="utf-8")
    (source / "dump.txt").write_text(dump(9), encoding="utf-8")
    (source / "empty.txt").write_bytes(b"")
    job = Publish(source=str(source), output=str(folder / "output"))
    published = run_publish(job)
    (source / "7.txt").write_text(story(7), encoding="utf-8")
    assert run_publish(job).status == "published"
    for number in range(6):
        (source / f"{number}.txt").unlink()
    refused = run_publish(job)
    assert (published.status, refused.status) == ("published", "refused")
    return {
        "report": published.release / "report.html",
        "refused": refused.refused / "report.html",
        "index": folder / "output" / "news" / "index.html",
    }


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["report", "refused", "index"])
def test_a_page_is_accessible_and_fits(axe, pages, page, name, width, dark):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(pages[name].resolve().as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.evaluate(f"() => {{ {axe} }}")
    violations = page.evaluate(
        "axe.run().then(r => r.violations.map(v => "
        "[v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))"
    )
    assert [each for each in violations if each[1] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = {url for url in page.requests if not url.startswith(("file:", "data:"))}
    assert outside == set()


def test_the_index_is_searched_from_the_keyboard(pages, page):
    page.goto(pages["index"].resolve().as_uri())
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.insert_text("empty.txt")
    assert page.evaluate("[...document.querySelectorAll('details.article')].filter(e => !e.hidden).length") == 1
    expect(page.get_by_text("1 of").last).to_be_visible()
