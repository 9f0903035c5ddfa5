"""Every outlet profile has a story in its outlet's shape (tests/golden/outlets/<profile>.txt), and what comes out."""

import datetime as dt
import json
from pathlib import Path

import pytest

from flows.outlets.profiles import load_profiles

GOLDEN = Path(__file__).parents[1] / "golden" / "outlets"


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_profile(described, name):
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    values, evidence, _ = described(
        text, {int(line): kind for line, kind in golden["kinds"].items()}, url=golden.get("url")
    )
    found = {**values, "date": str(values["date"]) if values["date"] else None}
    wanted = golden["expect"]
    if wanted.get("published_at"):
        wanted["published_at"] = dt.datetime.fromisoformat(wanted["published_at"])
    assert {field: found[field] for field in wanted} == wanted
    assert all(row["line"] is None or row["quote"] in text.split("\n")[row["line"] - 1] for row in evidence)


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_profile_without_marks(described, name):
    """A text that somebody extracted keeps its credits among its body lines: nothing else may be claimed of it."""
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    wanted = golden["expect"]
    values, _, _ = described(text, url=golden.get("url"))
    for field in ("outlet", "dateline", "place", "authors", "editors"):
        assert values[field] == wanted[field], field
    assert values["title"] in {wanted["title"], None}
