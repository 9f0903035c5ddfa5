"""The five seeds come out exactly as a person read them (tests/golden/gold.json), through a published release."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.parameters import Publish
from flows.release import load_table
from flows.run.publish_run import run_publish

HERE = Path(__file__).parent
GOLD = {seed["file"]: seed for seed in json.loads((HERE / "golden" / "gold.json").read_text("utf-8"))["seeds"]}
VALUES = (
    "text", "title", "subtitle", "outlet", "outlet_domain", "outlet_basis", "authors", "author_basis", "editors",
    "agency", "cited_sources", "dateline", "place", "language",
)  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory, root):
    output = tmp_path_factory.mktemp("output")
    outcome = run_publish(Publish(source=str(root / "seeds"), output=str(output)))
    assert outcome.status == "published", outcome.format_lines()
    return outcome.release


@pytest.fixture(scope="module")
def articles(release):
    rows = pq.read_table(release / "data").to_pylist()
    return {row["source_id"]: row for row in rows}


@pytest.fixture(scope="module")
def spans(release):
    found = {}
    for span in load_table(release, "spans").to_pylist():
        found.setdefault(span["article_id"], []).append(span)
    return found


def test_all_five_and_nothing_else(articles):
    assert sorted(articles) == sorted(GOLD)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("file", sorted(GOLD))
def test_value(articles, file, value):
    accepted = GOLD[file]["accept"].get(value, [])
    assert articles[file][value] == GOLD[file][value] or articles[file][value] in accepted


@pytest.mark.parametrize("file", sorted(GOLD))
def test_day_and_instant(articles, file):
    row, gold = articles[file], GOLD[file]
    day = row["date"].isoformat() if row["date"] else None
    pair = (day, row["date_basis"])
    accepted = list(zip(gold["accept"].get("date", []), gold["accept"].get("date_basis", []), strict=True))
    assert pair in [(gold["date"], gold["date_basis"]), *accepted]
    instant = row["published_at"].isoformat() if row["published_at"] else None
    expected = gold["published_at"]
    assert instant == (expected and "2023-10-27T10:33:00+00:00")
    assert expected in (None, "2023-10-27T17:33:00+07:00")


@pytest.mark.parametrize("file", sorted(GOLD))
def test_removed_lines(articles, spans, file):
    cut = {}
    for span in spans[articles[file]["article_id"]]:
        if span["kind"] not in ("body", "dateline"):
            assert span["rule"] and span["text"]
            cut.setdefault(span["kind"], set()).add(span["line"])
    assert {kind: sorted(lines) for kind, lines in cut.items()} == GOLD[file]["removed_lines"]


@pytest.mark.parametrize("file", sorted(GOLD))
def test_body_lines(articles, spans, file):
    kept = {span["line"] for span in spans[articles[file]["article_id"]] if span["kind"] == "body"}
    assert sorted(kept) == GOLD[file]["body_lines"]


def test_evidence_stands_in_the_document(release, articles, root):
    from flows.clean.decoding import decode_bytes

    by_id = {row["article_id"]: file for file, row in articles.items()}
    evidence = load_table(release, "evidence").to_pylist()
    assert {by_id[row["article_id"]] for row in evidence} == set(GOLD)
    for row in evidence:
        raw = (root / "seeds" / by_id[row["article_id"]]).read_bytes()
        line = decode_bytes(raw).split("\n")[row["line"] - 1]
        assert row["quote"] in line, row
