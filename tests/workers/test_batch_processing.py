"""One batch: every document becomes one row, a document that breaks a stage breaks nothing else."""

import pyarrow as pa
import pytest

from flows import read
from flows.workers import batch_processing
from schemas import stage_tables
from tests.makers import dump, story


def raw(tmp_path, texts):
    for number, text in enumerate(texts):
        (tmp_path / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    return pa.concat_tables([batch.documents for batch in read.read_batches(str(tmp_path))])


@pytest.fixture
def batch(tmp_path):
    return raw(tmp_path, [story(1), dump(2), "Login\nDaftar\n", story(4)])


def test_every_document_is_one_row(batch):
    outcome = batch_processing.process_batch(batch)
    assert outcome.articles["source_id"].to_pylist() == ["000.txt", "001.txt", "003.txt"]
    assert outcome.rejects.select(["source_id", "reason"]).to_pylist() == [
        {"source_id": "002.txt", "reason": "no_article"}
    ]


def test_schemas_are_the_published_ones(batch):
    outcome = batch_processing.process_batch(batch)
    assert outcome.articles.schema.equals(stage_tables.RUN_ARTICLES)
    assert outcome.spans.schema.equals(stage_tables.RUN_SPANS)
    assert outcome.evidence.schema.equals(stage_tables.RUN_EVIDENCE)
    assert outcome.rejects.schema.equals(stage_tables.RUN_REJECTS)


def test_text_is_what_the_spans_keep(batch):
    outcome = batch_processing.process_batch(batch)
    row = outcome.articles.to_pylist()[1]
    assert row["dateline"] == "REPUBLIKA.CO.ID, MEDAN --"
    assert row["text"].startswith("Pemerintah kota memulai lomba perahu layar tahap ke-2")
    assert "Baca Juga" not in row["text"] and "Advertisement" not in row["text"]
    cut = sum(s["end"] - s["start"] for s in outcome.spans.to_pylist() if s["row"] == 1 and s["kind"] != "body")
    kept = sum(s["end"] - s["start"] for s in outcome.spans.to_pylist() if s["row"] == 1 and s["kind"] == "body")
    assert row["boilerplate_share"] == pytest.approx(cut / (cut + kept), abs=1e-6)
    assert all((s["text"] is None) == (s["kind"] == "body") for s in outcome.spans.to_pylist())


def test_the_batch_makes_no_difference(batch):
    whole = batch_processing.process_batch(batch)
    parts = batch_processing.concatenate_outcomes(
        [batch_processing.process_batch(batch.slice(number, 1)) for number in range(batch.num_rows)]
    )
    assert whole.articles.equals(parts.articles)
    assert whole.spans.equals(parts.spans)
    assert whole.evidence.equals(parts.evidence)


def test_a_crash_rejects_its_document_alone(batch, monkeypatch):
    clean = batch_processing.clean_documents

    def explode(raw, html):
        if "001.txt" in raw["source_id"].to_pylist():
            raise RuntimeError("a defect")
        return clean(raw, html)

    monkeypatch.setattr(batch_processing, "clean_documents", explode)
    outcome = batch_processing.process_batch(batch)
    assert outcome.articles["source_id"].to_pylist() == ["000.txt", "003.txt"]
    assert outcome.articles["row"].to_pylist() == [0, 1]
    assert set(outcome.spans["row"].to_pylist()) == {0, 1}
    reasons = dict(zip(*outcome.rejects.select(["source_id", "reason"]).to_pydict().values(), strict=True))
    assert reasons == {"001.txt": "crashed", "002.txt": "no_article"}


def test_files_hold_what_the_outcome_held(batch, tmp_path):
    source, target = tmp_path / "raw.arrow", tmp_path / "made"
    with pa.OSFile(str(source), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_table(batch)
    batch_processing.process_rows(source, target, 0, batch.num_rows)
    read_back = pa.ipc.open_file(pa.memory_map(str(target / "articles.arrow"))).read_all()
    assert read_back.equals(batch_processing.process_batch(batch).articles)
    assert not list(tmp_path.glob("*.part"))


def test_content_hash_is_over_values_not_over_origin(batch):
    row = batch_processing.process_batch(batch).articles.to_pylist()[0]
    assert batch_processing.hash_content(row) == row["content_hash"]
    assert (
        batch_processing.hash_content({**row, "source_uri": "elsewhere", "raw_sha256": "0" * 64}) == row["content_hash"]
    )
    assert batch_processing.hash_content({**row, "title": "Lain"}) != row["content_hash"]
