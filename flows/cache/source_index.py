"""Index of the last source that was read, file by file, so that an unchanged file is not read again.

    state/sources/<digest>/files.arrow      INDEXED_FILES: path, size, mtime, digest, number of documents and rejects
                           arrivals.arrow   ARRIVALS of all files, in their order
                           rejects.arrow    REJECTS of reading, likewise

Only the last source is indexed; files that are no longer in it are forgotten. A file is unchanged if its path, size
and mtime are the same. A file modified just before it was read is not trusted, because a second write in the same
clock tick would leave the mtime as it is. If the reading code or the limits changed, files are read again, though
their digests stay valid.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import read
from flows.cache import arrow_folders
from flows.cache.code_version import hash_needed_files
from schemas import arrow, arrow_files, stage_tables

# What is read of a source, and the id and the key of each document, are what these modules make.
READER_ENTRIES: Final = ("flows.read", "flows.cache.cache_key", "flows.describe.identity")
INDEXED_FILES: Final = pa.schema(
    [
        *read.SURVEYED_FILES,
        pa.field("settled", pa.bool_(), False),
        pa.field("documents", pa.int32(), False),
        pa.field("rejects", pa.int32(), False),
        pa.field("tally", pa.string()),  # keys of its records and files that are no documents, as JSON
    ]
)
# A file modified less than this before it was read may change once more without a new mtime: one tick of the kernel
# clock, or the resolution of a file system that stores whole seconds.
_CLOCK_TICK_NS: Final = 50_000_000
_COARSE_CLOCK_NS: Final = 2_000_000_000
_BATCH_ROWS: Final = 8192
_STAGED_FOLDER: Final = "ledger"


def compute_reader_digest(root: Path, settings: Sequence[object]) -> str:
    """Return the digest of the code that reads and of the settings that determine what is read."""
    return hash_needed_files(root, READER_ENTRIES, json.dumps(list(settings)))


@dataclass(frozen=True)
class SourceIndex:
    """Index of a source: INDEXED_FILES, ARRIVALS, REJECTS. `reader_digest` identifies the reading code and settings."""

    files: pa.Table
    arrivals: pa.Table
    rejects: pa.Table
    reader_digest: str = ""

    def build_digest_lookup(self) -> read.DigestLookup:
        """Build a lookup of file digests; it must be called in the order of the source, as survey_source does."""
        rows = _iterate_rows(self.files.select(["path", "size", "mtime_ns", "sha256", "settled"]))
        row = next(rows, None)

        def find_digest(path: str, stamp: tuple[int, int]) -> str | None:
            nonlocal row
            path_bytes = path.encode("utf-8", "surrogatepass")
            while row is not None and row[0].encode("utf-8", "surrogatepass") < path_bytes:
                row = next(rows, None)
            is_unchanged = row is not None and row[0] == path and row[4] and (row[1], row[2]) == stamp
            return str(row[3]) if row is not None and is_unchanged and row[3] is not None else None

        return find_digest

    def match_unchanged_files(self, files: pa.Table) -> npt.NDArray[np.int64]:
        """Return for each file of a survey its row in this index if it is unchanged, else -1."""
        matched_rows = pc.fill_null(pc.index_in(files["path"], value_set=self.files["path"].combine_chunks()), -1)
        rows = np.asarray(matched_rows, np.int64)
        matched_files = self.files.take(pa.array(np.maximum(rows, 0))) if self.files.num_rows else self.files
        if not self.files.num_rows:
            return np.full(len(rows), -1, np.int64)
        is_same = matched_files["settled"].to_numpy()
        # An unreadable file has no digest and counts as changed: granting access changes neither size nor mtime.
        for name in ("size", "mtime_ns", "sha256"):
            is_same = is_same & np.asarray(pc.fill_null(pc.equal(matched_files[name], files[name]), False))
        return np.where((rows >= 0) & is_same, rows, -1)

    def compute_offsets(self, column: str) -> npt.NDArray[np.int64]:
        """Return the first `documents` or `rejects` row of each file, and the total at the end."""
        return np.concatenate([[0], np.cumsum(self.files[column].to_numpy(), dtype=np.int64)])


EMPTY_INDEX: Final = SourceIndex(
    INDEXED_FILES.empty_table(), arrow.make_empty_table(stage_tables.ARRIVALS), arrow.make_empty_table(arrow.REJECTS)
)


def load_source_index(folder: Path) -> SourceIndex:
    """Load the last index, its arrivals memory-mapped; return an empty one if there is none or it is damaged."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            if path.name.startswith(".") or not arrow_folders.is_intact(path):
                continue
            files, rejects = (arrow_files.read_table(path / f"{name}.arrow") for name in ("files", "rejects"))
            arrivals = arrow_files.read_mapped_table(path / "arrivals.arrow")
            reader_digest = arrow_files.read_metadata(path / "files.arrow").get("read_by", "")
            if files.schema.equals(INDEXED_FILES) and arrivals.schema.equals(stage_tables.ARRIVALS):
                return SourceIndex(files, arrivals, rejects, reader_digest)
        except (OSError, pa.ArrowException):
            continue
    return EMPTY_INDEX


def stage_source_index(index: SourceIndex, work: Path) -> None:
    """Write an index to `work`, to be committed once the source is known not to have changed during the run."""
    staged = work / _STAGED_FOLDER
    staged.mkdir()
    arrow_files.write_table(staged / "files.arrow", index.files, {"read_by": index.reader_digest})
    arrow_files.write_table(staged / "arrivals.arrow", index.arrivals, packed=False)
    arrow_files.write_table(staged / "rejects.arrow", index.rejects)


def commit_source_index(folder: Path, work: Path) -> None:
    """Replace the index in `folder` by the one staged in `work`, a folder on the same disk.

    Without a staged index nothing changes.
    """
    if not (work / _STAGED_FOLDER).is_dir():
        return
    committed = arrow_folders.commit_folder(work / _STAGED_FOLDER, folder)
    for path in folder.iterdir():
        if path != committed:
            arrow_folders.remove_folder(path)


def build_settled_lookup(files: pa.Table, now_ns: int) -> read.DigestLookup:
    """Build a lookup of the digests of files that were settled when a survey began, for a second survey."""
    columns = [
        *files.columns,
        pa.array(mask_settled_files(files, now_ns)),
        *[pa.array(np.zeros(files.num_rows, np.int32))] * 2,
        pa.nulls(files.num_rows, pa.string()),
    ]
    return SourceIndex(
        pa.table(columns, schema=INDEXED_FILES), EMPTY_INDEX.arrivals, EMPTY_INDEX.rejects
    ).build_digest_lookup()


def mask_settled_files(files: pa.Table, now_ns: int) -> npt.NDArray[np.bool_]:
    """Return the mask of files of a survey that were settled (not just modified) when it began."""
    mtime = np.asarray(pc.fill_null(files["mtime_ns"], now_ns), np.int64)
    settle_ns = np.where(mtime % 1_000_000_000 == 0, _COARSE_CLOCK_NS, _CLOCK_TICK_NS)
    return np.asarray(mtime + settle_ns <= now_ns)


def _iterate_rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
