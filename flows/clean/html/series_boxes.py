"""Series boxes: runs of blocks that name the other parts of a series, such as "Part 2: <a>Title</a>"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from flows.clean.html.blocks import Blocks

_ENTRY: Final = re.compile(r"([^\W\d_]{3,20}(?: [^\W\d_]{1,20})?) ?#?(\d{1,2}) ?[:.–—-] ?\S")
_MIN_ENTRIES: Final = 2
_MAX_ENTRY_CHARS: Final = 200


def find_series_boxes(blocks: Blocks, leads_elsewhere: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Yield the first and the end block of each run of entries with the same label and rising numbers.

    Every entry must lead to another page, save one: the part that this page is. So numbered steps and chapters stay.
    """
    entries = [_ENTRY.match(text) if len(text) <= _MAX_ENTRY_CHARS else None for text in blocks.texts]
    for start, entry in enumerate(entries):
        if entry is None or (start and _continues(entries[start - 1], entry)):
            continue
        stop = start + 1
        while stop < len(entries) and _continues(entries[stop - 1], entries[stop]):
            stop += 1
        entry_count = stop - start
        if entry_count >= _MIN_ENTRIES and sum(map(leads_elsewhere, range(start, stop))) >= entry_count - 1:
            yield start, stop


def _continues(above: re.Match[str] | None, entry: re.Match[str] | None) -> bool:
    """Return True if an entry has the label of the one above it and a higher number."""
    if above is None or entry is None:
        return False
    return above[1].casefold() == entry[1].casefold() and int(above[2]) < int(entry[2])
