"""The grammar of the benchmark's corpus: invented people do invented things, in the words of newsroom.toml.

A `Tongue` holds clauses that make a sentence in any combination: who + what + when, or a quotation.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _phrases(words: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in words.split("|")]


FIRST, LAST, PLACES, DAYS, MONTHS, SECTIONS = (
    _WORDS[name].split() for name in ("first", "last", "places", "days", "months_short", "sections")
)
FURNITURE, FOOT, LOGIN, MISSING = (_phrases(_WORDS[name]) for name in ("furniture", "foot", "login", "missing"))
BETWEEN = ("ADVERTISEMENT", "SCROLL TO CONTINUE WITH CONTENT", "Baca juga: {}", "Baca Juga:\n{}", "Simak juga: {}")
_ID, _MS, _EN = ({name: _phrases(words) for name, words in _WORDS[code].items()} for code in ("id", "ms", "en"))


@dataclass(frozen=True)
class Tongue:
    """Clauses of one language: `who` + `what` + `when` is a sentence, `said` holds {} for one, `title` a headline."""

    code: str
    who: list[str]
    what: list[str]
    when: list[str]
    said: list[str]
    title: list[str]


def people(random: Random) -> list[str]:
    """Names of people who do not exist."""
    names = [f"{first} {last}" for first, last in product(FIRST, LAST)]
    random.shuffle(names)
    return names


def indonesian(random: Random, names: list[str]) -> Tongue:
    """Indonesian clauses."""
    pick = random.choice

    def who() -> str:
        name = pick(names)
        return f"{pick(_ID['who']).capitalize()} {pick(PLACES)}, {name}," if random.random() < 0.5 else name

    def what() -> str:
        unit = pick(("unit", "meter", "ton", "paket", "keluarga", "hektare", "orang", "kilogram"))
        told = f"{pick(_ID['verbs'])} {pick(_ID['things'])} {pick(_ID['where'])}"
        if random.random() < 0.4:
            return f"{told} sebanyak {_number(random, '.')} {unit}"
        return f"{told} milik {pick(_ID['who'])}"

    def when() -> str:
        day = f" pada {pick(DAYS)} ({random.randrange(1, 29)}/{random.randrange(1, 13)})"
        return pick(_ID["why"]) + (day if random.random() < 0.3 else "")

    said = [f'"{claim.capitalize()} {why}," kata {{}}.' for claim in _ID["claims"] for why in _ID["why"]]
    titles = _drawn(6000, lambda: f"{pick(_ID['things'])} {pick(_ID['where'])} {pick(_ID['why'])}".title())
    return Tongue("id", _drawn(3000, who), _drawn(8000, what), _drawn(3000, when), said, titles)


def malay(random: Random, names: list[str]) -> Tongue:
    """Malay clauses."""
    pick = random.choice
    said = [f'"Kami berharap kerja ini siap {why}," kata {{}} ketika ditemui.' for why in _MS["why"]]
    titles = _drawn(800, lambda: f"{pick(_MS['things'])} {pick(_MS['why'])}".capitalize())
    who = _drawn(1500, lambda: f"{pick(_MS['who']).capitalize()}, {pick(names)},")
    what = _drawn(3000, lambda: f"telah {pick(_MS['verbs'])} {_number(random, ',')} {pick(_MS['things'])}")
    return Tongue("ms", who, what, _MS["why"], said, titles)


def english(random: Random, names: list[str]) -> Tongue:
    """English clauses."""
    pick = random.choice
    said = [f'"We hope the work is finished {why}," said {{}}.' for why in _EN["why"]]
    titles = _drawn(800, lambda: f"{pick(_EN['things'])} {pick(_EN['verbs'])} {pick(_EN['why'])}".capitalize())
    who = _drawn(1500, lambda: f"{pick(_EN['who']).capitalize()}, {pick(names)},")
    what = _drawn(
        3000,
        lambda: f"{pick(_EN['verbs'])} {pick(_EN['things'])} near {pick(PLACES)} for {_number(random, ',')} households",
    )
    return Tongue("en", who, what, _EN["why"], said, titles)


def _drawn(count: int, one: Callable[[], str]) -> list[str]:
    return [one() for _ in range(count)]


def _number(random: Random, thousands: str) -> str:
    return f"{random.randrange(2, 9999):,}".replace(",", thousands)
