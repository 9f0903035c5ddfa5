"""The cues of cues.toml, compiled once: what a line says of itself.

`Cues.name(lines)` names the cues of whole lines, `Cues.inside(text)` the pieces of a kept line that are clutter.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import ASKED, ASKED_INSIDE, listed
from flows.clean.lines.line_table import Lines, Sheet, runs_on
from flows.clean.lines.rolling_hash import SLOTS, number, slots, text_hash, undoing
from flows.clean.lines.word_table import Tokens
from flows.clean.rules.prefilter import DEPTH, WIDTH, initials, needs, openings
from flows.outlets import Profile, registry

_LONGEST_LINE: Final = 24  # words of a line that a `line` cue may name
_SEEN: Final = 400  # characters a `start` cue looks at, and 160 a `tail` cue
_TAIL: Final = 160
_LONGEST_TAIL: Final = 80  # words of a line that a `tail` cue may name
CLOSING: Final = ")]"
_CLOSED: Final = ") ]"  # what an inline cue may ask for instead of words: a bracket at the end
_REMEMBERED: Final = 1 << 16  # beginnings of lines whose cues are kept in mind
_LINES_REMEMBERED: Final = 1 << 14  # and whole lines, which the other pages of a site repeat, of so few characters
_SHORT_LINE: Final = 80
_MAY_BE_LINKS: Final = frozenset({"nav", "widget", "footer", "related"})
_LETTER: Final = re.compile(r"[^\W\d_]")
_SHORT, _LONG, _SHORT_OPENING, _LONG_OPENING, _WHOLE = (
    1,
    2,
    4,
    8,
    16,
)  # of `line` cues and of others, in a table of beginnings
_PHRASE: Final = 4  # words of a neighbour that make it part of a sentence


@dataclass(frozen=True, slots=True)
class Cue:
    """One clutter cue: see the head of cues.toml for its fields."""

    id: str
    kind: str
    on: str
    pattern: str
    why: str
    words: int = 40
    ends: bool = False
    takes: int = 0
    asks: str = ""


class Cues:
    """A set of cues. Few lines can be any of them: how a line begins says which cues are asked of it."""

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self._openings: dict[str, list[_Asked]] = {}
        self._initials: dict[str, list[_Asked]] = {}
        self._letterless: list[_Asked] = []
        self._anyhow: list[_Asked] = []
        self._tails: list[_Asked] = []
        self._inline: list[_Asked] = []
        self._known: dict[tuple[str, str], tuple[_Asked, ...]] = {}
        self._lines: dict[tuple[str, bool], Cue | None] = {}
        self._begun = np.zeros(SLOTS, np.uint8)
        for order, cue in enumerate(sorted(cues, key=lambda cue: cue.on != "line")):
            asked = _Asked(order, cue, _compiled(cue), tuple(sorted(needs(cue.pattern))))
            if cue.on == "tail":
                self._tails.append(asked)
            elif cue.on == "inline":
                self._inline.append(asked)
            else:
                self._sort_in(asked)

    def _sort_in(self, asked: "_Asked") -> None:
        """By its first letters where they say something, else by its first characters."""
        first, short = initials(asked.cue.pattern), asked.cue.on == "line"
        if "" not in first.going and (short or "" not in first.just):
            whole = {just + "\n" for just in first.just if just} if short else first.just
            for beginning in first.going | whole:
                self._initials.setdefault(beginning, []).append(asked)
                bit = _WHOLE if beginning[-1] == "\n" else _SHORT if short else _LONG
                self._begun[slots(text_hash(beginning.rstrip("\n")))] |= bit
            if "" in first.just:
                self._letterless.append(asked)
        elif "" in (opening := openings(asked.cue.pattern)):
            self._anyhow.append(asked)
        else:
            for beginning in opening:
                self._openings.setdefault(beginning, []).append(asked)
                self._begun[slots(text_hash(beginning))] |= _SHORT_OPENING if short else _LONG_OPENING

    def maybe(self, sheet: Sheet, told: NDArray[np.bool_], sums: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which lines may be a cue at all: no other need be asked. `told` is mentions(...) of them."""
        if any(not asked.cue.asks for asked in self._anyhow):
            return np.ones(len(sheet.start), bool)
        begun = np.zeros(len(sheet.start), np.uint8)
        for start, longest, bits in (
            (sheet.letter, WIDTH, _SHORT | _LONG),
            (sheet.start, DEPTH, _SHORT_OPENING | _LONG_OPENING),
        ):
            before, undo = sums[start], undoing(len(sums))[start]
            for length in range(1, longest + 1):
                end = np.minimum(start + length, sheet.end)
                begun |= self._begun[slots((sums[end] - before) * undo)] & np.uint8(bits)
        whole = self._begun[slots(number(sums, sheet.letter, sheet.end))] & _WHOLE > 0
        short = (begun & (_SHORT | _SHORT_OPENING) > 0) & (sheet.words <= _LONGEST_LINE)
        long = begun & (_LONG | _LONG_OPENING) > 0
        # What is shown of a line is not what stands there where its blanks are odd.
        found: NDArray[np.bool_] = whole | short | long | told | sheet.odd | (sheet.letter == sheet.end)
        return found

    def of(self, text: str, words: int, told: bool = True) -> Cue | None:
        """The cue that names a whole line of so many words. `told`: it may have a word that some cue asks for."""
        for _, cue, pattern, needed in self._asked(text):
            if cue.on == "line":
                if words <= _LONGEST_LINE and pattern.fullmatch(text):
                    return cue
            elif words <= cue.words:
                if cue.asks and not told:
                    continue
                seen = text[:_SEEN]
                low = seen.lower()
                if any(map(low.__contains__, needed)) and pattern.match(seen):
                    return cue
        return self._by_tail(text, words) if told and words <= _LONGEST_TAIL else None

    def _by_tail(self, text: str, words: int) -> Cue | None:
        tail = text[-_TAIL:]
        low = tail.lower()
        for _, cue, pattern, needed in self._tails:
            if words <= cue.words and any(map(low.__contains__, needed)) and pattern.search(tail):
                return cue
        return None

    def _asked(self, text: str) -> tuple["_Asked", ...]:
        """The cues that a line may be which begins so: `line` cues first, each in the order of the file."""
        letter = _LETTER.search(text)
        start = text[:DEPTH].lower(), (text[letter.start() :] + "\n")[:WIDTH].lower() if letter else ""
        kept = self._known.get(start)
        if kept is None:
            found = [*self._anyhow, *(self._letterless if letter is None else ())]
            for beginnings, beginning in zip((self._openings, self._initials), start, strict=True):
                for end in range(1, len(beginning) + 1):
                    found += beginnings.get(beginning[:end], ())
            kept = tuple(sorted({asked.order: asked for asked in found}.values(), key=lambda asked: asked.order))
            if len(self._known) < _REMEMBERED:
                self._known[start] = kept
        return kept

    def name(
        self,
        lines: Lines,
        told: Sequence[bool] = (),
        among: Iterable[int] | None = None,
    ) -> dict[int, Cue]:
        """The cue of each line that is one, by its index; `told` is mentions(...) of them, where known.

        `among` are the indices that may be any, from the first on. A short line that a sentence runs through is a
        broken-off link, whatever it says.
        """
        said: dict[int, Cue] = {}
        text, words, known = lines.text, lines.words, self._lines
        for index in range(len(lines)) if among is None else among:
            key = text[index], told[index] if told else True
            if key in known:
                cue = known[key]
            else:
                cue = self.of(key[0], words[index], key[1])
                if len(key[0]) <= _SHORT_LINE:
                    if len(known) == _LINES_REMEMBERED:
                        known.clear()  # other documents repeat other lines
                    known[key] = cue
            if cue is not None:
                said[index] = cue
        return {index: cue for index, cue in said.items() if not _is_link(lines, index, cue)}

    def inside(self, text: str, told: bool = True) -> Iterator[tuple[int, int, Cue]]:
        """The clutter pieces of a kept line: start, end within it, and the cue; in no order, perhaps overlapping.

        `told`: it may have a word that some inline cue asks for.
        """
        low = text.lower() if told else ""
        for _, cue, pattern, needed in self._inline:
            if text[-1] in CLOSING if cue.asks == _CLOSED else told and any(map(low.__contains__, needed)):
                for found in pattern.finditer(text):
                    yield found.start(), found.end(), cue


