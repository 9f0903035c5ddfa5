"""Who wrote a page: its declarations (JSON-LD, meta), then what stands beside its headline or says "Written by".

A declared name is taken as declared; a visible one must stand where only a byline stands. Site names, job titles and
academic degrees are not authors. Pages with Indonesian or Malay credits are read by bylines/, which goes first there.
"""

import re
from html import unescape

from flows.describe.credits import Credits
from flows.describe.date_grammar import stamps
from flows.describe.document_view import Evidence, Sheet
from flows.describe.page_names import (
    BY_WORD,
    COMPANY,
    JOB,
    LEADING_BY,
    NO_NAME,
    cut_behind,
    is_desk,
    names_in,
    sites_of,
)
from flows.outlets import Registry

_DECLARED = ("jsonld", "meta", "og")
_BEFORE, _BEHIND = 8, 12  # lines around the headline in which a byline stands
_BARE = 4  # lines below the headline in which a name alone is a byline, where a day stands beside it
_END, _FOOT = 12, 80  # the last lines of the body, and lines behind it, in which a writer may be told
_LONG = 160
_BY = re.compile(
    rf"(?:^|[|•·⋅●–—,]\s{{0,2}}|\d\s{{0,2}}|(?:Posted|Published|Updated)\s{{1,2}}(?:on\s[^|\n]{{4,30}}?)?)"
    rf"(?i:{BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}(?P<names>[^\W\d_].{{1,120}})"
)
_WRITTEN = re.compile(
    r"\s{0,3}(?i:(?:this )?(?:(?:article|post|story) )?(?:was )?(?:written|posted) by|original author|about the author)"
    r"\s{0,2}:?\s{1,2}(?P<names>[A-Z].{2,120})\Z"
)
_WRITTEN_ALONE = re.compile(
    r"\s{0,3}(?:(?:written|posted|article|story|words) by|about the author|(?P<label>author(?P<many>s|\(s\))?))"
    r"\s{0,2}:?\s{0,2}\Z",
    re.IGNORECASE,
)
_MANY = 5  # names on lines of their own below "Authors"
_WORD_ALONE = re.compile(r"[\x21-\x7e\u00c0-\u024f]+")  # of Latin letters: other scripts write names without blanks
_JOINS = re.compile(r"(?:\W|and|und|dan|y|et|og|with)*", re.IGNORECASE)
_APART = re.compile(r"\s{0,2}[|•·–—]\s{0,2}|\s-\s|\s(?:in|on|for|at)\s|,\s")


def credit_page(
    found: Credits, sheet: Sheet, title_at: int | None, registry: Registry, *, declared_only: bool = False
) -> None:
    """Add a page's authors where none was found yet: declared, beside the headline, at the foot, a desk."""
    if found.authors:
        return
    sites = sites_of(sheet)
    if declared_only:
        _declared(found, sheet, title_at, sites, registry)
        return
    for look in (_declared, _by_class, _beside, _bare, _twice, _at_foot, _declared_word, _desk):
        look(found, sheet, title_at, sites, registry)
        if found.authors:
            return


_Title = int | None


