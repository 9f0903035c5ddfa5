"""Lines that continue a story: paragraphs below a bare "Read more", and rows of a list that a paragraph announces."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from flows.clean.lines.line_table import DocumentLines
from flows.clean.rules.cues import Cue
from flows.clean.text.best_segment import is_prose

_INTERRUPTION: Final = re.compile(
    r"\W{0,3}(?:read (?:more|also|next|this next)|don['’]?t miss|jangan lewatkan|baca selengkapnya)\W{0,3}",
    re.IGNORECASE,
)
_MAX_TITLES: Final = 5  # below such a header
_ROW_SEPARATOR: Final = re.compile(r"\s(?:--|[–—|-])\s|:\s")
_MAX_ROW_WORDS: Final = 16
_MIN_ROWS: Final = 4
_ANNOUNCEMENT: Final = re.compile(
    r":\W{0,2}$|\b(?:below|following|as follows|here (?:is|are)|berikut|sebagai berikut|di bawah ini)\b", re.IGNORECASE
)


def find_continuation(lines: DocumentLines, line_cues: Mapping[int, Cue], header: int) -> int | None:
    """Find the first paragraph below a header such as "Read more" and its titles, or return None.

    Any other cue between means that the story does not go on.
    """
    if not _INTERRUPTION.fullmatch(lines.text[header]):
        return None
    for index in range(header + 1, min(header + _MAX_TITLES + 2, len(lines))):
        if index in line_cues:
            return None
        if is_prose(lines.text[index], lines.word_counts[index], lines.ends_sentence[index]):
            return None if lines.text[index].endswith("?") else index
    return None


def find_announced_rows(lines: DocumentLines, line_cues: Mapping[int, Cue], keep: Sequence[bool]) -> list[range]:
    """Find the runs of like rows directly below a kept paragraph that announces them.

    Rows are short lines with a number and the same mark between their cells, as dates, hours and prices are listed.
    """
    runs: list[range] = []
    for above in range(len(lines) - _MIN_ROWS):
        is_short = lines.word_counts[above + 1] <= _MAX_ROW_WORDS and not lines.ends_sentence[above + 1]
        if not (keep[above] and is_short and _ANNOUNCEMENT.search(lines.text[above][-200:])):
            continue
        separator = _find_row_separator(lines, above + 1)
        end = above + 1
        while separator and end not in line_cues and _find_row_separator(lines, end) == separator:
            end += 1
        if end - above > _MIN_ROWS:
            runs.append(range(above + 1, end))
    return runs


def _find_row_separator(lines: DocumentLines, index: int) -> str:
    """Return the mark between the first cells of a row; empty where the line is no row."""
    if index >= len(lines) or lines.word_counts[index] > _MAX_ROW_WORDS or lines.ends_sentence[index]:
        return ""
    text = lines.text[index][:200]
    separator = _ROW_SEPARATOR.search(text)
    return separator[0].strip() if separator and any(map(str.isdigit, text)) else ""
