"""Files of many records: JSON Lines, JSON, delimited tables, Parquet, Arrow, SQLite, spreadsheets, feeds.

Each function yields the rows of one file; what it holds is read by the format's own module.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from flows.read import csv_dialect, csv_records, file_kinds, lenient_decoding
from flows.read.html_tables import read_html_table
from flows.read.json_records import holds_records, read_json
from flows.read.jsonl_records import parse_line
from flows.read.markup_records import read_markup_records
from flows.read.open_file import EXPECTED_KINDS, OpenFile, Payload
from flows.read.parquet_records import read_arrow, read_parquet
from flows.read.physical_lines import split_lines
from flows.read.raw_documents import RawDocument, Reject

_DIALECT_BYTES: Final = 1 << 20
_NO_ROW: Final = "has a header and no row below it, one was expected."


def read_jsonl_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read JSON Lines, or JSON whose first line holds several records."""
    codec = payload.detected.codec or "utf-8"
    body = _skip_byte_order_mark(payload.content)
    if holds_records(body, codec, opened.context.options.field_map):
        yield from read_json_file(opened, payload)
        return
    for line in split_lines(body, payload.reader, codec, opened.limits.record_bytes):
        row = parse_line(opened.context, line, codec)
        if row is not None:
            yield row
    if payload.reader.read_error:
        yield opened.report_read_error(payload)


def read_json_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read JSON that is not one object a line."""
    opened.context.tally.kind = "json"
    records = read_json(
        _skip_byte_order_mark(payload.content), payload.reader, payload.detected.codec or "utf-8",
        opened.limits.record_bytes, opened.context.options.field_map,
    )  # fmt: skip
    yield from opened.build_rows(records, payload, "is JSON without a record, one was expected.")


def detect_table(opened: OpenFile, payload: Payload) -> csv_dialect.Dialect | None:
    """Return the dialect of a text that is a delimited table, else None."""
    content, codec = payload.content, payload.detected.codec
    bom, _ = lenient_decoding.find_byte_order_mark(content)
    begun = content[len(bom) : len(bom) + _DIALECT_BYTES]
    if not csv_dialect.may_be_table(begun, payload.name, codec):
        return None
    head = lenient_decoding.decode_leniently(begun, codec)
    is_whole = payload.is_complete and len(content) <= len(bom) + _DIALECT_BYTES
    return csv_dialect.detect_dialect(head, payload.name, opened.context.options.field_map, whole=is_whole)


def read_csv_file(opened: OpenFile, payload: Payload, dialect: csv_dialect.Dialect) -> Iterator[RawDocument | Reject]:
    """Read a delimited table; one without a column of prose is a reject."""
    opened.context.tally.kind = "csv"
    if not dialect.has_prose and not opened.context.options.field_map.keys:
        columns = ", ".join(lenient_decoding.make_printable(column)[:40] for column in dialect.columns[:20])
        detail = (
            f"is a table without a column of prose ({columns}), not articles: "
            "leave it out, or say which column holds the text, with --map text=COLUMN."
        )
        yield opened.build_reject("not_prose", detail, payload)
        return
    records = csv_records.read_csv(
        _skip_byte_order_mark(payload.content), payload.reader, payload.detected.codec or "utf-8", dialect,
        opened.limits.record_bytes,
    )  # fmt: skip
    yield from opened.build_rows(records, payload, _NO_ROW)


def read_page_table(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read a table of records that is an HTML page."""
    opened.context.tally.kind = "table"
    page = lenient_decoding.decode_leniently(payload.content, payload.detected.codec)
    yield from opened.build_rows(read_html_table(page), payload, _NO_ROW)


def read_table_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read a table that needs random access: Parquet, Arrow, SQLite, an old spreadsheet."""
    options, kind = opened.context.options, payload.detected.kind
    if kind == "ole" and (description := file_kinds.describe_old_office(payload.content)):
        yield opened.build_reject("binary", f"looks like {description}; {EXPECTED_KINDS}", payload)
        return
    with ExitStack() as stack:
        file = opened.open_whole(payload, stack, named=kind == "sqlite")
        if payload.reader.read_error:
            yield opened.report_read_error(payload)
            return
        if kind == "parquet":
            records = read_parquet(file, opened.limits.record_bytes)
        elif kind == "arrow":
            is_stream = file_kinds.is_arrow_stream(payload.content)
            records = read_arrow(file, opened.limits.record_bytes, stream=is_stream)
        elif kind == "sqlite":
            from flows.read.sqlite_records import read_sqlite

            path = opened.source_file.path if file is opened.file else Path(str(file.name))
            records = read_sqlite(path, options.table, options.field_map)
        else:
            yield from read_spreadsheet(opened, payload, file, file.seek(0, 2))
            return
        yield from opened.build_rows(records, payload, "has no row, one was expected.")


def read_spreadsheet(opened: OpenFile, payload: Payload, file: BinaryIO, size: int) -> Iterator[RawDocument | Reject]:
    """Read a spreadsheet of `size` bytes, unpacked."""
    if size > opened.limits.whole_bytes:
        yield opened.reject_large(payload, "spreadsheet", "save it as CSV")
        return
    from flows.read.excel_records import read_excel

    opened.context.tally.kind = "spreadsheet"
    file.seek(0)
    options = opened.context.options
    records = read_excel(file, options.table, options.field_map)
    yield from opened.build_rows(records, payload, "is a spreadsheet without a row, one was expected.")


def read_feed_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read a feed, or articles as elements of XML or SGML."""
    content, max_bytes = payload.content, opened.limits.whole_bytes
    data = content + payload.reader.read_bytes(max_bytes - len(content) + 1)
    if payload.reader.read_error:
        yield opened.report_read_error(payload)
        return
    if len(data) > max_bytes:
        yield opened.reject_large(payload, "feed", "split it")
        return
    if payload.detected.description == "records":
        records = read_markup_records(data)
    else:
        from flows.read.feed_records import read_feed

        records = read_feed(data, payload.detected.description)
    yield from opened.build_rows(records, payload, "is a feed without an item, one was expected.")


def _skip_byte_order_mark(content: bytes) -> bytes:
    bom, _ = lenient_decoding.find_byte_order_mark(content)
    return content[len(bom) :]
