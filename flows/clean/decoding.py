"""Decoding: detect the encoding, normalize line breaks, repair mojibake, drop control characters."""

import codecs
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean import broken_marks

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
_LINE_BREAKS: Final = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
# Tab and line feed are layout; all other control characters are damage. NUL would end strings in other programs.
_CONTROL_CHARS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
# Lead bytes of UTF-8 read as windows-1252, each followed by a character that only a continuation byte gives.
_MOJIBAKE: Final = re.compile("[ÂÃâå][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
# Browsers read these names as other codecs (WHATWG): a page that declares iso-8859-1 is windows-1252.
_WHATWG_CODECS: Final = {
    "iso8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "utf-16": "utf-16-le",
}  # fmt: skip
_LINE_WITH_BREAK: Final = re.compile("[^\n]*\n|[^\n]+")
_SAMPLE_BYTES: Final = 65_536
_REPLACEMENT_BYTES: Final = "\ufffd".encode()
_MIN_VALID_CHARS: Final = 2  # characters of UTF-8 beyond ASCII
_CUT_LEADS: Final = frozenset(b"\xc2\xc3\xe2")  # begin most characters of UTF-8, and hardly any word of windows-1252
# Bytes of these encodings may be valid UTF-8 by chance, so a declaration of one decides.
_MULTI_BYTE_CODECS: Final = frozenset(
    {
        "gb18030",
        "gb2312",
        "gbk",
        "big5",
        "big5hkscs",
        "cp950",
        "shift_jis",
        "cp932",
        "euc_jp",
        "euc_kr",
        "cp949",
        "johab",
    }
)
# Tables of control characters, and of all characters that need a repair: most texts have none of them.
_BLANK, _DELETE = np.uint16(0x20), np.uint16(0x7F)
_IS_CONTROL: Final = np.zeros(65536, bool)
for _first, _last in ((0, 8), (14, 31), (0x7F, 0x84), (0x86, 0x9F), (0xD800, 0xDFFF), (0xFFFE, 0xFFFF)):
    _IS_CONTROL[_first : _last + 1] = True
_MOJIBAKE_LEADS: Final = "ÂÃâå"
_IS_SUSPECT: Final = _IS_CONTROL.copy()
_IS_SUSPECT[[ord(char) for char in f"{_MOJIBAKE_LEADS}{broken_marks.LEADS}{_LINE_BREAKS}\ufeff"]] = True


def decode_bytes(raw: bytes, *, declared: str | None = None, html: bool = False) -> str | None:
    r"""Return the text of these bytes with \n for every line break, or None where no encoding reads them.

    `declared` is an encoding named outside the content (an HTTP header, a JSONL record: always UTF-8). The order is
    byte order mark, UTF-16 without a mark, strict UTF-8, UTF-8 with few damaged bytes, declaration, guess. Bytes that
    decode as strict UTF-8 are always UTF-8, whatever encoding a header declares.
    """
    text = _detect_and_decode(raw, declared, html)
    if text is not None and not html:
        if "&" in text and ";" in text:
            text = broken_marks.resolve_references(text)
        if "\\" in text:
            text = broken_marks.resolve_escapes(text)
    return None if text is None else normalize_text(text)


def normalize_text(text: str) -> str:
    """Repair mojibake, unify line breaks and drop control characters."""
    if not _has_any_char(text, _IS_SUSPECT):
        return text
    # Mojibake comes first: half of a broken letter may be a control character or a line break.
    if any(lead in text for lead in broken_marks.LEADS):
        text = broken_marks.mend_mojibake(text)
    if any(letter in text for letter in _MOJIBAKE_LEADS) and _MOJIBAKE.search(text):
        text = _repair_mojibake(text)
    text = text.replace("\r\n", "\n")
    for mark in _LINE_BREAKS:
        text = text.replace(mark, "\n")
    if _has_any_char(text, _IS_CONTROL):
        text = _CONTROL_CHARS.sub("", text)
    return text.removeprefix("\ufeff")


def _has_any_char(text: str, char_table: NDArray[np.bool_]) -> bool:
    """Check whether a text has a character of the table.

    Only tables without characters from blank to tilde are supported.
    """
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    # Drop printable ASCII first: a comparison is ten times faster than a lookup. Codes below blank wrap around.
    return bool(char_table[codes[codes - _BLANK >= _DELETE - _BLANK]].any())


def _detect_and_decode(raw: bytes, declared: str | None, html: bool) -> str | None:
    """Decode by byte order mark, UTF-16, UTF-8 (whole or damaged), declaration, <meta charset> and guess, in order."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark) and (text := _decode_leniently(raw[len(mark) :], encoding)) is not None:
            return text
    declared_codec = _resolve_codec(declared) if declared else None
    # Bytes in these encodings may be valid UTF-8 too, so the declaration decides.
    if declared_codec and declared_codec.startswith(("utf-16", "utf-32", "iso2022", "hz")):
        text = _decode_leniently(raw, declared_codec)
        if text is not None:
            return text
    utf16_codec = _detect_utf16(raw)
    if utf16_codec:
        return _decode_leniently(raw, utf16_codec)
    text = _decode_strictly(raw, "utf-8")
    if text is not None:
        return text
    charset_names = [declared] if declared else []
    if html and (charset := _META_CHARSET.search(raw[:4096])):
        charset_names.append(charset[1].decode("ascii"))
    charset_codecs = [_resolve_codec(name) for name in charset_names]
    if _MULTI_BYTE_CODECS.isdisjoint(charset_codecs) and (text := _decode_damaged_utf8(raw)) is not None:
        return text
    for codec in charset_codecs:
        text = _decode_strictly(raw, codec)
        if text is not None:
            return text
    return _decode_by_guess(raw)


def _decode_damaged_utf8(raw: bytes) -> str | None:
    """Decode UTF-8 of which few bytes are damaged, or return None where the bytes are not UTF-8.

    In another encoding hardly any run of bytes is valid UTF-8, so the valid characters must outnumber the damaged
    places. A single byte that no character begins with is one of windows-1252, which pasted text leaves; a character
    that is cut is lost.
    """
    sample = raw[:_SAMPLE_BYTES]
    if len(raw) > len(sample):
        sample = sample[: max(len(sample) - 3, 0)]
    sample_text = sample.decode("utf-8", "replace")
    damaged_count = sample_text.count("\ufffd") - sample.count(_REPLACEMENT_BYTES)
    valid_count = sum(char > "\x7f" and char != "\ufffd" for char in sample_text)
    if valid_count < _MIN_VALID_CHARS or valid_count <= damaged_count:
        return None
    return raw.decode("utf-8", _DAMAGE_HANDLER)


def _replace_damage(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for bytes that are not valid UTF-8, and where to go on (an error handler of codecs)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    damaged = error.object[error.start : error.end]
    is_at_end = error.end == len(error.object)
    is_cut = len(damaged) > 1 or damaged[0] in _CUT_LEADS or (is_at_end and damaged[0] >= min(_CUT_LEADS))
    return ("" if is_cut else damaged.decode("cp1252", "ignore")), error.end


_DAMAGE_HANDLER: Final = "kliping-damaged-utf8"
codecs.register_error(_DAMAGE_HANDLER, _replace_damage)


def _decode_strictly(raw: bytes, encoding: str | None) -> str | None:
    """Return the decoded text, or None where a byte is invalid or the codec is unknown."""
    if encoding is None:
        return None
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _decode_leniently(raw: bytes, encoding: str) -> str | None:
    """Return the text where at most one character in 50 is invalid, else None: a file may be cut within a character."""
    text = raw.decode(encoding, "replace")
    return text if text.count("\ufffd") * 50 <= len(text) + 50 else None


def _resolve_codec(name: str) -> str | None:
    """Return the name of the text codec that browsers use for this charset name; None where there is none."""
    try:
        codec = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # Python also has codecs that are no text encodings, such as rot13 and zlib.
    return _WHATWG_CODECS.get(codec.name, codec.name) if getattr(codec, "_is_text_encoding", True) else None


def _detect_utf16(raw: bytes) -> str | None:
    """Return the UTF-16 codec of bytes without a mark: Latin text in it has NUL as every other byte."""
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


def _decode_by_guess(raw: bytes) -> str | None:
    """Decode as windows-1252 where high bytes are few, else as charset_normalizer says."""
    sample = raw[:_SAMPLE_BYTES]
    high_byte_count = sum(byte > 127 for byte in sample)
    control_count = sum(byte < 32 and byte not in b"\t\n\r\f\v" for byte in sample)
    if control_count > len(sample) * 0.02:
        return None
    latin_text = _decode_strictly(raw, "cp1252")
    # Latin text has few high bytes, and the detector is unreliable on so few.
    if latin_text is not None and high_byte_count <= len(sample) * 0.12:
        return latin_text
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    text = _decode_strictly(raw, _resolve_codec(best.encoding)) if best is not None else None
    return text if text is not None else latin_text


def _repair_mojibake(text: str) -> str:
    """Repair UTF-8 that was read as windows-1252, line by line; change nothing else."""
    from ftfy import TextFixerConfig, fix_text

    # Repair mojibake only: quotes, ligatures, widths and normal form stay as printed.
    config = TextFixerConfig(
        explain=False,
        unescape_html=False, remove_terminal_escapes=False, fix_latin_ligatures=False, fix_character_width=False,
        uncurl_quotes=False, fix_line_breaks=False, fix_surrogates=False, remove_control_chars=False,
        normalization=None, fix_c1_controls=False,
    )  # fmt: skip
    # ftfy works line by line, and ASCII lines need no repair.
    lines = _LINE_WITH_BREAK.findall(text)
    return "".join(line if line.isascii() else str(fix_text(line, config)) for line in lines)
