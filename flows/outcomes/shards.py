"""A shard: what became of some documents, in a folder or in memory, read a table at a time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import pipeline
from flows.outcomes import folders
from flows.outcomes.version import Version

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
    """Tables of what became of documents, as flows.pipeline makes them."""

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        ...

    def prints(self) -> pa.Table:
        """The articles' PRINTS; on disk, mapped and not read."""
        ...


@dataclass(frozen=True)
class Held:
    """An outcome in memory."""

    outcome: pipeline.Outcome

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        whole: pa.Table = getattr(self.outcome, name)
        return whole.select(columns) if columns is not None else whole

    def prints(self) -> pa.Table:
        """PRINTS."""
        return self.outcome.prints


@dataclass(frozen=True)
class Kept:
    """An outcome in a folder."""

    path: Path

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns."""
        return folders.load(self.path / f"{name}{folders.SUFFIX}", columns)

    def prints(self) -> pa.Table:
        """PRINTS, mapped."""
        return pa.ipc.open_file(pa.memory_map(str(self.path / f"prints{folders.SUFFIX}"))).read_all()

    def documents(self) -> pa.Table:
        """DOCUMENTS."""
        return self.table("documents")

    def usable(self, documents: pa.Table, profiles: dict[str, str]) -> np.ndarray:
        """Which of the documents stand: kept, and made with these profiles as far as each consulted any."""
        said = json.loads(folders.metadata(self.path / f"documents{folders.SUFFIX}")["profiles"])
        stale = {name for name, digest in said.items() if profiles.get(name) != digest}
        known = documents["profiles"].combine_chunks().dictionary_encode()
        good = [not stale & set(names.split(",")) for names in known.dictionary.to_pylist()]
        fresh = np.array(good, bool)[known.indices.to_numpy()] if len(good) else np.zeros(0, bool)
        return np.asarray(fresh & documents["keep"].to_numpy())


def close(folder: Path, keys: Sequence[bytes], version: Version) -> pa.Table:
    """Write what is known of the documents of an outcome into its folder; returns it (DOCUMENTS)."""
    articles = folders.load(folder / "articles.arrow", ["doc", "profiles"])
    rejects = folders.load(folder / "rejects.arrow", ["doc", "profiles", "reason"])
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
    folders.write(folder / "documents.arrow", documents, {"profiles": json.dumps(said)})
    return documents
