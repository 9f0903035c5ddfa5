"""The cues of cues.toml, compiled once: what a line says of itself.

`Cues.name(lines)` names the cues of whole lines, `Cues.inside(text)` the pieces of a kept line that are clutter.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from flows.clean.lines import Line, runs_on
from flows.outlets import Profile, registry

_LONGEST_LINE: Final = 24  # words of a line that a `line` cue may name
_SEEN: Final = 400  # characters a `start` cue looks at, and 160 a `tail` cue
_TAIL: Final = 160
_MAY_BE_LINKS: Final = frozenset({"nav", "widget", "footer", "related"})
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


class Cues:
    """A set of cues, each place (`line`, `start`, `tail`) as one alternation."""

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self._line = _alternation(cues, "line")
        self._start = _alternation(cues, "start")
        self._tail = _alternation(cues, "tail", "$")
        self._inline = [(cue, re.compile(cue.pattern)) for cue in cues if cue.on == "inline"]

    def of(self, line: Line) -> Cue | None:
        """The cue that names this whole line, or None."""
        if line.words <= _LONGEST_LINE and (found := self._line.fullmatch(line.text)):
            return self._cue(found)
        if (found := self._start.match(line.text[:_SEEN])) and line.words <= (cue := self._cue(found)).words:
            return cue
        if (found := self._tail.search(line.text[-_TAIL:])) and line.words <= (cue := self._cue(found)).words:
            return cue
        return None

    def name(self, lines: Sequence[Line]) -> list[Cue | None]:
        """The cue of each line; a short line that a sentence runs through is a broken-off link, whatever it says."""
        named = [self.of(line) for line in lines]
        for index, (line, cue) in enumerate(zip(lines, named, strict=True)):
            if cue is None or cue.on != "line" or cue.kind not in _MAY_BE_LINKS or line.ends:
                continue
            above = lines[index - 1] if index else None
            below = lines[index + 1 : index + (3 if cue.takes else 2)]
            entered = above is not None and above.words >= _PHRASE and not above.ends and runs_on(above, line)
            # A header's first title that runs on was no title either.
            left = any(b.words >= _PHRASE and runs_on(a, b) for a, b in pairwise((line, *below)))
            if (entered or left) and line.text[-1] not in ":|":
                named[index] = None
        return named

    def inside(self, text: str) -> Iterator[tuple[int, int, Cue]]:
        """The clutter pieces of a kept line: start, end within it, and the cue; in no order, perhaps overlapping."""
        for cue, pattern in self._inline:
            for found in pattern.finditer(text):
                yield found.start(), found.end(), cue

    def _cue(self, found: re.Match[str]) -> Cue:
        assert found.lastgroup
        return self.cues[int(found.lastgroup[1:])]


def _alternation(cues: tuple[Cue, ...], on: str, end: str = "") -> re.Pattern[str]:
    parts = [f"(?P<c{index}>{cue.pattern})" for index, cue in enumerate(cues) if cue.on == on]
    return re.compile(f"(?:{'|'.join(parts) or '(?!)'}){end}", re.IGNORECASE)


@cache
def general() -> Cues:
    """The cues of every outlet."""
    with Path(__file__).with_name("cues.toml").open("rb") as file:
        return Cues(tuple(Cue(**fields) for fields in tomllib.load(file)["cue"]))


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
    outlet = registry().by_domain(domain) if domain else None
    return outlet.profile if outlet else None
