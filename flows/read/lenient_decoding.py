"""Bytes -> text where read/ itself must look inside: JSONL lines, previews, heads. Never fails.

What is published is decoded by clean/, with more care.
"""

import codecs
import re
from contextlib import suppress
from typing import Final

PREVIEW: Final = 200
_WORST_BYTES_A_CHARACTER: Final = 4
_SAMPLE: Final = 4096

# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def mark(data: bytes) -> tuple[bytes, str | None]:
    """The byte order mark at the start and the codec it names; (b"", None) where there is none."""
    return next(((bytes_, codec) for bytes_, codec in _MARKS if data.startswith(bytes_)), (b"", None))


def wide(data: bytes) -> str | None:
    """utf-16-le, -be, utf-32-le or -be where the bytes are text in it, with or without a mark; else None."""
    bom, codec = mark(data)
    if codec == "utf-8":
        return None
    if codec is None:
        codec = _by_nuls(data[:_SAMPLE])
    sample = data[len(bom) : len(bom) + _SAMPLE]
    return codec if codec is not None and _begins(sample, codec) else None


def _by_nuls(sample: bytes) -> str | None:
    """In wide text of a Latin script the high bytes are NUL and the low ones are not."""
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


def _begins(sample: bytes, codec: str) -> bool:
    """Whether a text of this codec may begin so; the end of a sample may cut a character."""
    try:
        codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def lenient(data: bytes, codec: str | None = None) -> str:
    """The text of these bytes, U+FFFD for what cannot be read.

    Without a codec: by its mark or its NULs, else UTF-8; else whichever of UTF-8 and Windows-1252 loses less.
    """
    # Most is UTF-8 without a mark: every mark has a byte that no ASCII text begins with, or a NUL.
    if codec is None and data[:1].isascii() and 0 not in data[:_SAMPLE]:
        with suppress(UnicodeDecodeError):
            return data.decode()
    bom, _ = mark(data)
    codec = codec or wide(data)
    data = data[len(bom) :]
    if codec is not None:
        return data.decode(codec, "replace")
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if not lost:
        return text
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore")) - lost
    return text if beyond_ascii > lost else data.decode("cp1252", "replace")


def head(data: bytes, length: int) -> str:
    """The first `length` characters of the bytes, leniently decoded."""
    return lenient(data[: (length + 1) * _WORST_BYTES_A_CHARACTER])[:length]


def shown(text: str) -> str:
    """Text on one line for a person: blanks as one space each, what does not print as U+FFFD."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text).strip()


def preview(data: bytes) -> str:
    """The first 200 characters, fit to be shown."""
    return shown(head(data, 5 * PREVIEW).lstrip()[:PREVIEW])


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate, which JSON may spell, becomes U+FFFD."""
    try:
        text.encode()  # asked much faster than it is mended
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text)
    return text
