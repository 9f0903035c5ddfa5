"""Persons of a stated value: what a record or a page's metadata holds under "author" or "editor".

Such values are whole bylines as often as names: labels of roles, addresses, accounts, days and outlets stand beside the
names. Each is cut off or told apart here; what is left must be names alone, or the value names nobody.
"""

import re
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Final

from flows.describe.date_grammar import find_dates
from flows.describe.person_names import parse_person_names, parse_printed_names, strip_date_label
from flows.outlets import Registry, roles

_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")
_BROKEN_LABEL: Final = re.compile(r"(?<!\S)([^\W\d_]{3,20})\s{0,5}\n\s{0,5}:\s{0,9}")  # the colon on a line of its own
_INITIALS: Final = re.compile(r"\s{1,3}\([a-z]{2,4}(?:/[a-z]{2,4}){0,3}\)")
_LABEL_BEHIND: Final = re.compile(
    r"(?:[,;|]|\s)\s{0,3}(?:date|tanggal|tgl|waktu|published|terbit)\s{0,3}:?\s{0,3}\Z", re.IGNORECASE
)
_ROLE_BEFORE: Final = re.compile(
    r"(?:Laporan|Dilaporkan oleh|Reporter|Penulis|Wartawan|Jurnalis|Pewarta)\s{1,3}(?=[A-Z][\w.'’-]{1,30}\s[A-Z])"
)
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ACCOUNT: Final = re.compile(r"(?:(?<=\s)|(?<=[(\[])|\A)@\w{2,30}\b")
_EMPTY_BRACKETS: Final = re.compile(r"[(<\[]\s{0,5}[)>\]]")
_ROLE_BEHIND: Final = re.compile(r"\s{0,3}\((?P<role>[^\W\d_][\w/ ]{1,24})\)\s{0,3}\Z")
_PIECES: Final = re.compile(r"\s{0,4}[,;|]\s{0,4}")
_BY: Final = re.compile(r"(?:posted|published|ditulis|dipublikasikan|view all posts) (?:by|oleh) ", re.IGNORECASE)
_TIME_BEHIND: Final = re.compile(r"[\s|,/-]{0,6}\d{1,2}[:.]\d\d(?:\s{0,2}(?:WIB|WITA|WIT|[ap]m))?\Z", re.IGNORECASE)
_BUTTON_BEHIND: Final = re.compile(r"\s{1,3}(?:Follow|Ikuti|Following|Subscribe)\Z")
_EDGES: Final = " \t\r\n\xa0,.;:|/-–—•*→»›>←«"
_OTHER_ROLES: Final = frozenset(
    ["foto", "fotografer", "photo", "photographer", "photos", "video", "videografer", "grafis", "ilustrasi", "rep/red"]
)
_LONGEST: Final = 300


def parse_stated_names(value: str, field_name: str, registry: Registry) -> list[str]:
    """Return the persons whom a stated value names in the role of its field, as printed; [] where it holds other words.

    `field_name` is "authors" or "editors"; a part of the value that another role labels is of that role.
    """
    if len(value) > _LONGEST:
        return []
    names: list[str] = []
    for line in _split_lines(_strip_markup(value)):
        for role, part in _split_roles(_strip_contacts(line)):
            if f"{role}s" == field_name or not role:
                names += [name for name in _parse_part(part, field_name, registry) if name not in names]
    return names


def _strip_markup(value: str) -> str:
    """Return a value without tags, character references, invisible characters and initials in brackets."""
    if "<" in value or "&" in value:
        value = _TAG.sub("", unescape(value))
    value = _BROKEN_LABEL.sub(r"\1: ", value)
    return _INITIALS.sub("", value if value.isascii() else _INVISIBLE.sub("", value))


def _split_lines(value: str) -> list[str]:
    """Split a value at its line breaks if a name stands in each line; a name alone may be broken over two."""
    lines = [line for line in value.splitlines() if line.strip(_EDGES)]
    return lines if all(len(line.split()) > 1 for line in lines) else [" ".join(lines)]


def _strip_contacts(line: str) -> str:
    """Return a line without mail addresses, accounts and the day behind the names."""
    if "@" in line:
        line = _EMPTY_BRACKETS.sub("", _ACCOUNT.sub("", _MAIL.sub("", line)))
    stamp = next(find_dates(line), None)
    if stamp is not None and stamp.start > 0 and any(map(str.isalpha, line[: stamp.start])):
        line = _LABEL_BEHIND.sub("", strip_date_label(line[: stamp.start])).rstrip(_EDGES + "(")
    posted = _BY.match(line.lstrip())
    return line.lstrip()[posted.end() :] if posted else _TIME_BEHIND.sub("", line)


@lru_cache(maxsize=1)
def _compile_roles() -> re.Pattern[str]:
    """Compile the label of a role with its colon, anywhere in a byline."""
    words = sorted({*roles.load_newsroom_words().roles, "rep", *_OTHER_ROLES}, key=len, reverse=True)
    return re.compile(rf"(?<![\w])(?P<role>{'|'.join(map(re.escape, words))})\s{{0,3}}:\s{{0,3}}", re.IGNORECASE)


def _find_role(word: str) -> str:
    """Find the role that a word stands for: author, editor, source, else "other"; empty for no role."""
    lower_word = " ".join(word.lower().split())
    if lower_word in _OTHER_ROLES:
        return "other"
    if lower_word == "rep":
        return "author"
    return roles.load_newsroom_words().roles.get(lower_word, "")


def _split_roles(line: str) -> list[tuple[str, str]]:
    """Split a byline into its parts and their roles; "" for a part without one.

    "Reporter: A, Editor: B" and "A (Reporter), B (Editor)" have two each.
    """
    labels = list(_compile_roles().finditer(line))
    if labels:
        starts = [*labels, None]
        parts = [("", line[: labels[0].start()])] + [
            (_find_role(label["role"]), line[label.end() : following.start() if following else len(line)])
            for label, following in pairwise(starts)
            if label is not None
        ]
        return [(role, part.strip(_EDGES)) for role, part in parts if part.strip(_EDGES)]
    pieces = _PIECES.split(line)
    behind = [_ROLE_BEHIND.search(piece) for piece in pieces]
    if any(match and _find_role(match["role"]) for match in behind):
        return [
            (_find_role(match["role"]), piece[: match.start()]) if match else ("", piece)
            for piece, match in zip(pieces, behind, strict=True)
        ]
    return [("", line)]


def _parse_part(part: str, field_name: str, registry: Registry) -> list[str]:
    """Parse the names of one part of a byline; the name of a role alone beside them is none of them."""
    label = roles.find_role_label(part)
    if label and label.credit and f"{label.role}s" == field_name:
        part = label.credit
    part = _BUTTON_BEHIND.sub("", part.rstrip(_EDGES))
    part = _ROLE_BEFORE.sub("", part, count=1) if _ROLE_BEFORE.match(part) else part
    if part.strip(_EDGES).lower() in roles.load_newsroom_words().sections:
        return []
    pieces = [piece for piece in _PIECES.split(part.strip(_EDGES)) if not _find_role(piece.strip(_EDGES))]
    plain = ", ".join(pieces) if pieces else part
    return (
        parse_person_names(plain, registry, name_expected=True)
        or parse_printed_names(plain, registry)
        or parse_person_names(part, registry, name_expected=True)
    )
