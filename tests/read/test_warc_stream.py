"""WARC: which records are documents, what a document is called, and what damage costs."""

import gzip
import io
import zlib
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.read import Limits

PAGE = "<html><head><title>Hujan</title></head><body><p>Hujan turun sejak pagi di Pasar Minggu, kata warga.</p></body>"
URL = "https://www.contoh.id/berita/hujan"


class Crawl:
    """A WARC in the making, as a crawler would write it."""

    def __init__(self, packed=False):
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)
        self.ends = []

    def add(self, body, *, type_="text/html", kind="response", status="200 OK", url=URL, number=1, http=(), **headers):
        lines = [("Content-Type", type_)] if type_ else []
        record = self.writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body.encode() if isinstance(body, str) else body),
            http_headers=StatusAndHeaders(status, [*lines, *http], protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-{number:012d}>",
                "WARC-Date": "2024-03-05T06:07:08Z",
                **headers,
            },
        )
        self.writer.write_record(record)
        self.ends.append(self.out.tell())
        return self

    @property
    def data(self):
        return self.out.getvalue()


def words(document):
    return (document["content"] or document["raw"]).decode()


@pytest.mark.parametrize("packed", [False, True])
def test_a_response_is_a_document_with_its_address_and_its_hour(one, packed):
    [document], rejects = one(Crawl(packed).add(PAGE, type_="text/html; charset=UTF-8").data, "crawl.bin")
    assert not rejects
    assert document["url"] == URL
    assert document["fetched_at"] == datetime(2024, 3, 5, 6, 7, 8, tzinfo=UTC)
    assert document["identity"] == "crawl.bin#urn:uuid:00000000-0000-0000-0000-000000000001"
    assert document["source_uri"].endswith("/crawl.bin#urn:uuid:00000000-0000-0000-0000-000000000001")
    assert (document["media"], document["encoding"]) == ("html", "UTF-8")
    assert words(document) == PAGE
    assert document["raw"].startswith(b"HTTP/1.1 200 OK\r\n")


def test_only_a_response_of_a_text_type_is_a_document(one):
    crawl = Crawl()
    crawl.add("GET / HTTP/1.1", kind="request").add(b"\x89PNG\r\n\x1a\n", type_="image/png").add(
        "body { color: red }", type_="text/css"
    ).add("Hujan turun.", type_="text/plain; charset=utf-8", number=4).add('{"a": 1}', type_="application/json").add(
        PAGE, type_=None, number=6
    ).add(b"\x00\x01\x02\x00", type_=None)
    documents, rejects = one(crawl.data)
    assert [(d["source_id"][-1], d["media"]) for d in documents] == [("4", "text"), ("6", "html")]
    assert not rejects


def test_a_warc_without_a_document_is_one_reject(one):
    documents, [reject] = one(Crawl().add(b"\x89PNG", type_="image/png").data, "pictures.warc")
    assert not documents
    assert (reject["source_id"], reject["reason"]) == ("pictures.warc", "empty")


def chunked(body):
    cut = len(body) // 2
    parts = [body[:cut], body[cut:]]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


PACKED = {
    "gzip": gzip.compress(PAGE.encode()),
    "deflate": zlib.compress(PAGE.encode()),
    "br": pa.Codec("brotli").compress(PAGE.encode(), asbytes=True),
    "zstd": pa.Codec("zstd").compress(PAGE.encode(), asbytes=True),
}


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("in_chunks", [False, True])
def test_the_codings_of_http_are_undone(one, coding, in_chunks):
    body = chunked(PACKED[coding]) if in_chunks else PACKED[coding]
    http = [("Content-Encoding", coding), *([("Transfer-Encoding", "chunked")] if in_chunks else [])]
    [document], rejects = one(Crawl().add(body, http=http).data)
    assert words(document) == PAGE and not rejects


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_headers_of_codings_that_the_crawler_undid_change_nothing(one, coding):
    http = [("Content-Encoding", coding), ("Transfer-Encoding", "chunked")]
    [document], rejects = one(Crawl().add(PAGE, http=http).data)
    assert words(document) == PAGE and not rejects


