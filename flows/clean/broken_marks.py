"""Characters that a scraper broke: UTF-8 read as Macintosh or DOS, character references and escapes left as they are.

    mend_mojibake(text)        the letters and quotes that the code page's characters stood for, once or twice
    resolve_references(text)   &#8211; and &amp;#8211; as the characters they name
    resolve_escapes(text)      \\u201c, \\" and \\n where a text is full of them

Only what nobody prints is changed: each pattern is a whole sequence of bytes, and what means something else in sound
text (a root before a number, a box drawn of lines) needs a letter beside it. windows-1252 is left to ftfy (decoding).
"""

import html
import html.entities
import re
from functools import cache
from typing import Final

_ROUNDS: Final = 3  # as often as a text can have been read wrongly
LEADS: Final = "‚√¬Γ├┬Ô╬\uf8ff"  # what mend_mojibake begins at
_REFERENCE: Final = re.compile(r"&(?:amp;){0,2}(#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d{0,2});")
_UNICODE: Final = re.compile(r"(?<!\\)\\u([0-9a-fA-F]{4})")
_BREAK: Final = re.compile(r"(?<=[\s.!?:;,\"”’)\]>nr])(?:\\r)?\\n(?=[\s“(A-Z0-9\\<-]|\"[A-Z]|$)")
_ESCAPED: Final = re.compile(r"\\([\"'/])")
_FEWEST_BREAKS: Final = 2


def mend_mojibake(text: str) -> str:
    """Repair UTF-8 that was read as Macintosh or DOS."""
    for _ in range(_ROUNDS):
        before = text
        for codec, leads in (("mac_roman", "‚√¬Ô\uf8ff"), ("cp437", "Γ├┬╬"), ("cp850", "Ô├┬")):
            if any(lead in text for lead in leads):
                text = _mend_codec(text, codec)
        if text == before:
            break
    return text


def _mend_codec(text: str, codec: str) -> str:
    sure, likely = _compile_sequences(codec)
    text, count = sure.subn(lambda found: _read_again(found[0], codec), text)
    if not any(lead in text for lead in "√├┬≈ƒ"):
        return text
    return likely.sub(lambda found: _read_letter(found, codec, evident=count > 0), text)


@cache
def _compile_sequences(codec: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Sequences that are nothing else, and those of two characters that could be."""

    def spell(first: int, last: int) -> str:
        return "".join(re.escape(bytes([code]).decode(codec)) for code in range(first, last + 1))

    behind = f"[{spell(0x80, 0xBF)}]"
    three, four = (re.escape(bytes([code]).decode(codec)) for code in (0xE2, 0xF0))
    byte_mark = re.escape(b"\xef\xbb\xbf".decode(codec))
    blank = re.escape(bytes([0xC2, 0xA0]).decode(codec))
    sure = f"{three}{behind}{{2}}|{byte_mark}|{four}{behind}{{3}}|{blank}"
    if codec == "cp437":
        sure += "|╬ô(?=Ç)"  # the first letter of such a sequence that was read twice
    return re.compile(sure), re.compile(f"[{spell(0xC2, 0xC5)}]{behind}")


def _read_again(piece: str, codec: str) -> str:
    try:
        return piece.encode(codec).decode("utf-8")
    except UnicodeError:
        return piece


def _read_letter(found: re.Match[str], codec: str, *, evident: bool) -> str:
    """Two characters as the letter or mark they were; where nothing else is broken only as a letter in a word."""
    text = found.string
    beside = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
    letter = _read_again(found[0], codec)
    if len(letter) == 1 and (evident or (letter.isalpha() and any(char.isalpha() for char in beside))):
        return letter
    return found[0]


def resolve_references(text: str) -> str:
    """Replace character references with the characters that they name; unknown names stay."""
    for _ in range(_ROUNDS):
        before = text
        text = _REFERENCE.sub(_name_character, text)
        if text == before or "&" not in text:
            break
    return text


def _name_character(found: re.Match[str]) -> str:
    name = found[1]
    if name[0] != "#":
        code = html.entities.name2codepoint.get(name)
        return chr(code) if code else "'" if name == "apos" else found[0]
    return html.unescape(f"&{name};")


def resolve_escapes(text: str) -> str:
    """The text with literal escapes resolved, where it holds a \\uXXXX or several \\n between sentences."""
    breaks = len(_BREAK.findall(text))
    if not _UNICODE.search(text) and breaks < _FEWEST_BREAKS:
        return text
    text = _UNICODE.sub(lambda found: chr(int(found[1], 16)), text)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if breaks:
        text = _BREAK.sub("\n", text)
    return _ESCAPED.sub(r"\1", text)
