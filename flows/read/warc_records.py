"""One WARC record -> a Document, a Reject, or nothing: only a response of a text type is a document."""

from typing import Final

from flows.outlets import canonical_urls
from flows.read import file_kinds, http_payload, lenient_decoding
from flows.read.jsonl_records import instant
from flows.read.raw_documents import Document, Hint, Limits, Reject, hinted, sha256
from flows.read.source_walk import Found
from flows.read.warc_stream import Damage, Record

_TAGGED: Final = (b"<p", b"<div", b"<html", b"<body", b"<article", b"<br", b"<span", b"<h1", b"<!doctype")


class _Refused(Exception):
    """A reason and the rest of a sentence that begins with the name of the record."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def capture(found: Found, record: Record, limits: Limits, hint: Hint | None) -> Document | Reject | None:
    """What a record is; None where it is no document: no response, or a picture, a script, a style sheet."""
    if record.headers.get("warc-type", "").lower() != "response":
        return None
    answer = http_payload.response(record.block)
    if answer is None or not answer.is_text:
        return None
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    try:
        return _document(found, record, answer, canonical_urls.canonical(url), limits, hint)
    except _Refused as refused:
        return _reject(found, record, url, refused)


def damage(found: Found, at: Damage) -> Reject:
    """The reject for a place where a file is no WARC."""
    place = f"#R{at.number}"
    detail = f"Record {at.number} of {found.shown} {at.detail}; what stands before it was read. Fetch the file again."
    return Reject(found.relative + place, found.uri + place, "damaged_container", detail)


def _document(
    found: Found, record: Record, answer: http_payload.Response, url: str | None, limits: Limits, hint: Hint | None
) -> Document | None:
    if not record.whole:
        raise _Refused(
            "too_large", f"has {record.size:,} bytes, at most {limits.record_bytes:,} were expected: raise max_mb."
        )
    if not 200 <= answer.status < 300:
        raise _Refused(
            "no_article", f"is the answer {answer.status} of the server, an article was expected: fetch it again."
        )
    try:
        content = answer.payload(limits.document_bytes)
    except http_payload.Damaged as error:
        raise _Refused("damaged_container", f"{error}: fetch it again.") from None
    except http_payload.TooLarge:
        raise _Refused(
            "too_large",
            f"unpacks to more than {limits.document_bytes:,} bytes, the most one document may have: raise max_mb.",
        ) from None
    sniffed = file_kinds.sniff(content, "", whole=True)
    if answer.media is None and sniffed.kind not in ("html", "text"):
        return None
    if sniffed.kind == "empty":
        raise _Refused("empty", "has nothing in it but blanks, an article was expected.")
    if sniffed.kind == "binary":
        raise _Refused("binary", f"looks like {sniffed.what}, the text or page that it calls itself was expected.")
    media = "html" if sniffed.kind == "html" or _is_tagged(answer, content) else "text"
    return Document(
        source_id=f"{found.relative}#{record.id}",
        source_uri=f"{found.uri}#{record.id}",
        raw=record.block,
        content=content,
        media=media,
        identity=f"{found.relative}#{record.id}",
        raw_sha256=sha256(record.block),
        encoding=sniffed.codec or answer.charset,
        url=url,
        fetched_at=instant(record.headers.get("warc-date")),
        outlet_hint=hinted(hint, url, content, media),
    )


def _is_tagged(answer: http_payload.Response, content: bytes) -> bool:
    """A page that its type calls so, however it begins; a text may be called a page and hold no tag at all."""
    head = content[:65_536].lower()
    return answer.media != "text/plain" and any(tag in head for tag in _TAGGED)


def _reject(found: Found, record: Record, url: str, refused: _Refused) -> Reject:
    return Reject(
        source_id=f"{found.relative}#{record.id}",
        source_uri=f"{found.uri}#{record.id}",
        reason=refused.reason,
        detail=f"Record {record.number} of {found.shown} ({lenient_decoding.shown(url)[:200]}) {refused.detail}",
        raw_sha256=sha256(record.block) if record.whole else None,
        preview=lenient_decoding.preview(record.block) or None,
        raw=record.block if record.whole else None,
    )