@pytest.mark.parametrize("coding", PACKED)
def test_a_payload_that_breaks_off_is_a_reject(one, coding):
    crawl = Crawl().add(PACKED[coding][:-20], http=[("Content-Encoding", coding)]).add(PAGE, number=2)
    [document], [reject] = one(crawl.data)
    assert document["source_id"].endswith("2")
    assert reject["reason"] == "damaged_container" and URL in reject["detail"]


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "503 Service Unavailable"])
def test_what_a_server_answers_instead_of_a_page_is_no_article(one, status):
    documents, [reject] = one(Crawl().add(PAGE, status=status).data)
    assert not documents
    assert reject["reason"] == "no_article" and status[:3] in reject["detail"]


@pytest.mark.parametrize(("body", "reason"), [(b"  \n", "empty"), (b"%PDF-1.4", "binary"), (b"x" * 2000, "too_large")])
def test_a_response_that_is_no_page_after_all(one, body, reason):
    crawl = Crawl().add(PAGE).add(body, number=2)
    documents, [reject] = one(crawl.data, limits=Limits(document_bytes=1000, record_bytes=1500))
    assert len(documents) == 1
    assert reject["reason"] == reason and reject["source_id"].endswith("2")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_payload_that_unpacks_to_more_than_a_document_is_too_large(one, coding):
    page = b"<p>" + b"a" * 5_000_000
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(
        coding, lambda data: pa.Codec({"br": "brotli"}.get(coding, coding)).compress(data, asbytes=True)
    )(page)
    crawl = Crawl().add(packed, http=[("Content-Encoding", coding)]).add(PAGE, number=2)
    documents, [reject] = one(crawl.data, limits=Limits(document_bytes=1_000_000, record_bytes=1_000_000))
    assert reject["reason"] == "too_large" and "1,000,000 bytes" in reject["detail"]
    assert len(documents) == 1


def test_a_large_picture_is_passed_over(one):
    crawl = Crawl().add(b"\x89PNG" + bytes(300_000), type_="image/png").add(PAGE, number=2)
    documents, rejects = one(crawl.data, limits=Limits(document_bytes=10_000, record_bytes=10_000))
    assert len(documents) == 1 and not rejects


@pytest.mark.parametrize("packed", [False, True])
def test_of_a_file_that_breaks_off_what_came_before_is_kept(one, packed):
    crawl = Crawl(packed)
    for number in range(1, 6):
        crawl.add(PAGE, number=number)
    cut = (crawl.ends[2] + crawl.ends[3]) // 2
    documents, [reject] = one(crawl.data[:cut], "crawl.warc")
    assert [d["source_id"][-1] for d in documents] == ["1", "2", "3"]
    assert reject["reason"] == "damaged_container" and "crawl.warc" in reject["detail"]


def test_a_file_cut_at_any_byte_gives_whole_records_or_a_reject(one):
    crawl = Crawl()
    for number in range(1, 3):
        crawl.add(PAGE, number=number)
    for cut in range(10, len(crawl.data), 7):
        documents, rejects = one(crawl.data[:cut], "a.warc")
        whole = sum(end - 4 <= cut for end in crawl.ends)
        assert len(documents) == whole, cut
        at_an_end = any(end - 4 <= cut <= end for end in crawl.ends)
        assert len(rejects) == (0 if at_an_end else 1), cut


def test_a_record_of_a_wrong_length_costs_itself_alone(one):
    crawl = Crawl()
    for number in range(1, 4):
        crawl.add(PAGE, number=number)
    first, second, third = (crawl.data[a:b] for a, b in zip([0, *crawl.ends], crawl.ends, strict=False))
    for wrong in (b"Content-Length: 9", b"Content-Length: x", b"Content-Lengthy: 9"):
        broken = second.replace(b"Content-Length: " + second.split(b"Content-Length: ")[1].split(b"\r")[0], wrong, 1)
        documents, rejects = one(first + broken + third, "a.warc")
        assert [d["source_id"][-1] for d in documents if d["source_id"][-1] != "2"] == ["1", "3"]
        assert [r["reason"] for r in rejects if "R" in r["source_id"]] == ["damaged_container"]


def test_hostile_frames_end_in_rejects(one):
    for data in (
        b"WARC/1.0\r\n",
        b"WARC/1.0\r\n\r\n",
        b"WARC/1.0 " + b"a" * 200_000,
        b"WARC/1.0\r\n" + b"x: y\r\n" * 20_000,
    ):
        documents, rejects = one(data, "a.warc")
        assert not documents and rejects and {r["reason"] for r in rejects} <= {"damaged_container", "empty"}
