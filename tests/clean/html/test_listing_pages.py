"""Made pages of several sites: those that only lead to stories are no article, the stories that look like them are."""

from collections.abc import Callable

import pytest

from flows.clean import clean_documents
from flows.clean.html.effort import Effort
from tests.clean.conftest import raw_rows
from tests.clean.listing_pages import HELD_BACK, HELD_BACK_AGAIN, LISTINGS
from tests.clean.made_site import Site, page
from tests.clean.story_pages import STORIES, STORIES_HELD_BACK

Shape = Callable[[Site], str]
# What careless templates give a section too: it declares no story.
CALLED_ARTICLE = '<meta property="og:type" content="article">'
DECLARED = '<meta property="article:published_time" content="2025-02-03T14:39:00+07:00">'


def sites() -> list[Site]:
    shown = [("cut", False), ("cut", True), ("whole", False), ("none", True)]
    return [
        Site(code, number, 6 + 8 * (number % 3), teasers, times)
        for code in ("id", "en")
        for number, (teasers, times) in enumerate(shown, ord(code[0]))
    ]


def rejected(shape: Shape, html: Effort, head: str = "", some: slice = slice(None)) -> list[str]:
    """The reason of each page of the shape that is rejected."""
    pages = [page(site, shape(site), head=head) for site in sites()[some]]
    return clean_documents(raw_rows(*pages, media="html"), html).rejects["reason"].to_pylist()


@pytest.mark.parametrize("shape", [*LISTINGS.values(), *HELD_BACK.values(), *HELD_BACK_AGAIN.values()])
def test_a_page_that_only_leads_to_stories_is_no_article(shape: Shape) -> None:
    # A description above bare headlines cannot be told from a short story above them.
    expected = 6 if shape.__name__ == "described_tag" else 8
    assert rejected(shape, "fast").count("no_article") >= expected


@pytest.mark.parametrize("name", ["wordpress_archive", "card_grid", "endless_list", "old_flat_list", "flat_headings"])
def test_so_it_is_with_votes_and_when_called_an_article(name: str) -> None:
    assert rejected(LISTINGS[name], "quality", CALLED_ARTICLE, slice(0, 8, 4)) == ["no_article"] * 2


@pytest.mark.parametrize("shape", [*STORIES.values(), *STORIES_HELD_BACK.values()])
def test_a_story_that_looks_like_one_is_published(shape: Shape) -> None:
    # Short entries by the hour are what an index of teasers is, unless the page declares its day.
    assert rejected(shape, "fast", DECLARED if shape.__name__ == "live_blog" else "") == []


@pytest.mark.parametrize("name", ["short_story_above_a_list", "recap_of_boxes", "roundup"])
def test_so_it_is_with_votes(name: str) -> None:
    assert rejected({**STORIES, **STORIES_HELD_BACK}[name], "quality", some=slice(0, 8, 4)) == []


def test_a_short_story_among_the_times_of_others_is_one() -> None:
    """Times within the items of a list say nothing of what stands beside them."""
    site = Site("id", 3, 20, "cut", times=True)
    told = site.sentences(4)
    more = LISTINGS["tag_page"](site)
    (text,) = clean_documents(
        raw_rows(page(site, f"<h1>{site.title()}</h1><p>{told}</p>{more}"), media="html")
    ).documents["text"]
    assert told.split(".")[0] in text.as_py()


def test_the_reason_names_the_items() -> None:
    site = Site("id", 4)
    (detail,) = clean_documents(raw_rows(page(site, LISTINGS["card_grid"](site)), media="html"), "fast").rejects[
        "detail"
    ]
    assert "items that lead to other pages" in detail.as_py()
