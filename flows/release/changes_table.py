"""Changes since the parent release: the CHANGES table.

Two versions of an article are compared by the columns of VALUE_COLUMNS: its published values, not their origin. An
article whose page was scraped again with other advertisements around it has not changed.

Memory holds the article ids of both releases, one hash for each article, and one hash for each value of the articles
that changed. Values with equal hashes count as equal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from schemas import arrow

# The key, the origin of the document, measures of the raw document, and the digest over the values.
_NOT_VALUES: Final = frozenset(
    {"article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "raw_char_count", "boilerplate_share",
     "content_hash"}
)  # fmt: skip
VALUE_COLUMNS: Final[tuple[str, ...]] = tuple(name for name in arrow.ARTICLES.names if name not in _NOT_VALUES)
# Enough to compare releases of the same code: content_hash, and the columns of VALUE_COLUMNS that it does not cover
# although they may differ.
DIGEST_COLUMNS: Final = ("content_hash", "duplicate_of", "language_score", "word_count", "char_count")
_BATCH_ROWS: Final = 20_000

_RowNumbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ArticleReader:
    """Articles of one release: the types of their columns, and a reader of chosen columns in a fixed row order."""

    types: dict[str, pa.DataType]
    read_rows: Callable[[list[str]], Iterable[pa.RecordBatch]]


def diff_articles(parent_articles: pa.Table | None, articles: pa.Table) -> pa.Table:
    """Return the CHANGES from the parent's articles to these: added, changed (with fields), removed; by article_id.

    Without a parent every article is added. Columns that the parent does not have are not compared.
    """
    return _compute_changes(_open_table(parent_articles), _open_table(articles))


def diff_releases(
    parent: Path | None, release: Path, *, same_code: bool = False, renamed_ids: Mapping[str, str] | None = None
) -> pa.Table:
    """Return the CHANGES between two release folders; with `same_code` content_hash stands for most values.

    `renamed_ids` maps article_ids of the parent to those of the same documents in the release: such an article is
    changed in `article_id`.
    """
    columns = DIGEST_COLUMNS if same_code else VALUE_COLUMNS
    return _compute_changes(_open_release(parent), _open_release(release), columns, renamed_ids or {})


def diff_files(
    old_paths: Sequence[Path],
    new_paths: Sequence[Path],
    ids: pa.Array,
    columns: Sequence[str] = VALUE_COLUMNS,
    renamed_ids: Mapping[str, str] = MappingProxyType({}),
) -> pa.Table:
    """Return the CHANGES of these articles between two lists of files of articles; all must be in both.

    `renamed_ids` is as in `diff_releases`.

    Articles are first compared by `columns`, and those that differ by all values.
    """
    return _compute_changes(_open_files(old_paths, ids), _open_files(new_paths, ids), columns, renamed_ids)


def build_changes(added: pa.Array, removed: pa.Array, changed: Iterable[pa.Table] = ()) -> pa.Table:
    """Build the CHANGES table from the ids added and removed, and tables of changed articles."""
    changes = _build_changes([("added", added), ("removed", removed)])
    return pa.concat_tables([changes, *changed]).sort_by("article_id")


def _open_files(paths: Sequence[Path], ids: pa.Array) -> ArticleReader:
    """Open the rows of some articles in files of articles."""
    with parquet_tables.open_file(paths[0]) as file:
        types = {field.name: field.type for field in file.schema_arrow}

    def read_rows(names: list[str]) -> Iterator[pa.RecordBatch]:
        read_names = [*dict.fromkeys(["article_id", *names])]
        for batch in parquet_tables.read_file_batches(paths, "articles", read_names):
            yield batch.filter(pc.is_in(batch.column("article_id"), value_set=ids)).select(names)

    return ArticleReader(types, read_rows)


def _open_table(table: pa.Table | None) -> ArticleReader | None:
    if table is None:
        return None
    return ArticleReader(
        {field.name: field.type for field in table.schema}, lambda names: table.select(names).to_batches()
    )


def _open_release(folder: Path | None) -> ArticleReader | None:
    if folder is None:
        return None
    types = {field.name: field.type for field in parquet_tables.read_schema(folder, "articles")}
    return ArticleReader(types, lambda names: parquet_tables.read_batches(folder, "articles", names))


def _compute_changes(
    parent: ArticleReader | None,
    articles: ArticleReader | None,
    columns: Sequence[str] = VALUE_COLUMNS,
    renamed_ids: Mapping[str, str] = MappingProxyType({}),
) -> pa.Table:
    assert articles is not None
    ids = _read_article_ids(articles)
    if parent is None:
        return _build_changes([("added", ids)])
    parent_ids = _read_article_ids(parent)
    current_ids, is_renamed = _rename_ids(parent_ids, ids, renamed_ids)
    positions = pc.index_in(current_ids, value_set=ids)
    row_in_release = np.asarray(pc.fill_null(positions, -1), np.int64)
    parent_rows = np.flatnonzero(row_in_release >= 0)
    in_parent = np.zeros(len(ids), bool)
    in_parent[row_in_release[parent_rows]] = True
    is_changed = _find_changed_rows(parent, articles, parent_rows, row_in_release[parent_rows], columns)
    parent_rows = parent_rows[is_changed | is_renamed[parent_rows]]
    changed_columns = _list_changed_columns(parent, articles, parent_rows, row_in_release[parent_rows])
    for names, parent_row in zip(changed_columns, parent_rows.tolist(), strict=True):
        names[:0] = ["article_id"] if is_renamed[parent_row] else []
    changed = [number for number, names in enumerate(changed_columns) if names]
    return _build_changes(
        [
            ("removed", parent_ids.filter(pa.array(row_in_release < 0))),
            ("added", ids.filter(pa.array(~in_parent))),
        ],
        ids.take(pa.array(row_in_release[parent_rows][changed], pa.int64())),
        [changed_columns[number] for number in changed],
    )


def _rename_ids(
    parent_ids: pa.Array, ids: pa.Array, renamed_ids: Mapping[str, str]
) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Return the parent's ids, each replaced by its new id if the release has that, and the mask of those replaced."""
    if not renamed_ids:
        return parent_ids, np.zeros(len(parent_ids), bool)
    old_ids, new_ids = (pa.array(list(column), pa.string()) for column in (renamed_ids, renamed_ids.values()))
    replacements = new_ids.take(pc.index_in(parent_ids, value_set=old_ids))
    is_renamed = pc.and_(pc.is_valid(replacements), pc.is_in(replacements, value_set=ids))
    return pc.if_else(is_renamed, replacements, parent_ids), np.asarray(is_renamed)


