"""--append takes over the parent's articles that this source does not hold."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import release_drafts as drafts

from flows.release import ReleaseError, carry_over_rows, load_table, parquet_tables
from flows.release.filesystem import remove_tree
from schemas.columns import PUBLISHED, STRINGS, Column


def test_what_is_known_stays_behind_with_its_lineage(released):
    parent = released.release_path("2026.11.22.1")
    carried = carry_over_rows(parent, {drafts.key("pemilu"), drafts.key("tiada")})
    ids = set(carried.articles.column("article_id").to_pylist())
    assert ids == {drafts.key(name) for name in ("banjir", "pasar", "salinan")}
    assert carried.spans.column("article_id").to_pylist() == [drafts.key("banjir")]
    assert carried.evidence.column("field").to_pylist() == ["date"]
    for name in ("articles", "spans", "evidence"):
        assert getattr(carried, name).schema.equals(parquet_tables.SCHEMAS[name], check_metadata=True)


def test_with_nothing_known_all_of_it_comes(released):
    parent = released.release_path("2026.11.22.1")
    assert carry_over_rows(parent, set()).articles.equals(load_table(parent, "articles"))


@pytest.mark.parametrize(("column", "fits"), [("agency", True), ("language", False)])
def test_a_parent_without_a_column(tmp_path, released, column, fits):
    parent = tmp_path / "1999.01.01.1"
    for name in ("articles", "spans", "evidence"):
        parquet_tables.write_table(parent, name, load_table(released.release_path("2026.11.22.1"), name))
    path = parent / "data/articles-00000-of-00001.parquet"
    pq.write_table(pq.ParquetFile(path).read().drop_columns([column]), path)
    if fits:
        assert carry_over_rows(parent, set()).articles.column(column).null_count == 4
    else:
        with pytest.raises(ReleaseError, match=r"1999\.01\.01\.1 has no column articles\.language"):
            carry_over_rows(parent, set())
    remove_tree(parent)


def test_a_column_that_was_added_holds_its_value_for_older_rows(tmp_path, released, monkeypatch):
    added = Column("mood", pa.string(), "Mood.", older="calm"), Column("tags", STRINGS, "Tags.", older=())
    monkeypatch.setitem(PUBLISHED, "articles", (*PUBLISHED["articles"], *added))
    fields = [pa.field(column.name, column.type, column.nullable) for column in added]
    monkeypatch.setitem(parquet_tables.SCHEMAS, "articles", pa.schema([*parquet_tables.SCHEMAS["articles"], *fields]))
    carried = carry_over_rows(released.release_path("2026.11.22.1"), {drafts.key("pemilu")}).articles
    assert carried.select(["mood", "tags"]).to_pylist() == [{"mood": "calm", "tags": []}] * 3
