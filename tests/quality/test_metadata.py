"""Floors of the metadata figures, and: every quote of the evidence stands in its document."""

import importlib.util
import json
from pathlib import Path

import pytest

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("metadata_figures", HERE / "metadata.py")
metadata = importlib.util.module_from_spec(spec)
spec.loader.exec_module(metadata)
FLOORS = json.loads((HERE / "metadata_floors.json").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (metadata.SHARED / "eval").is_dir(), reason="the evaluation data is not part of the project"
    ),
]


# web-pages.html takes minutes: `python tests/quality/metadata.py web-pages.html`.
@pytest.mark.parametrize("name", ["id-meta", "id-lines", "id-html", "id-html.html"])
def test_floors(name):
    found = metadata.figures(name)
    low = {key: (found[key], floor) for key, floor in FLOORS[name]["at_least"].items() if found[key] < floor}
    high = {key: (found[key], most) for key, most in FLOORS[name]["at_most"].items() if found[key] > most}
    assert (low, high) == ({}, {})


def test_every_quote_stands_in_its_document():
    gold = metadata.gold_of("id-meta")
    texts = {row["id"]: row["raw_text"] for row in gold}
    _, evidence = metadata.published("id-meta", gold)
    astray = [row for row in evidence if row["line"] is None or row["quote"] not in texts[row["source_id"]]]
    assert evidence
    assert astray == []
