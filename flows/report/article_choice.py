"""Choice of a sample of articles: outlets take turns, and within an outlet its months take turns.

A choice from chosen rows and new ones equals the choice from all rows, so that a release is gone through batch by batch
and the sample is the same however its rows are spread over files.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

STRATA_COLUMNS: Final = ["article_id", "outlet", "date"]
_STRATA: Final = pa.schema([("article_id", pa.string()), ("outlet", pa.string()), ("month", pa.string())])


def choose_articles(batches: Iterable[pa.RecordBatch], most: int) -> list[str]:
    """Choose at most `most` article_ids from batches with STRATA_COLUMNS, in the order of the turns."""
    chosen = _STRATA.empty_table()
    for batch in batches:
        months = pc.strftime(batch["date"], format="%Y-%m")
        rows = pa.table([batch["article_id"], batch["outlet"], months], schema=_STRATA)
        chosen = _take_turns(pa.concat_tables([chosen, rows]), most)
    ids: list[str] = chosen["article_id"].to_pylist()
    return ids


def choose_sample_rows(rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Choose at most `most` rows that have article_id, outlet and date (YYYY-MM-DD or None), in the order of turns."""
    columns = {
        "article_id": [row["article_id"] for row in rows],
        "outlet": [row["outlet"] for row in rows],
        "month": [row["date"] and row["date"][:7] for row in rows],
    }
    by_id = {row["article_id"]: row for row in rows}
    chosen = _take_turns(pa.table(columns, schema=_STRATA), most)
    return [by_id[article_id] for article_id in chosen["article_id"].to_pylist()]


def _take_turns(rows: pa.Table, most: int) -> pa.Table:
    """Return at most `most` rows of a table with the schema _STRATA, in the order of the turns.

    Within an outlet and month the smallest article_id comes first: it is a digest, so this is a random sample. Within a
    round the outlets come in the order of digests of their names.
    """
    count = len(rows)
    id_rank = np.empty(count, np.int64)
    id_rank[pc.sort_indices(rows["article_id"]).to_numpy()] = np.arange(count)
    outlets, outlet = _encode_column(rows["outlet"])
    months, month = _encode_column(rows["month"])
    month_turn = _number_rows(outlet * len(months) + month, id_rank)
    outlet_turn = _number_rows(outlet, month_turn * count + id_rank)
    name_digests = [blake2b((name or "").encode(), digest_size=8).digest() for name in outlets]
    outlet_rank = np.argsort(np.argsort(np.array(name_digests, dtype="S8")))[outlet]
    return rows.take(pa.array(np.lexsort((outlet_rank, outlet_turn))[:most]))


def _encode_column(column: pa.ChunkedArray) -> tuple[list[str | None], NDArray[np.int64]]:
    """Return the distinct values of a column, null among them, and for each row the number of its value."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def _number_rows(group: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the rows of each group from 0, in ascending `order`."""
    positions = np.lexsort((order, group))
    is_first = np.diff(group[positions], prepend=-1) != 0
    starts = np.flatnonzero(is_first)
    numbers = np.empty(len(group), np.int64)
    numbers[positions] = np.arange(len(group)) - np.repeat(starts, np.diff(starts, append=len(group)))
    return numbers
