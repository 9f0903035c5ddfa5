"""Conversion of a WARC record to a raw document or a reject; only a response of a text type is a document."""

from typing import Final

from flows.outlets import canonical_urls
from flows.read import file_kinds, http_payload, lenient_decoding
from flows.read.field_values import parse_instant
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject, guess_outlet_hint, hash_bytes
from flows.read.source_walk import SourceFile
from flows.read.warc_stream import WarcDamage, WarcRecord

_HTML_TAGS: Final = (b"<p", b"<div", b"<html", b"<body", b"<article", b"<br", b"<span", b"<h1", b"<!doctype")


class _RejectedRecord(Exception):
    """Rejection of a record: a reason, and the second half of a sentence that begins with the record's name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def convert_record(
    source_file: SourceFile, record: WarcRecord, limits: Limits, guess_outlet: OutletGuesser | None
) -> RawDocument | Reject | None:
    """Convert a record; return None if it is no document: a request, or a picture, script or style sheet.

    A `resource` is the page itself, without the words of HTTP, and a `conversion` (WET) the text made of one.
    """
    kind = record.headers.get("warc-type", "").lower()
    if kind == "response":
        response = http_payload.parse_response(record.block)
    elif kind in ("resource", "conversion"):
        response = http_payload.HttpResponse(
            200, {"content-type": record.headers.get("content-type", "")}, record.block
        )
    else:
        return None
    if response is None or not response.is_text_type:
        return None
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    try:
        canonical_url = canonical_urls.canonicalize_url(url)
        return _build_document(source_file, record, response, canonical_url, limits, guess_outlet)
    except _RejectedRecord as rejection:
        return _build_reject(source_file, record, url, rejection)


def build_damage_reject(source_file: SourceFile, damage: WarcDamage) -> Reject:
    """Build the reject for a damaged place in a WARC file."""
    record_suffix = f"#R{damage.number}"
    detail = (
        f"Record {damage.number} of {source_file.display_path} {damage.detail}; what stands before it was read. "
        "Fetch the file again."
    )
    return Reject(
        source_file.relative + record_suffix,
        source_file.uri + record_suffix,
        "damaged_container",
        lenient_decoding.make_printable(detail),
    )


def _build_document(
    source_file: SourceFile,
    record: WarcRecord,
    response: http_payload.HttpResponse,
    url: str | None,
    limits: Limits,
    guess_outlet: OutletGuesser | None,
) -> RawDocument | None:
    if not record.is_complete:
        raise _RejectedRecord(
            "too_large", f"has {record.size:,} bytes, at most {limits.record_bytes:,} were expected: raise max_mb."
        )
    if not 200 <= response.status < 300:
        raise _RejectedRecord(
            "no_article", f"is the answer {response.status} of the server, an article was expected: fetch it again."
        )
    try:
        content = response.decode_payload(limits.document_bytes)
    except http_payload.DamagedPayload as error:
        raise _RejectedRecord("damaged_container", f"{error}: fetch it again.") from None
    except http_payload.PayloadTooLarge:
        raise _RejectedRecord(
            "too_large",
            f"unpacks to more than {limits.document_bytes:,} bytes, the most one document may have: raise max_mb.",
        ) from None
    detected = file_kinds.detect_kind(content, "", is_complete=True)
    if response.media_type is None and detected.kind not in ("html", "text"):
        return None
    if detected.kind == "empty":
        raise _RejectedRecord("empty", "has nothing in it but blanks, an article was expected.")
    if detected.kind == "binary":
        raise _RejectedRecord(
            "binary", f"looks like {detected.description}; the text or page that it calls itself was expected."
        )
    media = "html" if detected.kind == "html" or _has_html_tags(response, content) else "text"
    return RawDocument(
        source_id=f"{source_file.relative}#{record.record_id}",
        source_uri=f"{source_file.uri}#{record.record_id}",
        raw=record.block,
        content=content,
        media=media,
        identity=f"{source_file.relative}#{record.record_id}",
        raw_sha256=hash_bytes(record.block),
        encoding=detected.codec or response.charset,
        url=url,
        fetched_at=parse_instant(record.headers.get("warc-date")),
        outlet_hint=guess_outlet_hint(guess_outlet, url, content, media),
    )


def _has_html_tags(response: http_payload.HttpResponse, content: bytes) -> bool:
    """Return True if the content has HTML tags; a text may be typed as a page and have none."""
    head = content[:65_536].lower()
    return response.media_type != "text/plain" and any(tag in head for tag in _HTML_TAGS)


def _build_reject(source_file: SourceFile, record: WarcRecord, url: str, rejection: _RejectedRecord) -> Reject:
    display_url = lenient_decoding.make_printable(url)[:200]
    return Reject(
        source_id=f"{source_file.relative}#{record.record_id}",
        source_uri=f"{source_file.uri}#{record.record_id}",
        reason=rejection.reason,
        detail=f"Record {record.number} of {source_file.display_path} ({display_url}) {rejection.detail}",
        raw_sha256=hash_bytes(record.block) if record.is_complete else None,
        preview=lenient_decoding.make_preview(record.block) or None,
        raw=record.block if record.is_complete else None,
    )