def _is_link(lines: Lines, index: int, cue: Cue) -> bool:
    """Whether a sentence runs through this line."""
    text, words, ends = lines.text, lines.words, lines.ends
    if cue.on != "line" or cue.kind not in _MAY_BE_LINKS or ends[index] or text[index][-1] in ":|":
        return False
    if index and not ends[index - 1] and words[index - 1] >= _PHRASE and runs_on(text[index - 1], text[index]):
        return True
    # A header's first title that runs on was no title either.
    below = range(index + 1, min(index + (3 if cue.takes else 2), len(text)))
    return any(words[at] >= _PHRASE and runs_on(text[at - 1], text[at]) for at in below)


class _Asked(NamedTuple):
    """A cue with what must hold before its pattern is asked."""

    order: int
    cue: Cue
    pattern: re.Pattern[str]
    needs: tuple[str, ...]


def _compiled(cue: Cue) -> re.Pattern[str]:
    if cue.on == "inline":
        return re.compile(cue.pattern)
    return re.compile(f"(?:{cue.pattern}){'$' if cue.on == 'tail' else ''}", re.IGNORECASE)


def name_all(sheet: Sheet, words: Tokens, cues: Sequence[Cues]) -> list[dict[int, Cue]]:
    """The lines of each document that are a cue of its outlet's, by their indices in it."""
    told = mentions(sheet, words)
    bounds, asked = sheet.first.tolist(), told.tolist()
    where = {own: np.flatnonzero(own.maybe(sheet, told, words.sums)) for own in set(cues)}
    named = []
    for own, lines, start, end in zip(cues, sheet.lines, bounds, bounds[1:], strict=False):
        first, last = np.searchsorted(where[own], (start, end))
        among = (where[own][first:last] - start).tolist()
        named.append(own.name(lines, asked[start:end], among))
    return named


