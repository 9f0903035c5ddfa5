"""What a file is, told by its bytes."""

import json
import re
from dataclasses import dataclass
from typing import Final, Literal

from flows.read import lenient_decoding

Kind = Literal["text", "html", "jsonl", "json", "empty", "binary", "warc"]

_PACKINGS: Final = ((b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))

_MAGIC: Final = (
    (b"%PDF-", "a PDF"),
    (b"%!PS", "PostScript"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh91AY&SY", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1\x15", "a Parquet file"),
    (b"ARROW1\x00", "an Arrow file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"OggS\x00", "Ogg audio or video"),
    (b"ID3\x03", "MP3 audio"),
    (b"ID3\x04", "MP3 audio"),
    (b"\x7fELF", "a program"),
)
_WARC: Final = re.compile(rb"WARC/\d\.\d{1,2}\s")
_BOXED: Final = {b"WEBP": "a WebP image", b"WAVE": "WAV audio", b"AVI ": "AVI video"}

# All of C0 but tab, line breaks, form feed, backspace, escape (terminal colours) and Ctrl-Z (the end of a DOS file).
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1a\x1b"))
_CONTROL_SHARE: Final = 0.02

_HEAD: Final = 65_536
_PROLOGUE: Final = re.compile(rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*){0,5}", re.DOTALL)
_PAGE: Final = re.compile(rb"<(?:!doctype\s{1,20}html|html|head|body)(?=[\s>])", re.IGNORECASE)
_BLOCKS: Final = (
    rb"html|head|body|title|meta|link|script|style|div|p|br|hr|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|"
    rb"article|section|header|footer|main|nav|aside|figure|figcaption|img|blockquote|iframe|form|picture|noscript"
)
_BLOCK: Final = re.compile(rb"</?(?:" + _BLOCKS + rb")(?=[\s/>])[^<>]{0,2000}>", re.IGNORECASE)

_KEYED: Final = re.compile(r'\{[ \t]{0,100}"[^"\n]{1,100}"[ \t]{0,100}:')
_SPREAD: Final = re.compile(r'(?:\{\s{0,200}"[^"\n]{1,100}"\s{0,20}:|\[\s{0,200}(?:\{|"[^"\n]{0,100}"\s{0,20},))')
_LINES_TRIED: Final = 20


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is; `what` names what a binary file looks like, `codec` the wide encoding of a text."""

    kind: Kind
    what: str = ""
    codec: str | None = None


def packing(data: bytes) -> Literal["gzip", "zstd"] | None:
    """The packing that the first bytes announce, of those that read/ unpacks."""
    for magic, name in _PACKINGS:
        if data.startswith(magic):
            return "gzip" if name == "gzip" else "zstd"
    return None


def sniff(data: bytes, name: str, *, whole: bool) -> Sniffed:
    """The kind of a file from its first bytes (all of them where `whole`).

    The name counts for one thing: in a file named .jsonl or .ndjson the first line may be broken.
    """
    if _WARC.match(data):
        return Sniffed("warc")
    what = _magic(data)
    if what:
        return Sniffed("binary", what)
    codec = lenient_decoding.wide(data)
    plain = data if codec is None else lenient_decoding.lenient(data, codec).encode("utf-8", "replace")
    plain = plain[3:] if plain.startswith(b"\xef\xbb\xbf") else plain
    if _is_blank(plain):
        return Sniffed("empty")
    json_kind = _json(plain, name, whole=whole)
    if json_kind is not None:
        return Sniffed(json_kind, codec=codec)
    odd = _oddness(plain)
    if odd:
        return Sniffed("binary", odd)
    return Sniffed("html" if is_page(plain) else "text", codec=codec)


def is_page(data: bytes) -> bool:
    """Whether UTF-8 text is HTML: it opens a page, or is made of block tags and not merely sprinkled with them."""
    opening = _PROLOGUE.match(data[:_HEAD])
    start = opening.end() if opening else 0
    head = data[start : start + _HEAD]
    if _PAGE.match(head):
        return True
    if b"<" not in head:
        return False
    tags = sum(1 for _ in _BLOCK.finditer(head))
    if tags >= 2 and _BLOCK.match(head) and data.rstrip().endswith(b">"):
        return True
    if tags < 10 or b"</" not in head:
        return False
    return tags >= sum(1 for line in head.splitlines() if line.strip()) / 2


def _magic(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return _BOXED.get(data[8:12], "")
    if data[4:8] == b"ftyp" and data[:1] == b"\x00":
        return "a video or a HEIC image"
    return next((what for magic, what in _MAGIC if data.startswith(magic)), "")


def _is_blank(plain: bytes) -> bool:
    for end in (4096, len(plain)):
        text = plain[:end].decode("utf-8", "replace")
        if text.strip().strip("\ufeff\u200b\u2060").strip():
            return False
    return True


def _oddness(plain: bytes) -> str:
    if 0 in plain:
        return "something with NUL bytes"
    controls = len(plain) - len(plain.translate(None, _CONTROLS))
    if controls > len(plain) * _CONTROL_SHARE:
        return "something with many control characters"
    return ""


def _json(plain: bytes, name: str, *, whole: bool) -> Kind | None:
    """jsonl, json (one value over the whole file), or None: a text may well begin with a brace or a bracket."""
    named = name.lower().endswith((".jsonl", ".ndjson"))
    body = plain.lstrip()
    if body[:1] not in (b"{", b"[") and not named:
        return None
    first, _, rest = body.partition(b"\n")
    value = _parsed(first)
    if isinstance(value, dict) and value:
        return "jsonl"
    if whole and body[:1] in (b"{", b"[") and rest.strip() and isinstance(_parsed(body), dict | list):
        return "json"
    tried = [line for line in rest[:_HEAD].splitlines() if line.strip()][:_LINES_TRIED]
    if named and any(line.lstrip().startswith(b"{") for line in (first, *tried)):
        return "jsonl"
    if first.startswith(b"{") and any(isinstance(found := _parsed(line), dict) and found for line in tried):
        return "jsonl"
    if isinstance(value, list | dict):
        return None if rest.strip() else "json"
    opening = body[:_HEAD].decode("utf-8", "replace")
    if _KEYED.match(opening):
        return "jsonl"
    return "json" if _SPREAD.match(opening) else None


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
