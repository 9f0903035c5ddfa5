"""Who wrote and who edited: byline lines in the head, role lines, sign-offs and author boxes at the foot.

Subjects of the story are never authors: a name counts only in a line whose shape says that it is a credit.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.describe.credits import Credits
from flows.describe.date_grammar import stamps
from flows.describe.document_view import Evidence, Line, Sheet, same
from flows.describe.page_authors import credit_page
from flows.describe.person_names import is_person, persons
from flows.describe.role_lines import LONG, by_role, only_desks
from flows.outlets import Outlet, Profile, Registry, roles
from flows.outlets.profiles import Byline

_HEAD, _TAIL = 12, 14  # lines before and behind the body's edges in which credits stand
_INSIDE = 4  # lines of the body itself at either edge: texts that were extracted keep their credits there
_SIGN_OFF = re.compile(r"\(([^()]{5,60})\)\.?\Z")
_ON_SITE = re.compile(r"(.{3,100}?)\s{0,3}(?:\s[-–—|]|[|])\s{0,3}(\S.{1,40})\Z", re.DOTALL)
_SEPARATORS = re.compile(r"[-–—|]")
_PLACEHOLDER = re.compile(r"\{[^}]*\}| +")
_UPDATE = re.compile(
    r"\s{1,8}(?:diperbarui|diperbaharui|updated?|terbit|tayang|published|posted)\W{0,8}\Z", re.IGNORECASE
)
# In brackets below a text that has its own byline: the people of the outlet it was taken from.
_OTHERS = re.compile(r"\s{0,8}\((?:Penulis|Reporter|Editor)\s{0,3}:[^\n]{3,200}\)\W{0,3}\Z", re.IGNORECASE)
_WIRE_LONG = 400
_WIRE_HEAD = re.compile(
    r"\s{0,8}By (?P<names>[A-Z][^\n(:;]{3,80}?)\s{0,2}"
    r"(?=(?:[A-Z][A-Z, ]{2,40})?\((?:[A-Z][A-Za-z ]{1,20})\)\s{0,2}[-–—])"
)
_WIRE_FOOT = re.compile(
    r"\((?:Reporting|Writing|Additional reporting) by (?P<names>[A-Z][^();\n]{3,120}?)(?: in [A-Z][\w ]{2,30})?"
    r"(?:;[^()\n]{0,120}?Editing by (?P<editors>[A-Z][^();\n]{3,80}))?[^()\n]{0,120}\)\W{0,3}\Z"
)
_TONGUES = {"id", "in", "ms"}
_FUNCTION_WORDS = {"yang", "dan", "di", "dengan", "untuk", "dari", "ini", "itu", "pada", "adalah"}
_NO_BIO = {"null", "none", "undefined"}


def credits_of(
    sheet: Sheet, opened_at: int | None, registry: Registry, profile: Profile | None, title_at: int | None = None
) -> Credits:
    """The credits of a document whose body opens at line index `opened_at` (None: where its body marks begin).

    `title_at` is the index of the line that prints a page's headline.
    """
    found = Credits()
    _stated(found, sheet, registry, "record")
    if sheet.is_page and profile is None and not _speaks_indonesian(sheet):
        credit_page(found, sheet, title_at, registry)
        if found.authors:
            found.author_basis = "stated"
        return found
    head_end = max(sheet.body_from, opened_at or 0)
    head = list(_head(sheet, head_end, opened_at is not None))
    # Role words first: a name that one of them claims is not a byline of its own.
    free = [at for at in head if not by_role(found, sheet, at, registry, profile, "byline")]
    for at in free:
        _head_line(found, sheet.lines[at], registry)
    tail = [at for at in _tail(sheet) if at >= head_end]
    for at in tail:
        _tail_line(found, sheet, at, registry, profile)
    for at in tail:
        _sign_off(found, sheet.lines[at], registry, profile)
    _wire(found, sheet, registry)
    _agree(found, sheet)
    if not found.authors and sheet.is_page:
        credit_page(found, sheet, title_at, registry, declared_only=True)
    if found.authors and found.author_basis is None:
        found.author_basis = "stated"
    return found


def _speaks_indonesian(sheet: Sheet) -> bool:
    """Whether a page says that it is in Indonesian or Malay, or its address or its first paragraphs do."""
    tongues = {said.value[:2].lower() for said in sheet.said("language")}
    hosts = (said.value.split("/")[2] for said in sheet.said("canonical") if said.value.count("/") >= 2)
    if tongues & _TONGUES or any(host.endswith((".id", ".my")) for host in hosts):
        return True
    words = [word for line in sheet.body[:4] for word in line.text[:1000].lower().split()]
    return sum(word in _FUNCTION_WORDS for word in words) * 25 >= len(words) > 10


def _head(sheet: Sheet, end: int, opened: bool) -> Iterator[int]:
    """Lines before the body, and the first of it unless a dateline says where it opens."""
    last = end if opened else min(end + _INSIDE, len(sheet.lines))
    for at in range(max(0, end - _HEAD), last):
        line = sheet.lines[at]
        if len(line.text) <= LONG and line.kind not in {"caption", "related", "ad", "footer"}:
            yield at


def _tail(sheet: Sheet) -> range:
    return range(max(0, sheet.body_to - _INSIDE), min(len(sheet.lines), sheet.body_to + _TAIL))


def _head_line(found: Credits, line: Line, registry: Registry) -> None:
    if line in found.lines or _shape(found, line, registry):
        return
    site = _ON_SITE.match(line.text.strip()) if _SEPARATORS.search(line.text) else None
    outlet = registry.find_by_name(site[2]) if site else None
    if site and outlet and (names := persons(site[1], registry)):
        found.name("author", names, line, "byline.on-site")
        if found.outlet is None:
            found.outlet = outlet
            found.evidence.append(line.evidence("outlet", "byline.on-site"))
        found.take(line, "byline", "byline.on-site")
        return
    stamp = next(stamps(line.text), None)
    if stamp:
        rest = line.text[stamp.end :].strip(" \t\xa0,.|-–—WIB")
        sentence = line.plain[-1] in ".)" or not line.plain[0].isalpha() or len(rest) > 12
        names = persons(_UPDATE.sub("", line.text[: stamp.start]), registry)
        if names and (line.kind == "byline" or not sentence) and all(" " in name for name in names):
            found.name("author", names, line, "byline.name-date")
            found.take(line, "byline", "byline.name-date")
    elif line.kind == "byline" and " " in line.plain and (names := persons(line.plain, registry)):
        found.name("author", names, line, "byline.name")
        found.take(line, "byline", "byline.name")


def _shape(found: Credits, line: Line, registry: Registry) -> bool:
    """A byline in the shape of an outlet's profile."""
    text = line.text.rstrip()
    plain = text.lower() if text.isascii() else None  # case is no simple matter beyond
    for outlet, byline, word in _shapes(registry):
        match = byline.pattern.fullmatch(text) if plain is None or word in plain else None
        if not match:
            continue
        parts = match.groupdict()
        if parts.get("date") is not None and next(stamps(parts["date"]), None) is None:
            continue
        names = persons(_UPDATE.sub("", parts["names"]), registry, sure=True) if parts.get("names") else []
        if parts.get("names") and not names:
            if not only_desks(parts["names"], registry):
                continue
            desk = _UPDATE.sub("", parts["names"]).strip(" -,\t\xa0")
            found.name("author", [desk], line, "byline.desk", desk)
            agency = roles.words().agencies.get(desk.lower())
            found.agency = (agency, line.evidence("agency", "agency.byline")) if agency else None
        rule = f"byline.{outlet.profile.name}" if outlet.profile else "byline.shape"
        found.name("author", names, line, rule)
        found.take(line, "byline", rule)
        if byline.identifies and found.outlet is None:
            found.outlet = outlet
            printed = line.plain.casefold()
            found.outlet_basis = "stated" if any(s.casefold() in printed for s in outlet.spellings) else "inferred"
            sure = "stated" if found.outlet_basis == "stated" else "likely"
            found.evidence.append(line.evidence("outlet", rule, sure=sure))
        return True
    return False


