"""An ARC file, the older form of WARC -> its records, as a stream; a record's URL line states its length.

Version 1 and 2 of the Internet Archive's format: `URL IP-address Archive-date Content-type Archive-length`, in
version 2 with more words between type and length. The first record describes the file.
"""

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from flows.read.byte_reader import ByteReader
from flows.read.warc_stream import MAX_HEAD_BYTES, BufferedStream, WarcDamage, WarcRecord

OPENING: Final = b"filedesc://"
_LINE: Final = re.compile(
    rb"(?P<url>\S+:\S+) (?P<ip>\S+) (?P<date>\d{8,14}) (?P<type>\S+)(?: .{0,2000})? (?P<length>\d{1,15})\s*\Z"
)


def read_arc(start: bytes, reader: ByteReader, limit: int) -> Iterator[WarcRecord | WarcDamage]:
    """Read the records of an ARC file as `warc_stream.records` does, with the headers that a WARC response has."""
    stream = BufferedStream(start, reader)
    number = 0
    damaged = False
    while (line := stream.read_line()) is not None:
        if not line.strip():
            continue
        stated = _LINE.match(line)
        if stated is None:
            if not damaged:
                yield WarcDamage(number + 1, "does not begin with a line of URL, address, date, type and length")
            damaged = True
            continue
        damaged = False
        if stated["url"].startswith(OPENING):
            # What it says of the file ends where the first record's line stands; its length is often wrong.
            damaged = True
            continue
        number += 1
        size = int(stated["length"])
        block = stream.read_bytes(size if size <= limit else min(size, MAX_HEAD_BYTES))
        passed = len(block) + stream.skip_bytes(size - len(block))
        if passed < size:
            if reader.read_error is None:
                yield WarcDamage(number, f"breaks off after {passed:,} of {size:,} bytes")
            return
        yield WarcRecord(number, _state_headers(stated), block, size)


def _state_headers(stated: re.Match[bytes]) -> dict[str, str]:
    url, kind = (stated[name].decode("utf-8", "replace") for name in ("url", "type"))
    digits = stated["date"].decode().ljust(14, "0")
    headers = {"warc-type": "response", "warc-target-uri": url, "content-type": kind}
    with contextlib.suppress(ValueError):
        headers["warc-date"] = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat()
    return headers
