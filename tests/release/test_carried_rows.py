"""--append takes over the parent's articles that this source does not hold."""

import pyarrow.parquet as pq
import pytest
import release_drafts as drafts

from flows.release import ReleaseError, carry_over_rows, load_table, parquet_tables
from flows.release.filesystem import remove_tree


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
def test_a_parent_of_an_older_schema(tmp_path, released, column, fits):
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