@lru_cache(maxsize=4)
def _shapes(registry: Registry) -> tuple[tuple[Outlet, Byline, str], ...]:
    """The shapes of all profiles, each with a word in small letters that it cannot do without."""
    seen: dict[str, tuple[Outlet, Byline, str]] = {}
    for outlet in registry.outlets:
        for byline in outlet.profile.bylines if outlet.profile else ():
            word = max(_PLACEHOLDER.split(byline.shape.strip()), key=len).lower()
            seen.setdefault(byline.shape, (outlet, byline, word))
    return tuple(seen.values())


def _wire(found: Credits, sheet: Sheet, registry: Registry) -> None:
    """What wire services print: "By Name(Reuters) -" before the first sentence, "(Reporting by A; ...)" at the end."""
    if not sheet.body or found.authors:
        return
    first, last = sheet.body[0], sheet.body[-1]
    opening = _WIRE_HEAD.match(first.text)
    closing = _WIRE_FOOT.search(last.text, max(0, len(last.text) - _WIRE_LONG))
    if opening and (names := persons(opening["names"], registry)):
        found.name("author", names, first, "byline.wire", opening[0])
        found.marks.append(first.mark("byline", "byline.wire", 0, opening.end("names")))
    elif closing and (names := persons(closing["names"], registry)):
        found.name("author", names, last, "credit.wire", closing[0])
    if closing and closing["editors"] and (names := persons(closing["editors"], registry)):
        found.name("editor", names, last, "credit.wire", closing[0])


