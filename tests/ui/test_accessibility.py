"""axe-core (npm) finds nothing serious on the report, the refused report and the index page."""

import json
import os
from pathlib import Path

import pytest

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
    page.size(width, 900, dark=dark)
    page.go(pages[name].resolve().as_uri())
    page.js("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    page.js(axe)
    violations = json.loads(page.js("axe.run().then(r => JSON.stringify(r.violations.map(v => [v.id, v.impact, "
                                    "v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))"))  # fmt: skip
    assert [each for each in violations if each[1] in ("serious", "critical")] == []
    assert page.js("document.documentElement.scrollWidth") <= width
    outside = {url for url in page.requests if not url.startswith(("file:", "data:"))}
    assert outside == set()


def test_the_index_is_searched_from_the_keyboard(pages, page):
    page.go(pages["index"].resolve().as_uri())
    page.press("/")
    assert page.js("document.activeElement.id") == "find"
    page.send("Input.insertText", text="empty.txt")
    shown = "[...document.querySelectorAll('details.article')].filter(e => !e.hidden).length"
    assert page.js(shown) == 1
    page.sees("1 of")
