"""Detection of a file's kind from its first bytes."""

import json
import re
from dataclasses import dataclass
from typing import Final, Literal

from flows.read import lenient_decoding, python_literals
from flows.read.decompression import Compression
from flows.read.feed_detection import detect_feed, detect_markup_records
from flows.read.field_values import parse_json_string
from flows.read.front_matter import has_json_head
from flows.read.mhtml_page import is_mhtml

FileKind = Literal[
    "text", "html", "jsonl", "json", "empty", "binary", "warc", "arc", "parquet", "arrow", "sqlite", "zip", "tar", "ole",  # noqa: E501
    "feed", "mhtml",
]  # fmt: skip

_COMPRESSIONS: Final[tuple[tuple[bytes, Compression], ...]] = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
)
_BZIP2_BLOCK: Final = b"1AY&SY"
# Containers of records, detected by their first bytes.
_CONTAINERS: Final[tuple[tuple[bytes, FileKind], ...]] = (
    (b"PAR1", "parquet"),
    (b"ARROW1\x00", "arrow"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"filedesc://", "arc"),
)
_OLD_OFFICE: Final = (
    ("WordDocument", "an old Word document"),
    ("PowerPoint Document", "an old PowerPoint document"),
    ("__substg1.0", "a message of Outlook"),
)
_STREAM_MARK: Final = b"\xff\xff\xff\xff"
_TAR_BLOCK: Final = 512

