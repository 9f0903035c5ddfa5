"""Rows of a release of an older schema are converted to the present one."""

import pyarrow as pa
import pytest
import release_drafts as drafts

from flows.release import ReleaseError, parquet_tables, read_batches, upgrade_batch
from schemas import arrow
from schemas.columns import PUBLISHED, STRINGS, Column


@pytest.mark.parametrize(("column", "fits"), [("agency", True), ("language", False)])
def test_a_parent_of_an_older_schema(released, column, fits):
    parent = released.release_path("2026.11.22.1")
    (batch,) = read_batches(parent, "articles", [name for name in arrow.ARTICLES.names if name != column])
    if fits:
        upgraded = upgrade_batch("articles", batch, parent)
        assert upgraded.column(column).null_count == 4
        assert upgraded.schema.equals(parquet_tables.SCHEMAS["articles"], check_metadata=True)
    else:
        with pytest.raises(ReleaseError, match=r"2026\.11\.22\.1 has no column articles\.language"):
            upgrade_batch("articles", batch, parent)


def test_of_some_columns_these_alone(released):
    parent = released.release_path("2026.11.22.1")
    (batch,) = read_batches(parent, "articles", ["title", "article_id"])
    names = ["article_id", "title"]
    assert upgrade_batch("articles", batch, parent, names).column_names == names
    assert drafts.key("pasar") in upgrade_batch("articles", batch, parent, names)["article_id"].to_pylist()


def test_a_column_that_was_added_holds_its_value_for_older_rows(released, monkeypatch):
    added = Column("mood", pa.string(), "Mood.", older="calm"), Column("tags", STRINGS, "Tags.", older=())
    monkeypatch.setitem(PUBLISHED, "articles", (*PUBLISHED["articles"], *added))
    fields = [pa.field(column.name, column.type, column.nullable) for column in added]
    monkeypatch.setitem(parquet_tables.SCHEMAS, "articles", pa.schema([*parquet_tables.SCHEMAS["articles"], *fields]))
    parent = released.release_path("2026.11.22.1")
    (batch,) = read_batches(parent, "articles")
    upgraded = upgrade_batch("articles", batch, parent)
    assert upgraded.select(["mood", "tags"]).to_pylist() == [{"mood": "calm", "tags": []}] * 4
