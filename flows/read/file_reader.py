"""Reader of one file of the source: its documents and rejects, whatever kind of file it is."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from flows.read import container_files, record_files, source_walk, text_documents
from flows.read.html_tables import detect_html_table
from flows.read.open_file import OpenFile, Payload
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadContext, ReadOptions


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
        opened = OpenFile(context, file, depth)
        yield from _read_payload(opened, opened.read_payload())


def _read_payload(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Yield the rows of the content of a file, by its kind."""
    match payload.detected.kind:
        case "jsonl":
            rows = record_files.read_jsonl_file(opened, payload)
        case "json":
            rows = record_files.read_json_file(opened, payload)
        case "warc" | "arc":
            rows = container_files.read_warc_file(opened, payload)
        case "parquet" | "arrow" | "sqlite" | "ole":
            rows = record_files.read_table_file(opened, payload)
        case "zip":
            rows = container_files.read_zip_file(opened, payload, _build_member_reader(opened))
        case "tar":
            rows = container_files.read_tar_file(opened, payload, _build_member_reader(opened))
        case "feed":
            rows = record_files.read_feed_file(opened, payload)
        case "mhtml":
            rows = container_files.read_mhtml_file(opened, payload)
        case _:
            rows = _read_single(opened, payload)
    yield from rows


def _build_member_reader(opened: OpenFile) -> container_files.MemberReader:
    """Return the reader of a member of this archive."""
    context = opened.context

    def read_member(member: SourceFile) -> Iterator[RawDocument | Reject]:
        return read_documents(
            member, context.limits, context.guess_outlet, context.options, context.tally, opened.depth + 1
        )

    return read_member


def _read_single(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read a text, a page, a table of delimited values, or a file of no known kind."""
    kind = payload.detected.kind
    # Pages in the cells of a table look like a page, but for the header.
    may_be_table = kind == "text" or (kind == "html" and payload.content.lstrip()[:1] != b"<")
    if may_be_table and (dialect := record_files.detect_table(opened, payload)):
        yield from record_files.read_csv_file(opened, payload, dialect)
        return
    rejected = opened.check_document(payload)
    if rejected is not None:
        yield rejected
        return
    document = opened.build_document(payload)
    if kind == "html" and detect_html_table(payload.content):
        yield from record_files.read_page_table(opened, payload)
    elif kind == "html":
        yield text_documents.read_page(opened.context, document)
    else:
        yield from text_documents.read_text_file(opened.context, document)
