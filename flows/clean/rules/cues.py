"""Matcher of the clutter cues in cues.toml and in outlet profiles.

`CueMatcher.match_lines` returns the cues of whole lines, `find_inline_clutter` the clutter pieces within a line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import INLINE_CUE_BIT, LINE_CUE_BIT, load_rule_file
from flows.clean.lines.line_table import DocumentLines, LineTable, is_continued_below
from flows.clean.lines.rolling_hash import SLOT_COUNT, compute_slots, hash_spans, hash_texts, load_inverse_powers
from flows.clean.lines.word_table import WordTable
from flows.clean.rules.prefilter import (
    MAX_LETTER_CHARS,
    MAX_OPENING_CHARS,
    find_letter_prefixes,
    find_opening_prefixes,
    find_required_words,
)
from flows.outlets import ANYWHERE, Profile, load_registry

Ints = NDArray[np.int64]

_MAX_LINE_CUE_WORDS: Final = 24
_START_CUE_CHARS: Final = 400  # a `start` cue reads the first 400 characters of a line
_TAIL_CUE_CHARS: Final = 160  # a `tail` cue reads the last 160
_MAX_TAIL_CUE_WORDS: Final = 80
CLOSING_BRACKETS: Final = ")]"
_ASKS_CLOSING_BRACKET: Final = ") ]"  # `asks` of an inline cue: the line must end in a bracket
_MAX_CACHED_STARTS: Final = 1 << 16  # entries of the cache from line beginning to candidate cues
_MAX_CACHED_LINES: Final = 1 << 14  # entries of the cache of short lines: pages of a site repeat them
_MAX_CACHED_LINE_CHARS: Final = 80
_LINK_KINDS: Final = frozenset({"nav", "widget", "footer", "related"})
_LETTER: Final = re.compile(r"[^\W\d_]")
# Bits of a prefix in the slot table: which cues begin so, from the first letter or (opening) the first character.
_LINE_CUE, _START_CUE, _LINE_CUE_OPENING, _START_CUE_OPENING, _WHOLE_LINE = 1, 2, 4, 8, 16
_MIN_NEIGHBOUR_WORDS: Final = 4  # a neighbour of at least so many words may be part of a sentence


@dataclass(frozen=True, slots=True)
class Cue:
    """One clutter cue; the head of cues.toml describes its fields."""

    id: str
    kind: str
    on: str
    pattern: str
    why: str
    words: int = 40
    ends: bool = False
    takes: int = 0
    asks: str = ""
    learned: bool = True


class CueMatcher:
    """A set of compiled cues, indexed by line beginnings: most lines can match none, and no pattern is tried."""

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self._openings: dict[str, list[_CompiledCue]] = {}
        self._initials: dict[str, list[_CompiledCue]] = {}
        self._letterless: list[_CompiledCue] = []
        self._unfiltered: list[_CompiledCue] = []
        self._tail_cues: list[_CompiledCue] = []
        self._inline_cues: list[_CompiledCue] = []
        self._candidates_by_start: dict[tuple[str, str], tuple[_CompiledCue, ...]] = {}
        self._cue_by_line: dict[tuple[str, bool], Cue | None] = {}
        prefix_bits: list[tuple[str, int]] = []
        for order, cue in enumerate(sorted(cues, key=lambda cue: cue.on != "line")):
            compiled_cue = _CompiledCue(order, cue, _compile_cue(cue), tuple(sorted(find_required_words(cue.pattern))))
            if cue.on == "tail":
                self._tail_cues.append(compiled_cue)
            elif cue.on == "inline":
                self._inline_cues.append(compiled_cue)
            else:
                prefix_bits += self._index_cue(compiled_cue)
        self._prefix_slots = np.zeros(SLOT_COUNT, np.uint8)
        slots = compute_slots(hash_texts([prefix for prefix, _ in prefix_bits]))
        np.bitwise_or.at(self._prefix_slots, slots, np.array([bit for _, bit in prefix_bits], np.uint8))

    def _index_cue(self, compiled_cue: "_CompiledCue") -> list[tuple[str, int]]:
        """Index a cue by its first letters where they are known, else by its first characters; return their bits."""
        prefix_bits: list[tuple[str, int]] = []
        letter_prefixes, is_line_cue = find_letter_prefixes(compiled_cue.cue.pattern), compiled_cue.cue.on == "line"
        if "" not in letter_prefixes.prefixes and (is_line_cue or "" not in letter_prefixes.whole_matches):
            whole_lines = (
                {match + "\n" for match in letter_prefixes.whole_matches if match}
                if is_line_cue
                else letter_prefixes.whole_matches
            )
            for prefix in letter_prefixes.prefixes | whole_lines:
                self._initials.setdefault(prefix, []).append(compiled_cue)
                bit = _WHOLE_LINE if prefix[-1] == "\n" else _LINE_CUE if is_line_cue else _START_CUE
                prefix_bits.append((prefix.rstrip("\n"), bit))
            if "" in letter_prefixes.whole_matches:
                self._letterless.append(compiled_cue)
        elif "" in (opening_prefixes := find_opening_prefixes(compiled_cue.cue.pattern)):
            self._unfiltered.append(compiled_cue)
        else:
            for prefix in opening_prefixes:
                self._openings.setdefault(prefix, []).append(compiled_cue)
                prefix_bits.append((prefix, _LINE_CUE_OPENING if is_line_cue else _START_CUE_OPENING))
        return prefix_bits

    def flag_candidate_lines(self, beginnings: "LineBeginnings", lines: Ints) -> NDArray[np.bool_]:
        """Return for each of these lines whether it may match a cue; no other line needs a pattern."""
        if any(not compiled_cue.cue.asks for compiled_cue in self._unfiltered):
            return np.ones(len(lines), bool)
        prefix_bits = np.zeros(len(lines), np.uint8)
        for slots, bits in (
            (beginnings.letter_slots, _LINE_CUE | _START_CUE),
            (beginnings.opening_slots, _LINE_CUE_OPENING | _START_CUE_OPENING),
        ):
            for slots_of_length in slots:
                prefix_bits |= self._prefix_slots.take(slots_of_length.take(lines)) & np.uint8(bits)
        matches_whole = self._prefix_slots.take(beginnings.whole_slots.take(lines)) & _WHOLE_LINE > 0
        may_be_line_cue = (prefix_bits & (_LINE_CUE | _LINE_CUE_OPENING) > 0) & beginnings.is_short.take(lines)
        may_be_start_cue = prefix_bits & (_START_CUE | _START_CUE_OPENING) > 0
        is_candidate: NDArray[np.bool_] = (
            matches_whole | may_be_line_cue | may_be_start_cue | beginnings.is_undecided.take(lines)
        )
        return is_candidate

    def match_line(self, text: str, word_count: int, has_cue_word: bool = True) -> Cue | None:
        """Return the cue of a whole line. `has_cue_word`: the line may have a word that some cue asks for."""
        for _, cue, pattern, required_words in self._find_candidate_cues(text):
            if cue.on == "line":
                if word_count <= _MAX_LINE_CUE_WORDS and pattern.fullmatch(text):
                    return cue
            elif word_count <= cue.words:
                if cue.asks and not has_cue_word:
                    continue
                beginning = text[:_START_CUE_CHARS]
                low = beginning.lower()
                if any(map(low.__contains__, required_words)) and pattern.match(beginning):
                    return cue
        return self._match_tail(text, word_count) if has_cue_word and word_count <= _MAX_TAIL_CUE_WORDS else None

    def _match_tail(self, text: str, word_count: int) -> Cue | None:
        """Return the `tail` cue that matches the end of a line, or None."""
        tail = text[-_TAIL_CUE_CHARS:]
        low = tail.lower()
        for _, cue, pattern, required_words in self._tail_cues:
            if word_count <= cue.words and any(map(low.__contains__, required_words)) and pattern.search(tail):
                return cue
        return None

    def _find_candidate_cues(self, text: str) -> tuple["_CompiledCue", ...]:
        """Return the cues that match the beginning of a line: `line` cues first, each in the order of the file."""
        letter = _LETTER.search(text)
        start = (
            text[:MAX_OPENING_CHARS].lower(),
            (text[letter.start() :] + "\n")[:MAX_LETTER_CHARS].lower() if letter else "",
        )
        candidates = self._candidates_by_start.get(start)
        if candidates is None:
            unordered = [*self._unfiltered, *(self._letterless if letter is None else ())]
            for cues_by_prefix, beginning in zip((self._openings, self._initials), start, strict=True):
                for end in range(1, len(beginning) + 1):
                    unordered += cues_by_prefix.get(beginning[:end], ())
            candidates = tuple(
                sorted(
                    {compiled_cue.order: compiled_cue for compiled_cue in unordered}.values(),
                    key=lambda compiled_cue: compiled_cue.order,
                )
            )
            if len(self._candidates_by_start) < _MAX_CACHED_STARTS:
                self._candidates_by_start[start] = candidates
        return candidates

    def match_lines(
        self,
        lines: DocumentLines,
        has_cue_word: Sequence[bool] = (),
        candidate_lines: Iterable[int] | None = None,
    ) -> dict[int, Cue]:
        """Return the cue of each line that has one, by line index.

        `has_cue_word` comes from `flag_line_cue_words`; empty: any line may have such a word. `candidate_lines` limits
        the search to these indices, in ascending order. A short line within a running sentence is a broken-off link,
        not a cue.
        """
        line_cues: dict[int, Cue] = {}
        text, word_counts, cached_cues = lines.text, lines.word_counts, self._cue_by_line
        for index in range(len(lines)) if candidate_lines is None else candidate_lines:
            key = text[index], has_cue_word[index] if has_cue_word else True
            if key in cached_cues:
                cue = cached_cues[key]
            else:
                cue = self.match_line(key[0], word_counts[index], key[1])
                if len(key[0]) <= _MAX_CACHED_LINE_CHARS:
                    if len(cached_cues) == _MAX_CACHED_LINES:
                        cached_cues.clear()  # the next documents repeat other lines
                    cached_cues[key] = cue
            if cue is not None:
                line_cues[index] = cue
        return {index: cue for index, cue in line_cues.items() if not _is_inline_link(lines, index, cue)}

    def find_inline_clutter(self, text: str, has_cue_word: bool = True) -> Iterator[tuple[int, int, Cue]]:
        """Yield start, end and cue of the clutter pieces of a kept line, unordered and perhaps overlapping.

        `has_cue_word`: the line may have a word that some inline cue asks for.
        """
        low = text.lower() if has_cue_word else ""
        for _, cue, pattern, required_words in self._inline_cues:
            if (
                text[-1] in CLOSING_BRACKETS
                if cue.asks == _ASKS_CLOSING_BRACKET
                else has_cue_word and any(map(low.__contains__, required_words))
            ):
                for match in pattern.finditer(text):
                    yield match.start(), match.end(), cue


def _is_inline_link(lines: DocumentLines, index: int, cue: Cue) -> bool:
    """Check whether a sentence of the lines around runs through this line: then its words are a link text."""
    text, word_counts, ends_sentence = lines.text, lines.word_counts, lines.ends_sentence
    if cue.on != "line" or cue.kind not in _LINK_KINDS or ends_sentence[index] or text[index][-1] in ":|":
        return False
    if (
        index
        and not ends_sentence[index - 1]
        and word_counts[index - 1] >= _MIN_NEIGHBOUR_WORDS
        and is_continued_below(text[index - 1], text[index])
    ):
        return True
    # A header whose first title is part of a sentence is no header.
    for below in range(index + 1, min(index + (3 if cue.takes else 2), len(text))):
        if word_counts[below] >= _MIN_NEIGHBOUR_WORDS and is_continued_below(text[below - 1], text[below]):
            return True
    return False


class _CompiledCue(NamedTuple):
    """A cue with its pattern and the words of which a matching line has one."""

    order: int
    cue: Cue
    pattern: re.Pattern[str]
    required_words: tuple[str, ...]


def _compile_cue(cue: Cue) -> re.Pattern[str]:
    """Return the regex of a cue; inline patterns respect case, all others ignore it."""
    if cue.on == "inline":
        return re.compile(cue.pattern)
    return re.compile(f"(?:{cue.pattern}){'$' if cue.on == 'tail' else ''}", re.IGNORECASE)


def match_cues(line_table: LineTable, word_table: WordTable, matchers: Sequence[CueMatcher]) -> list[dict[int, Cue]]:
    """Return the cue of each line that has one, per document; each document has the matcher of its outlet."""
    has_cue_word = flag_line_cue_words(line_table, word_table)
    beginnings = _hash_beginnings(line_table, has_cue_word, word_table.prefix_hashes)
    numbers = {matcher: number for number, matcher in enumerate(dict.fromkeys(matchers))}
    matcher_of_line = np.repeat([numbers[matcher] for matcher in matchers], np.diff(line_table.first_line))
    is_candidate = np.zeros(len(line_table.start), bool)
    for matcher, number in numbers.items():
        matcher_lines = np.flatnonzero(matcher_of_line == number)
        is_candidate[matcher_lines] = matcher.flag_candidate_lines(beginnings, matcher_lines)
    candidate_lines, has_cue_word_list = np.flatnonzero(is_candidate), has_cue_word.tolist()
    bounds, candidate_bounds = (
        line_table.first_line.tolist(),
        np.searchsorted(candidate_lines, line_table.first_line).tolist(),
    )
    return [
        matcher.match_lines(
            lines, has_cue_word_list[start:end], (candidate_lines[first_candidate:last_candidate] - start).tolist()
        )
        for matcher, lines, (start, end), (first_candidate, last_candidate) in zip(
            matchers, line_table.documents, pairwise(bounds), pairwise(candidate_bounds), strict=True
        )
    ]


class LineBeginnings(NamedTuple):
    """Slots of the hashed beginnings of the lines of a batch, by which each matcher rules out most of its lines.

    The first two have a row for each length from 1 on, and a column for each line.
    """

    letter_slots: Ints  # of beginnings from the first letter
    opening_slots: Ints  # of beginnings from the first character
    whole_slots: Ints  # of each line from its first letter
    is_short: NDArray[np.bool_]  # has no more words than a `line` cue
    is_undecided: NDArray[np.bool_]  # may match a cue whatever its beginning is


def _hash_beginnings(
    line_table: LineTable, has_cue_word: NDArray[np.bool_], prefix_hashes: NDArray[np.uint64]
) -> LineBeginnings:
    """Hash the beginnings of all lines. `has_cue_word` comes from `flag_line_cue_words`."""

    def compute_prefix_slots(start: Ints, max_chars: int) -> Ints:
        """Return the slots of the first characters from `start` on, a row for each number of them."""
        before, inverse = prefix_hashes[start], load_inverse_powers(len(prefix_hashes))[start]
        ends = np.minimum(start + np.arange(1, max_chars + 1)[:, None], line_table.end)
        return compute_slots((prefix_hashes[ends] - before) * inverse)

    return LineBeginnings(
        compute_prefix_slots(line_table.first_letter, MAX_LETTER_CHARS),
        compute_prefix_slots(line_table.start, MAX_OPENING_CHARS),
        compute_slots(hash_spans(prefix_hashes, line_table.first_letter, line_table.end)),
        line_table.word_counts <= _MAX_LINE_CUE_WORDS,
        # In irregular lines the codes differ from the text that patterns read, so prefix hashes say nothing.
        has_cue_word | line_table.irregular | (line_table.first_letter == line_table.end),
    )


def flag_line_cue_words(line_table: LineTable, word_table: WordTable) -> NDArray[np.bool_]:
    """Return for each line whether it has a word that some cue of whole lines asks for."""
    has_cue_word = _flag_lines_with_group(line_table, word_table, LINE_CUE_BIT)
    copyright_lines = np.searchsorted(line_table.start, np.flatnonzero(line_table.codes == ord("©")), side="right") - 1
    has_cue_word[copyright_lines] = True
    return has_cue_word


def flag_inline_cue_words(line_table: LineTable, word_table: WordTable) -> NDArray[np.bool_]:
    """Return for each line whether it has a word that some inline cue asks for."""
    return _flag_lines_with_group(line_table, word_table, INLINE_CUE_BIT)


def _flag_lines_with_group(line_table: LineTable, word_table: WordTable, group_bit: int) -> NDArray[np.bool_]:
    """Return for each line whether it has a word of this lexicon group."""
    has_group_word = np.zeros(len(line_table.start), bool)
    has_group_word[word_table.line[np.flatnonzero(word_table.group_bits & np.uint16(group_bit))]] = True
    return has_group_word


@cache
def load_general_cues() -> CueMatcher:
    """Return the matcher of the cues that hold for every outlet."""
    return CueMatcher(tuple(Cue(**fields) for fields in load_rule_file("cues.toml")["cue"]))


@cache
def load_outlet_cues(domain: str | None) -> CueMatcher:
    """Return the matcher of the general cues and of those in the profile of this registered domain, if any."""
    profile = find_profile(domain)
    if profile is None or not (profile.cues or profile.author_box):
        return load_general_cues()
    source = f"the profile {profile.name}"
    profile_cues = [
        _build_profile_cue(f"profile.{profile.name}.{kind}", kind, words, f"a cue line of {source}")
        for kind, cue_words in profile.cues.items()
        for words in cue_words
    ]
    box_rule, why = f"profile.{profile.name}.author-box", f"an author box of {source}"
    for label in sorted(profile.author_box):
        profile_cues.append(Cue(box_rule, "credit", "line", re.escape(label), why, ends=True, takes=3))
    return CueMatcher((*profile_cues, *load_general_cues().cues))


def _build_profile_cue(cue_id: str, kind: str, words: str, why: str) -> Cue:
    """Build the cue of a profile's words: a line begins with them, or has them anywhere after ANYWHERE."""
    if words.startswith(ANYWHERE):
        pattern = f"[^\\n]{{0,{_START_CUE_CHARS}}}?{re.escape(words.removeprefix(ANYWHERE).strip())}"
        return Cue(cue_id, kind, "start", pattern, why, words=_MAX_LINE_CUE_WORDS)
    # Text glued to an ad label is a paragraph: `inline.ad` cuts only the label.
    return Cue(cue_id, kind, "start", re.escape(words), why, words=len(words.split()) + 4 if kind == "ad" else 60)


def find_profile(domain: str | None) -> Profile | None:
    """Return the profile of the outlet with this registered domain, or None."""
    outlet = load_registry().find_by_domain(domain) if domain else None
    return outlet.profile if outlet else None