_MAGIC_NUMBERS: Final = (
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
    (
        b"\x37\x7f\x06\x82",
        "the journal of an SQLite database, whose rows are not in it yet (close the program that writes it)",
    ),
    (
        b"\x37\x7f\x06\x83",
        "the journal of an SQLite database, whose rows are not in it yet (close the program that writes it)",
    ),
    (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "the journal of an SQLite database"),
    (b"FEA1", "a Feather file of the first version"),
    (b"\x80\x04\x95", "a Python pickle, which could run code: save it as Parquet or JSON"),
    (b"\x80\x05\x95", "a Python pickle, which could run code: save it as Parquet or JSON"),
    (b"Obj\x01", "an Avro file"),
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
_RIFF_FORMATS: Final = {b"WEBP": "a WebP image", b"WAVE": "WAV audio", b"AVI ": "AVI video"}

# All C0 controls but tab, line breaks, form feed, backspace, escape (terminal colours) and Ctrl-Z (end of a DOS file).
_CONTROL_BYTES: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1a\x1b"))
_MAX_CONTROL_SHARE: Final = 0.02
_MAX_STRAY_NULS: Final = 2  # that damage may leave in a short text
_MAX_NUL_SHARE: Final = 0.001

_HEAD_BYTES: Final = 65_536
_PROLOGUE: Final = re.compile(rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*){0,5}", re.DOTALL)
_HTML_OPENING: Final = re.compile(rb"<(?:!doctype\s{1,20}html|html|head|body)(?=[\s>])", re.IGNORECASE)
_BLOCK_NAMES: Final = (
    rb"html|head|body|title|meta|link|script|style|div|p|br|hr|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|"
    rb"article|section|header|footer|main|nav|aside|figure|figcaption|img|blockquote|iframe|form|picture|noscript"
)
_BLOCK_TAG: Final = re.compile(rb"</?(?:" + _BLOCK_NAMES + rb")(?=[\s/>])[^<>]{0,2000}>", re.IGNORECASE)

_OBJECT_OPENING: Final = re.compile(r'\{[ \t]{0,100}"[^"\n]{1,100}"[ \t]{0,100}:')
_PRETTY_PRINTED_OPENING: Final = re.compile(
    r'(?:\{\s{0,200}"[^"\n]{1,100}"\s{0,20}:|\[\s{0,200}(?:\{|"[^"\n]{0,100}"\s{0,20},))'
)
_BRACKET_OR_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_DECODER: Final = json.JSONDecoder(strict=False)
_MAX_SAMPLE_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class DetectedKind:
    """Kind of a file; `description` names what a binary file looks like, `codec` is the UTF-16 or UTF-32 of a text."""

    kind: FileKind
    description: str = ""
    codec: str | None = None


def detect_compression(data: bytes) -> Compression | None:
    """Return the compression that the first bytes announce, if read/ can undo it."""
    for magic, name in _COMPRESSIONS:
        if data.startswith(magic) and (name != "bzip2" or data[4:10] == _BZIP2_BLOCK):
            return name
    return None


def detect_kind(data: bytes, name: str, *, is_complete: bool) -> DetectedKind:
    """Detect the kind of a file from its first bytes (all of them if `is_complete`).

    The name matters in one case: in a file named .jsonl or .ndjson the first line may be broken.
    """
    if _WARC.match(data):
        return DetectedKind("warc")
    container = _detect_container(data)
    if container is not None:
        return DetectedKind(container)
    magic_name = _match_magic_number(data)
    if magic_name:
        return DetectedKind("binary", magic_name)
    codec = lenient_decoding.detect_wide_codec(data)
    utf8 = data if codec is None else lenient_decoding.decode_leniently(data, codec).encode("utf-8", "replace")
    utf8 = utf8[3:] if utf8.startswith(b"\xef\xbb\xbf") else utf8
    if _is_blank(utf8):
        return DetectedKind("empty")
    json_kind = _detect_json(utf8, name, is_complete=is_complete)
    if json_kind is not None:
        return DetectedKind(json_kind, codec=codec)
    if is_mhtml(utf8):
        return DetectedKind("mhtml")
    if (feed := detect_feed(utf8)) is not None:
        return DetectedKind("feed", feed)
    if detect_markup_records(utf8):
        return DetectedKind("feed", "records")
    binary_description = _describe_binary(utf8)
    if binary_description:
        return DetectedKind("binary", binary_description)
    return DetectedKind("html" if is_html(utf8) else "text", codec=codec)


def is_html(data: bytes) -> bool:
    """Return True for UTF-8 text that opens like a page, or is made of block tags and not only sprinkled with them."""
    opening = _PROLOGUE.match(data[:_HEAD_BYTES])
    start = opening.end() if opening else 0
    head = data[start : start + _HEAD_BYTES]
    if _HTML_OPENING.match(head):
        return True
    if b"<" not in head:
        return False
    tags = sum(1 for _ in _BLOCK_TAG.finditer(head))
    if tags >= 2 and _BLOCK_TAG.match(head) and data.rstrip().endswith(b">"):
        return True
    if tags < 10 or b"</" not in head:
        return False
    return tags >= sum(1 for line in head.splitlines() if line.strip()) / 2


def looks_binary(data: bytes) -> bool:
    """Return True for bytes that are no text in any encoding that is read here."""
    return bool(_match_magic_number(data) or _describe_binary(data))


def is_arrow_stream(data: bytes) -> bool:
    """Return whether bytes begin as Arrow's stream format does, which data sets of Hugging Face are kept in."""
    return (
        data[:4] == _STREAM_MARK and 0 < int.from_bytes(data[4:8], "little") < 1 << 24 and data[12:16] != _STREAM_MARK
    )


def describe_old_office(data: bytes) -> str:
    """Describe an old Office file that is no spreadsheet, by the names of its streams; empty for a spreadsheet."""
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return ""
    return next((what for name, what in _OLD_OFFICE if name.encode("utf-16-le") in data), "")


def _detect_container(data: bytes) -> FileKind | None:
    """Return the kind of a container of records or files, detected by its first bytes."""
    for magic, kind in _CONTAINERS:
        if data.startswith(magic):
            return kind
    if is_arrow_stream(data):
        return "arrow"
    return "tar" if _is_tar(data) else None


def _is_tar(data: bytes) -> bool:
    """Return True where the first block is the header of a tar archive: its checksum says so."""
    block = data[:_TAR_BLOCK]
    if len(block) < _TAR_BLOCK or not block[0]:
        return False
    stated = block[148:156].strip(b"\x00 ")
    if not stated or not all(48 <= byte <= 55 for byte in stated):
        return False
    return sum(block) - sum(block[148:156]) + 8 * 32 == int(stated, 8)


def _match_magic_number(data: bytes) -> str:
    """Return the name of the binary format that the magic number identifies, else an empty string."""
    if data[:4] == b"RIFF":
        return _RIFF_FORMATS.get(data[8:12], "")
    if data[4:8] == b"ftyp" and data[:1] == b"\x00":
        return "a video or a HEIC image"
    if data[:3] == b"ORC" and _describe_binary(data):  # an article may begin with these letters
        return "an ORC file"
    return next((what for magic, what in _MAGIC_NUMBERS if data.startswith(magic)), "")


def _is_blank(utf8: bytes) -> bool:
    for end in (4096, len(utf8)):
        text = utf8[:end].decode("utf-8", "replace")
        if text.strip().strip("\ufeff\u200b\u2060").strip():
            return False
    return True


def _describe_binary(utf8: bytes) -> str:
    """Return why the bytes cannot be text, else an empty string."""
    if utf8.count(0) > max(_MAX_STRAY_NULS, len(utf8) * _MAX_NUL_SHARE):
        return "a program or data (it holds NUL bytes)"
    controls = len(utf8) - len(utf8.translate(None, _CONTROL_BYTES))
    if controls > len(utf8) * _MAX_CONTROL_SHARE:
        return "something with many control characters"
    return ""


def _detect_json(utf8: bytes, name: str, *, is_complete: bool) -> FileKind | None:
    """Return jsonl, json (one value over the whole file) or None: plain text may also begin with a brace or bracket."""
    if utf8.lstrip()[:2] == b"\x1e{":
        return "json"  # a JSON text sequence (RFC 7464)
    has_jsonl_name = name.lower().endswith((".jsonl", ".ndjson"))
    body = utf8.lstrip()
    if body[:1] not in (b"{", b"[") and body[:2] != b'"{' and not has_jsonl_name:
        return None
    if body[:1] == b"{" and not has_jsonl_name and has_json_head(body[:_HEAD_BYTES].decode("utf-8", "replace")):
        return None
    first, _, remainder = body.partition(b"\n")
    first_value = _parse_json(first)
    if isinstance(first_value, str):
        first_value = parse_json_string(first_value)  # a record that was encoded twice
    if first_value is None and first.startswith(b"{"):
        first_value = python_literals.parse_dict(first.decode("utf-8", "replace"))
    if isinstance(first_value, dict) and first_value:
        return "jsonl"
    if first_value is None and body[:1] == b"{" and first.rstrip()[-1:] in (b"[", b"{", b":"):
        return "json"  # its value goes on in the next lines: a list in a wrapper, an object written prettily
    if is_complete and body[:1] in (b"{", b"[") and remainder.strip() and isinstance(_parse_json(body), dict | list):
        return "json"
    sample_lines = [line for line in remainder[:_HEAD_BYTES].splitlines() if line.strip()][:_MAX_SAMPLE_LINES]
    if has_jsonl_name and any(line.lstrip().startswith(b"{") for line in (first, *sample_lines)):
        return "jsonl"
    if first.startswith(b"{") and any(
        isinstance(parsed := _parse_json(line), dict) and parsed for line in sample_lines
    ):
        return "jsonl"
    if isinstance(first_value, list) and remainder.lstrip()[:1] in (b"[", b"{"):
        return "json"
    if first_value is None and body[:1] == b"{" and _holds_several(first):
        return "json"
    if isinstance(first_value, list | dict):
        return None if remainder.strip() else "json"
    opening = body[:_HEAD_BYTES].decode("utf-8", "replace")
    if _OBJECT_OPENING.match(opening):
        if first.rstrip()[-1:] == b"," and _opens_list(first):
            return "json"  # a wrapper whose records are a line each
        # A pretty-printed object goes on with a key or a bracket, a broken line of JSONL with another object.
        return "json" if remainder.lstrip()[:1] in (b'"', b"]", b"}", b"[") else "jsonl"
    return "json" if _PRETTY_PRINTED_OPENING.match(opening) else None


def _opens_list(line: bytes) -> bool:
    """Return True where the innermost bracket that a line opens and does not close is that of a list."""
    opened: list[bytes] = []
    for token in _BRACKET_OR_STRING.findall(line):
        if token in (b"{", b"["):
            opened.append(token)
        elif token in (b"}", b"]") and opened:
            opened.pop()
    return opened[-1:] == [b"["]


def _holds_several(line: bytes) -> bool:
    """Return True where a line holds one object and behind it another."""
    try:
        _, end = _DECODER.raw_decode(line[:_HEAD_BYTES].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return line.decode("utf-8", "replace")[end:].lstrip(" ,\t")[:1] in ("{", "[")


def _parse_json(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
