"""Names as pages print and declare them: what is a person's, what the site's, a desk's, a job's or a degree."""

import re

from flows.describe.date_grammar import MONTH
from flows.describe.document_view import Sheet, same
from flows.describe.person_names import persons
from flows.outlets import Registry, roles

BY_WORD = (
    r"(?:(?:words|text|story|written|posted|published|article)\s{1,2}by|by|"
    r"authors?|contributors?|auth?or|von|par|por|di|av|af|door)"
)
LEADING_BY = re.compile(rf"(?i:{BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}")
# What follows a name on a byline: a day, a place in the site, a reading time, another role.
_BEHIND_NAME = re.compile(
    r"\s{1,3}(?:[|•·⋅●–—/]|-{1,2}\s|(?i:on|in|at|for|last|medically|fact|edited|updated|posted|reviewed|published|"
    r"minutes?|min|read|share|follow|view|senior|contributor)\b|\d|[@#(])"
    r"|(?<=[a-zé])(?=(?:Published|Updated|Posted|Last|Reviewed|Edited|In)\b)|[|•·⋅●]"
)
JOB = re.compile(
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
COMPANY = re.compile(
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
NO_NAME = re.compile(r"https?:|www\.|/|@|#|_|\d{3}|\A[a-z]+[.-][a-z]+\Z|\A\W*\Z")
_MONTH_AT_END = re.compile(
    rf"\s{{0,2}}(?:{'|'.join(sorted(MONTH, key=len, reverse=True))})\.?\s{{0,2}}\Z", re.IGNORECASE
)


def sites_of(sheet: Sheet) -> set[str]:
    """The names of a page's site, folded: as it declares them, and the words of its addresses."""
    names = {same(said.value) for said in sheet.said("outlet")}
    for host in sheet.hosts:
        names |= {same(host), *(same(label) for label in host.split(".")[:-1] if len(label) > 3)}
    return {name for name in names if len(name) > 1}


def _of_site(name: str, sites: set[str]) -> bool:
    """Whether a name is the site's, or a word of its address. A person may have a site of that name."""
    plain = same(name)
    if plain in sites:
        return not _PERSONAL.fullmatch(name) or COMPANY.search(name) is not None
    return " " not in name and any(
        len(site) > 4 and (site in plain or (len(plain) > 5 and plain in site)) for site in sites
    )


def clean_name(value: str) -> str:
    """A declared or printed byline without initials, degrees and job titles behind the names."""
    text = _INITIALS.sub("", LEADING_BY.sub("", " ".join(value.split()), count=1) if LEADING_BY.match(value) else value)
    pieces = [piece.strip() for piece in text.split(",")]
    kept = [piece for at, piece in enumerate(pieces) if at == 0 or not (_DEGREE.fullmatch(piece) or JOB.search(piece))]
    return ", ".join(piece for piece in kept if piece)


def names_in(value: str, sites: set[str], registry: Registry, *, sure: bool) -> list[str]:
    """The persons that a byline or a declaration names; `sure` where its place says that a name stands there."""
    return [
        name
        for name in persons(clean_name(value), registry, sure=sure, foreign=True)
        if not _of_site(name, sites) and (sure or not COMPANY.search(name)) and name.lower().strip(".") not in MONTH
    ]


def cut_behind(value: str) -> str:
    """A byline up to the end of its names."""
    stop = _BEHIND_NAME.search(value)
    if stop is None:
        return value
    month = _MONTH_AT_END.search(value, 0, stop.start()) if value[stop.start() :].lstrip()[:1].isdigit() else None
    return value[: month.start() if month else stop.start()]


def is_desk(name: str, sites: set[str]) -> bool:
    """Whether a wire service or a desk is named, and not the site itself."""
    known = name.lower().removeprefix("the ") in roles.words().agencies
    return (
        (known or _DESK.search(name) is not None)
        and len(name) <= 40
        and same(name) not in sites
        and not NO_NAME.search(name)
    )
