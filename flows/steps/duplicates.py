"""What repeats what: within the run, and against what was carried over."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe, release
from flows.steps.working import Working
from schemas import stages


def mark_duplicates(working: Working, mode: str, dataset: release.Dataset | None = None) -> Working:
    """Name the article that each duplicate repeats, or move duplicates to rejects (`drop`).

    Articles carried over are compared by the prints that were kept; where none are, by their texts.
    """
    working, numbers = _with_prints(working, dataset)
    fingerprints = dedupe.fingerprints_of(working.articles, working.prints, numbers)
    links = dedupe.link(fingerprints, working.prints)
    if mode == "drop":
        pairs = zip(links["article_id"].to_pylist(), links["duplicate_of"].to_pylist(), strict=True)
        lost = {
            key: ("duplicate", f"Repeats article {kept}; duplicates are dropped on request.") for key, kept in pairs
        }
        return working.without(working.rows_of(lost), "dedupe")
    found = pc.index_in(working.articles["article_id"], value_set=links["article_id"].combine_chunks())
    marked = links["duplicate_of"].combine_chunks().take(found)
    place = working.articles.schema.get_field_index("duplicate_of")
    field = working.articles.schema.field(place)
    return replace(working, articles=working.articles.set_column(place, field, marked))


def keep_prints(working: Working, dataset: release.Dataset) -> None:
    """Keep what of the articles carried over is compared, so that the next run need not read their texts.

    The prints of all others lie beside their outcomes.
    """
    carried = working.articles.filter(pc.equal(working.articles["shard"], stages.PARENT))
    release.keep_prints(dataset, working.prints, carried["content_hash"], dedupe.VERSION)


def _with_prints(working: Working, dataset: release.Dataset | None) -> tuple[Working, pa.Array]:
    """The prints of all articles, and for each article its row in them."""
    shard, at = working.articles["shard"].to_numpy(), working.articles["at"].to_numpy()
    used = [number for number in np.unique(shard).tolist() if number != stages.PARENT]
    parts = [working.shards[number].prints() for number in used]
    starts = np.zeros(len(working.shards) + 1, np.int64)
    starts[used] = np.cumsum([0, *(part.num_rows for part in parts)])[:-1]
    numbers = starts[shard] + at
    carried = np.flatnonzero(shard == stages.PARENT)
    if len(carried):
        idle = [one.prints() for number, one in enumerate(working.shards) if number not in set(used)]
        kept = [release.kept_prints(dataset, dedupe.VERSION)] if dataset else []
        known = pa.concat_tables([stages.PRINTS.empty_table(), *parts, *idle, *kept])
        wanted = working.articles["content_hash"].take(pa.array(carried))
        place = pc.index_in(wanted, value_set=known["content_hash"].combine_chunks())
        missing = carried[np.asarray(pc.is_null(place))]
        some = replace(working, articles=working.articles.take(pa.array(missing)))
        made, rows = [], [np.empty(0, np.int64)]
        for table in some.stream(["content_hash", "text"]):
            made.append(dedupe.prints_of(table))
            rows.append(table["row"].to_numpy())
        working = replace(working, prints=pa.concat_tables([known, *made]))
        numbers[carried] = np.asarray(pc.fill_null(place, -1), np.int64)
        order = {row: known.num_rows + n for n, row in enumerate(np.concatenate(rows).tolist())}
        numbers[missing] = [order[row] for row in working.articles["row"].take(pa.array(missing)).to_pylist()]
        return working, pa.array(numbers)
    return replace(working, prints=pa.concat_tables([stages.PRINTS.empty_table(), *parts])), pa.array(numbers)
