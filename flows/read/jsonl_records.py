"""One line of JSONL -> a Document or a Reject."""

import json
import math
from datetime import UTC, datetime
from typing import Final

from flows.outlets import canonical_urls
from flows.read import file_kinds, lenient_decoding
from flows.read.physical_lines import Line
from flows.read.raw_documents import Document, Hint, Limits, Reject, Stated, hinted
from flows.read.source_walk import Found

_EXPECTED: Final = 'one JSON object a line was expected, such as {"id": "1", "text": "..."}'

# A record's key -> the published column that it states.
_COLUMNS: Final = {
    "title": "title",
    "subtitle": "subtitle",
    "authors": "authors",
    "author": "authors",
    "editors": "editors",
    "editor": "editors",
    "date": "published_at",
    "published": "published_at",
    "published_at": "published_at",
    "outlet": "outlet",
    "source": "outlet",
    "publisher": "outlet",
    "dateline": "dateline",
    "language": "language",
}


class _Refused(Exception):
    """A reason and the rest of a sentence that begins with the name of the line."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def record(found: Found, line: Line, codec: str, limits: Limits, hint: Hint | None) -> Document | Reject | None:
    """What a line of a JSONL file is; None for a blank line, which is no document."""
    if line.too_large:
        detail = f"has {line.size:,} bytes, at most {limits.record_bytes:,} were expected: split it or raise max_mb."
        return _reject(found, line, codec, None, _Refused("too_large", detail))
    text = lenient_decoding.lenient(line.raw, _strict(codec)).strip()
    if not text:
        return None
    fields: dict[str, object] | None = None
    try:
        fields = _fields(text)
        return _document(found, line, fields, hint)
    except _Refused as refused:
        return _reject(found, line, codec, fields, refused)


def _strict(codec: str) -> str | None:
    # What is not UTF-8 after all may be Windows-1252: that one line is then read so.
    return None if codec == "utf-8" else codec


def _fields(text: str) -> dict[str, object]:
    try:
        # A raw tab or line break within a string is common, and harmless.
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise _Refused(
            "broken_record", f"is broken JSON ({error.msg} at character {error.pos + 1}), {_EXPECTED}."
        ) from None
    except ValueError:
        raise _Refused("broken_record", f"holds a number of thousands of digits, {_EXPECTED}.") from None
    except RecursionError:
        raise _Refused("broken_record", f"is JSON nested too deep, {_EXPECTED}.") from None
    if not isinstance(value, dict):
        raise _Refused("broken_record", f"is JSON but no object, {_EXPECTED}.")
    return value


def _document(found: Found, line: Line, fields: dict[str, object], hint: Hint | None) -> Document:
    media, content = _content(fields)
    url = fields.get("url")
    canonical = canonical_urls.canonical(url) if isinstance(url, str) else None
    id_ = _id(fields)
    place = f"#L{line.number}"
    return Document(
        source_id=id_ or found.relative + place,
        source_uri=found.uri + place,
        raw=line.raw,
        content=content,
        media=media,
        identity=found.relative + (f"#{id_}" if id_ else place),
        raw_sha256=line.sha256,
        encoding="utf-8",
        url=canonical,
        fetched_at=instant(fields.get("fetched_at")),
        outlet_hint=hinted(hint, canonical, content, media),
        stated=tuple(_stated(fields)),
    )


def _content(fields: dict[str, object]) -> tuple[str, bytes]:
    """The media and the words: the page where there is one."""
    html, text = fields.get("html"), fields.get("text")
    if isinstance(html, str) and html.strip():
        return "html", lenient_decoding.encodable(html).encode()
    if isinstance(text, str) and text.strip():
        content = lenient_decoding.encodable(text).encode()
        return ("html" if file_kinds.is_page(content) else "text"), content
    if isinstance(html, str) or isinstance(text, str):
        raise _Refused("empty", 'has nothing but blanks in its "text" or "html": put the article there.')
    raise _Refused("no_content", 'has neither "text" nor "html" as a string, one of them was expected.')


def _id(fields: dict[str, object]) -> str | None:
    value = fields.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return lenient_decoding.encodable(str(value)).strip() or None


def instant(value: object) -> datetime | None:
    """An ISO 8601 instant, UTC where it names no zone; None for all else."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _stated(fields: dict[str, object]) -> list[Stated]:
    rows: list[Stated] = []
    for key, column in _COLUMNS.items():
        value = fields.get(key)
        if value is None:
            continue
        for item in value if isinstance(value, list) else [value]:
            if printed := _scalar(item):
                rows.append(Stated(column, printed))
    return rows


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return lenient_decoding.encodable(value).strip()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return str(value)


def _reject(found: Found, line: Line, codec: str, fields: dict[str, object] | None, refused: _Refused) -> Reject:
    place = f"#L{line.number}"
    return Reject(
        source_id=(fields and _id(fields)) or found.relative + place,
        source_uri=found.uri + place,
        reason=refused.reason,
        detail=f"Line {line.number} of {found.shown} {refused.detail}",
        raw_sha256=line.sha256,
        preview=lenient_decoding.shown(
            lenient_decoding.lenient(line.raw[:4096], _strict(codec)).lstrip()[: lenient_decoding.PREVIEW]
        ),
        raw=None if line.too_large else line.raw,
    )
