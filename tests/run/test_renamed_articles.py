"""Articles under an older identity rule and this run's documents, in pairs."""

import pytest

from flows.run.renamed_articles import _pair_documents


def row(article_id, raw, place):
    return {"article_id": article_id, "raw_sha256": raw, "source_uri": place}


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ([row("o1", "a", "x")], [row("n1", "a", "x")], {"o1": "n1"}),
        ([row("o1", "a", "x")], [row("n1", "a", "y")], {"o1": "n1"}),  # the same bytes elsewhere
        ([row("o1", "a", "x")], [row("n1", "b", "x")], {"o1": "n1"}),  # other bytes at the same place
        ([row("o1", "a", "x")], [row("n1", "b", "y")], {}),
        # bytes and place come before bytes, and these before the place
        (
            [row("o1", "a", "x"), row("o2", "a", "y")],
            [row("n1", "a", "y"), row("n2", "a", "z")],
            {"o1": "n2", "o2": "n1"},
        ),
        ([row("o1", "a", "x")], [row("n1", "b", "x"), row("n2", "a", "y")], {"o1": "n2"}),
        # each document once
        ([row("o1", "a", "x"), row("o2", "a", "x")], [row("n1", "a", "x")], {"o1": "n1"}),
        ([row("o1", "a", "x"), row("o2", "c", "x")], [row("n1", "a", "x")], {"o1": "n1"}),
        ([], [row("n1", "a", "x")], {}),
    ],
)
def test_documents_are_matched_by_bytes_and_place_and_each_once(old, new, pairs):
    assert dict(_pair_documents(old, new)) == pairs
