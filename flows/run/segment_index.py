"""Index of published segments in state/index/: what a run must know of an article without reading its text.

    <segment>.rows.arrow   SEGMENT_INDEX: ids and digests of each article, in the order of its articles file
    <segment>.bands.arrow  SEGMENT_KEYS: the near-duplicate bands of all its articles, sorted
    <segment>.samples.arrow SEGMENT_KEYS: the lowest shingle digests of each of its articles, sorted
    prints-<segment>.arrow PRINTS of the articles that were new when that segment was written; later segments that
                           hold them refer to it
    <segment>.json         digests and sizes of these files, statistics of the segment, stamps of its published files

Files are immutable and named after the segment, so they fit every release that holds it. An index that is missing or
damaged is built again from the segment's files.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe, release
from flows.release.filesystem import encode_json
from flows.run.segment_keys import SegmentKeys, join_chunks, list_bands, list_samples, sort_keys, view_binary
from schemas import stage_tables

VERSION: Final = 2
LEGACY_NAME: Final = "layout-1"
_VERSION_KEY: Final = b"kliping.index"
_PRINT_FILES_KEY: Final = b"kliping.prints"
_MAX_PRINT_FILES: Final = 16  # a segment that refers to more has its prints copied together
# The columns of ARTICLES that an index is made of.
INDEXED_COLUMNS: Final = [
    "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "content_hash", "duplicate_of", "date",
    "date_basis", "published_at", "char_count",
]  # fmt: skip

Ids = npt.NDArray[np.uint64]  # articles x 2: both halves of each id


@dataclass(frozen=True)
class SegmentIndex:
    """The open index of one segment. Tables are memory mapped; `print_paths` are opened when they are needed."""

    segment: release.Segment
    rows: release.MappedTable
    bands: release.MappedTable
    samples: release.MappedTable
    print_paths: tuple[Path, ...]
    record: Mapping[str, Any]

    @property
    def ids(self) -> Ids:
        """Return the article_ids, as two integers each."""
        return view_binary(self.rows.table["article_id"], 16).view(np.uint64).reshape(-1, 2)

    def read_column(self, name: str) -> pa.Array:
        """Return a column of SEGMENT_INDEX."""
        return join_chunks(self.rows.table[name])

    def read_keys(self, name: str) -> SegmentKeys:
        """Return the `bands` or the `samples` of the segment."""
        table = {"bands": self.bands, "samples": self.samples}[name].table
        return SegmentKeys(join_chunks(table["key"]).to_numpy(), join_chunks(table["row"]).to_numpy())


def encode_ids(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Convert hex digits to bytes of half the length; null and the empty string become null."""
    array = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    is_valid = pc.fill_null(pc.not_equal(array, ""), False)
    joined = bytes.fromhex("".join(array.filter(is_valid).to_pylist()))
    count = int(pc.sum(is_valid).as_py() or 0)
    width = len(joined) // count if count else 16
    packed = pa.Array.from_buffers(pa.binary(width), count, [None, pa.py_buffer(joined)])
    if count == len(array):
        return packed
    places = np.cumsum(np.asarray(is_valid)) - 1
    return packed.take(pa.array(places, mask=~np.asarray(is_valid)))


def split_ids(ids: pa.Array | pa.ChunkedArray) -> Ids:
    """Convert article_ids in hex to two integers each."""
    return view_binary(encode_ids(ids), 16).view(np.uint64).reshape(-1, 2)


def hash_strings(values: pa.Array | pa.ChunkedArray, size: int) -> list[bytes]:
    """Hash each string to `size` bytes."""
    return [blake2b(value.encode("utf-8", "surrogatepass"), digest_size=size).digest() for value in values.to_pylist()]


