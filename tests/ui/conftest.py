"""One browser and one server of `make ui` for all of these tests."""

import pytest

from tests.ui import browser
from tests.ui.served import Served


@pytest.fixture(scope="session")
def chromium():
    if browser.found() is None:
        pytest.skip("no Chromium here: apt-get install chromium")


@pytest.fixture
def page(chromium):
    with browser.opened() as opened:
        opened.size(1280, 1500)
        yield opened
        away = [url for url in opened.requests if not url.startswith(LOCAL)]
        assert away == [], "a request left the machine"


@pytest.fixture(scope="session")
def eventually():
    return browser.eventually


LOCAL = ("http://127.0.0.1", "ws://127.0.0.1", "file://", "data:", "blob:", "about:", "chrome")


@pytest.fixture(scope="session")
def served(root, tmp_path_factory):
    made = Served(root, tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    assert made.stop() == 0, made.said.read_text()
    assert "Stopped" in made.said.read_text()
