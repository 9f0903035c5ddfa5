"""URLs and their evidence where a declared canonical is another document's."""

import numpy as np
import pyarrow as pa

from flows.run.canonical_overrides import RULE, override_evidence, override_urls


def test_the_url_of_named_rows_is_their_own_or_none():
    articles = pa.table({"row": [4, 5, 6], "url": ["a", "b", "c"]})
    assert override_urls(articles, {6: "own", 4: None, 9: "x"})["url"].to_pylist() == [None, "b", "own"]
    assert override_urls(articles, {}) is articles and override_urls(articles, {9: "x"}) is articles
    without = articles.select(["row"])
    assert override_urls(without, {4: "own"}) is without


def test_the_evidence_of_the_url_says_that_the_canonical_is_shared():
    evidence = pa.table({
        "field": ["url", "title", "url", "url"], "rule": ["url.canonical"] * 4, "quote": ["a", "b", "c", "d"],
    })  # fmt: skip
    overridden = override_evidence(evidence, np.array([4, 4, 5, 6]), {4: "own", 6: None})
    assert overridden["rule"].to_pylist() == [RULE, "url.canonical", "url.canonical", RULE]
    assert overridden["quote"].to_pylist() == ["own", "b", "c", "d"]  # the declared one, without a URL of its own
    assert override_evidence(evidence, np.array([7, 7, 7, 7]), {4: "own"}) is evidence
    titles = evidence.filter(pa.array([False, True, False, False]))
    assert override_evidence(titles, np.array([4]), {4: "own"}) is titles
