"""Bytes -> text: which encoding it is, one kind of line break, mojibake mended, control characters gone."""

import codecs
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET: Final = re.compile(
    rb"""<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE
)
_BREAKS: Final = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
# Tab and line feed are layout; every other control character is damage, NUL above all: it ends strings elsewhere.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
# The lead bytes of UTF-8 read as windows-1252, followed by what can only be a continuation byte.
_MOJIBAKE: Final = re.compile("[ÂÃâå][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
# What WHATWG reads under these names; a page that says iso-8859-1 means windows-1252.
_AS_BROWSERS_READ: Final = {
    "iso8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "utf-16": "utf-16-le",
}  # fmt: skip
_WITH_BREAK: Final = re.compile("[^\n]*\n|[^\n]+")
_SAMPLE: Final = 65_536
# Which characters are damage, and which more the patterns above begin at: most texts have none.
_BLANK, _DELETE = np.uint16(0x20), np.uint16(0x7F)
_CONTROL: Final = np.zeros(65536, bool)
for _first, _last in ((0, 8), (14, 31), (0x7F, 0x84), (0x86, 0x9F), (0xD800, 0xDFFF), (0xFFFE, 0xFFFF)):
    _CONTROL[_first : _last + 1] = True
_LEADS: Final = "ÂÃâå"
_SUSPECT: Final = _CONTROL.copy()
_SUSPECT[[ord(char) for char in f"{_LEADS}{_BREAKS}\ufeff"]] = True


def decode(raw: bytes, *, declared: str | None = None, html: bool = False) -> str | None:
    """The text of these bytes with \\n for every line break, or None where no encoding reads them.

    `declared` is an encoding named outside the content (an HTTP header, a JSONL record: always UTF-8). The order is
    byte order mark, strict UTF-8, declaration, UTF-16 without a mark, guess: UTF-8 that decodes strictly is never
    anything else, however a header calls it.
    """
    text = _decoded(raw, declared, html)
    return None if text is None else tidy(text)


def tidy(text: str) -> str:
    """Mojibake mended, line breaks made one, control characters dropped."""
    if not _holds(text, _SUSPECT):
        return text
    # First, since half of a broken letter may be a control character or a line break.
    if any(letter in text for letter in _LEADS) and _MOJIBAKE.search(text):
        text = _mend(text)
    text = text.replace("\r\n", "\n")
    for mark in _BREAKS:
        text = text.replace(mark, "\n")
    if _holds(text, _CONTROL):
        text = _CONTROLS.sub("", text)
    return text.removeprefix("\ufeff")


def _holds(text: str, wanted: NDArray[np.bool_]) -> bool:
    """Whether a text has one of the wanted characters, which are not between blank and tilde."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    # Comparing is ten times quicker than looking up, and most characters are ASCII; what is less wraps around.
    return bool(wanted[codes[codes - _BLANK >= _DELETE - _BLANK]].any())


def _decoded(raw: bytes, declared: str | None, html: bool) -> str | None:
    for mark, encoding in _BOMS:
        if raw.startswith(mark) and (text := _nearly(raw[len(mark) :], encoding)) is not None:
            return text
    known = _known(declared) if declared else None
    # Encodings whose bytes may all be valid UTF-8 as well: only the declaration can tell.
    if known and known.startswith(("utf-16", "utf-32", "iso2022", "hz")):
        text = _nearly(raw, known)
        if text is not None:
            return text
    wide = _wide(raw)
    if wide:
        return _nearly(raw, wide)
    text = _strictly(raw, "utf-8")
    if text is not None:
        return text
    names = [declared] if declared else []
    if html and (found := _META_CHARSET.search(raw[:4096])):
        names.append(found[1].decode("ascii"))
    for name in names:
        text = _strictly(raw, _known(name))
        if text is not None:
            return text
    return _guessed(raw)


def _strictly(raw: bytes, encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _nearly(raw: bytes, encoding: str) -> str | None:
    """The text where all but a little of it can be read: a file cut within a character is still that file."""
    text = raw.decode(encoding, "replace")
    return text if text.count("\ufffd") * 50 <= len(text) + 50 else None


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # Codecs such as rot13 and zlib are no text encodings.
    return _AS_BROWSERS_READ.get(found.name, found.name) if getattr(found, "_is_text_encoding", True) else None


def _wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: Latin text in it is every other byte NUL."""
    sample = raw[:4096]
    if len(sample) < 4:
        return None
    half = len(sample) / 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be"
    return None


def _guessed(raw: bytes) -> str | None:
    """UTF-8 with a little damage, else windows-1252 where the high bytes are few, else what the detector says."""
    mended = raw.decode("utf-8", "replace")
    damaged = mended.count("\ufffd")
    if damaged * 50 <= sum(byte > 127 for byte in raw[:_SAMPLE]) and damaged <= 20:
        return mended
    sample = raw[:_SAMPLE]
    high = sum(byte > 127 for byte in sample)
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in sample)
    if controls > len(sample) * 0.02:
        return None
    latin = _strictly(raw, "cp1252")
    # Latin script has letters around each accented letter or quote; exotic guesses on so few bytes are noise.
    if latin is not None and high <= len(sample) * 0.12:
        return latin
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    text = _strictly(raw, _known(best.encoding)) if best is not None else None
    return text if text is not None else latin


def _mend(text: str) -> str:
    from ftfy import TextFixerConfig, fix_text

    # Only the repair of mojibake: quotes, ligatures, widths and normal form stay as printed.
    only = TextFixerConfig(
        explain=False,
        unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False, fix_character_width=False,
        uncurl_quotes=False, fix_line_breaks=False, fix_surrogates=False, remove_control_chars=False,
        normalization=None, fix_c1_controls=False,
    )  # fmt: skip
    # It goes line by line, each with its break, and has nothing to mend where all is ASCII.
    lines = _WITH_BREAK.findall(text)
    return "".join(line if line.isascii() else str(fix_text(line, only)) for line in lines)
