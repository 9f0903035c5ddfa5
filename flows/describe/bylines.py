"""Authors and editors: byline lines in the head, role lines, sign-offs and author boxes at the foot.

Subjects of the story are never authors: a name counts only in a line whose shape marks it as a credit.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows.describe.credits import Credits
from flows.describe.date_grammar import find_dates
from flows.describe.dated_bylines import (
    add_name_beside_date,
    add_name_beside_elapsed_time,
    add_names_below_date,
    has_date_and_time,
    is_long_title,
    match_name_on_site,
    prints_in_small_letters,
)
from flows.describe.document_view import DocumentView, Evidence, MarkedLine, fold_text
from flows.describe.foot_authors import FOREIGN_RULES
from flows.describe.page_authors import add_page_authors
from flows.describe.person_names import is_person, parse_person_names, parse_printed_names, strip_date_label
from flows.describe.role_lines import MAX_CREDIT_LENGTH, add_role_credits, has_only_desks
from flows.outlets import Outlet, Profile, Registry, roles
from flows.outlets.profiles import Byline

_FAR_HEAD_LINES, _FAR_TAIL_LINES = 40, 90  # for lines that are surely bylines or credits
_HEAD_LINES, _TAIL_LINES = 12, 14  # lines before and after the body in which credits stand
_MAX_NAME_WORDS = 6  # of a line that holds a role word or a name alone
_EDGE_LINES = 4  # lines at either end of the body: extracted texts keep their credits there
_SIGN_OFF = re.compile(r"\(([^()]{5,60})\)\.?\Z")
_PLACEHOLDER = re.compile(r"\{[^}]*\}| +")
# Bracketed credits below a text with its own byline name people of the outlet that the text comes from.
_SOURCE_CREDITS = re.compile(r"\s{0,8}\((?:Penulis|Reporter|Editor)\s{0,3}:[^\n]{3,200}\)\W{0,3}\Z", re.IGNORECASE)
_MAX_CAPITAL_NAME = 40  # characters
# "Reporter Nurul Aini": a role and a name in capital letters as a line of its own, without a mark between.
_ROLE_AND_NAME = re.compile(
    r"\s{0,3}(?P<role>Reporter|Editor|Penulis|Pewarta|Redaktur|Wartawan|Kontributor|Penyunting|Laporan)"
    r"(?: [A-Z][\w .'’-]{2,30}\s{0,2}:)?"  # "Kontributor Kupang: Nurul Aini"
    r" (?P<name>[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{0,20}){1,3})(?: (?:dari|di) [A-Z][\w .'’-]{2,30})?\s{0,3}"
)
_WIRE_FOOT_LENGTH = 400
_WIRE_HEAD = re.compile(
    r"\s{0,8}By (?P<names>[A-Z][^\n(:;]{3,80}?)\s{0,2}"
    r"(?=(?:[A-Z][A-Z, ]{2,40})?\((?:[A-Z][A-Za-z ]{1,20})\)\s{0,2}[-–—])"
)
_WIRE_FOOT = re.compile(
    r"\((?:Reporting|Writing|Additional reporting) by (?P<names>[A-Z][^();\n]{3,120}?)(?: in [A-Z][\w ]{2,30})?(?=[;)])"
    r"(?:;[^()\n]{0,120}?Editing by (?P<editors>[A-Z][^();\n]{3,80}))?[^()\n]{0,120}\)\W{0,3}\Z"
)
_EMPTY_BIOS = {"null", "none", "undefined"}


def extract_credits(
    view: DocumentView,
    dateline_index: int | None,
    registry: Registry,
    profile: Profile | None,
    title_index: int | None = None,
) -> Credits:
    """Extract the credits of a document.

    `dateline_index` is the index of the dateline's line, None where there is no dateline. `title_index` is the index of
    the line that prints a page's headline.
    """
    credits = Credits()
    _add_stated_names(credits, view, registry, "record")
    if view.is_page and profile is None and not view.is_indonesian:
        add_page_authors(credits, view, title_index, registry)
        if credits.authors:
            credits.author_basis = "stated"
        return credits
    head_end = max(view.body_start, dateline_index or 0)
    head_indices = list(_select_head_lines(view, head_end, dateline_index is not None))
    # Role words come first: a name with a role word is not a separate byline.
    unclaimed_indices = [
        index for index in head_indices if not add_role_credits(credits, view, index, registry, profile, "byline")
    ]
    for index in unclaimed_indices:
        _add_head_credit(credits, view, view.lines[index], registry)
    if not credits.authors:
        add_name_beside_elapsed_time(credits, [view.lines[index] for index in unclaimed_indices], registry)
    if not credits.authors:
        add_names_below_date(credits, view, head_indices, registry)
    tail_indices = [
        index for index in _select_tail_lines(view) if index >= head_end and view.lines[index].rule not in FOREIGN_RULES
    ]
    for index in tail_indices:
        _add_tail_credit(credits, view, index, registry, profile)
    if not credits.authors:
        _add_capital_names(credits, view, registry)
    if not credits.authors and not credits.editors:
        _add_far_role_credits(credits, view, registry, profile)
    for index in tail_indices:
        _add_sign_off(credits, view.lines[index], registry, profile)
    _add_wire_credits(credits, view, registry)
    _drop_teaser_authors(credits, view)
    if not credits.authors and view.is_page:
        add_page_authors(credits, view, title_index, registry, declared_only=True)
    if not credits.authors:
        credits.publish_desk()
    if credits.authors and credits.author_basis is None:
        credits.author_basis = "stated"
    return credits


def _select_head_lines(view: DocumentView, end: int, has_dateline: bool) -> Iterator[int]:
    """Yield indices of the lines before the body, and of its first lines unless a dateline marks where it starts."""
    last = end if has_dateline else min(end + _EDGE_LINES, len(view.lines))
    while not has_dateline and last < min(end + 2 * _EDGE_LINES, len(view.lines)) and _is_label_or_name(view, last):
        last += 1
    for index in range(max(0, end - _FAR_HEAD_LINES), last):
        line = view.lines[index]
        if index < end - _HEAD_LINES and not has_date_and_time(line):
            continue
        if len(line.text) <= MAX_CREDIT_LENGTH and line.kind not in {"caption", "related", "ad", "footer"}:
            yield index


def _is_label_or_name(view: DocumentView, index: int) -> bool:
    """Return whether a line is short and no sentence, as the lines of a list of credits are."""
    line = view.lines[index]
    return line.word_count <= _MAX_NAME_WORDS and line.plain_text[-1] not in '.!?"”'


def _select_tail_lines(view: DocumentView) -> range:
    """Return the indices of the last body lines and of the lines below the body."""
    return range(max(0, view.body_end - _EDGE_LINES), min(len(view.lines), view.body_end + _TAIL_LINES))


def _add_far_role_credits(credits: Credits, view: DocumentView, registry: Registry, profile: Profile | None) -> None:
    """Add writer and editor from the first role lines with a colon far below the body, past related titles.

    The lines must follow one another, and nothing nearer may name a writer.
    """
    start = view.body_end + _TAIL_LINES
    for index in range(start, min(len(view.lines), view.body_end + _FAR_TAIL_LINES)):
        if view.lines[index].rule in FOREIGN_RULES:
            continue
        label = roles.find_role_label(view.lines[index].text, profile)
        if label and label.credit and ":" in view.lines[index].text and label.role != "source":
            for near_index in range(index, min(index + 3, len(view.lines))):
                add_role_credits(credits, view, near_index, registry, profile, "credit")
            return


def _add_capital_names(credits: Credits, view: DocumentView, registry: Registry) -> None:
    """Add the writers whose names close the story in capitals: one as the last line, or several joined by bars."""
    for line in view.lines[max(0, view.body_end - _TAIL_LINES) : view.body_end + _TAIL_LINES]:
        is_last = bool(view.body_lines) and line is view.body_lines[-1]
        if "|" not in line.text and not is_last:
            continue  # nearly all lines
        text = line.plain_text
        if text.isupper() and len(text) <= (120 if "|" in text else _MAX_CAPITAL_NAME) and line not in credits.lines:
            names = parse_printed_names(text, registry)
            if len(names) == text.count("|") + 1 and all(1 <= name.count(" ") <= 3 for name in names):
                credits.add_names("author", names, line, "credit.capitals")
                credits.mark_credit_line(line, "credit", "credit.capitals")
                return


def _add_head_credit(credits: Credits, view: DocumentView, line: MarkedLine, registry: Registry) -> None:
    """Add the credit of one head line: a name beside an outlet, a name beside a date, or a name alone."""
    if line in credits.lines or _add_profile_byline(credits, view, line, registry):
        return
    site = match_name_on_site(line)
    outlet = registry.find_by_name(site[2]) if site else None
    if site and outlet and (names := parse_person_names(site[1], registry)):
        credits.add_names("author", names, line, "byline.on-site")
        if credits.outlet is None:
            credits.outlet = outlet
            credits.evidence.append(line.cite_evidence("outlet", "byline.on-site"))
        credits.mark_credit_line(line, "byline", "byline.on-site")
        return
    stamp = next(find_dates(line.text), None)
    if stamp:
        add_name_beside_date(credits, view, line, stamp, registry)
    elif line.kind == "byline" and " " in line.plain_text and (names := parse_printed_names(line.plain_text, registry)):
        credits.add_names("author", names, line, "byline.name")
        credits.mark_credit_line(line, "byline", "byline.name")


def _add_profile_byline(credits: Credits, view: DocumentView, line: MarkedLine, registry: Registry) -> bool:
    """Add a byline that has the shape of an outlet's profile; return whether the line is one."""
    text = line.text.rstrip()
    lower_text = text.lower() if text.isascii() else None  # outside ASCII, lower() may change the length
    for outlet, byline, word in _collect_byline_shapes(registry):
        match = byline.pattern.fullmatch(text) if lower_text is None or word in lower_text else None
        if not match:
            continue
        groups = match.groupdict()
        if groups.get("date") is not None and next(find_dates(groups["date"]), None) is None:
            continue
        names = (
            parse_person_names(strip_date_label(groups["names"]), registry, name_expected=True)
            if groups.get("names")
            else []
        )
        if is_long_title(names) or (groups.get("date") and prints_in_small_letters(names, view)):
            continue  # a headline and its day
        if groups.get("names") and not names:
            if not has_only_desks(groups["names"], registry):
                continue
            desk = strip_date_label(groups["names"]).strip(" -,\t\xa0")
            if _carries_outlet_name(desk, registry):
                credits.add_desk(desk, line)
            agency = roles.load_newsroom_words().agencies.get(desk.lower())
            credits.agency = (agency, line.cite_evidence("agency", "agency.byline")) if agency else None
        if "names" not in groups and groups.get("date") and registry.find_by_name(text[: match.start("date")].strip()):
            # "Tempo.co 4 April 2018 | 07.50 WIB": the outlet in the writer's place; with a dash it is a date line.
            credits.add_desk(text[: match.start("date")].strip(), line)
        rule = f"byline.{outlet.profile.name}" if outlet.profile else "byline.shape"
        credits.add_names("author", names, line, rule)
        credits.mark_credit_line(line, "byline", rule)
        if byline.identifies and credits.outlet is None:
            credits.outlet = outlet
            printed = line.plain_text.casefold()
            credits.outlet_basis = (
                "stated" if any(spelling.casefold() in printed for spelling in outlet.spellings) else "inferred"
            )
            certainty = "stated" if credits.outlet_basis == "stated" else "likely"
            credits.evidence.append(line.cite_evidence("outlet", rule, certainty=certainty))
        return True
    return False


