"""Content-addressed store of the raw bytes of every document: state/raw/*.parquet.

A pack holds (raw_sha256, raw) sorted by digest in small row groups. It is named by a digest over its digests, written
to a temporary file and renamed, so that after a kill at any instant a pack exists completely or not at all. Storing the
same bytes again adds nothing. The index is the digest column of the packs. Each run with new bytes adds a pack; many
small packs are compacted, so that the number of packs depends on the bytes and not on the number of runs.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import TracebackType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import sync_path
from flows.release.layout import Dataset
from flows.release.sorted_keys import Keys, SortedKeys, split_keys

SCHEMA: Final = pa.schema([pa.field("raw_sha256", pa.string(), False), pa.field("raw", pa.large_binary(), False)])
_PACK_BYTES: Final = 64 << 20
_PACK_ROWS: Final = 50_000
_GROUP_ROWS: Final = 512
_MAX_SMALL_PACKS: Final = 64  # as many packs less than half full trigger a compaction


class RawStoreWriter:
    """Writer of the raw bytes of a run; a context manager.

    Memory holds up to about 64 MB of new bytes, and 16 bytes for each stored document. Leaving it without an error
    writes the last pack and compacts small ones. After an error the packs written so far stay and are valid.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._folder = dataset.raw
        self._folder.mkdir(parents=True, exist_ok=True)
        self._stored = SortedKeys()
        for path in _list_packs(dataset):
            self._stored.add_keys(_split_digests(_read_digests(path)))
        self._pending: dict[str, bytes] = {}
        self._pending_bytes = 0
        self.new_count = 0

    def add_table(self, table: pa.Table) -> None:
        """Store the bytes of a table with raw_sha256 and raw (RAW, READ_REJECTS); skip rows where either is null."""
        rows = table.select(["raw_sha256", "raw"]).drop_null()
        is_stored, _ = self._stored.find_keys(_split_digests(rows["raw_sha256"].to_pylist()))
        added: set[str] = set()
        for batch in rows.filter(pa.array(~is_stored)).to_batches():
            for digest, raw in zip(batch.column(0).to_pylist(), batch.column(1), strict=True):
                if digest not in added:
                    added.add(digest)
                    self._add_pending(digest, raw)

    def add_document(self, digest: str, raw: "bytes | pa.LargeBinaryScalar") -> None:
        """Store one document's bytes. `digest` is their SHA-256, hex, as computed by read/."""
        is_stored, _ = self._stored.find_keys(_split_digests([digest]))
        if not is_stored[0]:
            self._add_pending(digest, raw)

    def _add_pending(self, digest: str, raw: "bytes | pa.LargeBinaryScalar") -> None:
        """Add one document's bytes to the pending ones, once."""
        if digest in self._pending:
            return
        content = raw if isinstance(raw, bytes) else raw.as_py()
        self._pending[digest] = content
        self._pending_bytes += len(content)
        if self._pending_bytes >= _PACK_BYTES or len(self._pending) >= _PACK_ROWS:
            self.write_pending()

    def write_pending(self) -> None:
        """Write the pending bytes as a pack."""
        if not self._pending:
            return
        with explain_write_errors(self._folder):
            _write_documents(self._folder, self._pending)
        self._stored.add_keys(_split_digests(list(self._pending)))
        self.new_count += len(self._pending)
        self._pending, self._pending_bytes = {}, 0

    def __enter__(self) -> "RawStoreWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.write_pending()
            _compact_packs(self._dataset)


def _split_digests(digests: Sequence[str]) -> Keys:
    """Split SHA-256s (hex) into keys of their first 16 bytes."""
    return split_keys(bytes.fromhex("".join(digests)), 32)


def delete_raw_bytes(dataset: Dataset, digests: AbstractSet[str]) -> int:
    """Delete the raw bytes of these SHA-256s (hex); return the number of documents. The caller must hold the lock.

    A pack that holds one of them is rewritten without it and then removed. Idempotent.
    """
    deleted_count = 0
    for path in _list_packs(dataset):
        pack_digests = _read_digests(path)
        remaining = [digest for digest in pack_digests if digest not in digests]
        if len(remaining) == len(pack_digests):
            continue
        deleted_count += len(pack_digests) - len(remaining)
        with explain_write_errors(dataset.raw):
            if remaining:
                _write_pack(dataset.raw, remaining, _filter_groups(path, digests))
            path.unlink()
            sync_path(dataset.raw)
    return deleted_count


