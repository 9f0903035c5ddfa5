"""The data that a page pushes to its framework piece by piece: `self.__next_f.push([1, "..."])` of server components.

The pieces make one stream of rows: `id:JSON`, or `id:T<length in hexadecimal>,<text>`, the length in bytes of UTF-8.

    read_pushed_rows(scripts) -> list[object]: the data of each row, a text for a row of text
"""

import json
import re
from collections.abc import Iterable
from typing import Final

_PUSH: Final = re.compile(r"\b__next_f\.push\(")
_ROW: Final = re.compile(rb"[0-9a-f]{1,6}:")
_TEXT: Final = re.compile(rb"T([0-9a-f]{1,6}),")
_MAX_STREAM_BYTES: Final = 6_000_000
_MAX_ROWS: Final = 20_000


def read_pushed_rows(scripts: Iterable[str]) -> list[object]:
    """Read the rows of the stream that the scripts of a page push, in order; empty where none pushes any."""
    stream = "".join(piece for script in scripts for piece in _read_pieces(script)).encode("utf-8", "replace")
    rows: list[object] = []
    at = 0
    while at < len(stream) <= _MAX_STREAM_BYTES and len(rows) < _MAX_ROWS:
        row = _ROW.match(stream, at)
        if row is None:  # what stands here is no row: go on at the next line
            line_end = stream.find(b"\n", at)
            at = line_end + 1 if line_end >= 0 else len(stream)
        elif text := _TEXT.match(stream, row.end()):
            at = text.end() + int(text[1], 16)
            rows.append(stream[text.end() : at].decode("utf-8", "replace"))
        else:
            line_end = stream.find(b"\n", row.end())
            line_end = line_end if line_end >= 0 else len(stream)
            data = _parse_row(stream[row.end() : line_end])
            rows += [data] if data is not None else []
            at = line_end + 1
    return rows


def _read_pieces(script: str) -> list[str]:
    """Read the strings that one script pushes."""
    pieces = []
    for push in _PUSH.finditer(script):
        try:
            data, _ = json.JSONDecoder(strict=False).raw_decode(script, push.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(data, list) and len(data) > 1 and isinstance(data[1], str):
            pieces.append(data[1])
    return pieces


def _parse_row(row: bytes) -> object | None:
    """Parse the JSON of a row; None for an import or a hint, which hold no text."""
    if row[:1] not in (b"[", b"{", b'"'):
        return None
    try:
        data: object = json.loads(row)
    except (ValueError, RecursionError):
        return None
    return data
