"""Where the title of another story ends that stands inside prose: "Baca juga: Title of it The story goes on ...".

    end_title(text, start, limit)      where the title that starts at `start` ends, or None where that is not sure
    find_candidates(text, start, limit)  the places where it might: a blank, or nothing, before a word that could open
    measure_candidates(text, start, candidates)  one row of figures a candidate: case, words beside it, marks, length

Which candidate it is, a small network with a softmax over them all decides (title_end.npz, learned from titles of other
stories joined to sentences: `make train-titles`). The title ends nowhere where no candidate is likely enough.
"""

import math
import re
from bisect import bisect_left
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.joints import may_part_words
from flows.clean.lines.lexicon import load_recovery_words

Floats = NDArray[np.float64]

WEIGHTS: Final = Path(__file__).parents[1] / "models" / "title_end.npz"
_MAX_CHARS: Final = 200  # of a title
_MIN_WORDS, _MAX_WORDS = 3, 24  # of a title
_BEHIND_CHARS: Final = 60  # that are read behind the last candidate
_SEARCHED_BEFORE, _SEARCHED_BEHIND = 3_000, 600  # characters around a title in which its words are looked for again
_SURE: Final = 0.45  # how likely the best candidate must be
# A blank, or a place without one, before what may open a sentence.
_CANDIDATE: Final = re.compile(
    r"\s{1,20}(?=[\"“”‘'\[]{0,2}[A-Z0-9À-Þ])|(?<=[a-z0-9?!)])(?=[\"“(]?[A-Z][a-z])|(?<=[a-z0-9?!)])(?=“)"
)
_ITEM: Final = re.compile(r"\s*\d{1,2}\. ?[A-Z]")
_WORD: Final = re.compile(r"\S+")
_END: Final = re.compile(r"[.!?…]{1,8}[\"”’)\]]{0,8}(?=\s|$|[\"“(]?[A-Z])")
_CORE: Final = re.compile(r"[^\W_][\w'’-]*")
# Words that open a sentence and hardly stand with a capital inside a title of sentence case.
OPENERS: Final = load_recovery_words("title_openers")
# Words that no title ends with.
_BINDING: Final = load_recovery_words("title_binding")
_SMALL_IN_TITLES: Final = load_recovery_words("title_small")
NAMES: Final = (
    "words", "few", "many", "very_many", "title_case", "after_small", "title_case_and_small", "sentence_case",
    "opener", "opener_in_title_case", "second_small", "second_capital", "third_small", "quote", "digit", "asked",
    "comma_before", "colon_before", "binding_before", "small_before", "small_before_in_sentence_case", "glued", "wide",
    "upper_before", "number_before", "first", "capitals_before", "ends_soon", "seen_inside", "next_known", "last",
    "bracket", "opens_title_case_run", "item", "head_case", "small_run", "small_run_in_title_case", "pair_known",
    "word_known", "head_case_and_small_before", "openers_passed", "small_runs_passed", "wide_passed", "marks_passed",
)  # fmt: skip
_OPENER, _SECOND_SMALL, _AFTER_SMALL, _WIDE, _ASKED = (
    NAMES.index(name) for name in ("opener", "second_small", "after_small", "wide", "asked")
)


class TitleEnds(NamedTuple):
    """The weights: a hidden layer of rectified units and the standardised figures themselves score a candidate."""

    mean: Floats
    scale: Floats
    hidden: Floats
    bias: Floats
    output: Floats
    direct: Floats

    def predict_proba(self, figures: Floats) -> Floats:
        """Return the probability of each candidate to be the end; they sum to one."""
        standard = (figures - self.mean) * self.scale
        scores = np.maximum(standard @ self.hidden + self.bias, 0) @ self.output + standard @ self.direct
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), np.float64)

    @classmethod
    def from_file(cls, path: Path) -> "TitleEnds":
        """Return the weights of a file."""
        with np.load(path) as arrays:
            return cls(*(arrays[name].astype(np.float64) for name in cls._fields))


@cache
def load_title_ends() -> TitleEnds:
    """Load the shipped weights."""
    return TitleEnds.from_file(WEIGHTS)


def end_title(text: str, start: int, limit: int, *, closed: bool = False) -> int | None:
    """Return where the title that starts at `start` ends, at most at `limit`; None if no candidate is probable enough.

    `closed`: what ends at `limit` is known to be a line's end or another cue, so the title may well end there.
    """
    places = find_candidates(text, start, limit)
    if not places:
        return None
    likely = load_title_ends().predict_proba(measure_candidates(text, start, places, limit if closed else -1))
    best = int(likely.argmax())
    return places[best] if likely[best] >= _SURE else None


def is_title_case(text: str, start: int, end: int) -> bool:
    """Tell whether the words from `start` on are written as in a headline of title case."""
    words = _read_words(text, start, [min(end, start + 30)])
    return len(words.cores) > 2 and words.share_capitals(1, 6) > 0.6


def find_candidates(text: str, start: int, limit: int) -> list[int]:
    """Return the places where a title may end, in the order of the text; the limit is one where it is near enough."""
    until = min(limit, start + _MAX_CHARS)
    places = []
    for match in _CANDIDATE.finditer(text, start + 1, until):
        at = match.start()
        if at == match.end() and text[at].isupper() and not may_part_words(text, at):
            continue
        words = text.count(" ", start, at) + 1
        if words > _MAX_WORDS:
            break
        if words >= _MIN_WORDS or text[at - 1] in "?!":
            places.append(at)
    if limit - start <= _MAX_CHARS and limit > start and (not places or places[-1] < limit):
        places.append(limit)
    return places


