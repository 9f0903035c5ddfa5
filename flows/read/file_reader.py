"""Reader of one file of the source: its documents and rejects."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from flows.read import file_kinds, lenient_decoding, source_walk, warc_records, warc_stream
from flows.read.byte_reader import ByteReader
from flows.read.jsonl_records import parse_line
from flows.read.physical_lines import split_lines
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject, guess_outlet_hint, hash_bytes
from flows.read.source_walk import SourceFile

_CHUNK_BYTES: Final = 1 << 20


def read_documents(
    source_file: SourceFile, limits: Limits, guess_outlet: OutletGuesser | None
) -> Iterator[RawDocument | Reject]:
    """Yield the documents and rejects of a file in their order; at least one row, because an empty file is a reject."""
    if source_file.problem is not None:
        yield Reject(source_file.relative, source_file.uri, *source_file.problem)
        return
    try:
        file = source_walk.open_source_file(source_file)
    except OSError as error:
        yield Reject(
            source_file.relative, source_file.uri, *source_walk.describe_os_error(source_file.display_path, error)
        )
        return
    with file:
        yield from _OpenFile(source_file, file, limits, guess_outlet).iterate_documents()


class _OpenFile:
    """Open file of the source and its first bytes."""

    def __init__(
        self, source_file: SourceFile, file: BinaryIO, limits: Limits, guess_outlet: OutletGuesser | None
    ) -> None:
        self._source_file, self._file, self._limits, self._guess_outlet = source_file, file, limits, guess_outlet
        self._reader = ByteReader(file)
        self._head = self._reader.read_bytes(limits.head_bytes)

    def iterate_documents(self) -> Iterator[RawDocument | Reject]:
        compression = file_kinds.detect_compression(self._head)
        if compression is None or self._reader.read_error:
            yield from self._read_content(self._reader, self._head, self._source_file.relative)
            return
        self._file.seek(0)
        decompressed = ByteReader(self._file, compression, self._limits.max_expansion)
        name = self._source_file.relative.rpartition(".")[0] or self._source_file.relative
        yield from self._read_content(decompressed, decompressed.read_bytes(self._limits.head_bytes), name)

    def _read_content(self, reader: ByteReader, content: bytes, name: str) -> Iterator[RawDocument | Reject]:
        """Yield the rows of the content of a reader: the file itself, or what was compressed in it."""
        source_file, limits = self._source_file, self._limits
        is_complete = len(content) < limits.head_bytes
        detected = file_kinds.detect_kind(content, name, is_complete=is_complete and reader.read_error is None)
        if detected.kind == "jsonl":
            codec = detected.codec or "utf-8"
            bom, _ = lenient_decoding.find_byte_order_mark(content)
            for line in split_lines(content[len(bom) :], reader, codec, limits.record_bytes):
                row = parse_line(source_file, line, codec, limits, self._guess_outlet)
                if row is not None:
                    yield row
            if reader.read_error:
                yield self._build_reject(
                    reader.read_error[0], f"{source_file.display_path} {reader.read_error[1]}", content
                )
            return
        if detected.kind == "warc":
            yield from self._read_warc(reader, content)
            return
        yield self._check_document(reader, content, detected, is_complete=is_complete) or self._build_document(
            content, detected
        )

    def _read_warc(self, reader: ByteReader, content: bytes) -> Iterator[RawDocument | Reject]:
        source_file, limits = self._source_file, self._limits
        row_count = 0
        for record in warc_stream.read_records(content, reader, limits.record_bytes):
            if isinstance(record, warc_stream.WarcDamage):
                row: RawDocument | Reject | None = warc_records.build_damage_reject(source_file, record)
            else:
                row = warc_records.convert_record(source_file, record, limits, self._guess_outlet)
            if row is not None:
                row_count += 1
                yield row
        if reader.read_error:
            yield self._build_reject(
                reader.read_error[0], f"{source_file.display_path} {reader.read_error[1]}", content
            )
        elif not row_count:
            detail = (
                f"{source_file.display_path} is a WARC without a response that is a page or a text; one was expected."
            )
            yield self._build_reject("empty", detail, content)

    def _check_document(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind, *, is_complete: bool
    ) -> Reject | None:
        """Return the reject of a file that cannot be one document, else None."""
        name, max_bytes = self._source_file.display_path, self._limits.document_bytes
        if reader.read_error:
            return self._build_reject(reader.read_error[0], f"{name} {reader.read_error[1]}", content)
        if detected.kind == "empty" and is_complete:
            return self._build_reject(
                "empty", f"{name} has nothing in it but blanks, an article was expected.", content
            )
        if detected.kind == "binary":
            detail = (
                f"{name} looks like {detected.description}, text, HTML, JSONL or WARC was expected: "
                "convert or remove it."
            )
            return self._build_reject("binary", detail, content)
        if detected.kind == "json":
            detail = (
                f"{name} is one JSON value over the whole file, one JSON object a line was expected (JSONL): "
                "write each record on a line of its own."
            )
            return self._build_reject("broken_record", detail, content)
        if len(content) > max_bytes or len(self._head) > max_bytes:
            detail = (
                f"{name} has more than {max_bytes:,} bytes, the most one document may have: split it or raise max_mb."
            )
            return self._build_reject("too_large", detail, content)
        return None

    def _build_document(self, content: bytes, detected: file_kinds.DetectedKind) -> RawDocument:
        return RawDocument(
            source_id=self._source_file.relative,
            source_uri=self._source_file.uri,
            raw=self._head,
            content=None if content is self._head else content,
            media=detected.kind,
            identity=self._source_file.relative,
            raw_sha256=hash_bytes(self._head),
            encoding=detected.codec,
            outlet_hint=guess_outlet_hint(self._guess_outlet, None, content, detected.kind),
        )

    def _build_reject(self, reason: str, detail: str, content: bytes) -> Reject:
        is_held = len(self._head) <= self._limits.document_bytes and self._reader.read_error is None
        return Reject(
            source_id=self._source_file.relative,
            source_uri=self._source_file.uri,
            reason=reason,
            detail=detail,
            raw_sha256=hash_bytes(self._head) if is_held else hash_file(self._file),
            preview=lenient_decoding.make_preview(content) or None,
            raw=self._head if is_held else None,
        )


def hash_file(file: BinaryIO) -> str | None:
    """Return the SHA-256 of a whole open file as hex, or None where it cannot be read to its end."""
    hasher = hashlib.sha256()
    try:
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
    except OSError:
        return None
    return hasher.hexdigest()