def compute_source_hashes(source_ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """Compute the hash of each source_id."""
    return (
        np.frombuffer(b"".join(hash_strings(source_ids, 8)), np.uint64) if len(source_ids) else np.empty(0, np.uint64)
    )


def compute_origin_digests(articles: pa.Table) -> list[bytes]:
    """Compute the digest of each row's values and origin: content_hash covers the values but duplicate_of."""
    fetched = pc.fill_null(articles["fetched_at"].cast(pa.int64()).cast(pa.string()), "")
    joined = pc.binary_join_element_wise(
        articles["source_id"], articles["source_uri"], articles["raw_sha256"], articles["content_hash"], fetched, "\0"
    )
    return hash_strings(joined, 16)


def build_index_rows(
    articles: pa.Table, text_digests: pa.Array, print_files: npt.NDArray[np.int32], print_rows: npt.NDArray[np.int32]
) -> pa.Table:
    """Build SEGMENT_INDEX from INDEXED_COLUMNS of a segment, its text digests and the places of its prints."""
    columns = {
        "article_id": encode_ids(articles["article_id"]),
        "source_hash": compute_source_hashes(articles["source_id"]),
        "origin_digest": pa.array(compute_origin_digests(articles), pa.binary(16)),
        "raw_sha256": encode_ids(articles["raw_sha256"]) if articles.num_rows else pa.array([], pa.binary(32)),
        "text_digest": text_digests,
        "duplicate_of": encode_ids(articles["duplicate_of"]).cast(pa.binary(16)),
        "print_file": print_files,
        "print_row": print_rows,
    }
    arrays = [columns[name] if name in columns else articles[name] for name in stage_tables.SEGMENT_INDEX.names]
    return pa.table(arrays, stage_tables.SEGMENT_INDEX.names).cast(stage_tables.SEGMENT_INDEX)


class IndexFolder:
    """The folder of indexes, state/index; in a run that may not write there, a temporary one."""

    def __init__(
        self, folder: Path, opened: dict[str, SegmentIndex] | None = None, build_folder: Path | None = None
    ) -> None:
        """Create the object for a folder, which need not exist.

        `opened` are indexes that are open already, by name. With a `build_folder` (a dry run), nothing is written to
        `folder`: what it lacks is built there.
        """
        self.folder = build_folder or folder
        self._read_folder = folder
        self.rebuilt_names: list[str] = []
        self._opened = {} if opened is None else opened

    def open_index(self, segment: release.Segment) -> SegmentIndex:
        """Open the index of a segment; build it from the segment's files where it is missing or damaged."""
        if segment.name in self._opened:
            return replace(self._opened[segment.name], segment=segment)
        name = segment.name or LEGACY_NAME
        if segment.name:
            opened = self._open_files(segment, name, self._read_folder)
            if opened is not None:
                self._opened[segment.name] = opened
                return opened
        self.rebuilt_names.append(name)
        self._build_from_texts(segment, name)
        rebuilt = self._open_files(segment, name, self.folder)
        if rebuilt is None:
            raise release.ReleaseError(f"{self.folder} does not hold what was just written there: check the disk.")
        if segment.name:
            self._opened[segment.name] = rebuilt
        return rebuilt

    def write_index(
        self,
        name: str,
        rows: pa.Table,
        keys: Mapping[str, pa.Table],
        print_names: Sequence[str],
        record: Mapping[str, Any],
    ) -> None:
        """Write the index of a segment: its rows, its bands and samples, and what its JSON holds beside digests."""
        self.folder.mkdir(parents=True, exist_ok=True)
        metadata = {_VERSION_KEY: f"{VERSION}.{dedupe.VERSION}".encode(), _PRINT_FILES_KEY: json.dumps(print_names)}
        write_arrow_file(self.folder / f"{name}.rows.arrow", rows.replace_schema_metadata(metadata))
        for part, table in keys.items():
            write_arrow_file(self.folder / f"{name}.{part}.arrow", table)
        digests = {part: _digest_file(self.folder / f"{name}.{part}.arrow") for part in ("rows", *keys)}
        sizes = {print_name: (self.folder / print_name).stat().st_size for print_name in print_names}
        temporary = self.folder / f".{name}.json.{uuid4().hex[:12]}.new"
        temporary.write_bytes(encode_json({**record, "digests": digests, "print_sizes": sizes}))
        temporary.replace(self.folder / f"{name}.json")

    def update_record(self, name: str, **values: object) -> None:
        """Add values to the JSON of a segment, if it has one that lacks them."""
        record = _read_record(self.folder / f"{name}.json")
        if record and any(record.get(key) != value for key, value in values.items()):
            temporary = self.folder / f".{name}.json.new"
            temporary.write_bytes(encode_json({**record, **values}))
            temporary.replace(self.folder / f"{name}.json")

    def remove_unused(self, used_names: Sequence[str]) -> None:
        """Remove the files of segments that are not named, and prints to which none of the others refers."""
        suffixes = (".rows.arrow", ".bands.arrow", ".samples.arrow", ".json")
        used = {f"{name}{suffix}" for name in used_names for suffix in suffixes}
        for name in used_names:
            used |= set(_read_record(self.folder / f"{name}.json").get("print_sizes", ()))
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.name not in used:
                with suppress(OSError):
                    path.unlink()

    def _open_files(self, segment: release.Segment, name: str, folder: Path) -> SegmentIndex | None:
        record = _read_record(folder / f"{name}.json")
        try:
            for part, digest in record["digests"].items():
                if _digest_file(folder / f"{name}.{part}.arrow") != digest:
                    return None
            rows = release.map_table(folder / f"{name}.rows.arrow")
            metadata = rows.table.schema.metadata
            print_paths = tuple(folder / file for file in json.loads(metadata[_PRINT_FILES_KEY]))
            if metadata[_VERSION_KEY] != f"{VERSION}.{dedupe.VERSION}".encode() or any(
                path.stat().st_size != record["print_sizes"][path.name] for path in print_paths
            ):
                return None
            bands, samples = (release.map_table(folder / f"{name}.{part}.arrow") for part in ("bands", "samples"))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return SegmentIndex(segment, rows, bands, samples, print_paths, record)

    def _build_from_texts(self, segment: release.Segment, name: str) -> None:
        """Build the index of a segment from its articles file, computing the prints of every text again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        columns = [*INDEXED_COLUMNS, "text"]
        tables, digests = [], []
        bands: list[SegmentKeys] = []
        samples: list[SegmentKeys] = []
        row_count = 0

        def iterate_prints() -> Iterator[pa.Table]:
            nonlocal row_count
            for batch in release.read_file_batches(segment.list_files("articles"), "articles", columns, 10):
                articles = release.upgrade_batch("articles", batch, segment.release, columns)
                prints = dedupe.compute_prints(articles)
                tables.append(articles.select(INDEXED_COLUMNS))
                digests.append(encode_ids(prints["text_digest"]).cast(pa.binary(16)))
                rows = np.arange(row_count, row_count + len(prints), dtype=np.int32)
                bands.append(list_bands(prints, rows))
                samples.append(list_samples(prints, rows))
                row_count += len(prints)
                yield prints

        print_name = f"prints-{name}.arrow"
        write_arrow_batches(self.folder / print_name, stage_tables.PRINTS, iterate_prints())
        articles = pa.concat_tables(tables) if tables else None
        rows = (
            build_index_rows(
                articles,
                pa.concat_arrays(digests),
                np.zeros(row_count, np.int32),
                np.arange(row_count, dtype=np.int32),
            )
            if articles is not None
            else stage_tables.SEGMENT_INDEX.empty_table()
        )
        self.write_index(name, rows, {"bands": sort_keys(bands), "samples": sort_keys(samples)}, [print_name], {})


def write_arrow_file(path: Path, table: pa.Table) -> None:
    """Write a table as an uncompressed Arrow file that can be mapped, in one batch."""
    write_arrow_batches(path, table.schema, [table.combine_chunks()])


def write_arrow_batches(path: Path, schema: pa.Schema, tables: Iterator[pa.Table] | Sequence[pa.Table]) -> None:
    """Write tables as an uncompressed Arrow file; the file appears when it is complete."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:12]}.new")  # a segment may be written twice at a time
    with pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for table in tables:
            writer.write_table(table)
    temporary.replace(path)


def must_copy_prints(print_names: Sequence[str], row_count: int) -> bool:
    """Return whether the prints of a segment are copied into a file of its own: it is full, or refers to many."""
    return row_count >= release.SEGMENT_ROWS or len(print_names) > _MAX_PRINT_FILES


def _read_record(path: Path) -> dict[str, Any]:
    """Read the JSON of a segment; empty where it is missing or damaged."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _digest_file(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
