"""Parser of one JSONL line: a raw document or a reject."""

import json
from typing import Final

from flows.read import json_objects, lenient_decoding, python_literals
from flows.read.field_values import parse_json_string
from flows.read.physical_lines import PhysicalLine
from flows.read.raw_documents import RawDocument, Reject
from flows.read.source_records import ReadContext, SourceRecord, build_row

_EXPECTED: Final = 'one JSON object a line was expected, such as {"id": "1", "text": "..."}'


class _RejectedLine(Exception):
    """Rejection of a line: a reason, and the second half of a sentence that begins with the line's name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def parse_line(context: ReadContext, line: PhysicalLine, codec: str) -> RawDocument | Reject | None:
    """Parse a line of a JSONL file; return None for a blank line, which is not a document."""
    place, label = f"#L{line.number}", f"Line {line.number}"
    if line.too_large:
        most = context.limits.record_bytes
        detail = f"has {line.size:,} bytes, at most {most:,} were expected: split it or raise max_mb."
        record = SourceRecord(place, label, None, None, ("too_large", detail), line.sha256, preview=line.raw)
        return build_row(context, record)
    text = lenient_decoding.decode_leniently(line.raw, _select_codec(codec)).strip()
    if not text:
        return None
    try:
        fields = _parse_fields(text)
    except _RejectedLine as rejection:
        problem = (rejection.reason, rejection.detail)
        return build_row(context, SourceRecord(place, label, line.raw, None, problem, line.sha256))
    return build_row(context, SourceRecord(place, label, line.raw, fields, None, line.sha256))


def _select_codec(codec: str) -> str | None:
    """Return the codec to decode a line with, None to let `decode_leniently` choose."""
    # A line that is not valid UTF-8 may be Windows-1252, so UTF-8 is not enforced.
    return None if codec == "utf-8" else codec


def _parse_fields(text: str) -> dict[str, object]:
    try:
        # Raw tabs and line breaks within strings are common and harmless.
        parsed = json_objects.DECODER.decode(text)
    except json.JSONDecodeError as error:
        if (printed := python_literals.parse_dict(text)) is not None:
            return printed
        raise _RejectedLine(
            "broken_record", f"is broken JSON ({error.msg} at character {error.pos + 1}), {_EXPECTED}."
        ) from None
    except ValueError:
        raise _RejectedLine("broken_record", f"holds a number of thousands of digits, {_EXPECTED}.") from None
    except RecursionError:
        raise _RejectedLine("broken_record", f"is JSON nested too deep, {_EXPECTED}.") from None
    if isinstance(parsed, str):
        parsed = parse_json_string(parsed) or parsed
    if isinstance(parsed, list):
        raise _RejectedLine("broken_record", f"is a list of {len(parsed):,} values, {_EXPECTED}.")
    if not isinstance(parsed, dict):
        raise _RejectedLine("broken_record", f"is JSON but no object, {_EXPECTED}.")
    return parsed
