"""Read a staged release back before it is published: everything `verify` checks, and what the rows say.

Reads a row group at a time; held in memory are the keys of the articles alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import tables
from flows.release.errors import AuditError
from flows.release.manifest import Manifest, read_manifest
from flows.release.verify import Damage, verify
from schemas import columns, vocabulary

_SHOWN: Final = 3


def _place(release: Path, name: str) -> str:
    return tables.parts(release, name)[0].relative_to(release).as_posix()


def _sorted(release: Path, name: str) -> Iterator[Damage]:
    keys = list(tables.ORDER[name])
    last: pa.Table | None = None
    for batch in tables.batches(release, name, keys):
        chunk = pa.Table.from_batches([batch]).select(keys)
        if last is not None:
            chunk = pa.concat_tables([last, chunk]).combine_chunks()
        if not _in_order(chunk.slice(0, chunk.num_rows - 1), chunk.slice(1)):
            yield Damage(_place(release, name), f"is not sorted by {', '.join(keys)}")
            return
        last = chunk.slice(chunk.num_rows - 1)


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


def _values(release: Path, name: str) -> Iterator[Damage]:
    """Columns that may not be null, and those with a closed list of words."""
    described = {column.name: column for column in columns.PUBLISHED[name]}
    for batch in tables.batches(release, name, [c.name for c in described.values() if not c.nullable or c.one_of]):
        for column in (described[field] for field in batch.schema.names):
            values = batch.column(column.name)
            if values.null_count and not column.nullable:
                yield Damage(_place(release, name), f"column {column.name} has {values.null_count} nulls")
            if column.one_of:
                others = set(pc.unique(values.drop_null()).to_pylist()) - set(column.one_of)
                if others:
                    yield Damage(_place(release, name), f"column {column.name} says {sorted(others)[:_SHOWN]}")


def _column(release: Path, name: str, column: str, of: Callable[[pa.Array], pa.Array] = pc.unique) -> pa.Array:
    read = [of(batch.column(column)) for batch in tables.batches(release, name, [column])]
    return pa.concat_arrays(read) if read else pa.array([], pa.string())


def _keys(release: Path) -> Iterator[Damage]:
    for key in ("article_id", "source_id"):
        found = pc.value_counts(_column(release, "articles", key, pa.array))
        twice = found.filter(pc.greater(found.field("counts"), 1)).field("values").to_pylist()
        if twice:
            yield Damage(_place(release, "articles"), f"{key} should be unique, and {twice[:_SHOWN]} stand twice")


def _references(release: Path) -> Iterator[Damage]:
    """What names an article names a published one."""
    ids = _column(release, "articles", "article_id", pa.array)
    for name, column in (("articles", "duplicate_of"), ("spans", "article_id"), ("evidence", "article_id")):
        named = _column(release, name, column).drop_null()
        lost = named.filter(pc.invert(pc.is_in(named, value_set=ids)))
        if len(lost):
            what = f"{column} names {lost.slice(0, _SHOWN).to_pylist()}, which are not articles of this release"
            yield Damage(_place(release, name), what)
    for batch in tables.batches(release, "articles", ["article_id", "duplicate_of"]):
        own = batch.filter(pc.equal(batch.column("article_id"), batch.column("duplicate_of")))
        if own.num_rows:
            yield Damage(_place(release, "articles"), f"{own.column(0)[0]} is named as its own duplicate")


def _reasons(release: Path, manifest: Manifest) -> Iterator[Damage]:
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
        rows = Counter(_column(release, name, column, pa.array).to_pylist())
        for word in sorted(rows.keys() | said[column].keys()):
            if rows[word] != said[column][word]:
                what = f"has {rows[word]} rows {word}, where manifest.json counts {said[column][word]}"
                yield Damage(_place(release, name), what)


def audit(folder: Path) -> None:
    """Read a staged release back. Raises AuditError that names each file and fact that is wrong."""
    damages = verify(folder)
    if not damages:
        for name in tables.SCHEMAS:
            damages += [*_sorted(folder, name), *_values(folder, name)]
        damages += [*_keys(folder), *_references(folder), *_reasons(folder, read_manifest(folder))]
    if damages:
        raise AuditError(f"The release is not published: {'; '.join(str(each) for each in damages)}.")
