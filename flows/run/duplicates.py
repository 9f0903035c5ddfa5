"""What repeats what: within the run, and against what was carried over."""

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.run_state import Working
from schemas import stage_tables


def mark_duplicates(working: Working, mode: str, dataset: release.Dataset | None = None) -> Working:
    """Name the article that each duplicate repeats, or move duplicates to rejects (`drop`).

    Articles carried over are compared by the prints that were kept; where none are, by their texts.
    """
    files: list[release.Mapped] = []
    prints, numbers = _prints(working, dataset, files)
    fingerprints = dedupe.fingerprints_of(working.articles, prints, numbers)
    rest = partial(release.rest, files)
    links = dedupe.link(fingerprints, prints, rest)
    rest()
    if working.carried:
        working = replace(working, prints=prints, rest=rest)
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
    carried = working.articles.filter(pc.equal(working.articles["shard"], stage_tables.PARENT))
    release.keep_prints(dataset, working.prints, carried["content_hash"], dedupe.VERSION, working.rest)


def _prints(
    working: Working, dataset: release.Dataset | None, files: list[release.Mapped]
) -> tuple[pa.Table, pa.Array]:
    """PRINTS, and for each article its row in them. The files that they lie in are added to `files`."""
    shard, at = working.articles["shard"].to_numpy(), working.articles["at"].to_numpy()
    carried = np.flatnonzero(shard == stage_tables.PARENT)
    # Those of this run first; what was carried over may have an outcome of an earlier run.
    used = [number for number in np.unique(shard).tolist() if number != stage_tables.PARENT]
    idle = sorted(set(range(len(working.shards))) - set(used)) if len(carried) else []
    parts = [_of_shard(working.shards[number], files) for number in [*used, *idle]]
    starts = np.zeros(len(working.shards) + 1, np.int64)
    starts[[*used, *idle]] = np.cumsum([0, *(part.num_rows for part in parts)])[:-1]
    numbers = starts[shard] + at
    if len(carried):
        kept = release.mapped_prints(dataset, dedupe.VERSION) if dataset else None
        if kept is not None:
            files.append(kept)
            parts.append(kept.table.replace_schema_metadata())
        known = pa.concat_tables([stage_tables.PRINTS.empty_table(), *parts])
        wanted = working.articles["content_hash"].take(pa.array(carried))
        place = pc.index_in(wanted, value_set=known["content_hash"].combine_chunks())
        numbers[carried] = np.asarray(pc.fill_null(place, -1), np.int64)
        missing = carried[np.asarray(pc.is_null(place))]
        made, rows = _made(replace(working, articles=working.articles.take(pa.array(missing))))
        of_row = {row: known.num_rows + number for number, row in enumerate(rows)}
        numbers[missing] = [of_row[row] for row in working.articles["row"].take(pa.array(missing)).to_pylist()]
        parts += made
    return pa.concat_tables([stage_tables.PRINTS.empty_table(), *parts]), pa.array(numbers)


def _of_shard(shard: cache.Shard, files: list[release.Mapped]) -> pa.Table:
    found = shard.prints()
    if found is None:
        return shard.table("prints")
    files.append(found)
    return found.table


def _made(some: Working) -> tuple[list[pa.Table], list[int]]:
    """Prints made of texts, and the rows that they are of."""
    made: list[pa.Table] = []
    rows: list[int] = []
    for table in some.stream(["content_hash", "text"]):
        made.append(dedupe.prints_of(table))
        rows += table["row"].to_pylist()
    return made, rows