def _carries_outlet_name(desk: str, registry: Registry) -> bool:
    """Return whether a desk is of a named outlet or agency ("Tim Okezone", "Antara"), not a generic one."""
    parts = desk.split()
    names = [" ".join(parts[start:]) for start in range(len(parts))]
    words = roles.load_newsroom_words()
    return (
        any(registry.find_by_name(name) is not None or name.lower() in words.agencies for name in names)
        or "." in parts[-1].strip(".")
        or (len(parts) > 1 and (parts[-1].lower() in words.media_words or parts[-1].lower() == "media"))
    )


@lru_cache(maxsize=4)
def _collect_byline_shapes(registry: Registry) -> tuple[tuple[Outlet, Byline, str], ...]:
    """Collect the byline shapes of all profiles, each with a lower-case word that every match contains."""
    shapes: dict[str, tuple[Outlet, Byline, str]] = {}
    for outlet in registry.outlets:
        for byline in outlet.profile.bylines if outlet.profile else ():
            word = max(_PLACEHOLDER.split(byline.shape.strip()), key=len).lower()
            shapes.setdefault(byline.shape, (outlet, byline, word))
    return tuple(shapes.values())


def _add_wire_credits(credits: Credits, view: DocumentView, registry: Registry) -> None:
    """Add credits in wire style: "By Name(Reuters) -" before the first sentence, "(Reporting by A; ...)" at the end."""
    if not view.body_lines or credits.authors:
        return
    first, last = view.body_lines[0], view.body_lines[-1]
    opening = _WIRE_HEAD.match(first.text)
    foot_lines = [last, *view.lines[view.body_end : view.body_end + 2]]  # clean/ may have cut the credit as a line
    last, closing = next(
        (
            (line, closing)
            for line in foot_lines
            if (closing := _WIRE_FOOT.search(line.text, max(0, len(line.text) - _WIRE_FOOT_LENGTH)))
        ),
        (last, None),
    )
    if opening and (names := parse_person_names(opening["names"], registry)):
        credits.add_names("author", names, first, "byline.wire", opening[0])
        credits.marks.append(first.mark_span("byline", "byline.wire", 0, opening.end("names")))
    elif closing and (names := parse_person_names(closing["names"], registry)):
        credits.add_names("author", names, last, "credit.wire", closing[0])
    if closing and closing["editors"] and (names := parse_person_names(closing["editors"], registry)):
        credits.add_names("editor", names, last, "credit.wire", closing[0])


