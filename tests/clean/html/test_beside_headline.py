"""Days in the elements beside a headline: of the publication, or of an update."""

import pytest

from flows.clean.html.page_metadata import extract_stated_values
from flows.clean.html.page_tree import parse_page


def list_days(markup: str) -> list[tuple[str, str]]:
    tree = parse_page(f"<html><body><h1>Pasar Kota Ramai Lagi</h1>{markup}<p>Isi.</p></body></html>")
    assert tree is not None
    return [(field, value) for field, where, value in extract_stated_values(tree) if where == "headline"]


@pytest.mark.parametrize(
    "markup",
    [
        '<p>Last updated: <time datetime="2026-01-12">January 12, 2026</time></p>',
        '<time class="date" datetime="2026-01-12"><span>Updated April 10, 2025</span></time>',
        '<p><b>Last Updated</b> <i>on</i> <time datetime="2026-01-12">Jan 12</time></p>',
        '<div class="field--name-changed"><time datetime="2026-01-12">January 12, 2026</time></div>',
        '<div class="post-modified-date"><time datetime="2026-01-12">January 12, 2026</time></div>',
        '<p>Diperbarui: <time datetime="2026-01-12">12 Januari 2026</time></p>',
    ],
)
def test_the_day_of_an_update(markup: str) -> None:
    assert list_days(markup)[-1] == ("modified_at", "2026-01-12")


@pytest.mark.parametrize(
    "markup",
    [
        '<time datetime="2026-01-12">January 12, 2026</time>',
        '<p>Updated: 3 Feb 2026. Published: <time datetime="2026-01-12">January 12, 2026</time></p>',
        '<time class="entry-date published updated" datetime="2026-01-12">January 12, 2026</time>',
        '<p>Published <time datetime="2026-01-12">January 12, 2026</time>, updated today</p>',
        '<p>By the updates desk <time datetime="2026-01-12">January 12, 2026</time></p>',
    ],
)
def test_the_day_of_the_publication(markup: str) -> None:
    assert ("published_at", "2026-01-12") in list_days(markup)
