"""What a stranger reads of a dataset, without a line of Kliping: latest.json, the digests, the accounts.

`wrong_with` judges one look; `Watcher` looks again and again while others publish.
"""

import csv
import gzip
import hashlib
import io
import json
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow.parquet as pq

REPRODUCIBLE = ("data/", "csv/", "rejects/", "lineage/", "diff/")


def digest_of(path: Path) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sums_of(release: Path) -> dict[str, str]:
    """SHA256SUMS: path -> digest."""
    lines = (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {line[66:]: line[:64] for line in lines}


def bytes_of(release: Path) -> dict[str, str]:
    """The digests of the files whose bytes the same inputs must give again."""
    return {path: digest for path, digest in sums_of(release).items() if path.startswith(REPRODUCIBLE)}


def rows_of(release: Path) -> dict[str, list[str]]:
    """The rows of each table and CSV in any order: equal for the same documents, whatever the parent's segments."""
    rows: dict[str, list[str]] = {}
    for path in sorted([*release.glob("data/*.parquet"), *release.glob("lineage/*.parquet")]):
        table = f"{path.parent.name}/{path.name.partition('-')[0]}"
        rows.setdefault(table, []).extend(map(repr, pq.ParquetFile(path).read().to_pylist()))
    for path in sorted(release.glob("rejects/*.parquet")):
        rows.setdefault("rejects", []).extend(map(repr, pq.ParquetFile(path).read().to_pylist()))
    for path in sorted(release.glob("csv/*")):
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
        records = csv.reader(io.StringIO(text, newline=""))
        next(records)
        rows.setdefault(f"csv/{path.name.partition('-')[0]}", []).extend(map(repr, records))
    return {table: sorted(lines) for table, lines in rows.items()}


def wrong_with_release(release: Path) -> list[str]:
    """Whether each file is there, is what SHA256SUMS says, and the manifest's accounts are even."""
    sums = sums_of(release)
    there = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    wrong = [f"{path}: in one of folder and SHA256SUMS alone" for path in sorted(there ^ set(sums))]
    wrong += [f"{path}: other bytes" for path in sorted(there & set(sums)) if digest_of(release / path) != sums[path]]
    if wrong:
        return wrong
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    counts = manifest["counts"]
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    if counts["documents_in"] + counts["carried_over"] != counts["published"] + dropped + rejected:
        wrong.append(f"documents unaccounted for: {counts}")
    for table, count in (("data", counts["published"]), ("rejects", dropped + rejected)):
        rows = sum(pq.read_metadata(path).num_rows for path in (release / table).glob("*.parquet"))
        if rows != count:
            wrong.append(f"{table}: {rows} rows where {count} are counted")
    return wrong


def latest_of(home: Path) -> dict[str, Any] | None:
    """The pointer, None where there is none."""
    try:
        pointer: dict[str, Any] = json.loads((home / "latest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return pointer


def wrong_with(home: Path, *, first: bool) -> list[str]:
    """What is wrong with what latest.json names; `first` says that there may be no release yet."""
    pointer = latest_of(home)
    if pointer is None:
        return [] if first else ["latest.json is gone"]
    release = home / pointer["path"]
    if not (release / "SHA256SUMS").is_file():
        return [f"latest.json names {pointer['path']}, which is not there"]
    if digest_of(release / "SHA256SUMS") != pointer["digest"]:
        return [f"{pointer['path']} is not the release that latest.json was written for"]
    return wrong_with_release(release)


class Watcher:
    """Looks at datasets every few milliseconds, in a thread of its own; `wrong` is what it ever saw."""

    def __init__(self) -> None:
        self.looks, self.wrong = 0, list[str]()
        self._home: tuple[Path, bool] | None = None
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def watch(self, home: Path | None, *, first: bool = False) -> None:
        """From now on look at this dataset; at none for None."""
        with self._lock:
            self._home = None if home is None else (home, first)

    def _watch(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                if self._home is not None:
                    home, first = self._home
                    try:
                        self.wrong += [f"while it ran: {said}" for said in wrong_with(home, first=first)]
                    except Exception as error:
                        self.wrong.append(f"while it ran: {type(error).__name__}: {error}")
                    self.looks += 1
            time.sleep(0.1)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