def _add_tail_credit(
    credits: Credits, view: DocumentView, index: int, registry: Registry, profile: Profile | None
) -> None:
    """Add the credit of one tail line: an author box, people of the source outlet, or role words."""
    line = view.lines[index]
    if line.kind in {"caption", "ad"} or line in credits.lines:
        return
    if profile and profile.author_box and line.plain_text.lower() in profile.author_box and index + 1 < len(view.lines):
        next_line = view.lines[index + 1]
        names = parse_person_names(next_line.text, registry) if len(next_line.text) <= 80 else []
        if names:
            credits.add_names("author", names, next_line, "credit.author-box", f"{next_line.text.strip()}")
            credits.mark_credit_line(line, "credit", "credit.author-box")
            credits.mark_credit_line(next_line, "credit", "credit.author-box")
            if index + 2 < len(view.lines) and view.lines[index + 2].plain_text.lower() in _EMPTY_BIOS:
                credits.mark_credit_line(view.lines[index + 2], "credit", "credit.no-bio")
            return
    if credits.authors and _SOURCE_CREDITS.match(line.text):
        credits.mark_credit_line(line, "credit", "credit.of-source")
        return
    if not add_role_credits(credits, view, index, registry, profile, "credit"):
        _add_unmarked_role(credits, view, index, registry)


