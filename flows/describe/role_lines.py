"""Credits that say what they are: role words ("Penulis", "Editor", ...) and the names beside them."""

import re
from functools import lru_cache

from flows.describe.credits import Credits
from flows.describe.date_grammar import stamps
from flows.describe.document_view import Line, Sheet
from flows.describe.person_names import persons
from flows.outlets import Profile, Registry, roles

LONG = 220  # a credit line is no longer
_STOP = re.compile(
    r"(?-i:(?<=[a-zé])(?=[A-Z][a-z]{2,12} ?[A-Z]?[a-z]{0,12}:))|"
    r"\s(?:copyright|©|tag[s]?\b|baca\b|sumber|follow|ikuti|dilarang|hak cipta)|[|•\n]|\s-\s",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"[a-z]{3,12}")  # "Reporter: wanda": the name a writer goes by in the newsroom


def only_desks(text: str, registry: Registry) -> bool:
    """Whether a credit names desks or outlets and no person."""
    return all(
        roles.is_desk(piece.strip()) or registry.find_by_name(piece) is not None or piece.strip().lower().endswith("media")
        for piece in text.split(",")
    )


def by_role(found: Credits, sheet: Sheet, at: int, registry: Registry, profile: Profile | None, kind: str) -> bool:
    """Role words with their names: alone, chained on one line, or with the name on the next line."""
    line = sheet.lines[at]
    own = profile.roles if profile else {}
    chain = _chain(tuple(sorted(own))) if ":" in line.text else None
    labels = list(chain.finditer(line.text, max(0, len(line.text) - 700))) if chain else []
    if labels and kind == "byline":
        _before_label(found, line, line.text[: labels[0].start()], registry)
    inline = bool(labels) and len(line.text[: labels[0].start()].strip(" \t\xa0|*-–—")) > 0
    if inline and kind == "byline" and next(stamps(line.text), None) is None:
        return False
    taken = False
    for n, label in enumerate(labels):
        end = labels[n + 1].start() if n + 1 < len(labels) else len(line.text)
        value = line.text[label.end() : end]
        stop = _STOP.search(value)
        value = value[: stop.start()] if stop else value
        stamp = next(stamps(value), None)
        value = value[: stamp.start] if stamp else value
        word = label[1].lower()
        taken = _value(found, own.get(word) or roles.words().roles[word], value, line, registry) or taken
    if taken:
        found.take(line, kind, "credit.role", labels[0].start() if inline and not _dated(line) else 0)
        return True
    bare = roles.label(line.text, profile) if not labels or not line.text[labels[0].end() :].strip() else None
    if bare is None or len(line.text) > LONG:
        return False
    if bare.value:
        stamp = next(stamps(bare.value), None)
        if _value(found, bare.role, bare.value[: stamp.start] if stamp else bare.value, line, registry):
            found.take(line, kind, "credit.role")
            return True
        return False
    named = _beside(found, sheet, at, registry)
    if named and _value(found, bare.role, named.text.strip(" \t\xa0:"), named, registry):
        found.take(line, kind, "credit.role")
        found.take(named, kind, "credit.role")
        return True
    return False


def _beside(found: Credits, sheet: Sheet, at: int, registry: Registry) -> Line | None:
    """The line with the name for a role word that stands alone: the next, or the one above ("Name" over "Penulis")."""

    def name(n: int) -> Line | None:
        if not 0 <= n < len(sheet.lines) or len(sheet.lines[n].text) > 80 or sheet.lines[n] in found.lines:
            return None
        return sheet.lines[n] if persons(sheet.lines[n].text.strip(" \t\xa0:"), registry) else None

    above, below = name(at - 1), name(at + 1)
    if above is None or below is None or sheet.lines[at].plain.endswith(":") or below.plain.startswith(":"):
        return below or above
    second = roles.label(sheet.lines[at + 2].text) if at + 2 < len(sheet.lines) else None
    return above if second and not second.value else below


def _before_label(found: Credits, line: Line, text: str, registry: Registry) -> None:
    """ "Oleh Name, Senin, 28 Maret 2022 | 21:15 WIB - Redaktur: Name": the writer before the first role word."""
    stamp = next(stamps(text), None)
    said = roles.label(text[: stamp.start].rstrip(" ,|-")) if stamp else None
    if said and said.role == "author":
        found.name("author", persons(said.value, registry), line, "credit.role")


def _dated(line: Line) -> bool:
    return line.words <= 40 and next(stamps(line.text), None) is not None


def _value(found: Credits, role: str, value: str, line: Line, registry: Registry) -> bool:
    if role == "source":
        name = " ".join(value.split()).strip(" .,;:")
        if 2 <= len(name) <= 40 and (registry.find_by_name(name) or name.lower() in roles.words().agencies):
            found.sources.append((name, line.evidence("cited_sources", "credit.source")))
            return True
        return False
    names = persons(value, registry)
    handle = value.strip(" \t\xa0.,;")
    if not names and _HANDLE.fullmatch(handle) and not roles.is_desk(handle) and handle not in roles.words().impersonal:
        names = [handle]
    found.name(role, names, line, "credit.role")
    return bool(names) or (bool(value.strip()) and only_desks(value, registry))


@lru_cache(maxsize=64)
def _chain(own: tuple[str, ...]) -> re.Pattern[str]:
    known = {*roles.words().roles, *own}
    forms = {form for word in known for form in (word.capitalize(), word.title(), word.upper())}
    words = "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.compile(rf"(?<![\w/])({words})\s{{0,4}}:\s{{0,4}}")
