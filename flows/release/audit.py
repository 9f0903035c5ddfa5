"""Read a staged release back before it is published: everything `verify` checks, and what the rows say.

Reads each table once, a part of a row group at a time; held in memory are the keys of the articles alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from flows.release.errors import AuditError
from flows.release.integrity import Damage, verify
from flows.release.manifest import Manifest, read_manifest
from schemas import columns, vocabulary

_SHOWN: Final = 3
_PARTS: Final = 4  # of a row group: other tables are written meanwhile, and want the memory
# The columns that are compared with other tables, and whether each of their values is wanted once.
_KEPT: Final[dict[str, dict[str, bool]]] = {
    "spans": {"article_id": True},
    "articles": {"article_id": False, "source_id": False, "duplicate_of": False},
    "evidence": {"article_id": True},
    "changes": {"op": False},
    "rejects": {"reason": False},
}


@dataclass(frozen=True)
class Found:
    """What one pass over a table found: what is wrong with it, and the columns of _KEPT."""

    damages: list[Damage]
    kept: dict[str, pa.Array]


def _place(release: Path, name: str) -> str:
    return parquet_tables.parts(release, name)[0].relative_to(release).as_posix()


def read_back(release: Path, name: str) -> Found:
    """Go through a table once: its order, columns that may not be null, and those with a closed list of words.

    Raises what Arrow does where it cannot be read.
    """
    keys, described = list(parquet_tables.ORDER[name]), {column.name: column for column in columns.PUBLISHED[name]}
    wanted = [c.name for c in described.values() if not c.nullable or c.one_of or c.name in (*keys, *_KEPT[name])]
    damages, kept = [], {column: [pa.array([], pa.string())] for column in _KEPT[name]}
    last: pa.Table | None = None
    in_order = True
    for batch in parquet_tables.batches(release, name, wanted, _PARTS):
        chunk = pa.Table.from_batches([batch]).select(keys)
        if last is not None:
            chunk = pa.concat_tables([last, chunk]).combine_chunks()
        if in_order and not _in_order(chunk.slice(0, chunk.num_rows - 1), chunk.slice(1)):
            in_order = False
            damages.append(Damage(_place(release, name), f"is not sorted by {', '.join(keys)}"))
        last = chunk.slice(chunk.num_rows - 1)
        damages += [Damage(_place(release, name), what) for what in _wrong(batch, described)]
        for column, unique in _KEPT[name].items():
            values = batch.column(column)
            kept[column].append(values.unique() if unique else values)
    return Found(damages, {column: pa.concat_arrays(values) for column, values in kept.items()})


def _in_order(rows: pa.Table, following: pa.Table) -> bool:
    """Whether each row comes before the one that follows it, or is like it; nulls come last."""
    open_ = np.ones(rows.num_rows, bool)  # alike so far
    for one, other in zip(rows.columns, following.columns, strict=True):
        if not open_.any():
            return True
        null, then_null = (np.asarray(pc.is_null(column)) for column in (one, other))
        greater, equal = (np.asarray(pc.fill_null(of(one, other), False)) for of in (pc.greater, pc.equal))
        if np.any(open_ & ~then_null & (greater | null)):
            return False
        open_ &= equal | (null & then_null)
    return True


def _wrong(batch: pa.RecordBatch, described: dict[str, columns.Column]) -> Iterator[str]:
    for column in (described[field] for field in batch.schema.names):
        values = batch.column(column.name)
        if values.null_count and not column.nullable:
            yield f"column {column.name} has {values.null_count} nulls"
        if column.one_of:
            others = set(pc.unique(values.drop_null()).to_pylist()) - set(column.one_of)
            if others:
                yield f"column {column.name} says {sorted(others)[:_SHOWN]}"


def _keys(articles: dict[str, pa.Array]) -> Iterator[str]:
    for key in ("article_id", "source_id"):
        found = pc.value_counts(articles[key])
        twice = found.filter(pc.greater(found.field("counts"), 1)).field("values").to_pylist()
        if twice:
            yield f"{key} should be unique, and {twice[:_SHOWN]} stand twice"
    ids = articles["article_id"]
    own = ids.filter(pc.fill_null(pc.equal(ids, articles["duplicate_of"]), False))
    if len(own):
        yield f"{own[0]} is named as its own duplicate"


def _references(name: str, column: str, found: dict[str, Found]) -> Iterator[str]:
    """What names an article names a published one."""
    named = found[name].kept[column].drop_null()
    lost = named.filter(pc.invert(pc.is_in(named, value_set=found["articles"].kept["article_id"])))
    if len(lost):
        yield f"{column} names {lost.slice(0, _SHOWN).to_pylist()}, which are not articles of this release"


def _reasons(release: Path, manifest: Manifest, found: dict[str, Found]) -> Iterator[Damage]:
    """The reject rows against the counts, reason by reason; the changes likewise, op by op."""
    counts = manifest["counts"]
    for count, wrong in (
        ("dropped", counts["dropped"].keys() - vocabulary.DROPPED),
        ("rejected", counts["rejected"].keys() & vocabulary.DROPPED),
    ):
        if wrong:
            yield Damage("manifest.json", f"counts {sorted(wrong)} as {count}")
    said = {"reason": Counter({**counts["dropped"], **counts["rejected"]}), "op": Counter(manifest["changes"])}
    for name, column in (("rejects", "reason"), ("changes", "op")):
        rows = Counter({row["values"]: row["counts"] for row in found[name].kept[column].value_counts().to_pylist()})
        for word in sorted(rows.keys() | said[column].keys()):
            if rows[word] != said[column][word]:
                what = f"has {rows[word]} rows {word}, where manifest.json counts {said[column][word]}"
                yield Damage(_place(release, name), what)


def audit(folder: Path, read: Mapping[str, Callable[[], Found]] | None = None) -> None:
    """Read a staged release back. Raises AuditError that names each file and fact that is wrong.

    `read` gives what `read_back` found in each table, where that was begun before.
    """
    damages = verify(folder)
    if not damages:  # else it may be no table that was read
        found = {name: read[name]() if read else read_back(folder, name) for name in _KEPT}
        damages = [each for one in found.values() for each in one.damages]
        articles = _place(folder, "articles")
        damages += [Damage(articles, what) for what in _keys(found["articles"].kept)]
        for name, column in (("articles", "duplicate_of"), ("spans", "article_id"), ("evidence", "article_id")):
            damages += [Damage(_place(folder, name), what) for what in _references(name, column, found)]
        damages += _reasons(folder, read_manifest(folder), found)
    if damages:
        raise AuditError(f"The release is not published: {'; '.join(str(each) for each in damages)}.")
