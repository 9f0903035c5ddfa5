"""The raw bytes of every document, kept once by digest: state/raw/*.parquet.

A pack holds (raw_sha256, raw) sorted by digest in small row groups, is named after the digests in it, written aside
and renamed: killed at any instant, a pack is there whole or not at all, and keeping the same bytes again adds nothing.
The index is the digest column of the packs. Each run that finds something new adds a pack; once there are many small
ones they are put together, so that their number hangs on the bytes and not on the runs.
"""

import hashlib
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import TracebackType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.release.errors import ReleaseError, writing
from flows.release.filesystem import sync
from flows.release.layout import Dataset

SCHEMA: Final = pa.schema([pa.field("raw_sha256", pa.string(), False), pa.field("raw", pa.large_binary(), False)])
_PACK_BYTES: Final = 64 << 20
_PACK_ROWS: Final = 50_000
_GROUP_ROWS: Final = 512
_SMALL: Final = 64  # of packs that are less than half full so many are let be


class Keeper:
    """Keeps the raw bytes of a run as they come by; a context manager.

    Holds some 64 MB of new bytes, and each digest that was ever kept. Leaving it without an error
    writes the last pack, and puts small ones together; after an error the packs written so far stay, and are good.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._folder = dataset.raw
        self._folder.mkdir(parents=True, exist_ok=True)
        self._known = {bytes.fromhex(digest) for path in _packs(dataset) for digest in _digests(path)}
        self._new: dict[str, bytes] = {}
        self._bytes = 0
        self.kept = 0

    def add(self, table: pa.Table) -> None:
        """Keep the bytes of a table with raw_sha256 and raw (RAW, READ_REJECTS); rows where either is null pass."""
        rows = table.select(["raw_sha256", "raw"]).drop_null()
        for batch in rows.to_batches():
            for digest, raw in zip(batch.column(0), batch.column(1), strict=True):
                self.add_pair(digest.as_py(), raw)

    def add_pair(self, digest: str, raw: "bytes | pa.LargeBinaryScalar") -> None:
        """Keep one document's bytes. `digest` is their SHA-256, hex, as read/ computed it."""
        key = bytes.fromhex(digest)
        if key in self._known:
            return
        content = raw if isinstance(raw, bytes) else raw.as_py()
        self._known.add(key)
        self._new[digest] = content
        self._bytes += len(content)
        if self._bytes >= _PACK_BYTES or len(self._new) >= _PACK_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held as a pack."""
        if not self._new:
            return
        with writing(self._folder):
            _write_held(self._folder, self._new)
        self.kept += len(self._new)
        self._new, self._bytes = {}, 0

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
            _put_together(self._dataset)


def keep(dataset: Dataset, raws: pa.Table | Iterable[tuple[str, bytes]]) -> int:
    """Keep raw bytes, a table or (digest, bytes) pairs; returns how many documents were new.

    Whoever has many batches uses one Keeper for all: each call here reads the index again.
    """
    with Keeper(dataset) as keeper:
        if isinstance(raws, pa.Table):
            keeper.add(raws)
        else:
            for digest, raw in raws:
                keeper.add_pair(digest, raw)
    return keeper.kept


def forget(dataset: Dataset, digests: AbstractSet[str]) -> int:
    """Remove the raw bytes of these SHA-256s (hex); returns how many documents went. Call it while holding the lock.

    A pack that holds one is written again without it, and then removed. May be repeated.
    """
    gone = 0
    for path in _packs(dataset):
        there = _digests(path)
        kept = [digest for digest in there if digest not in digests]
        if len(kept) == len(there):
            continue
        gone += len(there) - len(kept)
        with writing(dataset.raw):
            if kept:
                _write_pack(dataset.raw, kept, _groups_without(path, digests))
            path.unlink()
            sync(dataset.raw)
    return gone


def _groups_without(path: Path, digests: AbstractSet[str]) -> Iterator[pa.Table]:
    unwanted = pa.array(sorted(digests), pa.string())
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            kept = rows.filter(pc.invert(pc.is_in(rows.column("raw_sha256"), value_set=unwanted)))
            if kept.num_rows:
                yield kept


def _put_together(dataset: Dataset) -> None:
    """Write small packs again as full ones, once there are many; holds some 100 MB.

    The new pack is in place before those it is made of go: killed between, bytes are there twice, which harms nobody.
    A pack that cannot be read is let be: whoever asks for its bytes is told.
    """
    small = [path for path in _packs(dataset) if _is_small(path)]
    if len(small) < _SMALL:
        return
    held: dict[str, bytes] = {}
    sources: list[Path] = []
    for path in small:
        try:
            held |= _rows(path)
        except ReleaseError:
            continue
        sources.append(path)
        if sum(map(len, held.values())) >= _PACK_BYTES:
            _replace(dataset.raw, sources, held)
            held, sources = {}, []
    _replace(dataset.raw, sources, held)


def _replace(folder: Path, sources: list[Path], held: dict[str, bytes]) -> None:
    if len(sources) < 2:
        return
    with writing(folder):
        made = _write_held(folder, held)
        for path in sources:
            if path != made:
                path.unlink()
        sync(folder)


def _is_small(path: Path) -> bool:
    if path.stat().st_size >= _PACK_BYTES // 2:
        return False
    meta = pq.read_metadata(path)
    return meta.num_rows < _PACK_ROWS // 2 and _bytes_in(meta) < _PACK_BYTES // 2


def _bytes_in(meta: pq.FileMetaData) -> int:
    return sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))


def _rows(path: Path) -> dict[str, bytes]:
    """All of a pack, each of its rows checked. Raises ReleaseError."""
    try:
        rows = pq.read_table(path, schema=SCHEMA).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error)) from None
    return {row["raw_sha256"]: _checked(row["raw"], row["raw_sha256"], path) for row in rows}


def _write_held(folder: Path, held: dict[str, bytes]) -> Path:
    digests = sorted(held)
    parts = (digests[start : start + _GROUP_ROWS] for start in range(0, len(digests), _GROUP_ROWS))
    groups = (pa.table([part, [held[digest] for digest in part]], schema=SCHEMA) for part in parts)
    return _write_pack(folder, digests, groups)


def _write_pack(folder: Path, digests: list[str], groups: Iterable[pa.Table]) -> Path:
    """Write a pack of row groups aside and put it in place; `digests` are all of its digests, sorted."""
    name = hashlib.sha256("".join(digests).encode("ascii")).hexdigest()[:32]
    path, aside = folder / f"{name}.parquet", folder / f".{name}.new"
    with pq.ParquetWriter(aside, SCHEMA, compression="zstd", use_dictionary=False) as writer:
        for group in groups:
            writer.write_table(group)
    sync(aside)
    aside.replace(path)
    sync(folder)
    return path


def fetch(dataset: Dataset, digest: str) -> bytes | None:
    """The raw bytes of this SHA-256 (hex), None where they were not kept.

    Reads one row group. Raises ReleaseError where the pack cannot be read or holds other bytes under that digest.
    """
    for path in _packs(dataset):
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    found = _in_group(file, group, digest)
                    if found is not None:
                        return _checked(found, digest, path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, str(error)) from None
    return None


def fetch_all(dataset: Dataset, digests: AbstractSet[str]) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of all of these SHA-256s (hex) that were kept, in the packs' order; reads each pack once."""
    wanted = pa.array(sorted(digests), pa.string())
    for path in _packs(dataset):
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    here = pc.is_in(file.read_row_group(group, columns=["raw_sha256"]).column(0), value_set=wanted)
                    if pc.any(here).as_py():
                        for row in file.read_row_group(group).filter(here).to_pylist():
                            yield row["raw_sha256"], _checked(row["raw"], row["raw_sha256"], path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, str(error)) from None


def _in_group(file: pq.ParquetFile, group: int, digest: str) -> bytes | None:
    statistics = file.metadata.row_group(group).column(0).statistics
    if statistics is not None and statistics.has_min_max and not statistics.min <= digest <= statistics.max:
        return None
    row = pc.index(file.read_row_group(group, columns=["raw_sha256"]).column(0), digest).as_py()
    if row < 0:
        return None
    raw: bytes = file.read_row_group(group, columns=["raw"]).column(0)[row].as_py()
    return raw


def _checked(raw: bytes, digest: str, path: Path) -> bytes:
    if hashlib.sha256(raw).hexdigest() != digest:
        raise _damaged(path, f"the bytes kept as {digest} have another SHA-256")
    return raw


def _damaged(path: Path, what: str) -> ReleaseError:
    return ReleaseError(f"{path} cannot be trusted ({what}): move it away; the documents are read again at source_uri.")


def _packs(dataset: Dataset) -> list[Path]:
    return sorted(path for path in dataset.raw.glob("*.parquet") if not path.name.startswith("."))


def _digests(path: Path) -> list[str]:
    try:
        with pq.ParquetFile(path) as file:
            digests: list[str] = file.read(columns=["raw_sha256"]).column(0).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error)) from None
    return digests