def _add_unmarked_role(credits: Credits, view: DocumentView, index: int, registry: Registry) -> None:
    """Add the name of "Reporter Nurul Aini" where nothing but such lines follows it in the body."""
    line = view.lines[index]
    match = _ROLE_AND_NAME.fullmatch(line.text) if len(line.text) <= 100 else None
    is_foot = all(_ROLE_AND_NAME.fullmatch(below.text) for below in view.lines[index + 1 : view.body_end])
    names = parse_person_names(match["name"], registry) if match and is_foot else []
    if match and names:
        role = roles.load_newsroom_words().roles[match["role"].lower()]
        credits.add_names(role, names, line, "credit.role")
        credits.mark_credit_line(line, "credit", "credit.role")


def _add_sign_off(credits: Credits, line: MarkedLine, registry: Registry, profile: Profile | None) -> None:
    """Add a name in brackets on its own line, as the editor or the author.

    It is the profile's role for sign-offs; without one the editor where a byline stands, else the author.
    """
    if len(line.text) > 80 or not line.text.lstrip().startswith("("):
        return
    match = _SIGN_OFF.fullmatch(line.plain_text)
    if not match:
        return
    name = match[1].strip()
    if not 2 <= len(name.split()) <= 4 or not is_person(name, registry):
        return
    credits.mark_credit_line(line, "credit", "credit.sign-off")
    if name in credits.authors or name in credits.editors:
        return
    role = profile.sign_off if profile and profile.sign_off else "editor" if credits.authors else "author"
    if role == "author" and not credits.authors:
        credits.authors.append(name)
        credits.author_basis = "inferred"
        credits.evidence.append(line.cite_evidence("authors", "credit.sign-off", certainty="likely"))
    elif role == "editor" and not credits.editors:
        credits.editors.append(name)
        credits.evidence.append(line.cite_evidence("editors", "credit.sign-off", certainty="likely"))