class _Words(NamedTuple):
    """The words of a title and of what follows it, cut at every candidate; sums run over the words before each."""

    begins: list[int]
    cores: list[str]
    is_small: list[bool]
    counted: list[int]  # words that are no function words
    capitals: list[int]  # of those, with a capital
    small_runs: list[int]  # the longest run of small words, function words apart

    def share_capitals(self, first: int, last: int) -> float:
        """Return the share of words first to last with a capital, function words apart; .5 where there are none."""
        first, last = min(first, len(self.cores)), min(last, len(self.cores))
        counted = self.counted[last] - self.counted[first] if last > first else 0
        return (self.capitals[last] - self.capitals[first]) / counted if counted > 0 else 0.5


def _read_words(text: str, start: int, places: list[int]) -> _Words:
    """Return the words from `start` on to a little behind the last place."""
    cuts = {place for place in places if place < len(text) and not text[place].isspace()}
    begins: list[int] = []
    cores: list[str] = []
    for match in _WORD.finditer(text, start, min(len(text), places[-1] + _BEHIND_CHARS)):
        pieces = [match.start(), *sorted(cut for cut in cuts if match.start() < cut < match.end()), match.end()]
        for first, last in pairwise(pieces):
            core = _CORE.search(text, first, last)
            begins.append(first)
            cores.append(core[0] if core else "")
    is_small = [core[:1].islower() for core in cores]
    counted, capitals, small_runs = [0], [0], [0]
    run = 0
    for number, (word, small) in enumerate(zip(cores, is_small, strict=True)):
        is_counted = bool(word) and word.lower() not in _SMALL_IN_TITLES
        if is_counted and number:
            run = run + 1 if small else 0
        counted.append(counted[-1] + is_counted)
        capitals.append(capitals[-1] + (is_counted and not small))
        small_runs.append(max(small_runs[-1], run))
    return _Words(begins, cores, is_small, counted, capitals, small_runs)


def measure_candidates(text: str, start: int, places: list[int], closed: int = -1) -> Floats:
    """Return the figures of each candidate, in the order of NAMES. `closed` is a place known to end a line, or -1."""
    words = _read_words(text, start, places)
    around = text[max(0, start - _SEARCHED_BEFORE) : start + _SEARCHED_BEHIND]
    around_small = around.lower()
    head_case = words.share_capitals(1, 6)
    rows = np.zeros((len(places), len(NAMES)))
    for row, place in enumerate(places):
        rows[row, :-4] = _measure_candidate(text, place, words, head_case, around, around_small, closed)
    # Text before a candidate: places where a sentence looks more like opening.
    passed = np.zeros((len(places), 4))
    passed[:, 0] = rows[:, _OPENER] * rows[:, _SECOND_SMALL]
    passed[:, 1] = rows[:, _AFTER_SMALL] > 0.7
    passed[:, 2] = rows[:, _WIDE]
    passed[:, 3] = rows[:, _ASKED]
    rows[1:, -4:] = np.minimum(np.cumsum(passed, axis=0)[:-1], 2)
    return rows


def _measure_candidate(
    text: str, place: int, words: _Words, head_case: float, around: str, around_small: str, closed: int
) -> list[float]:
    """Return the features of one candidate, except those of the text before it."""
    cores, is_small = words.cores, words.is_small
    count = bisect_left(words.begins, place)
    word = cores[count] if count < len(cores) else ""
    second = cores[count + 1] if count + 1 < len(cores) else ""
    third = cores[count + 2] if count + 2 < len(cores) else ""
    before = cores[count - 1] if count else ""
    last_char = text[place - 1]
    opening = text[place : place + 4].lstrip()[:1]
    title_case, later_case = words.share_capitals(1, count), words.share_capitals(count + 1, count + 6)
    is_titled = title_case > 0.7
    small_run = words.small_runs[count]
    end = _END.search(text, place, place + 240)
    ends_soon = end is not None and text.count(" ", place, end.start()) < 5
    low = word.lower()
    is_opener = low in OPENERS
    after = [not is_small[at] and bool(cores[at]) for at in range(count, min(count + 3, len(cores)))]
    before_small = before[:1].islower()
    capitals_before = sum(not is_small[at] and bool(cores[at]) for at in range(max(0, count - 3), count)) / 3
    return [
        math.log(max(count, 1)), count < 5, count > 14, count > 18, title_case, 1 - later_case,
        title_case * (1 - later_case), title_case < 0.45, is_opener, is_opener and is_titled, second[:1].islower(),
        bool(second) and not second[0].islower(), third[:1].islower(), opening in "\"“”‘", opening.isdigit(),
        last_char in "?!…", last_char == ",", last_char in ":-–—&/(", before.lower() in _BINDING, before_small,
        before_small and not is_titled, place < len(text) and not text[place].isspace(),
        text[place : place + 2].isspace() and len(text[place : place + 2]) == 2,
        before.isupper() and len(before) > 1, before[:1].isdigit(), count <= 3, capitals_before, ends_soon,
        bool(word) and word in cores[:count], bool(word) and f" {low} " in around_small, place == closed,
        opening in "([", len(after) == 3 and all(after) and not is_opener,
        _ITEM.match(text, place) is not None, head_case, small_run,
        small_run * (head_case > 0.7), bool(word) and bool(before) and around.count(f"{before} {word}") > 1,
        bool(word) and around.count(f" {word} ") > 1, head_case * before_small,
    ]  # fmt: skip
