"""HTTP responses as stored by a crawler: status, media type and decoded payload."""

import re
import zlib
from dataclasses import dataclass
from typing import Final

from flows.read.decompression import open_decompressed, read_chunk

_STATUS_LINE: Final = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]{1,10}(\d{3})")
_CHARSET_PARAMETER: Final = re.compile(r"""charset\s{0,5}=\s{0,5}["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}(?=[;\s])")
_TEXT_TYPES: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_CHUNK_BYTES: Final = 65_536


class DamagedPayload(Exception):
    """Payload that cannot be decoded as its headers say; the message is the second half of a sentence."""


class PayloadTooLarge(Exception):
    """Payload with more decoded bytes than the limit."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """HTTP response: status, headers by lower-case name, and the body as stored."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str | None:
        """Return the media type in lower case without parameters, or None where none is stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() or None

    @property
    def charset(self) -> str | None:
        """Return the encoding stated by the content type, or None."""
        match = _CHARSET_PARAMETER.search(self.headers.get("content-type", ""))
        return match[1] if match else None

    @property
    def is_text_type(self) -> bool:
        """Return True for an HTML or plain text type, and for a missing type: then the bytes decide."""
        return self.media_type is None or self.media_type in _TEXT_TYPES

    def decode_payload(self, max_bytes: int) -> bytes:
        """Return the body with chunks joined and content codings decoded, at most `max_bytes` bytes.

        Some crawlers decode the body and keep the headers: a body that does not look encoded is returned unchanged.
        Raises DamagedPayload or PayloadTooLarge.
        """
        body = self.body
        if "chunked" in self.headers.get("transfer-encoding", "").lower() and _CHUNK_SIZE.match(body):
            body = _join_chunks(body)
        for coding in reversed(re.split(r"[\s,]+", self.headers.get("content-encoding", "").lower().strip())):
            body = _decode_body(body, coding, max_bytes)
        if len(body) > max_bytes:
            raise PayloadTooLarge
        return body


def parse_response(block: bytes) -> HttpResponse | None:
    """Parse the HTTP response in a block; return None for any other block, such as a DNS answer."""
    status = _STATUS_LINE.match(block)
    if status is None:
        return None
    head, body = _split_head(block)
    headers: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return HttpResponse(int(status[1]), headers, body)


def _split_head(block: bytes) -> tuple[bytes, bytes]:
    ends = [
        (position, len(separator)) for separator in (b"\r\n\r\n", b"\n\n") if (position := block.find(separator)) >= 0
    ]
    position, length = min(ends, default=(len(block), 0))
    return block[:position], block[position + length :]


def _join_chunks(body: bytes) -> bytes:
    chunks: list[bytes] = []
    position = 0
    while chunk_size := _CHUNK_SIZE.match(body, position):
        size = int(chunk_size[0], 16)
        start = body.find(b"\n", chunk_size.end()) + 1
        if not size:
            return b"".join(chunks)
        if not start or start + size > len(body):
            break
        chunks.append(body[start : start + size])
        position = start + size
        position += 2 if body[position : position + 2] == b"\r\n" else body[position : position + 1] == b"\n"
    raise DamagedPayload("breaks off within its chunks")


def _decode_body(body: bytes, coding: str, max_bytes: int) -> bytes:
    looks_packed = {
        "gzip": body[:2] == b"\x1f\x8b",
        "x-gzip": body[:2] == b"\x1f\x8b",
        "zstd": body[:4] == b"\x28\xb5\x2f\xfd",
    }
    if coding == "deflate":
        return _inflate_deflate(body, max_bytes)
    if coding == "br" or looks_packed.get(coding):
        return _decompress_body(body, {"br": "brotli", "x-gzip": "gzip"}.get(coding, coding), max_bytes)
    return body


def _inflate_deflate(body: bytes, max_bytes: int) -> bytes:
    """Decompress deflate with the zlib wrapper of the standard, or without it, as some servers send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(bits)
        try:
            inflated = inflater.decompress(body, max_bytes + 1)
        except zlib.error:
            continue
        if len(inflated) > max_bytes:
            raise PayloadTooLarge
        if not inflater.eof:
            break
        return inflated
    if _starts_like_markup(body):
        return body
    raise DamagedPayload("is damaged deflate")


def _decompress_body(body: bytes, codec: str, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        with open_decompressed(body, codec) as stream:
            while chunk := read_chunk(stream, _CHUNK_BYTES):
                chunks.append(chunk)
                size += len(chunk)
                if size > max_bytes:
                    raise PayloadTooLarge
    except (OSError, ValueError) as error:
        if codec == "brotli" and _starts_like_markup(body):  # brotli has no magic number
            return body
        raise DamagedPayload(f"is damaged {codec} ({error})") from None
    return b"".join(chunks)


def _starts_like_markup(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"
