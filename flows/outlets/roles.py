"""Role words ("Penulis", "Editor", ...), desks that are not persons, wire services: words.toml, loaded once."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from flows.outlets.profiles import Profile

ROLES = ("author", "editor", "source")


@dataclass(frozen=True)
class Words:
    """The words of words.toml. `roles` maps a role word in lower case to author, editor or source."""

    roles: dict[str, str]
    desks: frozenset[str]
    desk_openings: tuple[str, ...]
    impersonal: frozenset[str]  # parts of names that no person bears
    media: frozenset[str]
    media_words: frozenset[str]  # last words of the names of media
    agencies: dict[str, str]  # spelling in lower case -> the name published
    labels: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The project's words, read once a process."""
    found = tomllib.loads(resources.files("flows.outlets").joinpath("words.toml").read_text(encoding="utf-8"))
    return Words(
        {word.lower(): role for role in ROLES for word in found["roles"][role]},
        frozenset(found["desks"]["words"]),
        tuple(found["desks"]["openings"]),
        frozenset(found["desks"]["parts"]),
        frozenset(name.lower() for name in found["media"]["names"]),
        frozenset(found["media"]["words"]),
        {spelling.lower(): agency["spellings"][0] for agency in found["agencies"] for spelling in agency["spellings"]},
        frozenset(found["labels"]["words"]),
    )


_LABEL = re.compile(r"\s{0,12}([^\W\d_][\w/ ]{1,24}?)\s{0,12}(?:[:\-]\s{0,12}|$)(.{0,200})", re.DOTALL)
_BARE = re.compile(
    r"\s{0,12}(oleh|by|laporan wartawan|laporan reporter|laporan jurnalis)\s{1,12}(\S.{0,200})", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _openings() -> frozenset[str]:
    """How a line begins that has a role word: most lines are told by that."""
    return frozenset(word[:2] for word in (*words().roles, "oleh", "by", "laporan"))


@dataclass(frozen=True)
class Label:
    """A role word at the start of a line: the role, the word as printed, and the value behind it ("" if none)."""

    role: str
    word: str
    value: str


def label(line: str, profile: Profile | None = None) -> Label | None:
    """The role word a line begins with; None where there is none.

    A colon must follow the word ("Penulis : Name"), or nothing at all (the value is then on the next line);
    only "Oleh", "By" and "Laporan Wartawan" do without ("Laporan Wartawan X, Name").
    """
    known = words().roles
    own = profile.roles if profile else {}
    opening = line.lstrip()[:2].lower()
    if opening not in _openings() and not (own and any(word.startswith(opening) for word in own)):
        return None
    found = _LABEL.match(line)
    if found:
        word = " ".join(found[1].split())
        role = own.get(word.lower()) or known.get(word.lower())
        # "Red - 12" would be a dash in a sentence: only a colon or the line's end ends a role word.
        if role and (line[found.end(1) : found.start(2)].strip() in {":", ""}):
            return Label(role, word, found[2].strip())
    found = _BARE.match(line)
    value = found[2].strip() if found else ""
    if found and value[0].isupper() and len(value) <= 100 and value[-1] not in ".?!":
        return Label("author", found[1], value)
    return None


def is_desk(name: str, *, foreign: bool = False) -> bool:
    """Whether a credited name is a desk ("Tim detikcom", "Redaksi") and not a person.

    `foreign`: outside Indonesian and Malay, where Tim is a first name.
    """
    plain = " ".join(name.split()).lower()
    if foreign and plain.startswith("tim "):
        return False
    return plain in words().desks or plain.startswith(words().desk_openings)
