"""The values of a record as scrapers write them: words for missing, lists as strings, epochs, paragraphs in lists."""

import ast
import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flows.read import json_objects, lenient_decoding
from flows.read.field_aliases import FieldMap, states_text
from flows.read.missing_values import is_missing

_ZONE_NAME: Final = re.compile(r"(?<=\d)\[[A-Za-z]{1,20}/[A-Za-z_]{1,30}\]\Z")  # of Java: "+07:00[Asia/Jakarta]"
_MISREAD: Final = re.compile("[ÃÂâÅÄ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_UNICODE_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_NUMBERED_KEY: Final = re.compile(r"[a-zA-Z_ -]{0,20}(\d{1,3})")
_FEWEST_DIGITS: Final = 4  # of a day with its year
_LONGEST_LITERAL: Final = 2_000_000
_NUMBERED: Final = re.compile(r"[+-]?\d{8,20}(?:\.\d{1,9})?\Z")
_QUOTED: Final = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_BREAK_TAG: Final = re.compile(r"\s{0,5}<br\s{0,5}/?>[ \t]{0,5}", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_LITERAL_BREAK: Final = re.compile(r"(?:\\r)?\\n|\\r(?![a-z])")
_ESCAPED_TAG: Final = re.compile(
    r"&lt;/?(?:p|div|br|span|a|h[1-6]|ul|li|strong|b|i|em|img|table|blockquote)(?:\s[^;]{0,300}?)?\s?/?&gt;",
    re.IGNORECASE,
)
_EPOCH_FIRST, _EPOCH_LAST = 631_152_000, 2_082_758_400  # 1990 to 2035, in seconds
_PLACE_NAMES: Final = (
    "name",
    "rendered",
    "text",
    "value",
    "content",
    "#text",
    "full_name",
    "displayName",
    "title",
    "nama",
)

_LONGEST_NAME_PART: Final = 300
_NAME_PARTS: Final = (
    ("first_name", "last_name"), ("firstName", "lastName"), ("firstname", "lastname"), ("givenName", "familyName"),
    ("nama_depan", "nama_belakang"),
)  # fmt: skip


def decode_line(text: str) -> str:
    """Return a single line of text that a scraper wrote as a list, as bytes or with escapes; any other as it is."""
    if text[:1] in ("[", "(", "{") and (items := parse_list(text)) and isinstance(items[0], str | Mapping):
        text = clean_scalar(items[0]) or text
    text = decode_bytes_literal(text)
    if "\\u" in text or "\\/" in text:
        text = _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\\/", "/")
        text = make_encodable(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return repair_encoding(text)


def repair_encoding(text: str) -> str:
    """Return a value that was decoded as windows-1252 instead of UTF-8 ("â€œ") as it was; any other as it is."""
    if text.isascii() or _MISREAD.search(text) is None:
        return text
    from ftfy import fix_encoding

    return str(fix_encoding(text))


def is_numbered(value: Mapping[str, Any]) -> bool:
    """Return whether an object holds paragraphs under numbers: {"p1": "...", "p2": "..."}."""
    return (
        len(value) > 1
        and all(isinstance(text, str) for text in value.values())
        and all(_NUMBERED_KEY.fullmatch(str(key)) for key in value)
    )


def number_of(key: str) -> int:
    """Return the number at the end of a key."""
    match = _NUMBERED_KEY.fullmatch(key)
    return int(match[1]) if match else 0


def make_encodable(text: str) -> str:
    """Replace lone surrogates, which JSON may spell and UTF-8 cannot hold."""
    return lenient_decoding.replace_surrogates(text)


def show_key(key: str) -> str:
    """Render a key for a sentence: one line, at most 60 characters."""
    return lenient_decoding.make_printable(make_encodable(key))[:60]


def clean_scalar(value: object) -> str:
    """Render a single value as text; the first of a list; empty for what is none."""
    if isinstance(value, str):
        return make_encodable(value).strip()
    if isinstance(value, list | tuple):
        return next((text for item in value if (text := clean_scalar(item))), "")
    if isinstance(value, Mapping):
        return next((text for name in _PLACE_NAMES if (text := clean_scalar(value.get(name)))), "") or _join_name(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float):
        return "" if not math.isfinite(value) else str(int(value)) if value.is_integer() else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def list_names(value: object) -> Iterator[str]:
    """Yield the persons that a value names: a string, a list, a list written as a string, objects with a name."""
    if isinstance(value, str):
        items = parse_list(value)
        if items is not None:
            yield from (name for item in items for name in list_names(item))
            return
        text = clean_scalar(value)
        if text:
            yield text
    elif isinstance(value, list | tuple):
        yield from (name for item in value for name in list_names(item))
    elif isinstance(value, Mapping):
        text = clean_scalar(value)
        if text:
            yield text
    # A number is the key of a person elsewhere, and no name.


def parse_list(text: str) -> list[Any] | None:
    """Parse a list that was written as a string, by Python, numpy or JSON; None for any other text."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_LITERAL or stripped[:1] not in ("[", "(", "{") or stripped[-1:] not in ("]", ")", "}"):
        return None
    if stripped[0] == "{" and stripped[1:2] not in ("'", '"'):
        return None
    with suppress(ValueError, RecursionError):
        parsed = json.loads(stripped, strict=False)
        return parsed if isinstance(parsed, list) else [parsed]
    if stripped[1:-1].lstrip()[:1] not in ("'", '"', "{", "N", "["):
        return None
    if re.search(r"""['"]\s+['"]""", stripped) and "," not in _QUOTED.sub("", stripped):
        # numpy prints no commas, and Python would glue the strings.
        return [single or double for single, double in _QUOTED.findall(stripped)]
    # A set is read as a list, in its printed order: its own order differs from process to process.
    forms = (f"[{stripped[1:-1]}]", stripped) if stripped[0] == "{" else (stripped,)
    for form in forms:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            literal = ast.literal_eval(form)
            return list(literal) if isinstance(literal, list | tuple) else [literal]
    return None


def parse_json_string(text: str) -> dict[str, Any] | None:
    """Parse an object that was written as a JSON string; None for any other text."""
    if text[:1] != "{" or text.rstrip()[-1:] != "}":
        return None
    with suppress(ValueError, RecursionError):
        parsed = json_objects.DECODER.decode(text)
        return parsed if isinstance(parsed, dict) else None
    return None


def is_fundus_body(value: Mapping[str, Any]) -> bool:
    """Return whether an object is an article's body as fundus writes it."""
    return "sections" in value and isinstance(value["sections"], list)


def is_single_value(value: Mapping[str, Any]) -> bool:
    """Return whether an object stands for one value of its record: a body of fundus, a person's name in parts."""
    if is_fundus_body(value):
        return True
    # A record may state its author's name in parts beside its text.
    return bool(_join_name(value)) and not any(
        isinstance(part, str) and len(part) > _LONGEST_NAME_PART for part in value.values()
    )


def _join_name(value: Mapping[str, Any]) -> str:
    """Join the parts of a person's name; empty where an object has none."""
    return next(
        (
            " ".join(part.strip() for part in parts if part)
            for names in _NAME_PARTS
            if any(parts := [part for name in names if isinstance(part := value.get(name), str)])
        ),
        "",
    )


def join_paragraphs(value: object) -> str:
    """Join what holds a text into one: a string, a list of paragraphs (also as a string), fundus' sections."""
    if isinstance(value, str):
        items = parse_list(value) if value[:1] in ("[", "(") else None
        if items and all(isinstance(item, str) for item in items):
            return join_paragraphs(items)
        return unescape_markup(break_lines(break_literals(decode_bytes_literal(value))))
    if isinstance(value, Mapping):
        if is_fundus_body(value):
            return "\n\n".join(_join_sections(value))
        names = (*_PLACE_NAMES, *(key for key in map(str, value) if states_text((key,), FieldMap())))
        return join_paragraphs(next((value[name] for name in names if value.get(name)), ""))
    if isinstance(value, list | tuple):
        return "\n\n".join(filter(None, map(_join_item, value)))
    return ""


def _join_item(item: object) -> str:
    """Join one item of a list of paragraphs: text, an object with a text, or sentences of tokens."""
    if isinstance(item, list | tuple):
        if item and all(isinstance(token, str) for token in item):
            return " ".join(map(str, item)).strip()
        return " ".join(filter(None, map(_join_item, item)))
    return join_paragraphs(item).strip()


def _join_sections(body: Mapping[str, Any]) -> Iterator[str]:
    for section in body["sections"]:
        if isinstance(section, Mapping):
            for name in ("headline", "paragraphs"):
                yield from (str(text) for text in section.get(name) or () if str(text).strip())
        elif isinstance(section, str):
            yield section


def unescape_name(text: str) -> str:
    """Return a printed name with its character references resolved, as a page's markup writes "Tanya &amp; Jawab"."""
    return " ".join(html.unescape(text).split()) if "&" in text and ";" in text else text


def unescape_markup(text: str) -> str:
    """Return the page that a text holds with its tags written as character references; any other text as it is."""
    if "&" not in text or "&lt;" not in text or "<" in text or len(_ESCAPED_TAG.findall(text, 0, 20_000)) < 2:
        return text
    return html.unescape(text)


def break_literals(text: str) -> str:
    r"""Turn a literal `\n` of a text into a line break, where a scraper escaped them all."""
    if "\\" not in text or ("\\n" not in text and "\\r" not in text):
        return text
    literal = len(_LITERAL_BREAK.findall(text))
    if literal < 2 and "\n" in text.strip():
        return text
    return _LITERAL_BREAK.sub("\n", text).replace("\\t", " ").replace('\\"', '"')


def break_lines(text: str) -> str:
    """Turn `<br>` of a text that has no other tags into line breaks."""
    if "<" not in text or ("<br" not in text and "<BR" not in text):
        return text
    broken = _BREAK_TAG.sub("\n", text)
    return text if _ANY_TAG.search(broken) else broken


def decode_bytes_literal(text: str) -> str:
    """Return the text of bytes that Python printed (`b'...'`); any other text as it is."""
    if text[:2] not in ("b'", 'b"') or text.rstrip()[-1:] != text[1] or len(text) > _LONGEST_LITERAL:
        return text
    with suppress(ValueError, SyntaxError, MemoryError):
        value = ast.literal_eval(text.strip())
        return lenient_decoding.decode_leniently(value) if isinstance(value, bytes) else text
    return text


def unwrap_extended(value: Mapping[str, Any]) -> object:
    """Return what an object of MongoDB's extended JSON stands for; any other object as it is."""
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key in ("$oid", "$numberLong", "$numberInt", "$numberDouble", "$uuid"):
            return inner
        if key == "$date":
            return unwrap_extended(inner) if isinstance(inner, Mapping) else inner
    return value


def format_date(value: object, *, utc: bool = False) -> str:
    """Render a date as describe/ reads it: ISO 8601 for epochs and typed values, else as printed; empty for none.

    `utc`: a clock reading without a zone is of UTC.
    """
    if isinstance(value, Mapping):
        unwrapped = unwrap_extended(value)
        return "" if isinstance(unwrapped, Mapping) else format_date(unwrapped, utc=utc)
    if isinstance(value, list | tuple):
        return next((text for item in value if (text := format_date(item, utc=utc))), "")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return ""
    text = clean_scalar(value)
    if _NUMBERED.match(text):
        return _format_number(text)
    if is_missing(text) or sum(map(str.isdigit, text)) < _FEWEST_DIGITS or len(text) > 200:
        return ""
    text = _ZONE_NAME.sub("", " ".join(text.split()))
    if utc and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?\Z", text):
        return f"{text}+00:00"
    return text


def _format_number(text: str) -> str:
    """Format an epoch in seconds, milli-, micro- or nanoseconds, or a day of eight digits; empty for other numbers."""
    integer_part = text.partition(".")[0]
    if len(integer_part) == 8:
        with suppress(ValueError):
            return datetime.strptime(integer_part, "%Y%m%d").date().isoformat()
        return ""
    if len(integer_part) == 14:
        with suppress(ValueError):
            return datetime.strptime(integer_part, "%Y%m%d%H%M%S").isoformat()
    moment = _parse_epoch(text)
    return moment.isoformat() if moment else ""


def _parse_epoch(text: str) -> datetime | None:
    number = float(text)
    for scale in (1, 1_000, 1_000_000, 1_000_000_000):
        seconds = number / scale
        if _EPOCH_FIRST <= seconds < _EPOCH_LAST:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(seconds, 3))
    return None


def parse_instant(value: object) -> datetime | None:
    """Parse an ISO 8601 instant or an epoch, UTC where it names no zone; None for all else."""
    if isinstance(value, Mapping):
        value = unwrap_extended(value)
    if isinstance(value, datetime):
        return convert_to_utc(value)
    if isinstance(value, bool):
        return None
    text = clean_scalar(value)
    with suppress(ValueError, OverflowError):
        if _NUMBERED.match(text) and len(text.partition(".")[0]) >= 9:
            return _parse_epoch(text)
        return convert_to_utc(datetime.fromisoformat(text))
    return None


def convert_to_utc(moment: datetime) -> datetime | None:
    """Convert an instant to UTC, which is its zone where it names none; None where that is no day of the calendar."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def combine_local_and_utc(local: object, utc: object) -> str:
    """Join WordPress' `date` and `date_gmt` into one instant with its zone; empty where they do not fit."""
    if not isinstance(local, str) or not isinstance(utc, str):
        return ""
    with suppress(ValueError, OverflowError):
        local_time, utc_time = datetime.fromisoformat(local), datetime.fromisoformat(utc)
        if local_time.tzinfo or utc_time.tzinfo:
            return ""
        minutes = round((local_time - utc_time).total_seconds() / 60)
        if abs(minutes) <= 14 * 60 and minutes % 15 == 0:
            sign = "-" if minutes < 0 else "+"
            return f"{local_time.isoformat()}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return ""
