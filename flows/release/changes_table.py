"""What changed since the parent release: the CHANGES table.

Compared are the published values of an article, not where they came from: the columns of VALUES. An article whose
page was scraped again with other advertisements around it has not changed.

Held in memory are the keys of both sides and one number an article, and of those that changed one number a value:
values are the same where their hashes are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from schemas import arrow

# The key, where the document was, what it measured there, and the digest over the values.
_NOT_VALUES: Final = frozenset(
    {"article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "raw_char_count", "boilerplate_share",
     "content_hash"}
)  # fmt: skip
VALUES: Final[tuple[str, ...]] = tuple(name for name in arrow.ARTICLES.names if name not in _NOT_VALUES)
# What content_hash leaves out of VALUES: what hangs on other articles, and what the same code makes of the same text.
_DIGEST: Final = ("content_hash", "duplicate_of", "language_score", "word_count", "char_count")
_ROWS: Final = 20_000

_Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """One side: the columns it has, with their types; asked for some, it gives the rows, always in the same order."""

    types: dict[str, pa.DataType]
    rows: Callable[[list[str]], Iterable[pa.RecordBatch]]


def diff(parent_articles: pa.Table | None, articles: pa.Table) -> pa.Table:
    """CHANGES from the parent's articles to these, sorted by article_id: added, changed (with fields), removed.

    Without a parent every article is added. Columns the parent does not have are not compared.
    """
    return _changes(_of_table(parent_articles), _of_table(articles))


def changes(parent: Path | None, release: Path, *, same_code: bool = False) -> pa.Table:
    """The same of two release folders. Two that the same code made need not be compared value by value."""
    return _changes(_of_release(parent), _of_release(release), _DIGEST if same_code else VALUES)


def _of_table(table: pa.Table | None) -> Side | None:
    if table is None:
        return None
    return Side({field.name: field.type for field in table.schema}, lambda names: table.select(names).to_batches())


def _of_release(folder: Path | None) -> Side | None:
    if folder is None:
        return None
    types = {field.name: field.type for field in parquet_tables.schema_of(folder, "articles")}
    return Side(types, lambda names: parquet_tables.batches(folder, "articles", names))


def _changes(parent: Side | None, articles: Side | None, names: Sequence[str] = VALUES) -> pa.Table:
    assert articles is not None
    ids = _ids(articles)
    if parent is None:
        return _table([("added", ids)])
    old = _ids(parent)
    place = pc.index_in(old, value_set=ids)
    at = np.asarray(pc.fill_null(place, -1), np.int64)
    here = np.flatnonzero(at >= 0)
    met = np.zeros(len(ids), bool)
    met[at[here]] = True
    here = here[_differ(parent, articles, here, at[here], names)]
    fields = _fields(parent, articles, here, at[here])
    changed = [number for number, names in enumerate(fields) if names]
    return _table(
        [
            ("removed", old.filter(pa.array(at < 0))),
            ("added", ids.filter(pa.array(~met))),
        ],
        ids.take(pa.array(at[here][changed], pa.int64())),
        [fields[number] for number in changed],
    )


def _differ(parent: Side, articles: Side, rows: _Rows, at: _Rows, wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which pairs of rows differ in a value of these columns."""
    if not len(rows):
        return np.zeros(0, bool)
    old, new = parent.types, articles.types
    names = [name for name in wanted if name in old and old[name] == new[name]]
    if any(name in old and old[name] != new[name] for name in VALUES):
        return np.ones(len(rows), bool)
    one, other = (
        np.concatenate(
            [np.fromiter(map(hash, zip(*values, strict=True)), np.int64) for values in _values(*each, names)]
        )
        for each in ((parent, rows), (articles, at))
    )
    return np.asarray(one[np.argsort(np.argsort(rows))] != other[np.argsort(np.argsort(at))])


def _fields(parent: Side, articles: Side, rows: _Rows, at: _Rows) -> list[list[str]]:
    """For each pair of rows the columns whose values differ."""
    fields: list[list[str]] = [[] for _ in rows]
    if not len(rows):
        return fields
    old, new = parent.types, articles.types
    names = [name for name in VALUES if name in old]
    one, other = (_hashes(*each, names) for each in ((parent, rows), (articles, at)))
    for name, mine, theirs in zip(names, one, other, strict=True):
        for number in np.flatnonzero((mine != theirs) | (old[name] != new[name])).tolist():
            fields[number].append(name)
    return fields


def _hashes(side: Side, rows: _Rows, names: list[str]) -> list[_Rows]:
    """A number for each value of each column, in these rows."""
    back = np.argsort(np.argsort(rows))
    parts = [[np.fromiter(map(hash, column), np.int64) for column in values] for values in _values(side, rows, names)]
    return [np.concatenate(column)[back] for column in zip(*parts, strict=True)]


def _values(side: Side, rows: _Rows, names: list[str]) -> Iterator[list[list[Any]]]:
    """The values of these rows, column by column, some thousand rows at a time, in the order of the side."""
    wanted = np.sort(rows)
    first = 0
    for whole in side.rows(names):
        for start in range(0, whole.num_rows, _ROWS):
            batch = whole.slice(start, _ROWS)
            low, high = np.searchsorted(wanted, [first, first + batch.num_rows])
            if low < high:
                some = batch.take(pa.array(wanted[low:high] - first))
                yield [_hashable(some.column(name)) for name in names]
            first += batch.num_rows


def _hashable(column: pa.Array) -> list[Any]:
    values: list[Any] = column.to_pylist()
    return [None if v is None else tuple(v) for v in values] if pa.types.is_list(column.type) else values


def _ids(side: Side) -> pa.Array:
    found = [batch.column("article_id") for batch in side.rows(["article_id"])]
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def _table(
    ops: list[tuple[str, pa.Array]], changed: pa.Array | None = None, fields: list[list[str]] | None = None
) -> pa.Table:
    parts = [
        (op, ids, pa.array([[]], arrow.CHANGES.field("fields").type).take(pa.array(np.zeros(len(ids), np.int64))))
        for op, ids in ops
    ]
    if changed is not None:
        parts.append(("changed", changed, pa.array(fields, arrow.CHANGES.field("fields").type)))
    made = [
        pa.table([pa.array([op]).take(pa.array(np.zeros(len(ids), np.int64))), ids, names], schema=arrow.CHANGES)
        for op, ids, names in parts
    ]
    return pa.concat_tables(made).sort_by("article_id")
