"""Files that hold others: zip and tar archives, WARC and ARC, a saved page with its pictures (MHTML)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Final, TypeAlias

from flows.read import arc_stream, archive_members, file_kinds, mhtml_page, warc_records, warc_stream
from flows.read.open_file import EXPECTED_KINDS, OpenFile, Payload
from flows.read.raw_documents import RawDocument, Reject, guess_outlet_hint, hash_bytes
from flows.read.record_files import read_spreadsheet
from flows.read.source_file import SourceFile

_NESTED_ARCHIVES: Final = 2
# Reads the documents of a member of an archive.
MemberReader: TypeAlias = Callable[[SourceFile], Iterator[RawDocument | Reject]]


def read_zip_file(opened: OpenFile, payload: Payload, read_member: MemberReader) -> Iterator[RawDocument | Reject]:
    """Read a zip archive, or the spreadsheet that it is."""
    with ExitStack() as stack:
        file = opened.open_whole(payload, stack, named=False)
        if payload.reader.read_error:
            yield opened.report_read_error(payload)
            return
        try:
            size = file.seek(0, 2)
            archive = stack.enter_context(archive_members.open_zip(file))
            kind, document = archive_members.classify_zip(archive)
            if kind == "document":
                yield opened.build_reject("binary", f"is {document}; {EXPECTED_KINDS}", payload)
            elif kind == "excel":
                yield from read_spreadsheet(opened, payload, file, archive_members.measure_unpacked(archive))
            else:
                opened.context.tally.kind = "archive"
                members = archive_members.iterate_zip(
                    archive, opened.source_file, kind, size, opened.limits.max_expansion
                )
                yield from _read_members(opened, payload, members, read_member)
        except archive_members.ArchiveError as error:
            yield opened.build_reject(error.reason, error.detail, payload)


def read_tar_file(opened: OpenFile, payload: Payload, read_member: MemberReader) -> Iterator[RawDocument | Reject]:
    """Read a tar archive, member by member."""
    opened.context.tally.kind = "archive"
    try:
        members = archive_members.iterate_tar(payload.reader, payload.content, opened.source_file)
        yield from _read_members(opened, payload, members, read_member)
    except archive_members.ArchiveError as error:
        yield opened.build_reject(error.reason, error.detail, payload)
    if payload.reader.read_error:
        yield opened.report_read_error(payload)


def _read_members(
    opened: OpenFile,
    payload: Payload,
    members: Iterator[SourceFile | archive_members.SkippedMember],
    read_member: MemberReader,
) -> Iterator[RawDocument | Reject]:
    if opened.depth >= _NESTED_ARCHIVES:
        yield opened.build_reject("binary", "is an archive within archives: unpack the outer ones.", payload)
        return
    count = 0
    for member in members:
        count += 1
        if isinstance(member, archive_members.SkippedMember):
            opened.context.tally.skip_file(member.kind)
        else:
            yield from read_member(member)
    if not count:
        yield opened.build_reject("empty", "is an empty archive.", payload)


def read_warc_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read the records of a WARC or an ARC file that are pages or texts."""
    source_file, limits, is_warc = opened.source_file, opened.limits, payload.detected.kind == "warc"
    row_count = 0
    read_records = warc_stream.read_records if is_warc else arc_stream.read_arc
    for record in read_records(payload.content, payload.reader, limits.record_bytes):
        if isinstance(record, warc_stream.WarcDamage):
            row: RawDocument | Reject | None = warc_records.build_damage_reject(source_file, record)
        else:
            row = warc_records.convert_record(source_file, record, limits, opened.context.guess_outlet)
        if row is not None:
            row_count += 1
            yield row
    if payload.reader.read_error:
        yield opened.report_read_error(payload)
    elif not row_count:
        detail = (
            f"is {'a WARC' if is_warc else 'an ARC file'} without a response, "
            "resource or conversion record that is a page or a text; one was expected."
        )
        yield opened.build_reject("empty", detail, payload)


def read_mhtml_file(opened: OpenFile, payload: Payload) -> Iterator[RawDocument | Reject]:
    """Read the page of an MHTML file."""
    as_text = Payload(payload.reader, payload.content, file_kinds.DetectedKind("text"), payload.name, is_complete=True)
    rejected = opened.check_document(as_text)
    if rejected is not None:
        yield rejected
        return
    page = mhtml_page.extract_page(payload.content)
    if page is None:
        yield opened.build_reject("no_content", "is MHTML without a page in it, one was expected.", payload)
        return
    from flows.outlets import canonical_urls

    url = canonical_urls.canonicalize_url(page.url) if page.url else None
    yield RawDocument(
        source_id=opened.source_file.relative,
        source_uri=opened.source_file.uri,
        raw=opened.head,
        content=page.content,
        media="html",
        identity=opened.source_file.relative,
        raw_sha256=hash_bytes(opened.head),
        encoding=page.charset,
        url=url,
        fetched_at=page.saved_at,
        outlet_hint=guess_outlet_hint(opened.context.guess_outlet, url, page.content, "html"),
    )
