"""Decoding that never fails, for JSONL lines, previews and the first characters of a text.

Published text is decoded by clean/, with more care.
"""

import codecs
import re
from contextlib import suppress
from typing import Final

PREVIEW_CHARACTERS: Final = 200
_MAX_BYTES_PER_CHARACTER: Final = 4
_SAMPLE_BYTES: Final = 4096

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def find_byte_order_mark(data: bytes) -> tuple[bytes, str | None]:
    """Return the byte order mark at the start and its codec; (b"", None) where there is none."""
    return next(((bom, codec) for bom, codec in _BYTE_ORDER_MARKS if data.startswith(bom)), (b"", None))


def detect_wide_codec(data: bytes) -> str | None:
    """Return utf-16-le, -be, utf-32-le or -be where the bytes are text in it, with or without a mark; else None."""
    bom, codec = find_byte_order_mark(data)
    if codec == "utf-8":
        return None
    if codec is None:
        codec = _guess_codec_by_nuls(data[:_SAMPLE_BYTES])
    sample = data[len(bom) : len(bom) + _SAMPLE_BYTES]
    return codec if codec is not None and _is_decodable(sample, codec) else None


def _guess_codec_by_nuls(sample: bytes) -> str | None:
    """Guess the codec from the NUL bytes: in wide Latin text the high bytes are NUL and the low bytes are not."""
    if len(sample) < 4 or 0 not in sample:
        return None
    shares = [sample[i::4].count(0) / len(sample[i::4]) for i in range(4)]
    low, high = 0.05, 0.4
    if min(shares[1:]) > 1 - low and shares[0] < low:
        return "utf-32-le"
    if min(shares[:3]) > 1 - low and shares[3] < low:
        return "utf-32-be"
    if max(shares[0], shares[2]) < low and min(shares[1], shares[3]) > high:
        return "utf-16-le"
    if max(shares[1], shares[3]) < low and min(shares[0], shares[2]) > high:
        return "utf-16-be"
    return None


def _is_decodable(sample: bytes, codec: str) -> bool:
    """Return True if the sample decodes; a character cut at the end of the sample is accepted."""
    try:
        codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def decode_leniently(data: bytes, codec: str | None = None) -> str:
    """Decode bytes; undecodable bytes become U+FFFD.

    Without `codec` the encoding is taken from the byte order mark or the NUL bytes. Without those it is UTF-8, or
    Windows-1252 if that loses less.
    """
    # Fast path for UTF-8 without a mark: every mark begins with a byte that is not ASCII, or contains a NUL.
    if codec is None and data[:1].isascii() and 0 not in data[:_SAMPLE_BYTES]:
        with suppress(UnicodeDecodeError):
            return data.decode()
    bom, _ = find_byte_order_mark(data)
    codec = codec or detect_wide_codec(data)
    data = data[len(bom) :]
    if codec is not None:
        return data.decode(codec, "replace")
    text = data.decode("utf-8", "replace")
    replaced_count = text.count("\ufffd")
    if not replaced_count:
        return text
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore")) - replaced_count
    return text if beyond_ascii > replaced_count else data.decode("cp1252", "replace")


def decode_head(data: bytes, length: int) -> str:
    """Return the first `length` characters of the bytes, leniently decoded."""
    return decode_leniently(data[: (length + 1) * _MAX_BYTES_PER_CHARACTER])[:length]


def make_printable(text: str) -> str:
    """Return text as one printable line: each blank becomes a space, unprintable characters become U+FFFD."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text).strip()


def make_preview(data: bytes) -> str:
    """Return the first 200 characters as one printable line."""
    return make_printable(decode_head(data, 5 * PREVIEW_CHARACTERS).lstrip()[:PREVIEW_CHARACTERS])


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which JSON may contain and UTF-8 cannot encode, by U+FFFD."""
    try:
        text.encode()  # testing is much faster than the substitution
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text
