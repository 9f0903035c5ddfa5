"""Parser of one JSONL line: a raw document or a reject."""

import json
import math
from datetime import UTC, datetime
from typing import Final

from flows.outlets import canonical_urls
from flows.read import file_kinds, lenient_decoding
from flows.read.physical_lines import PhysicalLine
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject, StatedField, guess_outlet_hint
from flows.read.record_identity import build_record_identity, read_url_in_id
from flows.read.source_walk import SourceFile

_EXPECTED: Final = 'one JSON object a line was expected, such as {"id": "1", "text": "..."}'

# Key of a record -> published column.
_COLUMN_OF_KEY: Final = {
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


class _RejectedLine(Exception):
    """Rejection of a line: a reason, and the second half of a sentence that begins with the line's name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def parse_line(
    source_file: SourceFile, line: PhysicalLine, codec: str, limits: Limits, guess_outlet: OutletGuesser | None
) -> RawDocument | Reject | None:
    """Parse a line of a JSONL file; return None for a blank line, which is not a document."""
    if line.too_large:
        detail = f"has {line.size:,} bytes, at most {limits.record_bytes:,} were expected: split it or raise max_mb."
        return _build_reject(source_file, line, codec, None, _RejectedLine("too_large", detail))
    text = lenient_decoding.decode_leniently(line.raw, _select_codec(codec)).strip()
    if not text:
        return None
    fields: dict[str, object] | None = None
    try:
        fields = _parse_fields(text)
        return _build_document(source_file, line, fields, guess_outlet)
    except _RejectedLine as rejection:
        return _build_reject(source_file, line, codec, fields, rejection)


def _select_codec(codec: str) -> str | None:
    """Return the codec to decode a line with, None to let `decode_leniently` choose."""
    # A line that is not valid UTF-8 may be Windows-1252, so UTF-8 is not enforced.
    return None if codec == "utf-8" else codec


def _parse_fields(text: str) -> dict[str, object]:
    try:
        # Raw tabs and line breaks within strings are common and harmless.
        parsed = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise _RejectedLine(
            "broken_record", f"is broken JSON ({error.msg} at character {error.pos + 1}), {_EXPECTED}."
        ) from None
    except ValueError:
        raise _RejectedLine("broken_record", f"holds a number of thousands of digits, {_EXPECTED}.") from None
    except RecursionError:
        raise _RejectedLine("broken_record", f"is JSON nested too deep, {_EXPECTED}.") from None
    if not isinstance(parsed, dict):
        raise _RejectedLine("broken_record", f"is JSON but no object, {_EXPECTED}.")
    return parsed


def _build_document(
    source_file: SourceFile, line: PhysicalLine, fields: dict[str, object], guess_outlet: OutletGuesser | None
) -> RawDocument:
    media, content = _choose_content(fields)
    url = fields.get("url")
    record_id = _read_id(fields)
    canonical = canonical_urls.canonicalize_url(url) if isinstance(url, str) else None
    canonical = canonical or read_url_in_id(record_id)
    line_suffix = f"#L{line.number}"
    stated = tuple(_collect_stated(fields))
    words = [field.value for name in ("title", "published_at") for field in stated if field.field == name]
    return RawDocument(
        source_id=record_id or source_file.relative + line_suffix,
        source_uri=source_file.uri + line_suffix,
        raw=line.raw,
        content=content,
        media=media,
        identity=build_record_identity(source_file.relative, record_id, [*words, content]),
        raw_sha256=line.sha256,
        encoding="utf-8",
        url=canonical,
        fetched_at=parse_timestamp(fields.get("fetched_at")),
        outlet_hint=guess_outlet_hint(guess_outlet, canonical, content, media),
        stated=stated,
    )


def _choose_content(fields: dict[str, object]) -> tuple[str, bytes]:
    """Return the media and the UTF-8 content of a record: the page if there is one, else the text."""
    html, text = fields.get("html"), fields.get("text")
    if isinstance(html, str) and html.strip():
        return "html", lenient_decoding.replace_surrogates(html).encode()
    if isinstance(text, str) and text.strip():
        content = lenient_decoding.replace_surrogates(text).encode()
        return ("html" if file_kinds.is_html(content) else "text"), content
    if isinstance(html, str) or isinstance(text, str):
        raise _RejectedLine("empty", 'has nothing but blanks in its "text" or "html": put the article there.')
    raise _RejectedLine("no_content", 'has neither "text" nor "html" as a string, one of them was expected.')


def _read_id(fields: dict[str, object]) -> str | None:
    record_id = fields.get("id")
    if isinstance(record_id, bool) or not isinstance(record_id, str | int):
        return None
    return lenient_decoding.replace_surrogates(str(record_id)).strip() or None


def parse_timestamp(timestamp: object) -> datetime | None:
    """Parse an ISO 8601 timestamp, UTC where it names no zone; return None for anything else."""
    if not isinstance(timestamp, str):
        return None
    try:
        parsed = datetime.fromisoformat(timestamp.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _collect_stated(fields: dict[str, object]) -> list[StatedField]:
    rows: list[StatedField] = []
    for key, column in _COLUMN_OF_KEY.items():
        key_value = fields.get(key)
        if key_value is None:
            continue
        for scalar in key_value if isinstance(key_value, list) else [key_value]:
            if printed := _format_scalar(scalar):
                rows.append(StatedField(column, printed))
    return rows


def _format_scalar(scalar: object) -> str:
    if isinstance(scalar, str):
        return lenient_decoding.replace_surrogates(scalar).strip()
    if isinstance(scalar, bool) or not isinstance(scalar, int | float) or not math.isfinite(scalar):
        return ""
    return str(scalar)


def _build_reject(
    source_file: SourceFile, line: PhysicalLine, codec: str, fields: dict[str, object] | None, rejection: _RejectedLine
) -> Reject:
    line_suffix = f"#L{line.number}"
    return Reject(
        source_id=(fields and _read_id(fields)) or source_file.relative + line_suffix,
        source_uri=source_file.uri + line_suffix,
        reason=rejection.reason,
        detail=f"Line {line.number} of {source_file.display_path} {rejection.detail}",
        raw_sha256=line.sha256,
        preview=lenient_decoding.make_printable(
            lenient_decoding.decode_leniently(line.raw[:4096], _select_codec(codec)).lstrip()[
                : lenient_decoding.PREVIEW_CHARACTERS
            ]
        ),
        raw=None if line.too_large else line.raw,
    )
