"""What the last run found in its source, file by file, so that a file that has not changed is not read again.

    state/sources/<digest>/files.arrow      FILES: path, size, mtime, digest, and how many documents and rejects it gave
                           arrivals.arrow   ARRIVALS of all files, in their order
                           rejects.arrow    REJECTS of reading, likewise

One source is remembered, the last; files that no run has met since are forgotten. A file counts as unchanged where its
path, size and mtime are the same; one that was written in the very moment it was read is not trusted, since a second
write in that moment would leave no trace. What was read by other code or within other limits is read again, though the
files' digests still hold.
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
from flows.cache.code_version import digest_of
from schemas import arrow, stage_tables

READS: Final = (
    "flows/read",
    "flows/cache/cache_key.py",
    "flows/describe/identity.py",
    "flows/outlets/canonical_urls.py",
)
FILES: Final = pa.schema(
    [
        *read.FILES,
        pa.field("settled", pa.bool_(), False),
        pa.field("documents", pa.int32(), False),
        pa.field("rejects", pa.int32(), False),
    ]
)
# A file that was written less than this before it was read may be written once more without a new mtime: a kernel's
# tick, or what a file system that counts in seconds may round away.
_TICK: Final = 50_000_000
_COARSE: Final = 2_000_000_000
_ROWS: Final = 8192
_LAID: Final = "ledger"


def reading(root: Path, settings: Sequence[object]) -> str:
    """Digest of the code that reads, and of the settings that decide what is read."""
    return digest_of(root, READS, json.dumps(list(settings)))


@dataclass(frozen=True)
class Ledger:
    """What a run found: FILES, ARRIVALS, REJECTS. `read_by` says by which code and settings."""

    files: pa.Table
    arrivals: pa.Table
    rejects: pa.Table
    read_by: str = ""

    def known(self) -> read.Known:
        """What is known of files by their path, asked in the order of the source, as read.survey does."""
        rows = _rows(self.files.select(["path", "size", "mtime_ns", "sha256", "settled"]))
        row = next(rows, None)

        def of(path: str, stamp: tuple[int, int]) -> str | None:
            nonlocal row
            asked = path.encode("utf-8", "surrogatepass")
            while row is not None and row[0].encode("utf-8", "surrogatepass") < asked:
                row = next(rows, None)
            same = row is not None and row[0] == path and row[4] and (row[1], row[2]) == stamp
            return str(row[3]) if row is not None and same and row[3] is not None else None

        return of

    def unchanged(self, files: pa.Table) -> npt.NDArray[np.int64]:
        """For each file of a survey its row here, where it is the same; else -1."""
        place = pc.fill_null(pc.index_in(files["path"], value_set=self.files["path"].combine_chunks()), -1)
        rows = np.asarray(place, np.int64)
        here = self.files.take(pa.array(np.maximum(rows, 0))) if self.files.num_rows else self.files
        if not self.files.num_rows:
            return np.full(len(rows), -1, np.int64)
        same = here["settled"].to_numpy()
        # What could not be read has no digest: whoever gives leave to read it changes neither size nor mtime.
        for name in ("size", "mtime_ns", "sha256"):
            same = same & np.asarray(pc.fill_null(pc.equal(here[name], files[name]), False))
        return np.where((rows >= 0) & same, rows, -1)

    def spans(self, column: str) -> npt.NDArray[np.int64]:
        """Where the `documents` or `rejects` of each file begin, and behind the last one the end."""
        return np.concatenate([[0], np.cumsum(self.files[column].to_numpy(), dtype=np.int64)])


NOTHING: Final = Ledger(FILES.empty_table(), arrow.empty(stage_tables.ARRIVALS), arrow.empty(arrow.REJECTS))


def recall(folder: Path) -> Ledger:
    """What was remembered last, arrivals mapped and not read; nothing where there is none that is sound."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            if path.name.startswith(".") or not arrow_folders.sound(path):
                continue
            files, rejects = (arrow_folders.load(path / f"{name}.arrow") for name in ("files", "rejects"))
            arrivals = pa.ipc.open_file(pa.memory_map(str(path / "arrivals.arrow"))).read_all()
            said = arrow_folders.metadata(path / "files.arrow").get("read_by", "")
            if files.schema.equals(FILES) and arrivals.schema.equals(stage_tables.ARRIVALS):
                return Ledger(files, arrivals, rejects, said)
        except (OSError, pa.ArrowException):
            continue
    return NOTHING


def lay(ledger: Ledger, work: Path) -> None:
    """Write down what a run found, to be remembered once its source is known to have held still meanwhile."""
    aside = work / _LAID
    aside.mkdir()
    arrow_folders.write(aside / "files.arrow", ledger.files, {"read_by": ledger.read_by})
    arrow_folders.write(aside / "arrivals.arrow", ledger.arrivals, packed=False)
    arrow_folders.write(aside / "rejects.arrow", ledger.rejects)


def remember(folder: Path, work: Path) -> None:
    """Remember what was laid in `work`, a folder on the same disk, in place of the run before; else nothing is done."""
    if not (work / _LAID).is_dir():
        return
    new = arrow_folders.put(work / _LAID, folder)
    for path in folder.iterdir():
        if path != new:
            arrow_folders.remove(path)


def at_rest(files: pa.Table, now_ns: int) -> read.Known:
    """What a survey found of the files that were at rest when it began, for a second one to ask."""
    columns = [*files.columns, pa.array(settled(files, now_ns)), *[pa.array(np.zeros(files.num_rows, np.int32))] * 2]
    return Ledger(pa.table(columns, schema=FILES), NOTHING.arrivals, NOTHING.rejects).known()


def settled(files: pa.Table, now_ns: int) -> npt.NDArray[np.bool_]:
    """Which files of a survey were at rest when it began."""
    mtime = np.asarray(pc.fill_null(files["mtime_ns"], now_ns), np.int64)
    rest = np.where(mtime % 1_000_000_000 == 0, _COARSE, _TICK)
    return np.asarray(mtime + rest <= now_ns)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for batch in table.to_batches(max_chunksize=_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
