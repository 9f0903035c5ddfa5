"""Authors of an HTML page: declared (JSON-LD, meta), printed near the headline, or named in "Written by".

A declared name is taken as declared; a printed one must stand where only a byline stands. Site names, job titles and
academic degrees are not authors. Pages with Indonesian or Malay credits are read by `bylines` first.
"""

import re
from html import unescape

from flows.describe.credits import Credits
from flows.describe.date_grammar import find_dates
from flows.describe.document_view import DocumentView, Evidence, fold_text
from flows.describe.foot_authors import (
    FOREIGN_RULES,
    MAX_LINE_LENGTH,
    MAX_NAME_LENGTH,
    OTHER_ROLE,
    WRITTEN_BY_ALONE,
    add_author_at_foot,
    add_author_box,
)
from flows.describe.page_names import (
    BY_WORD,
    COMPANY_WORD,
    JOB_TITLE,
    LEADING_BY,
    NOT_A_NAME,
    collect_site_names,
    cut_after_names,
    extract_names,
    is_agency,
    is_signing_desk,
)
from flows.outlets import Registry

_DECLARED_PLACES = ("citation", "jsonld", "meta", "og")
_LINES_BEFORE, _LINES_AFTER = 8, 12  # lines above and below the headline in which a byline stands
_BARE_NAME_LINES = 4  # lines below the headline in which a name alone is a byline if a date is near
_BYLINE = re.compile(
    rf"(?:^|[|•·⋅●–—,]\s{{0,2}}|\.\s{{1,2}}(?=(?:[Ww]ords|[Tt]ext|[Ss]tory|[Ww]ritten) by )|\d\s{{0,2}}"
    rf"|(?:Posted|Published|Updated)\s{{1,2}}(?:on\s[^|\n]{{4,30}}?)?)"
    rf"(?i:{BY_WORD})(?:\b|(?=[A-Z][a-z]))[\s:|]{{0,4}}(?P<names>[^\W\d_].{{1,120}})"
)
_BY_ALONE = re.compile(r"\s{0,3}by\s{0,2}:?\s{0,2}", re.IGNORECASE)
_GUEST = re.compile(
    r"(?i:\b(?:guest (?:post|article|blog|blog post|column|essay|contribution)|guest-?written|contributed post|"
    r"(?:post|article|story) (?:was|is) (?:written|contributed|authored))) (?i:by|from) "
    r"(?P<names>[A-Z][\w.'’-]{0,30}(?: (?:and |& )?[A-Z][\w.'’-]{0,30}){1,5})"
)
# Every match of _GUEST contains one of these.
_GUEST_WORDS = ("uest", "ontributed", "ritten", "uthored", "UEST", "ONTRIBUTED", "RITTEN", "UTHORED")
_UNSPACED_NAME = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2,6}")
_FAMILY_NAME_FIRST = re.compile(r"(?P<family>[^\W\d_][^,;|]{1,40}),\s{0,2}(?P<given>[^\W\d_][^,;|]{0,40})")
_DEGREE_LIST = re.compile(r"(?:[A-Z]{2,5}|[A-Z][a-z]?\.[A-Z]\.?)(?:,|\Z)")
_SINGLE_WORD = re.compile(r"[\x21-\x7e\u00c0-\u024f]+")  # of Latin letters: other scripts write names without blanks
_JOINS = re.compile(r"(?:\W|and|und|dan|y|et|og|with)*", re.IGNORECASE)
_PIECE_SEPARATOR = re.compile(r"\s{0,2}[|•·–—]\s{0,2}|\s-\s|\s(?:in|on|for|at)\s|,\s")


def add_page_authors(
    credits: Credits, view: DocumentView, title_index: int | None, registry: Registry, *, declared_only: bool = False
) -> None:
    """Add a page's authors if there are none yet: declared, near the headline, at the foot, then a desk."""
    if credits.authors:
        return
    site_names = collect_site_names(view)
    if declared_only:
        _add_declared_authors(credits, view, title_index, site_names, registry)
        if not credits.authors:
            _add_element_authors(credits, view, title_index, site_names, registry)
        return
    for add_authors in (
        _add_guest_author,
        _add_declared_authors,
        _add_element_authors,
        _add_author_near_headline,
        _add_bare_name,
        _add_repeated_name,
        add_author_at_foot,
        _add_one_word_author,
        add_author_box,
        _add_signing_desk,
    ):
        add_authors(credits, view, title_index, site_names, registry)
        if credits.authors:
            return


_TitleIndex = int | None


