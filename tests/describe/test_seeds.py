"""The five seeds come out as tests/golden/gold.json says, given the kinds of their lines."""

import datetime as dt
import json
from pathlib import Path

import pytest

FIELDS = [
    "outlet", "outlet_domain", "outlet_basis", "title", "subtitle", "authors", "author_basis", "editors", "agency",
    "cited_sources", "date_basis", "dateline", "place", "language",
]  # fmt: skip
ROOT = Path(__file__).parents[2]


def seeds():
    """The five seeds: (name, text, kinds by line, gold)."""
    gold = json.loads((ROOT / "tests/golden/gold.json").read_text(encoding="utf-8"))
    for seed in gold["seeds"]:
        text = (ROOT / "seeds" / seed["file"]).read_text(encoding="utf-8")
        kinds = {number: kind for kind, numbers in seed["removed_lines"].items() for number in numbers}
        yield seed["file"], text, kinds, seed


SEEDS = list(seeds())


@pytest.mark.parametrize("name, text, kinds, gold", SEEDS, ids=[s[0] for s in SEEDS])
def test_metadata_equals_gold(described, name, text, kinds, gold):
    values, _, _ = described(text, kinds)
    assert {f: values[f] for f in FIELDS if values[f] not in gold["accept"].get(f, [])} == {
        f: gold[f] for f in FIELDS if values[f] not in gold["accept"].get(f, [])
    }
    instant = dt.datetime.fromisoformat(gold["published_at"]) if gold["published_at"] else None
    assert values["published_at"] == instant
    assert (str(values["date"]) if values["date"] else None) in [gold["date"], *gold["accept"].get("date", [])]
    assert values["is_partial"] is False


@pytest.mark.parametrize("name, text, kinds, gold", SEEDS, ids=[s[0] for s in SEEDS])
def test_every_value_has_evidence_that_stands_in_the_document(described, name, text, kinds, gold):
    values, evidence, _ = described(text, kinds)
    claimed = {f for f in FIELDS if values[f]} - {"outlet_basis", "author_basis", "date_basis", "language"}
    assert claimed <= {row["field"] for row in evidence}
    lines = text.split("\n")
    assert all(row["quote"] in lines[row["line"] - 1] for row in evidence)


@pytest.mark.parametrize("name, text, kinds, gold", SEEDS, ids=[s[0] for s in SEEDS])
def test_marks_say_what_gold_says(described, name, text, kinds, gold):
    _, _, marks = described(text, kinds)
    for mark in marks:
        wanted = kinds.get(mark["line"], "dateline")
        assert mark["kind"] == wanted, (mark, text[mark["start"] : mark["end"]])
    titles = {mark["line"] for mark in marks if mark["kind"] in {"title", "subtitle"}}
    assert titles == {*gold["removed_lines"].get("title", []), *gold["removed_lines"].get("subtitle", [])}