def _declared(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    for where in _DECLARED:
        for said in sheet.said("authors", where):
            if NO_NAME.search(said.value) and " " not in said.value.strip():
                continue
            value = unescape(said.value)
            names = names_in(value, sites, registry, sure=True)
            if not names and " " in (first := value.split(",")[0].strip()):
                names = names_in(first, sites, registry, sure=True)  # behind it: posts, places, degrees
            names = [name for name in names if name not in found.authors and not _WORD_ALONE.fullmatch(name)]
            if names:
                found.authors += names
                found.evidence.append(Evidence("authors", f"authors.{where}", None, said.value))
        if found.authors:
            return
    for said in sheet.said("authors", *_DECLARED):
        plain = " ".join(unescape(said.value).split())
        if plain.islower() and " " in plain and names_in(plain.title(), sites, registry, sure=False):
            found.authors.append(plain)
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return


def _declared_word(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """A declared name of one word, where the page shows no fuller one; one in capitals is a company's."""
    for said in sheet.said("authors", *_DECLARED):
        names = [] if NO_NAME.search(said.value) else names_in(unescape(said.value), sites, registry, sure=True)
        if names and not any(name.isupper() for name in names):
            found.authors += names
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return


def _by_class(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """Elements named for the writer, beside the headline; the first that names a person."""
    for where in ("byline", "rel", "microdata"):
        for said in sheet.said("authors", where):
            begun = LEADING_BY.match(said.value)
            pieces = said.value[begun.end() if begun else 0 :].split(" | ")
            names: list[str] = []
            joined = True
            for piece in pieces:
                if _JOINS.fullmatch(piece):
                    joined = True
                    continue
                these = names_in(cut_behind(f" {piece}"), sites, registry, sure=bool(begun))
                these = [n for n in these if (" " in n or begun) and not (JOB.search(n) or COMPANY.search(n))]
                # Elements one behind the other: more names, but a job title behind the first name.
                if (names and not joined) or (names and not these):
                    break
                names += [name for name in these if name not in names]
                joined = piece.rstrip().endswith((",", "&")) or all(" " in n and not JOB.search(n) for n in these)
            if names:
                found.authors += names
                found.evidence.append(Evidence("authors", f"authors.{where}", None, said.value))
                return


def _beside(found: Credits, sheet: Sheet, title_at: _Title, sites: set[str], registry: Registry) -> None:
    if title_at is None:
        title_at = max(0, sheet.body_from - 1)
    behind = sheet.lines[title_at + 1 : title_at + 1 + _BEHIND]
    for line in (*behind, *reversed(sheet.lines[max(0, title_at - _BEFORE) : title_at])):
        match = _BY.search(line.text) if len(line.text) <= _LONG else None
        names = names_in(cut_behind(match["names"]), sites, registry, sure=False) if match else []
        if match and names:
            found.name("author", names, line, "byline.beside-headline", match[0])
            return


def _bare(found: Credits, sheet: Sheet, title_at: _Title, sites: set[str], registry: Registry) -> None:
    """A name alone right below the headline, a day on its own line or the next."""
    if title_at is None:
        return
    for at in range(title_at + 1, min(title_at + 1 + _BARE, len(sheet.lines))):
        line = sheet.lines[at]
        if line.words > 16 or len(line.text) > 90:
            continue
        near = sheet.lines[max(0, at - 2) : at + 3]
        if not any(len(other.text) <= 90 and next(stamps(other.text), None) for other in near):
            continue
        stamp = next(stamps(line.text), None)
        text = f"{line.text[: stamp.start]} | {line.text[stamp.end :]}" if stamp else line.text
        for piece in _APART.split(text) if stamp else [text]:
            names = names_in(piece, sites, registry, sure=False)
            if names and all(len(n.split()) in {2, 3, 4} and not JOB.search(n) and not n.isupper() for n in names):
                found.name("author", names, line, "byline.name-date")
                return


def _twice(found: Credits, sheet: Sheet, title_at: _Title, sites: set[str], registry: Registry) -> None:
    """A name alone near the headline that stands alone, or begins a line, again below the story: the author's box."""
    if title_at is None:
        return
    below = [line.plain for line in sheet.lines[max(sheet.body_to - 3, title_at + _BEHIND) :]]
    for line in sheet.lines[title_at + 1 : title_at + 1 + _BARE]:
        if line.rule == "html.nav" or not 2 <= line.words <= 4 or line.text[-1:] in ":?!.":
            continue
        names = [name for name in names_in(line.text, sites, registry, sure=False) if not name.isupper()]
        if (
            len(names) == 1
            and names[0] == line.plain
            and any(
                text == names[0] or text.startswith((f"{names[0]} is ", f"{names[0]}, ", f"{names[0]} has "))
                for text in below
            )
        ):
            found.name("author", names, line, "byline.author-box")
            return


def _desk(found: Credits, sheet: Sheet, title_at: _Title, sites: set[str], registry: Registry) -> None:
    """A wire service or a desk that the page declares as its writer, where it names no person at all."""
    for said in sheet.said("authors", "jsonld", "meta", "byline"):
        name = LEADING_BY.sub("", " ".join(said.value.split()), count=1)
        if is_desk(name, sites):
            found.authors.append(name)
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return
    start = title_at + 1 if title_at is not None else sheet.body_from
    for at, line in enumerate(sheet.lines[start : start + _BEHIND], start):
        match = _BY.match(line.text) if len(line.text) <= _LONG else None
        above = _WRITTEN_ALONE.fullmatch(sheet.lines[at - 1].text) if at and len(line.text) <= 60 else None
        name = cut_behind(match["names"] if match else line.plain).strip(" ,.|") if match or above else ""
        if " " in name and name[0].isupper() and not JOB.search(name) and is_desk(name, sites):
            found.name("author", [name], line, "byline.desk")
            return


def _at_foot(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """ "Written by" with the names behind it, on the next lines, or above a bare "Author"."""
    foot = range(max(0, sheet.body_to - _END), min(sheet.body_to + _FOOT, len(sheet.lines)))
    credits = (at for at, line in enumerate(sheet.lines) if line.kind in {"credit", "byline"} and at not in foot)

    def named(at: int) -> list[str]:
        if not 0 <= at < len(sheet.lines) or len(sheet.lines[at].text) > 60:
            return []
        names = names_in(cut_behind(sheet.lines[at].text), sites, registry, sure=False)
        return names if all(not JOB.search(name) and not name.isupper() for name in names) else []

    for at in (*foot, *credits):
        line = sheet.lines[at]
        match = _WRITTEN.match(line.text) if len(line.text) <= _LONG else None
        names = names_in(cut_behind(match["names"]), sites, registry, sure=False) if match else []
        if match and names:
            found.name("author", names, line, "byline.written-by", match[0])
            return
        alone = _WRITTEN_ALONE.fullmatch(line.text) if len(line.text) <= 30 else None
        if alone is None:
            continue
        for next_at in range(at + 1, at + 1 + (_MANY if alone["many"] else 1)):
            if not (names := named(next_at)):
                break
            found.name("author", names, sheet.lines[next_at], "byline.written-by")
        if alone["label"] and not found.authors and any(" " in name for name in named(at - 1)):
            found.name("author", named(at - 1), sheet.lines[at - 1], "byline.written-by")
        if found.authors:
            return
