"""Shards: outcomes of some documents, in a folder or in memory, read table by table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.cache import arrow_folders
from flows.cache.code_version import CodeVersion
from flows.release import MappedTable, map_table
from flows.workers import batch_processing
from schemas import arrow, arrow_files

# One row a document. `at` locates its outcome: n is row n of articles, -1 - n is row n of rejects.
SHARD_DOCUMENTS: Final = pa.schema(
    [
        pa.field("key", pa.binary(16), False),
        pa.field("at", pa.int32(), False),
        pa.field("keep", pa.bool_(), False),
        pa.field("profiles", pa.string(), False),
    ]
)
# Reject reasons that the machine may have caused: these documents are processed again.
_RETRIED_REASONS: Final = ("too_slow", "crashed")


class Shard(Protocol):
    """Shard of outcomes: the tables that flows.workers.batch_processing produces."""

    def read_table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns."""
        ...

    def map_prints(self) -> MappedTable | None:
        """Return the articles' PRINTS memory-mapped, or None if they are not on disk."""
        ...


@dataclass(frozen=True)
class InMemoryShard:
    """Shard in memory."""

    outcome: batch_processing.BatchOutcome

    def read_table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns."""
        table: pa.Table = getattr(self.outcome, name)
        return table.select(columns) if columns is not None else table

    def map_prints(self) -> None:
        """Return None: the prints are in memory."""
        return


@dataclass(frozen=True)
class StoredShard:
    """Shard in a folder."""

    path: Path

    def read_table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read a table, or some of its columns."""
        return arrow_files.read_table(self.path / f"{name}{arrow_folders.ARROW_SUFFIX}", columns)

    def map_prints(self) -> MappedTable:
        """Return PRINTS, memory-mapped."""
        return map_table(self.path / f"prints{arrow_folders.ARROW_SUFFIX}")

    def read_documents(self) -> pa.Table:
        """Read SHARD_DOCUMENTS."""
        return self.read_table("documents")

    def count_documents(self) -> int:
        """Count the documents of the shard."""
        return arrow_files.count_rows(self.path / f"documents{arrow_folders.ARROW_SUFFIX}")

    def read_profiles(self) -> dict[str, str]:
        """Read the profiles that any of the documents consulted: name -> digest."""
        profile_digests: dict[str, str] = json.loads(
            arrow_files.read_metadata(self.path / f"documents{arrow_folders.ARROW_SUFFIX}")["profiles"]
        )
        return profile_digests

    def select_usable(self, documents: pa.Table, profiles: dict[str, str]) -> np.ndarray:
        """Return the mask of reusable documents: not to be retried, and made with the current profiles."""
        recorded_profiles = self.read_profiles()
        stale_profiles = {name for name, digest in recorded_profiles.items() if profiles.get(name) != digest}
        encoded_profiles = documents["profiles"].combine_chunks().dictionary_encode()
        is_current = [not stale_profiles & set(names.split(",")) for names in encoded_profiles.dictionary.to_pylist()]
        is_fresh = (
            np.array(is_current, bool)[encoded_profiles.indices.to_numpy()] if len(is_current) else np.zeros(0, bool)
        )
        return np.asarray(is_fresh & documents["keep"].to_numpy())


def write_documents_table(folder: Path, keys: Sequence[bytes], version: CodeVersion) -> pa.Table:
    """Write SHARD_DOCUMENTS of an outcome into its folder; return the table."""
    articles = arrow_files.read_table(folder / "articles.arrow", ["doc", "profiles"])
    rejects = arrow_files.read_table(folder / "rejects.arrow", ["doc", "profiles", "reason"])
    at = np.empty(len(keys), np.int32)
    at[articles["doc"].to_numpy()] = np.arange(articles.num_rows)
    at[rejects["doc"].to_numpy()] = -1 - np.arange(rejects.num_rows)
    keep = np.ones(len(keys), bool)
    is_retried = pc.is_in(rejects["reason"], value_set=pa.array(_RETRIED_REASONS)).to_numpy()
    keep[rejects["doc"].to_numpy()[is_retried]] = False
    profile_rows = pa.concat_tables([articles, rejects.select(["doc", "profiles"])]).sort_by("doc")
    documents = pa.table([pa.array(keys, pa.binary(16)), at, keep, profile_rows["profiles"]], schema=SHARD_DOCUMENTS)
    # Only consulted profiles are recorded.
    names = {
        name
        for profile_names in pc.unique(profile_rows["profiles"]).to_pylist()
        for name in profile_names.split(",")
        if name
    }
    profile_digests = {name: version.profiles.get(name, "") for name in sorted(names)}
    arrow_files.write_table(folder / "documents.arrow", documents, {"profiles": json.dumps(profile_digests)})
    return documents


def write_merged_shard(parts: Sequence[tuple[StoredShard, np.ndarray]], folder: Path) -> None:
    """Merge some documents (a mask) of each of the given shards; write the new shard into an empty folder."""
    documents: list[pa.Table] = []
    outcomes: list[batch_processing.BatchOutcome] = []
    profile_digests: dict[str, str] = {}
    article_count = reject_count = 0
    for shard, mask in parts:
        table = shard.read_documents().filter(pa.array(mask))
        at = table["at"].to_numpy()
        article_rows, reject_rows = np.unique(at[at >= 0]), np.unique(-1 - at[at < 0])
        positions = np.where(
            at >= 0,
            np.searchsorted(article_rows, at) + article_count,
            -1 - (np.searchsorted(reject_rows, -1 - at) + reject_count),
        )
        documents.append(arrow.replace_column(table, "at", positions))
        outcomes.append(_select_outcome_rows(shard, article_rows, reject_rows))
        profile_digests |= shard.read_profiles()
        article_count, reject_count = article_count + len(article_rows), reject_count + len(reject_rows)
    merged = batch_processing.concatenate_outcomes(outcomes)
    for name in batch_processing.OUTCOME_TABLES:
        arrow_files.write_table(
            folder / f"{name}.arrow", getattr(merged, name).combine_chunks(), packed=name != "prints"
        )
    arrow_files.write_table(
        folder / "documents.arrow", pa.concat_tables(documents), {"profiles": json.dumps(profile_digests)}
    )


def _select_outcome_rows(
    shard: StoredShard, article_rows: np.ndarray, reject_rows: np.ndarray
) -> batch_processing.BatchOutcome:
    """Select some articles and rejects of a shard as an outcome of their own, renumbered."""
    tables = {name: shard.read_table(name).take(pa.array(article_rows)) for name in ("articles", "prints")}
    tables["rejects"] = shard.read_table("rejects").take(pa.array(reject_rows))
    for name in ("spans", "evidence"):
        table = shard.read_table(name)
        selected = table.filter(pc.is_in(table["row"], value_set=pa.array(article_rows, pa.int64())))
        tables[name] = arrow.replace_column(selected, "row", np.searchsorted(article_rows, selected["row"].to_numpy()))
    tables["articles"] = arrow.replace_column(tables["articles"], "row", np.arange(len(article_rows)))
    docs = np.concatenate([tables["articles"]["doc"].to_numpy(), tables["rejects"]["doc"].to_numpy()])
    doc_numbers = np.argsort(np.argsort(docs))
    tables["articles"] = arrow.replace_column(tables["articles"], "doc", doc_numbers[: len(article_rows)])
    tables["rejects"] = arrow.replace_column(tables["rejects"], "doc", doc_numbers[len(article_rows) :])
    return batch_processing.BatchOutcome(**tables)
