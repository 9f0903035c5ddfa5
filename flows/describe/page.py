"""Who wrote a page: its declarations (JSON-LD, meta), then what stands beside its headline or says "Written by".

A declared name is taken as declared; a visible one must stand where only a byline stands. Site names, job titles and
academic degrees are not authors. Pages with Indonesian or Malay credits are read by bylines/, which goes first there.
"""

import re
from html import unescape

from flows.describe.credits import Credits
from flows.describe.dates import MONTH, stamps
from flows.describe.names import persons
from flows.describe.sheet import Evidence, Sheet, same
from flows.outlets import Registry, roles

_DECLARED = ("jsonld", "meta", "og")
_BEFORE, _BEHIND = 8, 12  # lines around the headline in which a byline stands
_BARE = 4  # lines below the headline in which a name alone is a byline, where a day stands beside it
_END, _FOOT = 12, 80  # the last lines of the body, and lines behind it, in which a writer may be told
_LONG = 160
_BY_WORD = (
    r"(?:(?:words|text|story|written|posted|published|article)\s{1,2}by|by|"
    r"authors?|contributors?|auth?or|von|par|por|di|av|af|door)"
)
_BY = re.compile(
    rf"(?:^|[|•·⋅●–—,]\s{{0,2}}|\d\s{{0,2}}|(?:Posted|Published|Updated)\s{{1,2}}(?:on\s[^|\n]{{4,30}}?)?)"
    rf"(?i:{_BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}(?P<names>[^\W\d_].{{1,120}})"
)
_LEADING_BY = re.compile(rf"(?i:{_BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}")
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
# What follows a name on a byline: a day, a place in the site, a reading time, another role.
_BEHIND_NAME = re.compile(
    r"\s{1,3}(?:[|•·⋅●–—/]|-{1,2}\s|(?i:on|in|at|for|last|medically|fact|edited|updated|posted|reviewed|published|"
    r"minutes?|min|read|share|follow|view|senior|contributor)\b|\d|[@#(])"
    r"|(?<=[a-zé])(?=(?:Published|Updated|Posted|Last|Reviewed|Edited|In)\b)|[|•·⋅●]"
)
_JOB = re.compile(
    r"\b(?:editors?|director|manager|expert|analyst|writer|contributor|ceo|cto|cmo|founder|co-founder|grader|reviewer|"
    r"officer|professor|"
    r"specialist|head|president|consultant|reporter|correspondent|journalist|author|marketing|senior|strategist|"
    r"attorney|lecturer|engineer|gardener|associate|fellow|partner|researcher|nutritionist|dietitian|coach|university)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:ph\.?d|m\.?d|m\.?s\.?c?|m\.?b\.?a|m\.?p\.?h|b\.?s\.?c?|b\.?a|m\.?a|j\.?d|r\.?d\.?n?|r\.?n|d\.?o|d\.?d\.?s|"
    r"ll\.?[bm]|esq|jr|sr|cpa|cfa|cfp|pmp|[A-Z]{2,6}®?)\.?",
    re.IGNORECASE,
)
# A desk that signs: published as declared where no person is, and only where it is not the site itself.
_DESK = re.compile(r"\b(?:team|staff|editors|newsroom|news ?desk|redaktion|editorial)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"(?!The |Der |Die |Das |El |La |Le )[A-Z][a-zà-ÿ]{1,20} [A-Z][a-zà-ÿ]{1,20}")
# Words of companies and of a page's own furniture: no part of a person's name.
_COMPANY = re.compile(
    r"\b(?:academy|agency|apps?|association|blog|business|care|center|centre|clinic|club|college|company|council|data|design|"
    r"digital|directory|foundation|gesellschaft|guides?|health|hub|insider|insurance|labs?|law|magazine|marketing|nachrichten|"
    r"project|resources|school|services|society|software|solutions|studios?|tech|tips|travel|university|world|zeitung|"
    r"bulletin|chronicle|courier|daily|gazette|herald|journal|mail|media|news|observer|online|press|telegraph|times|tribune|"
    r"about|lorem|linkedin|facebook|twitter|email|article|careers|click|employment|request|schedule|"
    r"catalog|categories|comments?|contact|cookies?|download|events|explore|features|find|follow|free|frame|home|last|"
    r"learn|log|login|menu|modified|more|navigation|newsletter|next|no|policy|posts?|previous|privacy|products?|published|read|"
    r"related|search|share|shop|sign|site|skip|strategy|style|subscribe|table|tags?|topics?|try|updated|view|your)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"\s\((?:[a-z.]{2,5}|[^()]{0,24}@[^()]{0,24})\)\Z")
_NO_NAME = re.compile(r"https?:|www\.|/|@|#|_|\d{3}|\A[a-z]+[.-][a-z]+\Z|\A\W*\Z")
_MONTH_AT_END = re.compile(
    rf"\s{{0,2}}(?:{'|'.join(sorted(MONTH, key=len, reverse=True))})\.?\s{{0,2}}\Z", re.IGNORECASE
)
_WORD_ALONE = re.compile(r"[\x21-\x7e\u00c0-\u024f]+")  # of Latin letters: other scripts write names without blanks
_JOINS = re.compile(r"(?:\W|and|und|dan|y|et|og|with)*", re.IGNORECASE)
_APART = re.compile(r"\s{0,2}[|•·–—]\s{0,2}|\s-\s|\s(?:in|on|for|at)\s|,\s")


def credit_page(
    found: Credits, sheet: Sheet, title_at: int | None, registry: Registry, *, declared_only: bool = False
) -> None:
    """Add a page's authors where none was found yet: declared, beside the headline, at the foot, a desk."""
    if found.authors:
        return
    sites = _sites(sheet)
    if declared_only:
        _declared(found, sheet, title_at, sites, registry)
        return
    for look in (_declared, _by_class, _beside, _bare, _twice, _at_foot, _declared_word, _desk):
        look(found, sheet, title_at, sites, registry)
        if found.authors:
            return


def _sites(sheet: Sheet) -> set[str]:
    names = {same(said.value) for said in sheet.said("outlet")}
    for host in sheet.hosts:
        names |= {same(host), *(same(label) for label in host.split(".")[:-1] if len(label) > 3)}
    return {name for name in names if len(name) > 1}


def _of_site(name: str, sites: set[str]) -> bool:
    """Whether a name is the site's, or a word of its address. A person may have a site of that name."""
    plain = same(name)
    if plain in sites:
        return not _PERSONAL.fullmatch(name) or _COMPANY.search(name) is not None
    return " " not in name and any(
        len(site) > 4 and (site in plain or (len(plain) > 5 and plain in site)) for site in sites
    )


def clean_name(value: str) -> str:
    """A declared or printed byline without initials, degrees and job titles behind the names."""
    text = _INITIALS.sub(
        "", _LEADING_BY.sub("", " ".join(value.split()), count=1) if _LEADING_BY.match(value) else value
    )
    pieces = [piece.strip() for piece in text.split(",")]
    kept = [piece for at, piece in enumerate(pieces) if at == 0 or not (_DEGREE.fullmatch(piece) or _JOB.search(piece))]
    return ", ".join(piece for piece in kept if piece)


def _names(value: str, sites: set[str], registry: Registry, *, sure: bool) -> list[str]:
    return [
        name
        for name in persons(clean_name(value), registry, sure=sure, foreign=True)
        if not _of_site(name, sites) and (sure or not _COMPANY.search(name)) and name.lower().strip(".") not in MONTH
    ]


_Title = int | None


def _declared(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    for where in _DECLARED:
        for said in sheet.said("authors", where):
            if _NO_NAME.search(said.value) and " " not in said.value.strip():
                continue
            value = unescape(said.value)
            names = _names(value, sites, registry, sure=True)
            if not names and " " in (first := value.split(",")[0].strip()):
                names = _names(first, sites, registry, sure=True)  # behind it: posts, places, degrees
            names = [name for name in names if name not in found.authors and not _WORD_ALONE.fullmatch(name)]
            if names:
                found.authors += names
                found.evidence.append(Evidence("authors", f"authors.{where}", None, said.value))
        if found.authors:
            return
    for said in sheet.said("authors", *_DECLARED):
        plain = " ".join(unescape(said.value).split())
        if plain.islower() and " " in plain and _names(plain.title(), sites, registry, sure=False):
            found.authors.append(plain)
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return


def _declared_word(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """A declared name of one word, where the page shows no fuller one; one in capitals is a company's."""
    for said in sheet.said("authors", *_DECLARED):
        names = [] if _NO_NAME.search(said.value) else _names(unescape(said.value), sites, registry, sure=True)
        if names and not any(name.isupper() for name in names):
            found.authors += names
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return


def _by_class(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """Elements named for the writer, beside the headline; the first that names a person."""
    for where in ("byline", "rel", "microdata"):
        for said in sheet.said("authors", where):
            begun = _LEADING_BY.match(said.value)
            pieces = said.value[begun.end() if begun else 0 :].split(" | ")
            names: list[str] = []
            joined = True
            for piece in pieces:
                if _JOINS.fullmatch(piece):
                    joined = True
                    continue
                these = _names(_cut(f" {piece}"), sites, registry, sure=bool(begun))
                these = [n for n in these if (" " in n or begun) and not (_JOB.search(n) or _COMPANY.search(n))]
                # Elements one behind the other: more names, but a job title behind the first name.
                if (names and not joined) or (names and not these):
                    break
                names += [name for name in these if name not in names]
                joined = piece.rstrip().endswith((",", "&")) or all(" " in n and not _JOB.search(n) for n in these)
            if names:
                found.authors += names
                found.evidence.append(Evidence("authors", f"authors.{where}", None, said.value))
                return


def _cut(value: str) -> str:
    stop = _BEHIND_NAME.search(value)
    if stop is None:
        return value
    month = _MONTH_AT_END.search(value, 0, stop.start()) if value[stop.start() :].lstrip()[:1].isdigit() else None
    return value[: month.start() if month else stop.start()]


def _beside(found: Credits, sheet: Sheet, title_at: _Title, sites: set[str], registry: Registry) -> None:
    if title_at is None:
        title_at = max(0, sheet.body_from - 1)
    behind = sheet.lines[title_at + 1 : title_at + 1 + _BEHIND]
    for line in (*behind, *reversed(sheet.lines[max(0, title_at - _BEFORE) : title_at])):
        match = _BY.search(line.text) if len(line.text) <= _LONG else None
        names = _names(_cut(match["names"]), sites, registry, sure=False) if match else []
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
            names = _names(piece, sites, registry, sure=False)
            if names and all(len(n.split()) in {2, 3, 4} and not _JOB.search(n) and not n.isupper() for n in names):
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
        names = [name for name in _names(line.text, sites, registry, sure=False) if not name.isupper()]
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
        name = _LEADING_BY.sub("", " ".join(said.value.split()), count=1)
        if _is_desk(name, sites):
            found.authors.append(name)
            found.evidence.append(Evidence("authors", f"authors.{said.where}", None, said.value))
            return
    start = title_at + 1 if title_at is not None else sheet.body_from
    for at, line in enumerate(sheet.lines[start : start + _BEHIND], start):
        match = _BY.match(line.text) if len(line.text) <= _LONG else None
        above = _WRITTEN_ALONE.fullmatch(sheet.lines[at - 1].text) if at and len(line.text) <= 60 else None
        name = _cut(match["names"] if match else line.plain).strip(" ,.|") if match or above else ""
        if " " in name and name[0].isupper() and not _JOB.search(name) and _is_desk(name, sites):
            found.name("author", [name], line, "byline.desk")
            return


def _is_desk(name: str, sites: set[str]) -> bool:
    known = name.lower().removeprefix("the ") in roles.words().agencies
    return (
        (known or _DESK.search(name) is not None)
        and len(name) <= 40
        and same(name) not in sites
        and not _NO_NAME.search(name)
    )


def _at_foot(found: Credits, sheet: Sheet, _: _Title, sites: set[str], registry: Registry) -> None:
    """ "Written by" with the names behind it, on the next lines, or above a bare "Author"."""
    foot = range(max(0, sheet.body_to - _END), min(sheet.body_to + _FOOT, len(sheet.lines)))
    credits = (at for at, line in enumerate(sheet.lines) if line.kind in {"credit", "byline"} and at not in foot)

    def named(at: int) -> list[str]:
        if not 0 <= at < len(sheet.lines) or len(sheet.lines[at].text) > 60:
            return []
        names = _names(_cut(sheet.lines[at].text), sites, registry, sure=False)
        return names if all(not _JOB.search(name) and not name.isupper() for name in names) else []

    for at in (*foot, *credits):
        line = sheet.lines[at]
        match = _WRITTEN.match(line.text) if len(line.text) <= _LONG else None
        names = _names(_cut(match["names"]), sites, registry, sure=False) if match else []
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
