"""Line tables: the non-blank lines of decoded documents with their offsets, as columns per batch and as rows.

`LineTable` holds the lines of a batch as numpy columns over one array of code points; `Line` is one row, for reading.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import (
    BLANK_FLAG,
    CHAR_FLAGS,
    EDGE_CHARS,
    FIRST_UNSPACED_CODE,
    IS_CLOSER,
    IS_LETTER,
    IS_SENTENCE_END,
    IS_UNSPACED,
    WRITES_NO_STOPS,
    look_up_codes,
)
from schemas.word_count import count_words

_INVISIBLE: Final = "\u200b\u2060\ufeff\u00ad"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

Ints = NDArray[np.int64]
_MIN_UNMARKED_WORDS: Final = 16  # a line of a script without full stops that is at least so long is a paragraph
_MAX_CHARS_BEFORE_LETTER: Final = 6  # most lines have none


class Line(NamedTuple):
    """One non-blank line: number from 1, start and end offsets of its words in the document, and its text."""

    number: int
    start: int
    end: int
    text: str  # blanks normalized, so offsets in it are not offsets in the document
    gap: int  # blank lines directly before it
    word_count: int
    ends_sentence: bool


@dataclass(frozen=True, slots=True)
class DocumentLines(Sequence[Line]):
    """The lines of one document, one column per field; a `Line` is built on access."""

    number: list[int]
    start: list[int]
    end: list[int]
    text: list[str]
    gap: list[int]
    word_counts: list[int]
    ends_sentence: list[bool]

    def __len__(self) -> int:
        return len(self.number)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self.number)))]
        return Line(
            self.number[at],
            self.start[at],
            self.end[at],
            self.text[at],
            self.gap[at],
            self.word_counts[at],
            self.ends_sentence[at],
        )

    def __iter__(self) -> Iterator[Line]:
        columns = (self.number, self.start, self.end, self.text, self.gap, self.word_counts, self.ends_sentence)
        return map(Line._make, zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class LineTable:
    """The non-blank lines of a batch of documents, one column per field.

    `codes` are the code points (65,535 for those beyond) of all documents, with a line break before and behind each;
    `first_line` is the first line of each document, with the number of lines at the end; all other columns have one
    entry per line, and `start`, `end` index `codes`. `documents` has the same lines per document, offsets within it.
    """

    codes: NDArray[np.uint16]
    char_flags: NDArray[np.uint8]  # of char_classes.CHAR_FLAGS
    first_line: Ints
    start: Ints
    end: Ints
    gap: Ints
    word_counts: Ints
    ends_sentence: NDArray[np.bool_]
    has_unspaced: NDArray[np.bool_]  # has letters of a script that writes no blanks between words
    irregular: NDArray[np.bool_]  # `text` differs from the codes, or many characters stand before the first letter
    first_letter: Ints  # index of its first letter, or its end; undefined where irregular
    text: list[str]  # blanks normalized
    documents: list[DocumentLines]


def replace_surrogates(text: str) -> str:
    """Return the text with each lone surrogate, which JSON may spell, as U+FFFD: UTF-8 cannot encode it."""
    return _SURROGATES.sub("\ufffd", text)


def split_lines(text: str) -> DocumentLines:
    r"""Return the non-blank lines of a decoded document (its line breaks are \n alone)."""
    return build_line_table([text]).documents[0]


def build_line_table(texts: Sequence[str], codes: NDArray[np.uint16] | None = None) -> LineTable:
    """Return the non-blank lines of decoded documents."""
    codes = encode_texts(texts) if codes is None else codes
    doc_offset = np.cumsum([1, *(len(text) + 1 for text in texts)])
    # Runs of blanks with a line break separate lines, other runs separate words.
    char_flags = look_up_codes(CHAR_FLAGS, codes)
    blank_offsets = np.flatnonzero((char_flags & BLANK_FLAG) != 0)
    run_boundaries = np.flatnonzero(np.diff(blank_offsets) != 1)
    run_start, run_end = (
        blank_offsets[np.append(0, run_boundaries + 1)],
        blank_offsets[np.append(run_boundaries, len(blank_offsets) - 1)] + 1,
    )
    breaks = np.flatnonzero(codes == 10)
    break_runs = np.searchsorted(run_start, breaks, side="right") - 1
    break_runs = break_runs[np.append(True, break_runs[1:] != break_runs[:-1])]
    start, end = run_end[break_runs[:-1]], run_start[break_runs[1:]]
    doc = np.searchsorted(doc_offset, start, side="right") - 1
    first_line = np.searchsorted(doc, np.arange(len(texts) + 1))
    line_index = np.searchsorted(breaks, start)  # counts blank lines too
    number = line_index - np.searchsorted(breaks, doc_offset[:-1])[doc] + 1
    previous_number = np.append(0, number)[:-1]
    previous_number[first_line[:-1][first_line[:-1] < len(doc)]] = 0
    gap = number - previous_number - 1

    word_counts = np.diff(break_runs)
    irregular_runs = np.append(0, np.cumsum((run_end - run_start != 1) | (codes[run_start] != ord(" "))))
    irregular = irregular_runs[break_runs[1:]] > irregular_runs[break_runs[:-1] + 1]
    unspaced_offsets = np.flatnonzero(codes >= FIRST_UNSPACED_CODE)
    unspaced_offsets = unspaced_offsets[IS_UNSPACED[codes[unspaced_offsets]]]
    starts_in_doc, ends_in_doc = (start - doc_offset[doc]).tolist(), (end - doc_offset[doc]).tolist()
    shown_texts = [texts[d][b:e] for d, b, e in zip(doc.tolist(), starts_in_doc, ends_in_doc, strict=True)]
    has_unspaced = np.searchsorted(unspaced_offsets, end) > np.searchsorted(unspaced_offsets, start)
    for index in np.flatnonzero(irregular | has_unspaced).tolist():
        shown_texts[index] = normalize_blanks(shown_texts[index])
        word_counts[index] = (
            count_words(shown_texts[index]) if has_unspaced[index] else shown_texts[index].count(" ") + 1
        )
    last_char = end - 1
    for _ in range(3):
        last_char = last_char - (IS_CLOSER[codes[last_char]] & (last_char > start))
    ends_sentence = IS_SENTENCE_END[codes[last_char]]
    ends_sentence |= has_unspaced & (word_counts >= _MIN_UNMARKED_WORDS) & WRITES_NO_STOPS[codes[last_char]]
    first_letter = start
    for _ in range(_MAX_CHARS_BEFORE_LETTER):
        first_letter = first_letter + (~IS_LETTER[codes[first_letter]] & (first_letter < end))
    irregular |= ~IS_LETTER[codes[first_letter]] & (first_letter < end)
    columns = (
        number.tolist(),
        starts_in_doc,
        ends_in_doc,
        shown_texts,
        gap.tolist(),
        word_counts.tolist(),
        ends_sentence.tolist(),
    )
    return LineTable(
        codes, char_flags, first_line, start, end, gap, word_counts, ends_sentence, has_unspaced, irregular,
        first_letter, shown_texts,
        [DocumentLines(*(column[a:b] for column in columns)) for a, b in pairwise(first_line.tolist())],
    )  # fmt: skip


def encode_texts(texts: Sequence[str]) -> NDArray[np.uint16]:
    """Return the code points of texts, a line break around each; 65,535 for those that need more than 16 bits."""
    # Encode text by text: one emoji would widen the joined string to four bytes per character.
    encoded = [_encode_text(text) for text in texts]
    return np.frombuffer(b"\n\0".join((b"", *encoded, b"")), np.uint16)


def _encode_text(text: str) -> bytes:
    """Return a text as UTF-16 of one unit per code point, U+FFFF for those beyond the basic plane."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) == 2 * len(text):
        return encoded
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.minimum(wide, 65535).astype(np.uint16).tobytes()


def is_continued_below(text: str, following: str) -> bool:
    """Check whether a sentence of this line goes on in the next, as where a scraper broke it at an inline link."""
    return text[-1] in ",(" or following[0].islower() or following[0] in ",.;)"


def trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without surrounding blanks; empty (start == end) where it is all blank."""
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip(EDGE_CHARS))
    stripped_end = len(piece.rstrip(EDGE_CHARS))
    return (start + lead, start + stripped_end) if lead < stripped_end else (start, start)


def normalize_blanks(text: str) -> str:
    """Return the text with runs of blanks as one space, without invisible characters or surrounding blanks."""
    if text.isascii():
        return " ".join(text.split())
    for char in _INVISIBLE:  # `in` is a hundred times faster than str.translate, and most texts have none
        if char in text:
            text = text.replace(char, "")
    return " ".join(text.split()).strip(EDGE_CHARS)
