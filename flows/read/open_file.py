"""An open file of the source: its first bytes, its content by way of a reader, and the rejects of the whole file."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, Final, cast

from flows.read import file_kinds, lenient_decoding
from flows.read.byte_reader import ByteReader
from flows.read.errors import TableError
from flows.read.raw_documents import RawDocument, Reject, guess_outlet_hint, hash_bytes
from flows.read.source_records import ReadContext, SourceRecord, build_row, describe_large

EXPECTED_KINDS: Final = "text, a page, a table or an archive of them was expected: convert or remove it."
_CHUNK_BYTES: Final = 1 << 20
_PREVIEW_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Payload:
    """Content of a file, the file itself or what was compressed in it: first bytes, reader of the rest, kind, name."""

    reader: ByteReader
    content: bytes
    detected: file_kinds.DetectedKind
    name: str
    is_complete: bool  # the content is all of it


class OpenFile:
    """Open file of the source; `depth` is the number of archives around it."""

    def __init__(self, context: ReadContext, file: BinaryIO, depth: int) -> None:
        self.context, self.file, self.depth = context, file, depth
        self.source_file, self.limits = context.source_file, context.limits
        self.reader = ByteReader(file)
        self.head = self.reader.read_bytes(self.limits.head_bytes)

    def read_payload(self) -> Payload:
        """Read the first bytes of the content, unpacked where they are compressed, and detect its kind."""
        reader, content, name = self.reader, self.head, self.source_file.relative
        compression = file_kinds.detect_compression(self.head)
        if compression is not None and not self.reader.read_error:
            self.file.seek(0)
            reader = ByteReader(self.file, compression, self.limits.max_expansion)
            content = reader.read_bytes(self.limits.head_bytes)
            name = self.source_file.relative.rpartition(".")[0] or self.source_file.relative
        is_complete = len(content) < self.limits.head_bytes
        detected = file_kinds.detect_kind(content, name, is_complete=is_complete and reader.read_error is None)
        self.context.tally.kind = self.context.tally.kind or detected.kind
        return Payload(reader, content, detected, name, is_complete)

    def open_whole(self, payload: Payload, opened: ExitStack, *, named: bool) -> BinaryIO:
        """Open the bytes of a reader as a file with random access: the file itself, else a temporary copy."""
        is_local = self.source_file.opener is None
        if payload.reader is self.reader and (is_local or not named):
            self.file.seek(0)
            return self.file
        copy = cast(BinaryIO, opened.enter_context(NamedTemporaryFile() if named else TemporaryFile()))  # noqa: SIM115
        copy.write(payload.content)
        while chunk := payload.reader.read_bytes(_CHUNK_BYTES):
            copy.write(chunk)
        copy.flush()
        copy.seek(0)
        return copy

    def build_rows(
        self, records: Iterator[SourceRecord], payload: Payload, if_none: str
    ) -> Iterator[RawDocument | Reject]:
        """Build the rows of the records of a file; an error that stops the reading is one more reject."""
        count, limit = 0, self.limits.record_bytes
        try:
            for record in records:
                count += 1
                if record.raw is not None and len(record.raw) > limit and record.problem is None:
                    record = _refuse_large(record, limit)
                yield build_row(self.context, record)
        except TableError as error:
            yield self.build_reject(error.reason, error.detail, payload)
            return
        if payload.reader.read_error:
            yield self.report_read_error(payload)
        elif not count:
            yield self.build_reject("empty", if_none, payload)

    def build_document(self, payload: Payload) -> RawDocument:
        """Build the document that is the whole file."""
        return RawDocument(
            source_id=self.source_file.relative,
            source_uri=self.source_file.uri,
            raw=self.head,
            content=None if payload.content is self.head else payload.content,
            media=payload.detected.kind,
            identity=self.source_file.relative,
            raw_sha256=hash_bytes(self.head),
            encoding=payload.detected.codec,
            outlet_hint=guess_outlet_hint(self.context.guess_outlet, None, payload.content, payload.detected.kind),
        )

    def check_document(self, payload: Payload) -> Reject | None:
        """Return the reject of a file that cannot be one document, else None."""
        kind, max_bytes = payload.detected.kind, self.limits.document_bytes
        if payload.reader.read_error:
            return self.report_read_error(payload)
        if kind == "empty" and payload.is_complete:
            return self.build_reject("empty", "has nothing in it but blanks, an article was expected.", payload)
        if kind == "binary":
            return self.build_reject("binary", f"looks like {payload.detected.description}; {EXPECTED_KINDS}", payload)
        if len(payload.content) > max_bytes or len(self.head) > max_bytes:
            detail = f"has more than {max_bytes:,} bytes, the most one document may have: split it or raise max_mb."
            return self.build_reject("too_large", detail, payload)
        return None

    def reject_large(self, payload: Payload, kind: str, remedy: str) -> Reject:
        """Build the reject of a file that is read whole, and is larger than such a file may be."""
        detail = (
            f"is a {kind} of more than {self.limits.whole_bytes:,} bytes, the most one that is read whole may have: "
            f"{remedy}, or raise max_mb."
        )
        return self.build_reject("too_large", detail, payload)

    def report_read_error(self, payload: Payload) -> Reject:
        """Build the reject of a file that could not be read to its end."""
        return self.build_reject(*(payload.reader.read_error or ("unreadable", "could not be read.")), payload)

    def build_reject(self, reason: str, detail: str, payload: Payload) -> Reject:
        """Build the reject of the whole file; `detail` is a sentence's rest behind its name."""
        is_held = len(self.head) <= self.limits.document_bytes and self.reader.read_error is None
        return Reject(
            source_id=self.source_file.relative,
            source_uri=self.source_file.uri,
            reason=reason,
            detail=lenient_decoding.make_printable(f"{self.source_file.display_path} {detail}"),
            raw_sha256=hash_bytes(self.head) if is_held else hash_file(self.file),
            preview=lenient_decoding.make_preview(payload.content) or None,
            raw=self.head if is_held else None,
        )


def _refuse_large(record: SourceRecord, limit: int) -> SourceRecord:
    """Replace a record of more than `limit` bytes by the problem; its digest and the beginning of its bytes stay."""
    assert record.raw is not None
    problem = describe_large(len(record.raw), limit)
    return replace(record, raw=None, problem=problem, digest=record.raw_sha256, preview=record.raw[:_PREVIEW_BYTES])


def hash_file(file: BinaryIO) -> str | None:
    """Return the SHA-256 of a whole open file as hex, or None where it cannot be read to its end."""
    hasher = hashlib.sha256()
    try:
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
    except (OSError, ValueError):
        return None
    return hasher.hexdigest()
