"""Parquet files: cut into row groups, gathered from many pieces, read back."""

import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.release import ReleaseError, load_table, parquet_tables
from schemas import arrow


def changes(count):
    ids = pa.array([f"{n:032x}" for n in range(count)])
    fields = pa.array([[]] * count, arrow.CHANGES.field("fields").type)
    return pa.table([pa.array(["added"] * count), ids, fields], schema=arrow.CHANGES)


def test_rows_are_cut_into_groups_of_so_many(tmp_path, monkeypatch):
    import release_drafts as drafts

    monkeypatch.setitem(parquet_tables._GROUP_ROWS, "articles", 4)
    rows = arrow.build_table(arrow.ARTICLES, [drafts.article(f"n{n}") for n in range(10)])
    written = parquet_tables.write_table(tmp_path, "articles", rows, "data/articles-x.parquet")
    assert (written.path, written.rows) == ("data/articles-x.parquet", 10)
    groups = pq.read_metadata(tmp_path / written.path)
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [4, 4, 2]
    ids = load_table(tmp_path, "articles").column("article_id").to_pylist()
    assert ids == sorted(rows.column("article_id").to_pylist())


def test_rows_survive_being_gathered_from_many_pieces(tmp_path):
    table = changes(5000)
    mixed = table.take(pa.array(np.random.default_rng(0).permutation(5000)))
    parquet_tables.write_table(
        tmp_path, "changes", pa.Table.from_batches(mixed.to_batches(max_chunksize=13), mixed.schema)
    )
    assert load_table(tmp_path, "changes").equals(table)


def test_columns_in_another_order_and_wider_types_are_cast(tmp_path):
    table = changes(3).select(["fields", "article_id", "op"])
    table = table.set_column(1, "article_id", table.column("article_id").cast(pa.large_string()))
    parquet_tables.write_table(tmp_path, "changes", table)
    assert load_table(tmp_path, "changes").schema.equals(arrow.CHANGES, check_metadata=True)


def test_a_null_inside_a_list_is_told(tmp_path):
    table = changes(1).set_column(2, "fields", pa.array([[None]], pa.list_(pa.string())))
    with pytest.raises(ReleaseError, match=r"changes\.fields holds a list with a null"):
        parquet_tables.write_table(tmp_path, "changes", table)


def test_load_reads_below_a_folder_that_looks_like_a_partition(tmp_path):
    folder = tmp_path / "tahun=2026"
    parquet_tables.write_table(folder, "changes", changes(2))
    assert load_table(folder, "changes").column_names == ["op", "article_id", "fields"]


def test_load_says_what_it_cannot_read(tmp_path):
    with pytest.raises(ReleaseError, match="no published table"):
        load_table(tmp_path, "artikel")
    with pytest.raises(ReleaseError, match="holds no changes"):
        load_table(tmp_path, "changes")
    (tmp_path / "diff").mkdir()
    (tmp_path / "diff/changes.parquet").write_bytes(b"PAR1 rusak")
    with pytest.raises(ReleaseError, match=r"changes\.parquet cannot be read"):
        load_table(tmp_path, "changes")


def test_pieces_of_any_size_are_cut_into_groups_of_one(tmp_path, monkeypatch):
    import release_drafts as drafts

    monkeypatch.setitem(parquet_tables._GROUP_ROWS, "articles", 4)
    articles = arrow.build_table(arrow.ARTICLES, [drafts.article(f"n{n}") for n in range(11)]).sort_by("article_id")
    edges = [0, 3, 9, 11]
    pieces = parquet_tables.SortedRows(articles.slice(a, b - a) for a, b in itertools.pairwise(edges))
    sizes = []
    written = parquet_tables.write_table(
        tmp_path, "articles", pieces, "data/articles-x.parquet", lambda group: sizes.append(group.num_rows)
    )
    groups = pq.read_metadata(tmp_path / written.path)
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == sizes == [4, 4, 3]
    assert load_table(tmp_path, "articles")["article_id"].equals(articles["article_id"])
