"""Reader of one file of the source: its documents and rejects, whatever kind of file it is."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, Final, cast

from flows.read import (
    arc_stream,
    archive_members,
    csv_dialect,
    csv_records,
    file_kinds,
    lenient_decoding,
    mhtml_page,
    source_walk,
    text_documents,
    warc_records,
    warc_stream,
)
from flows.read.byte_reader import ByteReader
from flows.read.html_tables import detect_html_table, read_html_table
from flows.read.json_records import holds_records, read_json
from flows.read.jsonl_records import parse_line
from flows.read.markup_records import read_markup_records
from flows.read.parquet_records import TableError, read_arrow, read_parquet
from flows.read.physical_lines import split_lines
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject, guess_outlet_hint, hash_bytes
from flows.read.source_records import KeyTally, ReadContext, ReadOptions, SourceRecord, build_row
from flows.read.source_walk import SourceFile

_CHUNK_BYTES: Final = 1 << 20
_DIALECT_BYTES: Final = 1 << 20
_NESTED_ARCHIVES: Final = 2
_EXPECTED: Final = "text, a page, a table or an archive of them was expected: convert or remove it."


def read_documents(
    source_file: SourceFile,
    limits: Limits,
    guess_outlet: OutletGuesser | None,
    options: ReadOptions | None = None,
    tally: KeyTally | None = None,
    depth: int = 0,
    on_open: Callable[[BinaryIO], None] | None = None,
) -> Iterator[RawDocument | Reject]:
    """Yield the documents and rejects of a file in their order; at least one row, because an empty file is a reject.

    A file that is no document (`SourceFile.not_read`) has no row; the tally counts it. `on_open` receives the open
    file, whose position tells how much of it, packed as it is, was read.
    """
    tally = tally if tally is not None else KeyTally()
    if source_file.not_read:
        tally.skip_file(source_file.not_read)
        return
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
    context = ReadContext(source_file, limits, options or ReadOptions(), guess_outlet, tally)
    with file:
        if on_open is not None:
            on_open(file)
        yield from _OpenFile(context, file, depth).iterate_documents()


class _OpenFile:
    """Open file of the source and its first bytes."""

    def __init__(self, context: ReadContext, file: BinaryIO, depth: int) -> None:
        self._context, self._file, self._depth = context, file, depth
        self._source_file, self._limits = context.source_file, context.limits
        self._reader = ByteReader(file)
        self._head = self._reader.read_bytes(self._limits.head_bytes)

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
        is_complete = len(content) < self._limits.head_bytes
        detected = file_kinds.detect_kind(content, name, is_complete=is_complete and reader.read_error is None)
        self._context.tally.kind = self._context.tally.kind or detected.kind
        match detected.kind:
            case "jsonl":
                rows = self._read_jsonl(reader, content, detected)
            case "json":
                rows = self._read_json(reader, content, detected)
            case "warc" | "arc":
                rows = self._read_warc(reader, content, detected.kind)
            case "parquet" | "arrow" | "sqlite" | "ole":
                rows = self._read_table(reader, content, detected.kind)
            case "zip":
                rows = self._read_zip(reader, content)
            case "tar":
                rows = self._read_tar(reader, content)
            case "feed":
                rows = self._read_feed(reader, content, detected)
            case "mhtml":
                rows = self._read_mhtml(reader, content)
            case _:
                rows = self._read_single(reader, content, detected, name, is_complete=is_complete)
        yield from rows

    def _read_single(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind, name: str, *, is_complete: bool
    ) -> Iterator[RawDocument | Reject]:
        """Read a text, a page, a table of delimited values, or a file of no known kind."""
        # Pages in the cells of a table look like a page, but for the header.
        may_be_table = detected.kind == "text" or (detected.kind == "html" and content.lstrip()[:1] != b"<")
        if may_be_table and (dialect := self._detect_table(content, detected, name, is_complete=is_complete)):
            self._context.tally.kind = "csv"
            yield from self._read_csv(reader, content, detected, dialect)
            return
        rejected = self._check_document(reader, content, detected, is_complete=is_complete)
        if rejected is not None:
            yield rejected
            return
        document = self._build_document(content, detected)
        if detected.kind == "html" and detect_html_table(content):
            self._context.tally.kind = "table"
            rows = read_html_table(lenient_decoding.decode_leniently(content, detected.codec))
            yield from self._build_rows(rows, reader, content, "has a header and no row below it, one was expected.")
        elif detected.kind == "html":
            yield text_documents.read_page(self._context, document)
        else:
            yield from text_documents.read_text_file(self._context, document)

    def _read_jsonl(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind
    ) -> Iterator[RawDocument | Reject]:
        codec = detected.codec or "utf-8"
        bom, _ = lenient_decoding.find_byte_order_mark(content)
        body = content[len(bom) :]
        if holds_records(body, codec, self._context.options.field_map):
            yield from self._read_json(reader, content, detected)
            return
        for line in split_lines(body, reader, codec, self._limits.record_bytes):
            row = parse_line(self._context, line, codec)
            if row is not None:
                yield row
        if reader.read_error:
            yield self._report_read_error(reader, content)

    def _read_json(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind
    ) -> Iterator[RawDocument | Reject]:
        self._context.tally.kind = "json"
        codec = detected.codec or "utf-8"
        bom, _ = lenient_decoding.find_byte_order_mark(content)
        records = read_json(
            content[len(bom) :], reader, codec, self._limits.record_bytes, self._context.options.field_map
        )
        yield from self._build_rows(records, reader, content, "is JSON without a record, one was expected.")

    def _detect_table(
        self, content: bytes, detected: file_kinds.DetectedKind, name: str, *, is_complete: bool
    ) -> csv_dialect.Dialect | None:
        bom, _ = lenient_decoding.find_byte_order_mark(content)
        begun = content[len(bom) : len(bom) + _DIALECT_BYTES]
        is_whole = is_complete and len(content) <= len(bom) + _DIALECT_BYTES
        if not csv_dialect.may_be_table(begun, name, detected.codec):
            return None
        head = lenient_decoding.decode_leniently(begun, detected.codec)
        return csv_dialect.detect_dialect(head, name, self._context.options.field_map, whole=is_whole)

    def _read_csv(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind, dialect: csv_dialect.Dialect
    ) -> Iterator[RawDocument | Reject]:
        if not dialect.has_prose and not self._context.options.field_map.keys:
            columns = ", ".join(lenient_decoding.make_printable(column)[:40] for column in dialect.columns[:20])
            detail = (
                f"{self._source_file.display_path} is a table without a column of prose ({columns}), not articles: "
                "leave it out, or say which column holds the text, with --map text=COLUMN."
            )
            yield self._build_reject("not_prose", detail, content)
            return
        bom, _ = lenient_decoding.find_byte_order_mark(content)
        records = csv_records.read_csv(
            content[len(bom) :], reader, detected.codec or "utf-8", dialect, self._limits.record_bytes
        )
        yield from self._build_rows(records, reader, content, "has a header and no row below it, one was expected.")

    def _build_rows(
        self, records: Iterator[SourceRecord], reader: ByteReader, content: bytes, if_none: str
    ) -> Iterator[RawDocument | Reject]:
        """Build the rows of the records of a file; an error that stops the reading is one more reject."""
        count = 0
        try:
            for record in records:
                count += 1
                yield build_row(self._context, record)
        except TableError as error:
            reason = "damaged_container" if "damaged" in str(error) or "broken" in str(error) else "no_content"
            yield self._build_reject(reason, f"{self._source_file.display_path} {error}", content)
            return
        if reader.read_error:
            yield self._report_read_error(reader, content)
        elif not count:
            yield self._build_reject("empty", f"{self._source_file.display_path} {if_none}", content)

    def _read_table(self, reader: ByteReader, content: bytes, kind: str) -> Iterator[RawDocument | Reject]:
        """Read a table that needs random access: Parquet, Arrow, SQLite, an old spreadsheet."""
        options = self._context.options
        if kind == "ole" and (description := file_kinds.describe_old_office(content)):
            detail = f"{self._source_file.display_path} looks like {description}; {_EXPECTED}"
            yield self._build_reject("binary", detail, content)
            return
        with ExitStack() as opened:
            file = self._open_whole(reader, content, opened, named=kind == "sqlite")
            if reader.read_error:
                yield self._report_read_error(reader, content)
                return
            if kind == "parquet":
                records = read_parquet(file)
            elif kind == "arrow":
                records = read_arrow(file, stream=file_kinds.is_arrow_stream(content))
            elif kind == "sqlite":
                from flows.read.sqlite_records import read_sqlite

                path = self._source_file.path if file is self._file else Path(str(file.name))
                records = read_sqlite(path, options.table, options.field_map, self._limits.record_bytes)
            else:
                yield from self._read_spreadsheet(reader, file, content, file.seek(0, 2))
                return
            yield from self._build_rows(records, reader, content, "has no row, one was expected.")

    def _open_whole(self, reader: ByteReader, content: bytes, opened: ExitStack, *, named: bool) -> BinaryIO:
        """Open the bytes of a reader as a file with random access: the file itself, else a temporary copy."""
        is_local = self._source_file.opener is None
        if reader is self._reader and (is_local or not named):
            self._file.seek(0)
            return self._file
        copy = cast(BinaryIO, opened.enter_context(NamedTemporaryFile() if named else TemporaryFile()))  # noqa: SIM115
        copy.write(content)
        while chunk := reader.read_bytes(_CHUNK_BYTES):
            copy.write(chunk)
        copy.flush()
        copy.seek(0)
        return copy

    def _read_spreadsheet(
        self, reader: ByteReader, file: BinaryIO, content: bytes, size: int
    ) -> Iterator[RawDocument | Reject]:
        if size > self._limits.whole_bytes:
            yield self._reject_large(content, "spreadsheet", "save it as CSV")
            return
        from flows.read.excel_records import read_excel

        self._context.tally.kind = "spreadsheet"
        file.seek(0)
        options = self._context.options
        records = read_excel(file, options.table, options.field_map)
        yield from self._build_rows(records, reader, content, "is a spreadsheet without a row, one was expected.")

    def _reject_large(self, content: bytes, kind: str, remedy: str) -> Reject:
        detail = (
            f"{self._source_file.display_path} is a {kind} of more than {self._limits.whole_bytes:,} bytes, the most one "  # noqa: E501
            f"that is read whole may have: {remedy}, or raise max_mb."
        )
        return self._build_reject("too_large", detail, content)

    def _read_zip(self, reader: ByteReader, content: bytes) -> Iterator[RawDocument | Reject]:
        with ExitStack() as opened:
            file = self._open_whole(reader, content, opened, named=False)
            if reader.read_error:
                yield self._report_read_error(reader, content)
                return
            try:
                size = file.seek(0, 2)
                archive = opened.enter_context(archive_members.open_zip(file))
                kind, document = archive_members.classify_zip(archive)
                if kind == "document":
                    detail = f"{self._source_file.display_path} is {document}; {_EXPECTED}"
                    yield self._build_reject("binary", detail, content)
                elif kind == "excel":
                    unpacked = archive_members.measure_unpacked(archive)
                    yield from self._read_spreadsheet(reader, file, content, unpacked)
                else:
                    self._context.tally.kind = "archive"
                    members = archive_members.iterate_zip(
                        archive, self._source_file, kind, size, self._limits.max_expansion
                    )
                    yield from self._read_members(members, content)
            except archive_members.ArchiveError as error:
                yield self._build_reject(error.reason, f"{self._source_file.display_path} {error.detail}", content)

    def _read_tar(self, reader: ByteReader, content: bytes) -> Iterator[RawDocument | Reject]:
        self._context.tally.kind = "archive"
        try:
            members = archive_members.iterate_tar(reader, content, self._source_file)
            yield from self._read_members(members, content)
        except archive_members.ArchiveError as error:
            yield self._build_reject(error.reason, f"{self._source_file.display_path} {error.detail}", content)
        if reader.read_error:
            yield self._report_read_error(reader, content)

    def _read_members(
        self, members: Iterator[SourceFile | archive_members.SkippedMember], content: bytes
    ) -> Iterator[RawDocument | Reject]:
        if self._depth >= _NESTED_ARCHIVES:
            detail = f"{self._source_file.display_path} is an archive within archives: unpack the outer ones."
            yield self._build_reject("binary", detail, content)
            return
        context = self._context
        count = 0
        for member in members:
            count += 1
            if isinstance(member, archive_members.SkippedMember):
                context.tally.skip_file(member.kind)
                continue
            yield from read_documents(
                member, context.limits, context.guess_outlet, context.options, context.tally, self._depth + 1
            )
        if not count:
            yield self._build_reject("empty", f"{self._source_file.display_path} is an empty archive.", content)

    def _read_feed(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind
    ) -> Iterator[RawDocument | Reject]:
        data = content + reader.read_bytes(self._limits.whole_bytes - len(content) + 1)
        if reader.read_error:
            yield self._report_read_error(reader, content)
            return
        if len(data) > self._limits.whole_bytes:
            yield self._reject_large(content, "feed", "split it")
            return
        if detected.description == "records":
            records = read_markup_records(data)
        else:
            from flows.read.feed_records import read_feed

            records = read_feed(data, detected.description)
        yield from self._build_rows(records, reader, content, "is a feed without an item, one was expected.")

    def _read_mhtml(self, reader: ByteReader, content: bytes) -> Iterator[RawDocument | Reject]:
        rejected = self._check_document(reader, content, file_kinds.DetectedKind("text"), is_complete=True)
        if rejected is not None:
            yield rejected
            return
        page = mhtml_page.extract_page(content)
        if page is None:
            detail = f"{self._source_file.display_path} is MHTML without a page in it, one was expected."
            yield self._build_reject("no_content", detail, content)
            return
        from flows.outlets import canonical_urls

        url = canonical_urls.canonicalize_url(page.url) if page.url else None
        yield RawDocument(
            source_id=self._source_file.relative,
            source_uri=self._source_file.uri,
            raw=self._head,
            content=page.content,
            media="html",
            identity=self._source_file.relative,
            raw_sha256=hash_bytes(self._head),
            encoding=page.charset,
            url=url,
            fetched_at=page.saved_at,
            outlet_hint=guess_outlet_hint(self._context.guess_outlet, url, page.content, "html"),
        )

    def _read_warc(self, reader: ByteReader, content: bytes, kind: str) -> Iterator[RawDocument | Reject]:
        source_file, limits = self._source_file, self._limits
        row_count = 0
        read_records = warc_stream.read_records if kind == "warc" else arc_stream.read_arc
        for record in read_records(content, reader, limits.record_bytes):
            if isinstance(record, warc_stream.WarcDamage):
                row: RawDocument | Reject | None = warc_records.build_damage_reject(source_file, record)
            else:
                row = warc_records.convert_record(source_file, record, limits, self._context.guess_outlet)
            if row is not None:
                row_count += 1
                yield row
        if reader.read_error:
            yield self._report_read_error(reader, content)
        elif not row_count:
            detail = (
                f"{source_file.display_path} is {'a WARC' if kind == 'warc' else 'an ARC file'} without a response, "
                "resource or conversion record that is a page or a text; one was expected."
            )
            yield self._build_reject("empty", detail, content)

    def _check_document(
        self, reader: ByteReader, content: bytes, detected: file_kinds.DetectedKind, *, is_complete: bool
    ) -> Reject | None:
        """Return the reject of a file that cannot be one document, else None."""
        name, max_bytes = self._source_file.display_path, self._limits.document_bytes
        if reader.read_error:
            return self._report_read_error(reader, content)
        if detected.kind == "empty" and is_complete:
            return self._build_reject(
                "empty", f"{name} has nothing in it but blanks, an article was expected.", content
            )
        if detected.kind == "binary":
            return self._build_reject("binary", f"{name} looks like {detected.description}; {_EXPECTED}", content)
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
            outlet_hint=guess_outlet_hint(self._context.guess_outlet, None, content, detected.kind),
        )

    def _report_read_error(self, reader: ByteReader, content: bytes) -> Reject:
        reason, detail = reader.read_error or ("unreadable", "could not be read.")
        return self._build_reject(reason, f"{self._source_file.display_path} {detail}", content)

    def _build_reject(self, reason: str, detail: str, content: bytes) -> Reject:
        is_held = len(self._head) <= self._limits.document_bytes and self._reader.read_error is None
        return Reject(
            source_id=self._source_file.relative,
            source_uri=self._source_file.uri,
            reason=reason,
            detail=lenient_decoding.make_printable(detail),
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
    except (OSError, ValueError):
        return None
    return hasher.hexdigest()
