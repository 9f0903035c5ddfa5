"""One file of the source -> its documents and rejects."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from flows.read import file_kinds, lenient_decoding, source_walk, warc_records, warc_stream
from flows.read.byte_reader import Reader
from flows.read.jsonl_records import record
from flows.read.physical_lines import lines
from flows.read.raw_documents import Document, Hint, Limits, Reject, hinted, sha256
from flows.read.source_walk import Found

_CHUNK: Final = 1 << 20


def rows(found: Found, limits: Limits, hint: Hint | None) -> Iterator[Document | Reject]:
    """Every document of a file, in its order; at least one, since a file that gives none is a reject."""
    if found.problem is not None:
        yield Reject(found.relative, found.uri, *found.problem)
        return
    try:
        file = source_walk.open_found(found)
    except OSError as error:
        yield Reject(found.relative, found.uri, *source_walk.refused(found.shown, error))
        return
    with file:
        yield from _File(found, file, limits, hint).rows()


class _File:
    """An open file of the source, and the first bytes of it."""

    def __init__(self, found: Found, file: BinaryIO, limits: Limits, hint: Hint | None) -> None:
        self._found, self._file, self._limits, self._hint = found, file, limits, hint
        self._reader = Reader(file)
        self._start = self._reader.read(limits.look)

    def rows(self) -> Iterator[Document | Reject]:
        packing = file_kinds.packing(self._start)
        if packing is None or self._reader.fault:
            yield from self._judge(self._reader, self._start, self._found.relative)
            return
        self._file.seek(0)
        inside = Reader(self._file, packing, self._limits.expansion)
        name = self._found.relative.rpartition(".")[0] or self._found.relative
        yield from self._judge(inside, inside.read(self._limits.look), name)

    def _judge(self, reader: Reader, content: bytes, name: str) -> Iterator[Document | Reject]:
        """Documents of the bytes that a reader began to give: the file's own, or those packed in it."""
        found, limits = self._found, self._limits
        whole = len(content) < limits.look
        sniffed = file_kinds.sniff(content, name, whole=whole and reader.fault is None)
        if sniffed.kind == "jsonl":
            codec = sniffed.codec or "utf-8"
            bom, _ = lenient_decoding.mark(content)
            for line in lines(content[len(bom) :], reader, codec, limits.record_bytes):
                made = record(found, line, codec, limits, self._hint)
                if made is not None:
                    yield made
            if reader.fault:
                yield self._reject(reader.fault[0], f"{found.shown} {reader.fault[1]}", content)
            return
        if sniffed.kind == "warc":
            yield from self._captures(reader, content)
            return
        yield self._refused(reader, content, sniffed, whole=whole) or self._document(content, sniffed)

    def _captures(self, reader: Reader, content: bytes) -> Iterator[Document | Reject]:
        found, limits = self._found, self._limits
        count = 0
        for part in warc_stream.records(content, reader, limits.record_bytes):
            if isinstance(part, warc_stream.Damage):
                made: Document | Reject | None = warc_records.damage(found, part)
            else:
                made = warc_records.capture(found, part, limits, self._hint)
            if made is not None:
                count += 1
                yield made
        if reader.fault:
            yield self._reject(reader.fault[0], f"{found.shown} {reader.fault[1]}", content)
        elif not count:
            detail = f"{found.shown} is a WARC without a response that is a page or a text; one was expected."
            yield self._reject("empty", detail, content)

    def _refused(self, reader: Reader, content: bytes, sniffed: file_kinds.Sniffed, *, whole: bool) -> Reject | None:
        name, most = self._found.shown, self._limits.document_bytes
        if reader.fault:
            return self._reject(reader.fault[0], f"{name} {reader.fault[1]}", content)
        if sniffed.kind == "empty" and whole:
            return self._reject("empty", f"{name} has nothing in it but blanks, an article was expected.", content)
        if sniffed.kind == "binary":
            detail = f"{name} looks like {sniffed.what}, text, HTML, JSONL or WARC was expected: convert or remove it."
            return self._reject("binary", detail, content)
        if sniffed.kind == "json":
            detail = (
                f"{name} is one JSON value over the whole file, one JSON object a line was expected (JSONL): "
                "write each record on a line of its own."
            )
            return self._reject("broken_record", detail, content)
        if len(content) > most or len(self._start) > most:
            detail = f"{name} has more than {most:,} bytes, the most one document may have: split it or raise max_mb."
            return self._reject("too_large", detail, content)
        return None

    def _document(self, content: bytes, sniffed: file_kinds.Sniffed) -> Document:
        return Document(
            source_id=self._found.relative,
            source_uri=self._found.uri,
            raw=self._start,
            content=None if content is self._start else content,
            media=sniffed.kind,
            identity=self._found.relative,
            raw_sha256=sha256(self._start),
            encoding=sniffed.codec,
            outlet_hint=hinted(self._hint, None, content, sniffed.kind),
        )

    def _reject(self, reason: str, detail: str, content: bytes) -> Reject:
        fits = len(self._start) <= self._limits.document_bytes and self._reader.fault is None
        return Reject(
            source_id=self._found.relative,
            source_uri=self._found.uri,
            reason=reason,
            detail=detail,
            raw_sha256=sha256(self._start) if fits else digest(self._file),
            preview=lenient_decoding.preview(content) or None,
            raw=self._start if fits else None,
        )


def digest(file: BinaryIO) -> str | None:
    """SHA-256 of a whole open file as hex, or None where it cannot be read to its end."""
    hasher = hashlib.sha256()
    try:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    except OSError:
        return None
    return hasher.hexdigest()
