"""An HTTP response as a crawler kept it -> its status, its type and its payload, with the codings of HTTP undone."""

import re
import zlib
from dataclasses import dataclass
from typing import Final

from flows.read.decompression import piece, unpacked

_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]{1,10}(\d{3})")
_CHARSET: Final = re.compile(r"""charset\s{0,5}=\s{0,5}["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}(?=[;\s])")
_DOCUMENTS: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_STEP: Final = 65_536


class Damaged(Exception):
    """The payload does not unpack as its headers say; the message is the rest of a sentence."""


class TooLarge(Exception):
    """The payload unpacks to more bytes than asked for."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response's status, its headers by lower-case name, and the bytes that follow them."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str | None:
        """The media type in lower case without parameters; None where none is stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() or None

    @property
    def charset(self) -> str | None:
        """The encoding that the type states."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else None

    @property
    def is_text(self) -> bool:
        """Whether it is a page or a text by its type; without a type, its bytes must tell."""
        return self.media is None or self.media in _DOCUMENTS

    def payload(self, most: int) -> bytes:
        """The body with chunks joined and content codings undone, at most `most` bytes.

        Crawlers undo codings and leave the headers that name them: bytes that do not look coded are as they are.
        Raises Damaged or TooLarge.
        """
        body = self.body
        if "chunked" in self.headers.get("transfer-encoding", "").lower() and _CHUNK_SIZE.match(body):
            body = _joined(body)
        for coding in reversed(re.split(r"[\s,]+", self.headers.get("content-encoding", "").lower().strip())):
            body = _unpacked(body, coding, most)
        if len(body) > most:
            raise TooLarge
        return body


def response(block: bytes) -> Response | None:
    """The response in a block, None where it is none (a DNS answer, say)."""
    status = _STATUS.match(block)
    if status is None:
        return None
    head, body = _split(block)
    headers: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return Response(int(status[1]), headers, body)


def _split(block: bytes) -> tuple[bytes, bytes]:
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark)) >= 0]
    at, length = min(ends, default=(len(block), 0))
    return block[:at], block[at + length :]


def _joined(body: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while found := _CHUNK_SIZE.match(body, at):
        size = int(found[0], 16)
        start = body.find(b"\n", found.end()) + 1
        if not size:
            return b"".join(pieces)
        if not start or start + size > len(body):
            break
        pieces.append(body[start : start + size])
        at = start + size
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"
    raise Damaged("breaks off within its chunks")


def _unpacked(body: bytes, coding: str, most: int) -> bytes:
    packed = {
        "gzip": body[:2] == b"\x1f\x8b",
        "x-gzip": body[:2] == b"\x1f\x8b",
        "zstd": body[:4] == b"\x28\xb5\x2f\xfd",
    }
    if coding == "deflate":
        return _inflated(body, most)
    if coding == "br" or packed.get(coding):
        return _streamed(body, {"br": "brotli", "x-gzip": "gzip"}.get(coding, coding), most)
    return body


def _inflated(body: bytes, most: int) -> bytes:
    """Deflate with the wrapper that the standard asks for, or without it, as some servers send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(bits)
        try:
            made = inflater.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(made) > most:
            raise TooLarge
        if not inflater.eof:
            break
        return made
    if _looks_like_text(body):
        return body
    raise Damaged("is damaged deflate")


def _streamed(body: bytes, codec: str, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        with unpacked(body, codec) as stream:
            while found := piece(stream, _STEP):
                pieces.append(found)
                size += len(found)
                if size > most:
                    raise TooLarge
    except (OSError, ValueError) as error:
        if codec == "brotli" and _looks_like_text(body):  # brotli announces itself by nothing
            return body
        raise Damaged(f"is damaged {codec} ({error})") from None
    return b"".join(pieces)


def _looks_like_text(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"
