import json
import time

import pytest

from flows.clean.html.page_hints import PageHints, read_page_hints
from flows.clean.html.page_tree import parse_page


def read_hints(html: str) -> PageHints:
    tree = parse_page(html)
    assert tree is not None
    return read_page_hints(tree, html)


def test_titles_summary_and_body_as_stated() -> None:
    body = "Sungai meluap. " * 60
    linked = json.dumps({"@type": "NewsArticle", "articleBody": body})
    hints = read_hints(
        "<title>Sungai meluap - Harian</title><meta property='og:title' content='Sungai meluap'>"
        "<meta name=description content='Pendek'><meta property='og:description' content='Yang lebih panjang'>"
        f"<script type='application/ld+json'>{linked}</script><p>x"
    )
    assert hints == PageHints(["Sungai meluap - Harian", "Sungai meluap"], body.strip(), "Yang lebih panjang")


@pytest.mark.parametrize(("kind", "is_one"), [("article", True), (" Article ", True), ("website", False), ("", False)])
def test_a_page_may_call_itself_an_article(kind: str, is_one: bool) -> None:
    assert read_hints(f'<meta property="og:type" content="{kind}"><p>Ya</p>').declares_article is is_one


def test_broken_or_endless_linked_data_says_nothing() -> None:
    began = time.process_time()
    assert read_hints(f'<script>"articleBody": "{"a" * 300_000}</script><p>x').article_body == ""
    assert read_hints("<script>" + '"articleBody":"\\' * 30_000 + "</script><p>x").article_body == ""
    assert time.process_time() - began < 5
