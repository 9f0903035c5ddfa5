"""Word vectors of the net over the blocks of a page: what the words of a block say about it, learned from pages.

The lines here are the blocks of a page. A line has the mean vector of its first LINE_WORDS words; a word that is not in
the vocabulary has the vector zero. The vocabulary holds words of many sites alone, so that the names and topics of
single stories are not in it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.rolling_hash import SLOT_COUNT, compute_slots
from flows.clean.lines.word_table import WordTable

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LINE_WORDS: Final = 12  # words at the start of a line that are looked up; a longer line is told by its shape


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Vocabulary as sorted hashes of words, and their vectors, shape (words, width)."""

    hashes: NDArray[np.uint64]
    vectors: Floats
    row_of_slot: NDArray[np.uint16]

    @classmethod
    def from_arrays(cls, hashes: NDArray[np.uint64], vectors: Floats) -> "WordVectors":
        """Build the vectors of these word hashes; of words that share a slot only the first is used."""
        row_of_slot = np.zeros(SLOT_COUNT, np.uint16)
        slots, firsts = np.unique(compute_slots(hashes), return_index=True)
        row_of_slot[slots] = firsts
        return cls(hashes, np.ascontiguousarray(vectors, np.float32), row_of_slot)

    def average_lines(self, word_table: WordTable) -> Floats:
        """Return the mean vector of the first words of each line, shape (lines, width)."""
        first_words = select_first_words(word_table)
        bounds = np.append(0, np.cumsum(np.minimum(np.diff(word_table.first_word), LINE_WORDS)))
        return self.average_words(word_table.hashes[first_words], bounds)

    def average_words(self, hashes: NDArray[np.uint64], bounds: Ints) -> Floats:
        """Return the mean vector of the words of each line; line n has the words from bounds[n] to bounds[n + 1]."""
        line_vectors = np.zeros((len(bounds) - 1, self.vectors.shape[1]), np.float32)
        rows, places = self.look_up(hashes)
        if len(places):
            starts = np.searchsorted(places, bounds[:-1])
            lines = np.flatnonzero(np.diff(starts, append=len(places)))
            line_vectors[lines] = np.add.reduceat(self.vectors.take(rows, axis=0), starts[lines], axis=0)
            line_vectors[lines] /= np.diff(bounds)[lines, None].astype(np.float32)
        return line_vectors

    def look_up(self, hashes: NDArray[np.uint64]) -> tuple[Ints, Ints]:
        """Return the row of each word that is in the vocabulary, and its index among the hashes."""
        if not len(self.hashes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows = self.row_of_slot.take(compute_slots(hashes))
        words = np.flatnonzero(self.hashes.take(rows) == hashes)
        return rows[words].astype(np.int64), words


def select_first_words(word_table: WordTable) -> Ints:
    """Return the indices of the first LINE_WORDS words of each line."""
    places = np.arange(len(word_table.line)) - word_table.first_word[word_table.line]
    return np.flatnonzero(places < LINE_WORDS)