def _find_changed_rows(
    parent: ArticleReader,
    articles: ArticleReader,
    parent_rows: _RowNumbers,
    release_rows: _RowNumbers,
    columns: Sequence[str],
) -> npt.NDArray[np.bool_]:
    """Mark the pairs of rows (parent, release) that differ in a value of these columns."""
    if not len(parent_rows):
        return np.zeros(0, bool)
    old_types, new_types = parent.types, articles.types
    names = [name for name in columns if name in old_types and old_types[name] == new_types[name]]
    if any(name in old_types and old_types[name] != new_types[name] for name in VALUE_COLUMNS):
        return np.ones(len(parent_rows), bool)
    old_hashes, new_hashes = (
        np.concatenate(
            [
                np.fromiter(map(hash, zip(*values, strict=True)), np.int64)
                for values in _iterate_columns(*selection, names)
            ]
        )
        for selection in ((parent, parent_rows), (articles, release_rows))
    )
    return np.asarray(
        old_hashes[np.argsort(np.argsort(parent_rows))] != new_hashes[np.argsort(np.argsort(release_rows))]
    )


def _list_changed_columns(
    parent: ArticleReader, articles: ArticleReader, parent_rows: _RowNumbers, release_rows: _RowNumbers
) -> list[list[str]]:
    """List for each pair of rows (parent, release) the columns whose values differ."""
    changed_columns: list[list[str]] = [[] for _ in parent_rows]
    if not len(parent_rows):
        return changed_columns
    old_types, new_types = parent.types, articles.types
    names = [name for name in VALUE_COLUMNS if name in old_types]
    old_hashes, new_hashes = (
        _hash_columns(*selection, names) for selection in ((parent, parent_rows), (articles, release_rows))
    )
    for name, old_column, new_column in zip(names, old_hashes, new_hashes, strict=True):
        for number in np.flatnonzero((old_column != new_column) | (old_types[name] != new_types[name])).tolist():
            changed_columns[number].append(name)
    return changed_columns


def _hash_columns(reader: ArticleReader, rows: _RowNumbers, names: list[str]) -> list[_RowNumbers]:
    """Hash each value of these columns in these rows: one array for each column, in the order of `rows`."""
    original_order = np.argsort(np.argsort(rows))
    batches = [
        [np.fromiter(map(hash, column), np.int64) for column in values]
        for values in _iterate_columns(reader, rows, names)
    ]
    return [np.concatenate(column)[original_order] for column in zip(*batches, strict=True)]


def _iterate_columns(reader: ArticleReader, rows: _RowNumbers, names: list[str]) -> Iterator[list[list[Any]]]:
    """Yield the values of these rows by column, at most _BATCH_ROWS rows at a time, in the reader's order."""
    sorted_rows = np.sort(rows)
    offset = 0
    for group in reader.read_rows(names):
        for start in range(0, group.num_rows, _BATCH_ROWS):
            batch = group.slice(start, _BATCH_ROWS)
            low, high = np.searchsorted(sorted_rows, [offset, offset + batch.num_rows])
            if low < high:
                selected = batch.take(pa.array(sorted_rows[low:high] - offset))
                yield [_make_hashable(selected.column(name)) for name in names]
            offset += batch.num_rows


def _make_hashable(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    return [None if v is None else tuple(v) for v in values] if pa.types.is_list(column.type) else values


def _read_article_ids(reader: ArticleReader) -> pa.Array:
    chunks = [batch.column("article_id") for batch in reader.read_rows(["article_id"])]
    return pa.concat_arrays(chunks) if chunks else pa.array([], pa.string())


def _build_changes(
    ops: list[tuple[str, pa.Array]], changed: pa.Array | None = None, fields: list[list[str]] | None = None
) -> pa.Table:
    parts = [
        (op, ids, pa.array([[]], arrow.CHANGES.field("fields").type).take(pa.array(np.zeros(len(ids), np.int64))))
        for op, ids in ops
    ]
    if changed is not None:
        parts.append(("changed", changed, pa.array(fields, arrow.CHANGES.field("fields").type)))
    tables = [
        pa.table(
            [pa.array([op]).take(pa.array(np.zeros(len(ids), np.int64))), ids, fields_column], schema=arrow.CHANGES
        )
        for op, ids, fields_column in parts
    ]
    return pa.concat_tables(tables).sort_by("article_id")
