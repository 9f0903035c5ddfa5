"""Records of WARC files as documents, rejects, or neither."""

import datetime as dt
from pathlib import Path

import pytest

from flows.read.raw_documents import Limits, RawDocument, hash_bytes
from flows.read.source_walk import SourceFile
from flows.read.warc_records import build_damage_reject, convert_record
from flows.read.warc_stream import WarcDamage, WarcRecord

FILE = SourceFile(Path("a.warc"), "arsip/a.warc", "file:///arsip/a.warc")
PAGE = "<html><body><p>Hujan turun sejak pagi di kota, dan warga diminta tetap waspada.</p></body></html>"
TEXT = "Hujan turun sejak pagi di kota, dan warga diminta tetap waspada."
LIMITS = Limits(document_bytes=1_000, record_bytes=2_000)


def convert(body, *, kind="response", content_type="text/html", status="200 OK", size=None, **headers):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n\r\n" if kind == "response" else ""
    block = head.encode() + (body.encode() if isinstance(body, str) else body)
    stated = {"warc-type": kind, "warc-target-uri": "<https://a.id/1?utm_source=x>", "content-type": content_type}
    record = WarcRecord(7, stated | headers, block, size or len(block))
    return convert_record(FILE, record, LIMITS, lambda url, head: "a.id" if url else None)


@pytest.mark.parametrize(
    ("body", "options", "media"),
    [
        (PAGE, {}, "html"),
        (TEXT, {}, "text"),  # typed as a page, and has no tag
        (f"{TEXT} <br> {TEXT}", {}, "html"),
        (f"{TEXT} <br> {TEXT}", {"content_type": "text/plain"}, "text"),
        (TEXT, {"kind": "conversion", "content_type": "text/plain"}, "text"),
        (PAGE, {"kind": "resource"}, "html"),
        (PAGE, {"content_type": ""}, "html"),  # the bytes decide
    ],
)
def test_a_page_or_text_is_a_document_with_its_address(body, options, media):
    document = convert(body, **options)
    assert isinstance(document, RawDocument) and document.media == media
    assert document.content.decode() == body and document.url == "https://a.id/1" and document.outlet_hint == "a.id"
    assert document.raw_sha256 == hash_bytes(document.raw) and document.raw.endswith(body.encode())
    assert document.source_id.startswith("arsip/a.warc#") and document.source_uri.startswith("file:///arsip/a.warc#")


@pytest.mark.parametrize(
    ("body", "options"),
    [
        (PAGE, {"kind": "request"}),
        (PAGE, {"kind": "warcinfo"}),
        (b"\x89PNG", {"content_type": "image/png"}),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), {"content_type": ""}),
    ],
)
def test_what_is_no_page_is_neither_document_nor_reject(body, options):
    assert convert(body, **options) is None
    assert convert_record(FILE, WarcRecord(1, {"warc-type": "response"}, b"a DNS answer", 12), LIMITS, None) is None


@pytest.mark.parametrize(
    ("body", "options", "reason", "words"),
    [
        (PAGE, {"status": "404 Not Found"}, "no_article", "is the answer 404 of the server"),
        (PAGE, {"status": "199 Odd"}, "no_article", "is the answer 199"),
        (PAGE, {"status": "300 Odd"}, "no_article", "is the answer 300"),
        (PAGE, {"size": 3_000}, "too_large", "has 3,000 bytes, at most 2,000 were expected"),
        ("<p>" + "a" * 1_000, {}, "too_large", "unpacks to more than 1,000 bytes"),
        (" \n ", {}, "empty", "has nothing in it but blanks"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), {}, "binary", "that it calls itself was expected"),
    ],
)
def test_a_record_that_is_no_article_is_a_reject_with_its_number_and_address(body, options, reason, words):
    reject = convert(body, **options)
    assert reject.reason == reason and words in reject.detail
    assert reject.detail.startswith("Record 7 of ") and "https://a.id/1" in reject.detail
    is_whole = "size" not in options
    assert (reject.raw is not None) is is_whole and (reject.raw_sha256 is not None) is is_whole


def test_success_is_any_status_from_200_to_299_and_the_hour_is_that_of_the_record():
    for status in ("200 OK", "299 Odd"):
        document = convert(PAGE, status=status, **{"warc-date": "2023-10-01T10:15:00Z"})
        assert document.fetched_at == dt.datetime(2023, 10, 1, 10, 15, tzinfo=dt.UTC)
    assert convert(PAGE).fetched_at is None


def test_damage_is_a_reject_at_its_place():
    reject = build_damage_reject(FILE, WarcDamage(3, "breaks off"))
    assert (reject.source_id, reject.source_uri) == ("arsip/a.warc#R3", "file:///arsip/a.warc#R3")
    assert reject.reason == "damaged_container" and reject.detail.startswith("Record 3 of ") and reject.raw is None
