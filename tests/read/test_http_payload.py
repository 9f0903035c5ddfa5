"""Chunks of an answer, however their lines end."""

import gzip
import zlib

import pyarrow as pa
import pytest

from flows.read.http_payload import DamagedPayload, PayloadTooLarge, parse_response

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""], ids=["both", "line feed", "nothing after the data"])
def test_chunks_are_joined_whatever_follows_their_data(end):
    line = end or b"\n"
    body = b"3" + line + b"abc" + end + b"2" + line + b"de" + end + b"0" + line + line
    assert parse_response(HEAD + body).decode_payload(100) == b"abcde"


def test_chunks_that_break_off_are_damage():
    with pytest.raises(DamagedPayload):
        parse_response(HEAD + b"3\nabc\n9\nde").decode_payload(100)


def respond(headers, body, status="200 OK"):
    return parse_response(f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body)


PAGE = b"<html>" + b"<p>Hujan turun.</p>" * 20 + b"</html>"


@pytest.mark.parametrize(
    ("block", "status", "headers", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\nA: c\r\n\r\nisi\n\nlagi", 200, {"a": "b"}, b"isi\n\nlagi"),
        (b"HTTP/2 404\nContent-Type : text/html \n\nisi", 404, {"content-type": "text/html"}, b"isi"),
        (b"HTTP/1.0  301 Moved\r\nbroken\r\n\r\n", 301, {}, b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, {"a": "b"}, b""),
        (b"HTTP/1.1 200 OK\n\nisi\r\n\r\nlagi", 200, {}, b"isi\r\n\r\nlagi"),  # the first of both ends
    ],
)
def test_a_response_is_status_headers_and_body(block, status, headers, body):
    response = parse_response(block)
    assert (response.status, response.headers, response.body) == (status, headers, body)


@pytest.mark.parametrize("block", [b"", b"20230906091500\nwarta.example A 1.2.3.4", b"HTTP/1.1 ok", b"GET / HTTP/1.1"])
def test_what_is_no_response_is_none(block):
    assert parse_response(block) is None


@pytest.mark.parametrize(
    ("content_type", "media_type", "charset", "is_text"),
    [
        ("Text/HTML; charset=UTF-8", "text/html", "UTF-8", True),
        ('text/plain;charset = "windows-1252"', "text/plain", "windows-1252", True),
        ("application/xhtml+xml", "application/xhtml+xml", None, True),
        ("image/png", "image/png", None, False),
        ("", None, None, True),  # then the bytes decide
        ("; charset=utf-8", None, "utf-8", True),
    ],
)
def test_the_type_of_a_response(content_type, media_type, charset, is_text):
    response = respond(f"Content-Type: {content_type}", b"")
    assert (response.media_type, response.charset, response.is_text_type) == (media_type, charset, is_text)


def deflate(data, bits):
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(PAGE), "x-gzip": gzip.compress(PAGE), "zstd": pa.compress(PAGE, codec="zstd", asbytes=True),
    "br": pa.compress(PAGE, codec="brotli", asbytes=True), "deflate": deflate(PAGE, 15),
    "Deflate": deflate(PAGE, -15),  # without its wrapper
    "deflate, gzip": gzip.compress(deflate(PAGE, 15)), "identity": PAGE, "": PAGE,
}  # fmt: skip


@pytest.mark.parametrize("coding", PACKED)
def test_the_codings_of_a_body_are_undone_and_its_size_is_bounded(coding):
    response = respond(f"Content-Encoding: {coding}", PACKED[coding])
    assert response.decode_payload(len(PAGE)) == PAGE
    with pytest.raises(PayloadTooLarge):
        response.decode_payload(len(PAGE) - 1)


@pytest.mark.parametrize("coding", ["gzip", "zstd", "br", "deflate"])
def test_a_body_that_the_crawler_decoded_stays_as_it_is(coding):
    assert respond(f"Content-Encoding: {coding}\r\nTransfer-Encoding: chunked", PAGE).decode_payload(1_000) == PAGE


@pytest.mark.parametrize("coding", ["gzip", "zstd", "br", "deflate"])
def test_a_coded_body_that_breaks_off_is_damage(coding):
    with pytest.raises(DamagedPayload, match="is damaged"):
        respond(f"Content-Encoding: {coding}", PACKED[coding][:-8]).decode_payload(1_000)


@pytest.mark.parametrize("body", [b"3\r\nabc\r\n", b"3\r\nabc", b"ffffffff\r\nabc\r\n0\r\n\r\n"])
def test_chunks_of_other_sizes_than_they_state_are_damage(body):
    with pytest.raises(DamagedPayload, match="within its chunks"):
        parse_response(HEAD + body).decode_payload(100)


def test_chunks_may_have_extensions_and_trailers_behind_the_last():
    assert parse_response(HEAD + b"A;x=1\r\n0123456789\r\n0\r\nX: y\r\n\r\n").decode_payload(100) == b"0123456789"
