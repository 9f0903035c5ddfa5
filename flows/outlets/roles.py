"""Role words ("Penulis", "Editor", ...), desks that are not persons, wire services: words.toml, loaded once."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from flows.outlets.profiles import Profile

ROLES = ("author", "editor", "source")


@dataclass(frozen=True)
class NewsroomWords:
    """The words of words.toml. `roles` maps a role word in lower case to author, editor or source."""

    roles: dict[str, str]
    desks: frozenset[str]
    desk_openings: tuple[str, ...]
    impersonal: frozenset[str]  # words that no name of a person contains
    media: frozenset[str]
    media_words: frozenset[str]  # last words of the names of media
    media_openings: frozenset[str]  # first words of the names of media
    agencies: dict[str, str]  # spelling in lower case -> the name published
    labels: frozenset[str]
    role_nouns: frozenset[str]  # last words of roles and teams
    function_words: frozenset[str]  # words of sentences, never of names
    sections: frozenset[str]  # sections and labels that stand before a date as a name would
    behind_date: frozenset[str]  # words behind the date of a byline


@lru_cache(maxsize=1)
def load_newsroom_words() -> NewsroomWords:
    """Return the words of words.toml, read once per process."""
    word_lists = tomllib.loads(resources.files("flows.outlets").joinpath("words.toml").read_text(encoding="utf-8"))
    return NewsroomWords(
        {word.lower(): role for role in ROLES for word in word_lists["roles"][role]},
        frozenset(word_lists["desks"]["words"]),
        tuple(word_lists["desks"]["openings"]),
        frozenset(word_lists["desks"]["parts"]),
        frozenset(name.lower() for name in word_lists["media"]["names"]),
        frozenset(word_lists["media"]["words"]),
        frozenset(word_lists["media"]["openings"]),
        {
            spelling.lower(): agency["spellings"][0]
            for agency in word_lists["agencies"]
            for spelling in agency["spellings"]
        },
        frozenset(word_lists["labels"]["words"]),
        *(frozenset(word_lists["names"][key]) for key in ("role_nouns", "function_words", "sections", "behind_date")),
    )


_ROLE_LABEL = re.compile(r"\s{0,12}([^\W\d_][\w/ ]{1,24}?)\s{0,12}(?:[:\-]\s{0,12}|$)(.{0,200})", re.DOTALL)
_ROLE_WITHOUT_COLON = re.compile(
    r"\s{0,12}(oleh|by|ditulis oleh|written by|laporan wartawan|laporan reporter|laporan jurnalis|(?:von|por|par)"
    # "Von", "Por" and "Par" open sentences and titles too: two or three names in capitals must be all that follows.
    r"(?=\s(?-i:[A-ZÀ-Þ][\w.'’-]{1,20}(?: (?:[A-ZÀ-Þ][\w.'’-]{0,20}|de|del|von|van|du|la)){1,3}\s{0,3}\Z)))"
    r"\s{1,12}(\S.{0,200})",
    re.IGNORECASE,
)
# "Laporan Wartawan Tribun, Siti Aminah": the medium in one word before the name.
_MEDIUM_BEFORE_NAME = re.compile(r"\w{3,20},\s{0,4}(?=[A-Z][\w.'’-]{1,20} [A-Z])")


@lru_cache(maxsize=1)
def _list_role_prefixes() -> frozenset[str]:
    """Return the first two letters of all role words: they rule out most lines before the regexes."""
    return frozenset(
        word[:2]
        for word in (*load_newsroom_words().roles, "oleh", "by", "ditulis", "written", "laporan", "von", "por", "par")
    )


@dataclass(frozen=True)
class RoleLabel:
    """A role word at the start of a line: the role, the word as printed, and the text behind it ("" if none)."""

    role: str
    word: str
    credit: str


def find_role_label(line: str, profile: Profile | None = None) -> RoleLabel | None:
    """Return the role word that a line begins with; None where there is none.

    A colon must follow the word ("Penulis : Name"), or nothing at all (the name is then on the next line);
    only "Oleh", "By", "Ditulis oleh" and "Laporan Wartawan" do without ("Laporan Wartawan X, Name").
    """
    general_roles = load_newsroom_words().roles
    profile_roles = profile.roles if profile else {}
    opening = line.lstrip()[:2].lower()
    if opening not in _list_role_prefixes() and not (
        profile_roles and any(word.startswith(opening) for word in profile_roles)
    ):
        return None
    match = _ROLE_LABEL.match(line)
    if match:
        word = " ".join(match[1].split())
        role = profile_roles.get(word.lower()) or general_roles.get(word.lower())
        # Only a colon or the end of the line may follow a role word: "Red - 12" is a dash in a sentence.
        if role and (line[match.end(1) : match.start(2)].strip() in {":", ""}):
            return RoleLabel(role, word, match[2].strip())
    match = _ROLE_WITHOUT_COLON.match(line)
    value = match[2].strip() if match else ""
    if match and value[0].isupper() and len(value) <= 100 and value[-1] not in ".?!":
        is_report = match[1].lower().startswith("laporan")
        return RoleLabel("author", match[1], _drop_medium(value) if is_report else value)
    return None


def _drop_medium(credit: str) -> str:
    """Return the credit of a report without the medium that stands before its writer."""
    medium = _MEDIUM_BEFORE_NAME.match(credit)
    return credit[medium.end() :] if medium else credit


def is_desk(name: str, *, foreign: bool = False) -> bool:
    """Check whether a credited name is a desk ("Tim detikcom", "Redaksi") and not a person.

    `foreign`: the language is not Indonesian or Malay, so Tim is a first name.
    """
    plain = " ".join(name.split()).lower()
    if foreign and plain.startswith("tim "):
        return False
    return plain in load_newsroom_words().desks or plain.startswith(load_newsroom_words().desk_openings)
