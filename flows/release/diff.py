"""What changed since the parent release: the CHANGES table.

Compared are the published values of an article, not where they came from: the columns of VALUES. An article whose
page was scraped again with other advertisements around it has not changed.

Held in memory are the keys of both sides, and of the articles that may have changed one number a value: values are the
same where their hashes are.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import tables
from schemas import arrow

# The key, where the document was, what it measured there, and the digest over the values.
_NOT_VALUES: Final = frozenset(
    {"article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "raw_char_count", "boilerplate_share",
     "content_hash"}
)  # fmt: skip
VALUES: Final[tuple[str, ...]] = tuple(name for name in arrow.ARTICLES.names if name not in _NOT_VALUES)
# The values that content_hash does not cover.
_BESIDE: Final = ("language_score", "word_count", "char_count", "duplicate_of")
_ROWS: Final = 20_000

# One side: asked for columns, it gives the rows, in the same order each time.
Side: TypeAlias = Callable[[list[str]], Iterable[pa.RecordBatch]]
_Hashes: TypeAlias = npt.NDArray[np.int64]


def diff(parent_articles: pa.Table | None, articles: pa.Table) -> pa.Table:
    """CHANGES from the parent's articles to these, sorted by article_id: added, changed (with fields), removed.

    Without a parent every article is added. Columns the parent does not have are not compared.
    """
    return _changes(_of_table(parent_articles), _of_table(articles), hashed=False)


def changes(parent: Path | None, release: Path) -> pa.Table:
    """The same of two release folders. Articles of one content_hash are taken to have the values it is made of."""
    return _changes(_of_release(parent), _of_release(release), hashed=True)


def _of_table(table: pa.Table | None) -> Side | None:
    if table is None:
        return None
    return lambda names: table.select([name for name in names if name in table.column_names]).to_batches()


def _of_release(folder: Path | None) -> Side | None:
    if folder is None:
        return None

    def side(names: list[str]) -> Iterator[pa.RecordBatch]:
        there = set(tables.column_names(folder, "articles"))
        return tables.batches(folder, "articles", [name for name in names if name in there])

    return side


def _changes(parent: Side | None, articles: Side | None, *, hashed: bool) -> pa.Table:
    assert articles is not None
    small = ["article_id", "content_hash", *_BESIDE]
    new = _whole(articles(small))
    ids = _joined(new, "article_id")
    if parent is None:
        return _table([("added", ids)])
    old = _whole(parent(small))
    place = pc.index_in(_joined(old, "article_id"), value_set=ids)
    at = np.asarray(pc.fill_null(place, -1), np.int64)
    here = np.flatnonzero(at >= 0)
    met = np.zeros(len(ids), bool)
    met[at[here]] = True
    if hashed:
        here = here[_suspect(old, new, here, at[here])]
    fields = _fields(parent, articles, here, at[here])
    changed = [number for number, names in enumerate(fields) if names]
    return _table(
        [
            ("removed", _joined(old, "article_id").filter(pa.array(at < 0))),
            ("added", ids.filter(pa.array(~met))),
        ],
        ids.take(pa.array(at[here][changed], pa.int64())),
        [fields[number] for number in changed],
    )


def _suspect(old: pa.Table, new: pa.Table, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> np.ndarray:
    """Which pairs of rows may differ in a value."""
    differ = np.zeros(len(rows), bool)
    for name in ("content_hash", *_BESIDE):
        if name not in old.column_names:
            if name == "content_hash":
                return np.ones(len(rows), bool)
            continue
        one, other = _joined(old, name).take(pa.array(rows)), _joined(new, name).take(pa.array(at))
        if one.type != other.type:
            return np.ones(len(rows), bool)
        nulls = pc.xor(pc.is_null(one), pc.is_null(other))
        differ |= np.asarray(pc.or_(nulls, pc.fill_null(pc.not_equal(one, other), False)))
    return differ


def _fields(parent: Side, articles: Side, rows: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> list[list[str]]:
    """For each pair of rows the columns whose values differ."""
    if not len(rows):
        return []
    (old, olds), (new, news) = _hashes(parent, rows), _hashes(articles, at)
    names = [name for name in VALUES if name in old]
    differ = {name: (old[name] != new[name]) | (olds[name] != news[name]) for name in names}
    fields: list[list[str]] = [[] for _ in rows]
    for name, mask in differ.items():
        for number in np.flatnonzero(mask).tolist():
            fields[number].append(name)
    return fields


def _hashes(side: Side, rows: npt.NDArray[np.int64]) -> tuple[dict[str, _Hashes], dict[str, pa.DataType]]:
    """A number for each value of each column of VALUES, in these rows; and the columns' types."""
    order = np.argsort(rows)
    wanted = rows[order]
    made: dict[str, _Hashes] = {}
    types: dict[str, pa.DataType] = {}
    first = 0
    for whole in side(list(VALUES)):
        for start in range(0, whole.num_rows, _ROWS):
            batch = whole.slice(start, _ROWS)
            low, high = np.searchsorted(wanted, [first, first + batch.num_rows])
            some = batch.take(pa.array(wanted[low:high] - first)) if low < high else batch.slice(0, 0)
            for name in some.schema.names:
                types[name] = batch.schema.field(name).type
                column = some.column(name)
                values = map(tuple, column.to_pylist()) if pa.types.is_list(column.type) else column.to_pylist()
                made.setdefault(name, np.empty(len(rows), np.int64))[order[low:high]] = [*map(hash, values)]
            first += batch.num_rows
    return made, types


def _whole(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    found = list(batches)
    if not found:
        return pa.table({"article_id": pa.array([], pa.string())})
    return pa.Table.from_batches(found)


def _joined(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


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
