"""What changed since the parent release: the CHANGES table.

Compared are the published values of an article, not where they came from: the columns of VALUES. An article whose
page was scraped again with other advertisements around it has not changed.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import arrow

# The key, where the document was, what it measured there, and the digest over the values.
_NOT_VALUES: Final = frozenset(
    {"article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "raw_char_count", "boilerplate_share",
     "content_hash"}
)  # fmt: skip
VALUES: Final[tuple[str, ...]] = tuple(name for name in arrow.ARTICLES.names if name not in _NOT_VALUES)
_ROWS: Final = 20_000


def _differ(old: pa.Array, new: pa.Array) -> np.ndarray:
    """Where two columns differ, null being a value of its own."""
    if old.type != new.type:
        return np.ones(len(old), dtype=bool)
    if pa.types.is_list(old.type):  # Arrow compares no lists
        return np.array([a != b for a, b in zip(old.to_pylist(), new.to_pylist(), strict=True)], dtype=bool)
    nulls = pc.xor(pc.is_null(old), pc.is_null(new))
    return np.asarray(pc.or_(nulls, pc.fill_null(pc.not_equal(old, new), False)).to_numpy(zero_copy_only=False))


def _taken(articles: pa.Table, names: list[str], wanted: np.ndarray) -> pa.Table:
    """Rows of the articles by number, chunk by chunk: one take would join texts of more than 2 GB."""
    pieces, places, start = [], [], 0
    for batch in articles.select(names).to_batches():
        here = np.flatnonzero((wanted >= start) & (wanted < start + batch.num_rows))
        if len(here):
            pieces.append(batch.take(pa.array(wanted[here] - start)))
            places.append(here)
        start += batch.num_rows
    return pa.Table.from_batches(pieces).combine_chunks().take(pa.array(np.argsort(np.concatenate(places))))


def _changed(batch: pa.RecordBatch, articles: pa.Table, rows: np.ndarray) -> list[dict[str, object]]:
    names = [name for name in VALUES if name in batch.schema.names]
    new = _taken(articles, names, rows).combine_chunks()
    differ = {name: _differ(batch.column(name), new.column(name).combine_chunks()) for name in names}
    where = np.flatnonzero(np.any(list(differ.values()), axis=0))
    ids = batch.column("article_id").take(pa.array(where)).to_pylist()
    return [
        {"op": "changed", "article_id": id_, "fields": [name for name in names if differ[name][row]]}
        for id_, row in zip(ids, where.tolist(), strict=True)
    ]


def _ops(op: str, ids: pa.Array) -> list[dict[str, Any]]:
    return [{"op": op, "article_id": id_, "fields": []} for id_ in ids.to_pylist()]


def changes(parent: Iterable[pa.RecordBatch], articles: pa.Table) -> pa.Table:
    """As `diff`, with the parent's articles a batch at a time. Columns the parent does not have are not compared."""
    ids = articles.column("article_id").combine_chunks()
    met = np.zeros(articles.num_rows, dtype=bool)
    rows: list[dict[str, object]] = []
    for whole in parent:
        for start in range(0, whole.num_rows, _ROWS):
            batch = whole.slice(start, _ROWS)
            place = pc.index_in(batch.column("article_id"), value_set=ids)
            rows += _ops("removed", batch.column("article_id").filter(pc.is_null(place)))
            both = batch.filter(pc.is_valid(place))
            if both.num_rows:
                at = place.drop_null().to_numpy().astype(np.int64)
                met[at] = True
                rows += _changed(both, articles, at)
    rows += _ops("added", ids.filter(pa.array(~met)))
    return arrow.table(arrow.CHANGES, sorted(rows, key=lambda row: str(row["article_id"])))


def diff(parent_articles: pa.Table | None, articles: pa.Table) -> pa.Table:
    """CHANGES from the parent's articles to these, sorted by article_id: added, changed (with fields), removed.

    Without a parent every article is added.
    """
    return changes(parent_articles.to_batches() if parent_articles is not None else [], articles)