def _tail_line(found: Credits, sheet: Sheet, at: int, registry: Registry, profile: Profile | None) -> None:
    line = sheet.lines[at]
    if line.kind in {"caption", "ad"} or line in found.lines:
        return
    if profile and profile.author_box and line.plain.lower() in profile.author_box and at + 1 < len(sheet.lines):
        after = sheet.lines[at + 1]
        names = persons(after.text, registry) if len(after.text) <= 80 else []
        if names:
            found.name("author", names, after, "credit.author-box", f"{after.text.strip()}")
            found.take(line, "credit", "credit.author-box")
            found.take(after, "credit", "credit.author-box")
            if at + 2 < len(sheet.lines) and sheet.lines[at + 2].plain.lower() in _NO_BIO:
                found.take(sheet.lines[at + 2], "credit", "credit.no-bio")
            return
    if found.authors and _OTHERS.match(line.text):
        found.take(line, "credit", "credit.of-source")
        return
    by_role(found, sheet, at, registry, profile, "credit")


def _sign_off(found: Credits, line: Line, registry: Registry, profile: Profile | None) -> None:
    """A name in brackets on a line of its own: the editor where a byline stands or the profile says so."""
    if len(line.text) > 80 or not line.text.lstrip().startswith("("):
        return
    match = _SIGN_OFF.fullmatch(line.plain)
    if not match:
        return
    name = match[1].strip()
    if not 2 <= len(name.split()) <= 4 or not is_person(name, registry):
        return
    found.take(line, "credit", "credit.sign-off")
    if name in found.authors or name in found.editors:
        return
    role = profile.sign_off if profile and profile.sign_off else "editor" if found.authors else "author"
    if role == "author" and not found.authors:
        found.authors.append(name)
        found.author_basis = "inferred"
        found.evidence.append(line.evidence("authors", "credit.sign-off", sure="likely"))
    elif role == "editor" and not found.editors:
        found.editors.append(name)
        found.evidence.append(line.evidence("editors", "credit.sign-off", sure="likely"))


def _agree(found: Credits, sheet: Sheet) -> None:
    """Where several lines name writers and the page's metadata names one of them, the others wrote its teasers."""
    rows = [row for row in found.evidence if row.field == "authors" and row.line is not None]
    page = [said.value for said in sheet.said("authors", "jsonld")]
    own = [row for row in rows if any(name in row.quote for name in page)]
    if len(rows) > 1 and own:
        found.authors = [name for name in found.authors if any(name in row.quote for row in own)]
        found.evidence = [row for row in found.evidence if row not in rows or row in own]


def _stated(found: Credits, sheet: Sheet, registry: Registry, *wheres: str) -> None:
    """Names that the record or the page's metadata states: of the first place that names a person, not the site."""
    sites = {same(said.value) for said in sheet.said("outlet")}
    for name, mine in (("authors", found.authors), ("editors", found.editors)):
        if mine:
            continue
        for where in wheres:
            for said in sheet.said(name, where):
                names = [
                    person
                    for person in persons(said.value, registry, sure=True)
                    if person not in mine and same(person) not in sites
                ]
                if names:
                    mine += names
                    rule = "record" if where == "record" else f"{name}.{where}"
                    found.evidence.append(Evidence(name, rule, None, said.value))
            if mine:
                break
