"""Records printed by Python, `{'judul': '...', 'isi': '...'}`, as a scraper leaves them that writes `str(item)`."""

import ast
import re
from contextlib import suppress
from typing import Final

_LONGEST: Final = 2_000_000
_OPENING: Final = re.compile(r"\{\s{0,9}['\"][^'\"\n]{1,100}['\"]\s{0,9}:")
_OBJECT_ID: Final = re.compile(r"\bObjectId\(('[0-9a-f]{24}')\)")
_DATETIME: Final = re.compile(
    r"\bdatetime(?:\.datetime)?\((\d{4}), (\d{1,2}), (\d{1,2})"
    r"(?:, (\d{1,2}), (\d{1,2}))?(?:, (\d{1,2}))?(?:, \d{1,6})?\)"
)


def parse_dict(line: str) -> dict[str, object] | None:
    """Parse a dict that Python printed; None for all else. Nothing in it is run."""
    line = line.strip().rstrip(",")
    if len(line) > _LONGEST or not line.endswith("}") or _OPENING.match(line) is None:
        return None
    for text in (line, _DATETIME.sub(_format_datetime, _OBJECT_ID.sub(r"\1", line))):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            value = ast.literal_eval(text)
            if isinstance(value, dict) and all(isinstance(key, str) for key in value):
                str(value)  # raises ValueError for a hexadecimal number that has too many digits to be printed
                return value
    return None


def _format_datetime(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    clock = f"T{hour:02d}:{minute:02d}:{second:02d}" if match[4] else ""
    return f"'{year:04d}-{month:02d}-{day:02d}{clock}'"