def _filter_groups(path: Path, digests: AbstractSet[str]) -> Iterator[pa.Table]:
    unwanted = pa.array(sorted(digests), pa.string())
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            remaining = rows.filter(pc.invert(pc.is_in(rows.column("raw_sha256"), value_set=unwanted)))
            if remaining.num_rows:
                yield remaining


def _compact_packs(dataset: Dataset) -> None:
    """Compact small packs into full ones once there are many; holds about 100 MB.

    The new pack is in place before its sources are removed, so after a kill in between some bytes are stored twice,
    which is harmless. A pack that cannot be read is left alone; reading its bytes later raises the error.
    """
    small_packs = [path for path in _list_packs(dataset) if _is_small_pack(path)]
    if len(small_packs) < _MAX_SMALL_PACKS:
        return
    pending: dict[str, bytes] = {}
    sources: list[Path] = []
    for path in small_packs:
        try:
            pending |= _read_pack(path)
        except ReleaseError:
            continue
        sources.append(path)
        if sum(map(len, pending.values())) >= _PACK_BYTES:
            _replace_packs(dataset.raw, sources, pending)
            pending, sources = {}, []
    _replace_packs(dataset.raw, sources, pending)


def _replace_packs(folder: Path, sources: list[Path], documents: dict[str, bytes]) -> None:
    if len(sources) < 2:
        return
    with explain_write_errors(folder):
        new_pack = _write_documents(folder, documents)
        for path in sources:
            if path != new_pack:
                path.unlink()
        sync_path(folder)


def _is_small_pack(path: Path) -> bool:
    if path.stat().st_size >= _PACK_BYTES // 2:
        return False
    metadata = pq.read_metadata(path)
    return metadata.num_rows < _PACK_ROWS // 2 and _sum_group_bytes(metadata) < _PACK_BYTES // 2


def _sum_group_bytes(metadata: pq.FileMetaData) -> int:
    return sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))


def _read_pack(path: Path) -> dict[str, bytes]:
    """Read all rows of a pack and check their digests. Raises ReleaseError where one is damaged."""
    try:
        rows = pq.read_table(path, schema=SCHEMA).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _damaged_pack_error(path, str(error)) from None
    return {row["raw_sha256"]: _check_digest(row["raw"], row["raw_sha256"], path) for row in rows}


def _write_documents(folder: Path, documents: dict[str, bytes]) -> Path:
    digests = sorted(documents)
    chunks = (digests[start : start + _GROUP_ROWS] for start in range(0, len(digests), _GROUP_ROWS))
    groups = (pa.table([chunk, [documents[digest] for digest in chunk]], schema=SCHEMA) for chunk in chunks)
    return _write_pack(folder, digests, groups)


def _write_pack(folder: Path, digests: list[str], groups: Iterable[pa.Table]) -> Path:
    """Write a pack of row groups to a temporary file and rename it; `digests` are all of its digests, sorted."""
    name = hashlib.sha256("".join(digests).encode("ascii")).hexdigest()[:32]
    path, temporary = folder / f"{name}.parquet", folder / f".{name}.new"
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd", use_dictionary=False) as writer:
        for group in groups:
            writer.write_table(group)
    sync_path(temporary)
    temporary.replace(path)
    sync_path(folder)
    return path


def iterate_raw_bytes(dataset: Dataset, digests: AbstractSet[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (digest, bytes) of each of these SHA-256s (hex) that is stored, in pack order; reads each pack once."""
    requested = pa.array(sorted(digests), pa.string())
    for path in _list_packs(dataset):
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    mask = pc.is_in(file.read_row_group(group, columns=["raw_sha256"]).column(0), value_set=requested)
                    if pc.any(mask).as_py():
                        for row in file.read_row_group(group).filter(mask).to_pylist():
                            yield row["raw_sha256"], _check_digest(row["raw"], row["raw_sha256"], path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged_pack_error(path, str(error)) from None


def _check_digest(raw: bytes, digest: str, path: Path) -> bytes:
    if hashlib.sha256(raw).hexdigest() != digest:
        raise _damaged_pack_error(path, f"the bytes kept as {digest} have another SHA-256")
    return raw


def _damaged_pack_error(path: Path, problem: str) -> ReleaseError:
    return ReleaseError(
        f"{path} cannot be trusted ({problem}): move it away; the documents are read again at source_uri."
    )


def _list_packs(dataset: Dataset) -> list[Path]:
    return sorted(path for path in dataset.raw.glob("*.parquet") if not path.name.startswith("."))


def _read_digests(path: Path) -> list[str]:
    try:
        with pq.ParquetFile(path) as file:
            digests: list[str] = file.read(columns=["raw_sha256"]).column(0).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise _damaged_pack_error(path, str(error)) from None
    return digests
