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
    start = 0
    while start < len(blocks.texts):
        stop, label, number = start, "", 0
        while stop < len(blocks.texts) and (entry := _read_entry(blocks.texts[stop])):
            if stop > start and (entry[0] != label or entry[1] <= number):
                break
            label, number = entry
            stop += 1
        entry_count = stop - start
        if entry_count >= _MIN_ENTRIES and sum(map(leads_elsewhere, range(start, stop))) >= entry_count - 1:
            yield start, stop
        start = max(stop, start + 1)


def _read_entry(text: str) -> tuple[str, int] | None:
    """Return the label and the number that a block begins with, or None."""
    entry = _ENTRY.match(text) if len(text) <= _MAX_ENTRY_CHARS else None
    return (entry[1].casefold(), int(entry[2])) if entry else None
