"""One server of `make ui` for all of these tests, and a browser for each."""

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.ui import served as serving

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
LOCAL = ("http://127.0.0.1", "ws://127.0.0.1", "file://", "data:", "blob:", "about:", "chrome")
# No name but the loopback address resolves in the browser.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
NO_NAMES = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
PATIENCE_MS = 90_000


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser that is installed; Playwright's own is never downloaded."""
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    return path


@contextmanager
def open_page(chromium, allowed=LOCAL, rules=NO_NAMES, **options):
    """A page; its `requests` and `problems` (errors, dialogs) grow while it lives. None may go beyond `allowed`.

    Those of other tabs of its context are among them.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, f"--host-resolver-rules={rules}"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments, timeout=PATIENCE_MS)
        context = browser.new_context(viewport={"width": 1280, "height": 1500}, **options)
        page = context.new_page()
        page.requests, page.problems = [], []

        def accept(dialog):
            page.problems.append(f"dialog: {dialog.message}")
            dialog.accept()

        def watch(tab):
            tab.set_default_timeout(PATIENCE_MS)
            tab.on("request", lambda request: page.requests.append(request.url))
            # What the page's own policy refuses is announced as a request, and never sent.
            tab.on("requestfailed", lambda request: request.failure == "csp" and page.requests.remove(request.url))
            tab.on("websocket", lambda socket: page.requests.append(socket.url))
            tab.on("pageerror", lambda error: page.problems.append(str(error)))
            tab.on("dialog", accept)

        watch(page)
        context.on("page", watch)
        yield page
        browser.close()
        assert [url for url in page.requests if not url.startswith(allowed)] == [], "a request left the machine"


@pytest.fixture
def page(chromium):
    with open_page(chromium) as page:
        yield page


@pytest.fixture(scope="session")
def eventually():
    return serving.eventually


@pytest.fixture(scope="session")
def served(root, tmp_path_factory):
    made = serving.Served(root, tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    assert made.stop() == 0, made.said.read_text()
    assert "Stopped" in made.said.read_text()
