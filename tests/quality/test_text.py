"""Floors of the text model that hold on a bare clone: the project's own golden texts, and the five seeds.

The floors of the evaluation sets stand in floors.json too; `make bench-quality` measures by folds and fails under them.
"""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa

from flows.clean import clean_documents, extract_body_texts
from schemas.stage_tables import RAW

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))


def golden() -> list[tuple[str, str]]:
    """Each golden file as its raw text and the text that is the article."""
    found = []
    for path in sorted((GOLDEN / "clean").glob("*.txt")):
        rows = [line.partition("|") for line in path.read_text(encoding="utf-8").split("\n")]
        rows = [row for row in rows if not row[0].startswith("outlet:")]
        text = "\n".join(line.strip() if bar else "" for _, bar, line in rows)
        body = "\n".join(line.strip() for kind, bar, line in rows if bar and kind.strip() in ("body", "dateline"))
        found.append((text, body))
    return found


def raw(texts: list[str]) -> pa.Table:
    row = dict.fromkeys(RAW.names) | {
        "source_uri": "x",
        "raw_sha256": "0",
        "media": "text",
        "identity": "x",
        "stated": [],
    }
    return pa.Table.from_pylist(
        [row | {"source_id": str(number), "raw": text.encode()} for number, text in enumerate(texts)], RAW
    )


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))


def test_own_texts_stay_above_their_floor() -> None:
    pairs = golden()
    found = clean_documents(raw([text for text, _ in pairs]))
    texts = extract_body_texts(found.documents, found.marks)
    assert len(texts) == len(pairs)
    hit = extra = lost = 0
    for (_, gold), text in zip(pairs, texts, strict=True):
        want, got = grams(gold), grams(text)
        hit += (want & got).total()
        extra += (got - want).total()
        lost += (want - got).total()
    assert 2 * hit / (2 * hit + extra + lost) >= FLOORS["fixtures"]["f1"]


def test_every_paragraph_of_the_seeds_is_kept() -> None:
    seeds = json.loads((GOLDEN / "gold.json").read_text(encoding="utf-8"))["seeds"]
    folder = HERE.parents[1] / "seeds"
    found = clean_documents(raw([(folder / seed["file"]).read_text(encoding="utf-8") for seed in seeds]))
    texts = extract_body_texts(found.documents, found.marks)
    exact = sum(
        text == " ".join(filter(None, (seed["dateline"], seed["text"])))
        for seed, text in zip(seeds, texts, strict=True)
    )
    assert exact >= FLOORS["seeds"]["exact"]


def test_floors_do_not_sink_below_what_was_asked() -> None:
    """A floor may only be lowered here, in sight."""
    assert FLOORS["folds"]["id-lines"]["f1"] >= 0.985
    assert FLOORS["folds"]["id-html"]["recall"] >= 0.975
    assert FLOORS["folds"]["web-extracted"]["f1"] >= 0.930
    assert FLOORS["folds"]["id-blobs"]["f1"] >= 0.98 and FLOORS["folds"]["id-blobs"]["joins"] >= 0.97
    assert FLOORS["folds"]["id-blobs"]["recall"] >= 0.985 and FLOORS["folds"]["id-blobs"]["worse"] == 0
    assert FLOORS["folds"]["residue"]["left"] <= 0.03 and FLOORS["folds"]["residue"]["broken sentences"] <= 0.05
    assert FLOORS["folds"]["articles"]["rejected"] <= 0.01
