"""A shard: what became of some documents, in a folder or in memory, read a table at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.cache import arrow_folders
from flows.cache.code_version import Version
from flows.release import Mapped, mapped
from flows.workers import batch_processing

# One row a document: where it ended. `at` is a row of articles, or -1 less a row of rejects.
DOCUMENTS: Final = pa.schema(
    [
        pa.field("key", pa.binary(16), False),
        pa.field("at", pa.int32(), False),
        pa.field("keep", pa.bool_(), False),
        pa.field("profiles", pa.string(), False),
    ]
)
# What a document became may be the machine's fault: it is tried again.
_PASSING: Final = ("too_slow", "crashed")


class Shard(Protocol):
    """Tables of what became of documents, as flows.workers.batch_processing makes them."""

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        ...

    def prints(self) -> Mapped | None:
        """The articles' PRINTS where they lie on disk, mapped and not read."""
        ...


@dataclass(frozen=True)
class Held:
    """An outcome in memory."""

    outcome: batch_processing.Outcome

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        whole: pa.Table = getattr(self.outcome, name)
        return whole.select(columns) if columns is not None else whole

    def prints(self) -> None:
        """They are in memory."""
        return


@dataclass(frozen=True)
class Kept:
    """An outcome in a folder."""

    path: Path

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        return arrow_folders.load(self.path / f"{name}{arrow_folders.SUFFIX}", columns)

    def prints(self) -> Mapped:
        """PRINTS, mapped."""
        return mapped(self.path / f"prints{arrow_folders.SUFFIX}")

    def documents(self) -> pa.Table:
        """DOCUMENTS."""
        return self.table("documents")

    def count(self) -> int:
        """How many documents it has."""
        return arrow_folders.rows(self.path / f"documents{arrow_folders.SUFFIX}")

    def profiles(self) -> dict[str, str]:
        """The profiles that had a say in any of them: name -> digest."""
        said: dict[str, str] = json.loads(
            arrow_folders.metadata(self.path / f"documents{arrow_folders.SUFFIX}")["profiles"]
        )
        return said

    def usable(self, documents: pa.Table, profiles: dict[str, str]) -> np.ndarray:
        """Which of the documents stand: kept, and made with these profiles as far as each consulted any."""
        said = self.profiles()
        stale = {name for name, digest in said.items() if profiles.get(name) != digest}
        known = documents["profiles"].combine_chunks().dictionary_encode()
        good = [not stale & set(names.split(",")) for names in known.dictionary.to_pylist()]
        fresh = np.array(good, bool)[known.indices.to_numpy()] if len(good) else np.zeros(0, bool)
        return np.asarray(fresh & documents["keep"].to_numpy())


def close(folder: Path, keys: Sequence[bytes], version: Version) -> pa.Table:
    """Write what is known of the documents of an outcome into its folder; returns it (DOCUMENTS)."""
    articles = arrow_folders.load(folder / "articles.arrow", ["doc", "profiles"])
    rejects = arrow_folders.load(folder / "rejects.arrow", ["doc", "profiles", "reason"])
    at = np.empty(len(keys), np.int32)
    at[articles["doc"].to_numpy()] = np.arange(articles.num_rows)
    at[rejects["doc"].to_numpy()] = -1 - np.arange(rejects.num_rows)
    keep = np.ones(len(keys), bool)
    passing = pc.is_in(rejects["reason"], value_set=pa.array(_PASSING)).to_numpy()
    keep[rejects["doc"].to_numpy()[passing]] = False
    both = pa.concat_tables([articles, rejects.select(["doc", "profiles"])]).sort_by("doc")
    documents = pa.table([pa.array(keys, pa.binary(16)), at, keep, both["profiles"]], schema=DOCUMENTS)
    # Of profiles that none of them consulted nothing need be known.
    names = {name for joined in pc.unique(both["profiles"]).to_pylist() for name in joined.split(",") if name}
    said = {name: version.profiles.get(name, "") for name in sorted(names)}
    arrow_folders.write(folder / "documents.arrow", documents, {"profiles": json.dumps(said)})
    return documents


def write(parts: Sequence[tuple[Kept, np.ndarray]], folder: Path) -> None:
    """Write into an empty folder one shard with some documents (a mask) of each of the given ones."""
    documents: list[pa.Table] = []
    made: list[batch_processing.Outcome] = []
    said: dict[str, str] = {}
    articles = rejects = 0
    for shard, mask in parts:
        table = shard.documents().filter(pa.array(mask))
        at = table["at"].to_numpy()
        rows, others = np.unique(at[at >= 0]), np.unique(-1 - at[at < 0])
        new = np.where(at >= 0, np.searchsorted(rows, at) + articles, -1 - (np.searchsorted(others, -1 - at) + rejects))
        documents.append(table.set_column(1, DOCUMENTS.field("at"), pa.array(new, pa.int32())))
        made.append(_some(shard, rows, others))
        said |= shard.profiles()
        articles, rejects = articles + len(rows), rejects + len(others)
    whole = batch_processing.joined(made)
    for name in batch_processing.TABLES:
        arrow_folders.write(folder / f"{name}.arrow", getattr(whole, name).combine_chunks(), packed=name != "prints")
    arrow_folders.write(folder / "documents.arrow", pa.concat_tables(documents), {"profiles": json.dumps(said)})


def _some(shard: Kept, rows: np.ndarray, rejects: np.ndarray) -> batch_processing.Outcome:
    """Some articles and rejects of a shard as an outcome of their own."""
    tables = {name: shard.table(name).take(pa.array(rows)) for name in ("articles", "prints")}
    tables["rejects"] = shard.table("rejects").take(pa.array(rejects))
    for name in ("spans", "evidence"):
        table = shard.table(name)
        kept = table.filter(pc.is_in(table["row"], value_set=pa.array(rows, pa.int64())))
        tables[name] = _set(kept, "row", np.searchsorted(rows, kept["row"].to_numpy()))
    tables["articles"] = _set(tables["articles"], "row", np.arange(len(rows)))
    docs = np.concatenate([tables["articles"]["doc"].to_numpy(), tables["rejects"]["doc"].to_numpy()])
    place = np.argsort(np.argsort(docs))
    tables["articles"] = _set(tables["articles"], "doc", place[: len(rows)])
    tables["rejects"] = _set(tables["rejects"], "doc", place[len(rows) :])
    return batch_processing.Outcome(**tables)


def _set(table: pa.Table, name: str, values: np.ndarray) -> pa.Table:
    at = table.schema.get_field_index(name)
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(values, field.type))
