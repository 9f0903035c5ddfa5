"""Check outlet profiles against their golden stories: `<profile>.txt`, and `<profile>.json` with the values expected.

The JSON holds `kinds` (line number -> kind of span; other lines are the story), perhaps `url`, and `expect` (column ->
value). A profile without a golden story is a complaint too.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.describe import describe_documents
from flows.outlets.profiles import load_profiles
from schemas.stage_tables import CANDIDATES, DOCUMENTS, MARKS

GOLDEN = Path("tests/golden/outlets")


def check_profile(name: str, folder: Path = GOLDEN) -> list[str]:
    """Return what is wrong with one profile; an empty list if nothing is. Never raises for the content of the files."""
    if name not in load_profiles():
        return [
            f"there is no flows/outlets/profiles/{name}.toml; expected one of {', '.join(sorted(load_profiles()))}."
        ]
    story, truth = folder / f"{name}.txt", folder / f"{name}.json"
    if not story.is_file() or not truth.is_file():
        return [f"has no golden story: expected {story} and {truth}. Write one in the outlet's shape."]
    try:
        golden = json.loads(truth.read_text(encoding="utf-8"))
        kinds = {int(line): kind for line, kind in golden.get("kinds", {}).items()}
        expected_values = dict(golden["expect"])
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        return [f"{truth} cannot be read ({error!r}); expected `kinds` and `expect` as in the other files there."]
    text = story.read_text(encoding="utf-8")
    metadata, evidence = _describe_golden_story(text, kinds, golden.get("url"))
    complaints = []
    for column, value in expected_values.items():
        if column not in metadata:
            complaints.append(f"{truth} expects {column!r}, which is no column of the metadata.")
        elif _to_plain_value(metadata[column]) != _to_plain_value(value, column):
            complaints.append(f"{column}: expected {value!r}, found {_to_plain_value(metadata[column])!r}.")
    lines = text.split("\n")
    for row in evidence:
        if row["line"] is not None and row["quote"] not in lines[row["line"] - 1]:
            complaints.append(f"evidence of {row['field']}: line {row['line']} does not hold {row['quote']!r}.")
    return complaints


def _to_plain_value(value: object, column: str = "") -> object:
    if column == "published_at" and isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else value


def _describe_golden_story(
    text: str, kinds: dict[int, str], url: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    document = {
        "doc": 0, "source_id": "golden", "source_uri": "golden", "raw_sha256": "0" * 64, "identity": "golden",
        "url": url, "fetched_at": None, "media": "text", "outlet_hint": None, "text": text,
    }  # fmt: skip
    marks, start = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            kind = kinds.get(number, "body")
            # As clean/ leaves them: a headline is a line of the head that nothing claimed.
            kind, rule = ("nav", "head.unclaimed") if kind in {"title", "subtitle"} else (kind, f"golden.{kind}")
            at = start + len(line) - len(line.lstrip())
            marks.append(
                {"doc": 0, "line": number, "start": at, "end": at + len(line.strip()), "kind": kind, "rule": rule}
            )
        start += len(line) + 1
    described = describe_documents(
        pa.Table.from_pylist([document], DOCUMENTS),
        pa.Table.from_pylist([{**mark, "score": None} for mark in marks], MARKS),
        pa.Table.from_pylist([], CANDIDATES),
    )
    return described.metadata.to_pylist()[0], described.evidence.to_pylist()
