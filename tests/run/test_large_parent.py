"""`--append` to a parent with more text than one column of an Arrow array can hold (2^31 bytes)."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows import dedupe, run
from flows.run import ordered_tables, segment_index
from schemas import SCHEMA_VERSION, arrow
from tests.makers import story
from tests.run.test_partitioning import clean_texts

ROWS, CHARS = 2_200, 1_000_000
TEXT = "berita " * (CHARS // 7)


def write_parent(template, folder):
    """Write a release of ROWS articles with one long text each; other values are those of the row `template`."""
    ids = [hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest() for number in range(ROWS)]
    (folder / "data").mkdir(parents=True)
    with pq.ParquetWriter(folder / "data" / "articles-00000.parquet", arrow.ARTICLES, compression="zstd") as writer:
        for start in range(0, ROWS, 100):
            rows = [
                template | {
                    "article_id": ids[number], "source_id": f"old-{number}", "text": TEXT, "char_count": len(TEXT),
                    "date": date(2020, 1, 1) + timedelta(days=number % 700), "duplicate_of": None,
                }
                for number in range(start, start + 100)
            ]  # fmt: skip
            writer.write_table(pa.Table.from_pylist(rows, arrow.ARTICLES))
    manifest = {"counts": {"published": ROWS}, "digests": {"code": "0"}, "files": [], "schema_version": SCHEMA_VERSION}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return ids


def compute_equal_prints(articles):
    """Compute PRINTS of articles with one and the same text, as compute_prints does, once instead of for each."""
    assert articles["text"].unique().to_pylist() == [TEXT]
    return dedupe.compute_prints(articles.slice(0, 1)).take(pa.array([0] * articles.num_rows))


@pytest.mark.slow
@pytest.mark.proof
def test_a_parent_of_more_than_2_gib_of_text_is_carried_over_whole(tmp_path, monkeypatch):
    assert ROWS * len(TEXT) > 2**31
    state, _ = clean_texts(tmp_path / "new", {number: story(number) for number in range(2)})
    template = run.load_articles(state).to_pylist()[0]
    parent = tmp_path / "parent"
    old_ids = write_parent(template, parent)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(segment_index, "dedupe", SimpleNamespace(**vars(dedupe)))
    monkeypatch.setattr(segment_index.dedupe, "compute_prints", compute_equal_prints)
    opened = run.open_parent(parent, run.IndexFolder(tmp_path / "index"))
    planned = run.plan_segments(run.match_parent(state, opened, [], "", append=True))
    ids, days, sizes = [], [], []
    for piece in planned.pieces:
        piece_state = replace(planned, articles=planned.articles.take(pa.array(piece.places)))
        for table in ordered_tables.sort_articles(piece_state, work).pieces:
            ids += table["article_id"].to_pylist()
            days += table["date"].to_pylist()
            sizes.append(int(np.asarray(pc.utf8_length(table["text"])).sum()))
    assert sorted(ids) == sorted([*old_ids, *state.articles["article_id"].to_pylist()])
    assert len(planned.pieces) == 2 or days == sorted(days)
    assert max(sizes) <= ordered_tables._MERGED_CHARS + 100 * CHARS
