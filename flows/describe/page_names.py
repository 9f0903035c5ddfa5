"""Names as pages print and declare them: of persons, sites and desks, with job titles and degrees."""

import re

from flows.describe.document_view import DocumentView, fold_text
from flows.describe.month_names import MONTH_NUMBERS
from flows.describe.person_names import parse_person_names
from flows.outlets import Registry, roles

BY_WORD = (
    r"(?:(?:words|text|story|written|posted|published|article|authored)\s{1,2}by|by|(?:words|text|story)(?=:)|"
    r"authors?|contributors?|auth?or|von|par|por|di|av|af|door)"
)
LEADING_BY = re.compile(rf"(?i:{BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}")
# Text that may follow a name on a byline: a day, a section, a reading time, another role.
_AFTER_NAME = re.compile(
    r"[.;]\s{1,3}(?i:photo|pictur|image|illustrat|graphic|video|film|edit|additional|reviewed)"
    r"|\s{1,3}(?:[|•·⋅●–—/]|-{1,2}\s|(?i:on|in|at|for|last|medically|fact|edited|updated|posted|reviewed|published|"
    r"minutes?|min|read|share|follow|view|senior|contributor)\b|\d|[@#(])"
    r"|(?<=[a-zé])(?=(?:Published|Updated|Posted|Last|Reviewed|Edited|In)\b)|[|•·⋅●]"
)
# "Ani Lestari in Jakarta and Budi Aji": the place of one of several writers
_PLACE_OF_ONE = re.compile(r" (?:in|di) [A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20}){0,2}(?=,? (?:and|dan) [A-Z])")
JOB_TITLE = re.compile(
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
_STARTS_WITH_DEGREE = re.compile(r"(?:[BMP]\.?\s?[AS]c?|Ph\.?D|MBA|RN)\.?(?:\s|\Z)")
# A signing desk is published as declared where no person is named, unless it is the site itself.
_DESK = re.compile(
    r"\b(?:team|staff|editors?|newsroom|desk|news ?desk|redaktion|editorial|contributors?)\b", re.IGNORECASE
)
_DESK_WORD = re.compile(
    r"(?:the|our|team|staff|editors?|newsroom|desk|news|newsdesk|redaktion|editorial|contributors?|guest|content|marketing|"
    r"writers?|authors?|web|online|lifestyle|sports?|business|blog|admin)",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(r"(?!The |Der |Die |Das |El |La |Le )[A-Z][a-zà-ÿ]{1,20} [A-Z][a-zà-ÿ]{1,20}")
# Words of companies and of page furniture, which are not part of a person's name.
COMPANY_WORD = re.compile(
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
NOT_A_NAME = re.compile(r"https?:|www\.|/|@|#|_|\d{3}|\A[a-z]+[.-][a-z]+\Z|\A\W*\Z")
_MONTH_AT_END = re.compile(
    rf"\s{{0,2}}(?:{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\.?\s{{0,2}}\Z", re.IGNORECASE
)


def collect_site_names(view: DocumentView) -> set[str]:
    """Collect the folded names of a page's site: those it declares and the words of its addresses."""
    names = {fold_text(candidate.value) for candidate in view.find_candidates("outlet")}
    for host in view.host_names:
        names |= {fold_text(host), *(fold_text(label) for label in host.split(".")[:-1] if len(label) > 3)}
    return {name for name in names if len(name) > 1}


def _belongs_to_site(name: str, site_names: set[str]) -> bool:
    """Return whether a name is the site's, or a word of its address. A person's site may have the person's name."""
    folded_name = fold_text(name)
    if folded_name in site_names:
        return not _FULL_NAME.fullmatch(name) or COMPANY_WORD.search(name) is not None
    return " " not in name and any(
        len(site) > 4 and (site in folded_name or (len(folded_name) > 5 and folded_name in site)) for site in site_names
    )


def clean_byline(value: str) -> str:
    """Return a declared or printed byline without initials, degrees and job titles after the names."""
    text = _INITIALS.sub("", LEADING_BY.sub("", " ".join(value.split()), count=1) if LEADING_BY.match(value) else value)
    pieces = [piece.strip() for piece in text.split(",")]
    name_pieces = [
        piece
        for index, piece in enumerate(pieces)
        if index == 0 or not (_DEGREE.fullmatch(piece) or JOB_TITLE.search(piece))
    ]
    return ", ".join(piece for piece in name_pieces if piece)


def extract_names(value: str, site_names: set[str], registry: Registry, *, name_expected: bool) -> list[str]:
    """Extract the persons that a byline or declaration names; `name_expected` where its place implies a name."""
    return [
        name
        for name in parse_person_names(clean_byline(value), registry, name_expected=name_expected, foreign=True)
        if not _belongs_to_site(name, site_names)
        and (name_expected or not COMPANY_WORD.search(name))
        and name.lower().strip(".") not in MONTH_NUMBERS
        and not _STARTS_WITH_DEGREE.match(name)
    ]


def cut_after_names(value: str) -> str:
    """Cut a byline after its names."""
    value = _PLACE_OF_ONE.sub("", value)
    boundary = _AFTER_NAME.search(value)
    if boundary is None:
        return value
    month = (
        _MONTH_AT_END.search(value, 0, boundary.start()) if value[boundary.start() :].lstrip()[:1].isdigit() else None
    )
    return value[: month.start() if month else boundary.start()]


def _carries_site_name(desk: str, site_names: set[str], accept_initials: bool) -> bool:
    """Return whether a desk is named after its site, by its words or its initials ("The Lavazza Team", "TOI Desk")."""
    own_words = [word for word in desk.split() if not _DESK_WORD.fullmatch(word)]
    folded = fold_text("".join(own_words))
    return any(
        len(site) > 2 and (site in fold_text(desk) or (len(folded) > 3 and folded in site)) for site in site_names
    ) or (accept_initials and any(len(word) in {2, 3, 4} and word.isupper() for word in own_words[:1]))


def is_agency(name: str) -> bool:
    """Return whether a name is a wire service's."""
    return name.lower().removeprefix("the ") in roles.load_newsroom_words().agencies


def is_signing_desk(name: str, site_names: set[str], *, is_labelled: bool = True) -> bool:
    """Return whether a name is a wire service or a desk that carries the site's name, and not the site itself.

    `is_labelled` where the name is declared or stands behind "By": initials of the site do only there.
    """
    carries_site_name = _carries_site_name(name, site_names, is_labelled)
    return (
        (is_agency(name) or (_DESK.search(name) is not None and carries_site_name))
        and len(name) <= 40
        and fold_text(name) not in site_names
        and not NOT_A_NAME.search(name)
    )