def _drop_teaser_authors(credits: Credits, view: DocumentView) -> None:
    """Drop authors that only teasers name: where several lines name authors, keep those that the JSON-LD confirms."""
    rows = [row for row in credits.evidence if row.field == "authors" and row.line is not None]
    declared_values = [candidate.value for candidate in view.find_candidates("authors", "jsonld")]
    page_rows = [row for row in rows if any(name in row.quote for name in declared_values)]
    if len(rows) > 1 and page_rows:
        credits.authors = [name for name in credits.authors if any(name in row.quote for row in page_rows)]
        credits.evidence = [row for row in credits.evidence if row not in rows or row in page_rows]


def _add_stated_names(credits: Credits, view: DocumentView, registry: Registry, *places: str) -> None:
    """Add names stated in the record or the page metadata, from the first place that names a person and not the site.

    `places` are tried in their order; a role that has names already is skipped.
    """
    site_names = {fold_text(candidate.value) for candidate in view.find_candidates("outlet")}
    for field_name, role_names in (("authors", credits.authors), ("editors", credits.editors)):
        if role_names:
            continue
        for place in places:
            for candidate in view.find_candidates(field_name, place):
                names = [
                    person
                    for person in _parse_stated_names(candidate.value, field_name, registry)
                    if person not in role_names and fold_text(person) not in site_names
                ]
                if names:
                    role_names += names
                    rule = "record" if place == "record" else f"{field_name}.{place}"
                    credits.evidence.append(Evidence(field_name, rule, None, candidate.value))
            if role_names:
                break


def _parse_stated_names(value: str, field_name: str, registry: Registry) -> list[str]:
    """Return the persons of a stated value, without the label of their role, in small letters as printed."""
    label = roles.find_role_label(value)
    if label and label.credit and f"{label.role}s" == field_name:
        value = label.credit
    return parse_person_names(value, registry, name_expected=True) or parse_printed_names(value, registry)