def _add_declared_authors(
    credits: Credits, view: DocumentView, _: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add declared authors from the first place that names persons; a name in lower case counts as the last choice."""
    for place in _DECLARED_PLACES:
        for candidate in view.find_candidates("authors", place):
            if NOT_A_NAME.search(candidate.value) and " " not in candidate.value.strip():
                continue
            value = unescape(candidate.value)
            if place == "citation" and (inverted := _FAMILY_NAME_FIRST.fullmatch(value.strip())):
                value = f"{inverted['given']} {inverted['family']}"
            names = extract_names(value, site_names, registry, name_expected=True)
            if not names and " " in (first := value.split(",")[0].strip()):
                # Posts, places and degrees follow the first comma.
                names = extract_names(first, site_names, registry, name_expected=True)
            names = [name for name in names if name not in credits.authors and not _SINGLE_WORD.fullmatch(name)]
            if names:
                credits.authors += names
                credits.evidence.append(Evidence("authors", f"authors.{place}", None, candidate.value))
        if credits.authors:
            return
    for candidate in view.find_candidates("authors", *_DECLARED_PLACES):
        plain = " ".join(unescape(candidate.value).split())
        if plain.islower() and " " in plain and extract_names(plain.title(), site_names, registry, name_expected=False):
            credits.authors.append(plain)
            credits.evidence.append(Evidence("authors", f"authors.{candidate.where}", None, candidate.value))
            return


def _add_guest_author(
    credits: Credits, view: DocumentView, _: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add the writer whom the text names as its guest: the account that posted it is not the author."""
    for line in (
        *view.lines[max(0, view.body_start - _LINES_BEFORE) : view.body_start],
        *view.body_lines[:2],
        *view.body_lines[-2:],
    ):
        may_match = len(line.text) <= 3 * MAX_LINE_LENGTH and any(word in line.text for word in _GUEST_WORDS)
        match = _GUEST.search(line.text) if may_match else None
        names = (
            extract_names(cut_after_names(match["names"]), site_names, registry, name_expected=False) if match else []
        )
        if match and names and all(" " in name for name in names):
            credits.add_names("author", names, line, "byline.guest", match[0])
            return


def _add_one_word_author(
    credits: Credits, view: DocumentView, _: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add a declared one-word name where the page prints no fuller one; a name in capitals is a company's."""
    for candidate in view.find_candidates("authors", *_DECLARED_PLACES):
        names = (
            []
            if NOT_A_NAME.search(candidate.value)
            else extract_names(unescape(candidate.value), site_names, registry, name_expected=True)
        )
        if names and not any(name.isupper() for name in names):
            credits.authors += names
            credits.evidence.append(Evidence("authors", f"authors.{candidate.where}", None, candidate.value))
            return


def _add_element_authors(
    credits: Credits, view: DocumentView, _: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add authors from elements whose class or property marks the author, from the first that names a person."""
    for place in ("byline", "rel", "microdata"):
        for candidate in view.find_candidates("authors", place):
            leading_by = LEADING_BY.match(candidate.value)
            pieces = candidate.value[leading_by.end() if leading_by else 0 :].split(" | ")
            names: list[str] = []
            continues_names = True
            for piece in pieces:
                if OTHER_ROLE.search(piece) or (
                    names and (JOB_TITLE.search(piece) or _DEGREE_LIST.match(piece.strip(" ,")))
                ):
                    break
                if _JOINS.fullmatch(piece):
                    continues_names = True
                    continue
                is_named = bool(leading_by) or _UNSPACED_NAME.fullmatch(piece.strip()) is not None
                piece_names = extract_names(cut_after_names(f" {piece}"), site_names, registry, name_expected=is_named)
                piece_names = [
                    piece_name
                    for piece_name in piece_names
                    if (" " in piece_name or leading_by or _UNSPACED_NAME.fullmatch(piece_name))
                    and not (JOB_TITLE.search(piece_name) or COMPANY_WORD.search(piece_name))
                ]
                # Adjacent elements hold more names; a job title may follow the first name.
                if (names and not continues_names) or (names and not piece_names):
                    break
                names += [name for name in piece_names if name not in names]
                continues_names = piece.rstrip().endswith((",", "&")) or all(
                    " " in piece_name and not JOB_TITLE.search(piece_name) for piece_name in piece_names
                )
            if names:
                credits.authors += names
                credits.evidence.append(Evidence("authors", f"authors.{place}", None, candidate.value))
                return


def _add_author_near_headline(
    credits: Credits, view: DocumentView, title_index: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add the first "By Name" near the headline: below it first, then above it."""
    start = view.body_start - 1 if title_index is None else title_index + 1
    behind = view.lines[max(0, start) : start + _LINES_AFTER]
    for line in (*behind, *reversed(view.lines[max(0, start - 1 - _LINES_BEFORE) : max(0, start)])):
        may_match = len(line.text) <= MAX_LINE_LENGTH and line.rule not in FOREIGN_RULES
        match = _BYLINE.search(line.text) if may_match else None
        names = (
            extract_names(cut_after_names(match["names"]), site_names, registry, name_expected=False) if match else []
        )
        if match and names:
            credits.add_names("author", names, line, "byline.beside-headline", match[0])
            return


def _add_bare_name(
    credits: Credits, view: DocumentView, title_index: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add a name alone right below the headline, or right above the body, with a date on its own line or nearby."""
    start = view.body_start - _BARE_NAME_LINES if title_index is None else title_index + 1
    folded_titles = [fold_text(candidate.value) for candidate in view.find_candidates("title")]
    for index in range(max(0, start), min(start + _BARE_NAME_LINES, len(view.lines), view.body_start + 2)):
        line = view.lines[index]
        if line.word_count > 16 or len(line.text) > 90:
            continue
        if not _has_date_nearby(view, index):
            continue
        stamp = next(find_dates(line.text), None)
        text = f"{line.text[: stamp.start]} | {line.text[stamp.end :]}" if stamp else line.text
        for piece in _PIECE_SEPARATOR.split(text) if stamp else [text]:
            names = extract_names(piece, site_names, registry, name_expected=False)
            if names and all(
                len(name.split()) in {2, 3, 4}
                and not JOB_TITLE.search(name)
                and not name.isupper()
                and not any(fold_text(name) in title for title in folded_titles)
                for name in names
            ):
                credits.add_names("author", names, line, "byline.name-date")
                return


def _add_repeated_name(
    credits: Credits, view: DocumentView, title_index: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add a name alone near the headline that an author box below the story repeats."""
    if title_index is None:
        return
    texts_below = [line.plain_text for line in view.lines[max(view.body_end - 3, title_index + _LINES_AFTER) :]]
    for line in view.lines[title_index + 1 : title_index + 1 + _BARE_NAME_LINES]:
        if line.rule == "html.nav" or not 2 <= line.word_count <= 4 or line.text[-1:] in ":?!.":
            continue
        names = [
            name for name in extract_names(line.text, site_names, registry, name_expected=False) if not name.isupper()
        ]
        if (
            len(names) == 1
            and names[0] == line.plain_text
            and any(
                text == names[0] or text.startswith((f"{names[0]} is ", f"{names[0]}, ", f"{names[0]} has "))
                for text in texts_below
            )
        ):
            credits.add_names("author", names, line, "byline.author-box")
            return


def _add_signing_desk(
    credits: Credits, view: DocumentView, title_index: _TitleIndex, site_names: set[str], registry: Registry
) -> None:
    """Add a wire service or a desk that signs the page, where no person is named."""
    for candidate in view.find_candidates("authors", "jsonld", "meta", "byline"):
        value = candidate.value.split(" | ")[0] if candidate.where == "byline" else candidate.value
        plain = " ".join(value.split())
        leading_by = LEADING_BY.match(plain)
        name = plain[leading_by.end() :] if leading_by else plain
        # A team that the page does not print is a setting of its system; a wire service is not.
        if is_signing_desk(name, site_names) and (is_agency(name) or name in view.text):
            credits.authors.append(name)
            credits.evidence.append(Evidence("authors", f"authors.{candidate.where}", None, candidate.value))
            return
    start = title_index + 1 if title_index is not None else max(0, view.body_start - _BARE_NAME_LINES)
    for index, line in enumerate(view.lines[start : start + _LINES_AFTER], start):
        match = _BYLINE.match(line.text) if len(line.text) <= MAX_LINE_LENGTH else None
        is_labelled = index > 0 and _is_byline_label(view.lines[index - 1].text)
        name = cut_after_names(match["names"]).strip(" ,.|") if match else line.plain_text
        if len(name) > MAX_NAME_LENGTH or " " not in name or not name[0].isupper():
            continue
        is_claimed = bool(match or is_labelled) and not JOB_TITLE.search(name)
        if not is_signing_desk(name, site_names, is_labelled=is_claimed):
            continue
        is_near = index < start + _LINES_AFTER // 2
        if match or is_labelled or (is_near and _has_date_nearby(view, index, _BARE_NAME_LINES)):
            credits.add_names("author", [name], line, "byline.desk")
            return


def _is_byline_label(text: str) -> bool:
    """Return whether a line is the label of a byline alone."""
    return len(text) <= 30 and (WRITTEN_BY_ALONE.fullmatch(text) or _BY_ALONE.fullmatch(text)) is not None


def _has_date_nearby(view: DocumentView, index: int, above: int = 2) -> bool:
    """Return whether one of the `above` lines above a line or the three from it prints a date."""
    nearby_lines = view.lines[max(0, index - above) : index + 3]
    return any(len(line.text) <= 90 and next(find_dates(line.text), None) for line in nearby_lines)