def mentions(sheet: Sheet, words: Tokens) -> NDArray[np.bool_]:
    """Which lines have a word that some cue of whole lines asks for."""
    found = _told(sheet, words, ASKED)
    rights = np.searchsorted(sheet.start, np.flatnonzero(sheet.codes == ord("©")), side="right") - 1
    found[rights] = True
    return found


def may_hold(sheet: Sheet, words: Tokens) -> NDArray[np.bool_]:
    """Which lines have a word that some inline cue asks for."""
    return _told(sheet, words, ASKED_INSIDE)


def _told(sheet: Sheet, words: Tokens, group: int) -> NDArray[np.bool_]:
    found = np.zeros(len(sheet.start), bool)
    found[words.line[np.flatnonzero(words.groups & np.uint16(group))]] = True
    return found


@cache
def general() -> Cues:
    """The cues of every outlet."""
    return Cues(tuple(Cue(**fields) for fields in listed("cues.toml")["cue"]))


@cache
def of_outlet(domain: str | None) -> Cues:
    """The cues of every outlet and of the one with this registered domain, if a profile of it is known."""
    profile = profile_of(domain)
    if profile is None or not (profile.cues or profile.author_box):
        return general()
    where = f"the profile {profile.name}"
    own = [
        Cue(
            f"profile.{profile.name}.{kind}", kind, "start", re.escape(opening), f"a cue line of {where}",
            # What is glued to an advertisement's label is a paragraph: `inline.ad` cuts only the label.
            words=len(opening.split()) + 4 if kind == "ad" else 60,
        )
        for kind, openings in profile.cues.items()
        for opening in openings
    ]  # fmt: skip
    box, why = f"profile.{profile.name}.author-box", f"an author box of {where}"
    for label in sorted(profile.author_box):
        own.append(Cue(box, "credit", "line", re.escape(label), why, ends=True, takes=3))
    return Cues((*own, *general().cues))


def profile_of(domain: str | None) -> Profile | None:
    """The profile of the outlet with this registered domain."""
    outlet = registry().find_by_domain(domain) if domain else None
    return outlet.profile if outlet else None
