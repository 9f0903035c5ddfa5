"""Role lines: credits with role words ("Penulis", "Editor", ...) and the names beside them."""

import re
from functools import lru_cache

from flows.describe.credits import Credits
from flows.describe.date_grammar import find_dates
from flows.describe.document_view import DocumentView, MarkedLine
from flows.describe.person_names import parse_person_names, parse_printed_names, strip_date_label
from flows.outlets import Profile, Registry, roles

MAX_CREDIT_LENGTH = 220  # characters of the longest credit line
_NAME_END = re.compile(
    r"(?-i:(?<=[a-zé])(?=[A-Z][a-z]{2,12} ?[A-Z]?[a-z]{0,12}:))|"
    r"\s(?:copyright|©|tag[s]?\b|baca\b|sumber|follow|ikuti|dilarang|hak cipta)|[|•\n]|\s-\s",
    re.IGNORECASE,
)
_MIN_SENTENCE_WORDS = 8  # behind a credit: the story begins on its line
_SENTENCE_END = re.compile(r"[.!?…][\"”’)]{0,2}(?:\s|\Z)")
_HANDLE = re.compile(r"[a-z]{3,12}")  # "Reporter: wanda": the newsroom handle of a writer


def has_only_desks(text: str, registry: Registry) -> bool:
    """Return whether a credit names desks or outlets and no person."""
    return all(
        roles.is_desk(piece.strip())
        or registry.find_by_name(piece) is not None
        or piece.strip().lower().endswith("media")
        for piece in text.split(",")
    )


def add_role_credits(
    credits: Credits, view: DocumentView, index: int, registry: Registry, profile: Profile | None, kind: str
) -> bool:
    """Add the names of the role words on a line: one label, several on one line, or a name on the next line.

    Return whether the line is such a credit.
    """
    line = view.lines[index]
    profile_roles = profile.roles if profile else {}
    role_pattern = _compile_role_pattern(tuple(sorted(profile_roles))) if ":" in line.text else None
    labels = list(role_pattern.finditer(line.text, max(0, len(line.text) - 700))) if role_pattern else []
    if labels and kind == "byline":
        _add_writer_before_label(credits, line, line.text[: labels[0].start()], registry)
    inline = bool(labels) and len(line.text[: labels[0].start()].strip(" \t\xa0|*-–—")) > 0
    if inline and kind == "byline" and next(find_dates(line.text), None) is None:
        return False
    added_names = False
    value_end = 0
    for number, label in enumerate(labels):
        end = labels[number + 1].start() if number + 1 < len(labels) else len(line.text)
        value = line.text[label.end() : end]
        name_end = _NAME_END.search(value)
        value = value[: name_end.start()] if name_end else value
        stamp = next(find_dates(value), None)
        value_end = label.end() + (stamp.end if stamp else len(value))
        if not stamp and number + 1 == len(labels) and _find_credit_end(line.text, value_end) < len(line.text):
            continue  # the story begins on this line, and nothing tells where the names end
        value = strip_date_label(value[: stamp.start]) if stamp else value
        word = label[1].lower()
        added_names = (
            _add_role_names(
                credits, profile_roles.get(word) or roles.load_newsroom_words().roles[word], value, line, registry
            )
            or added_names
        )
    if added_names:
        start = labels[0].start() if inline and not _has_date(line) else 0
        credits.mark_credit_line(line, kind, "credit.role", start, _find_credit_end(line.text, value_end))
        return True
    role_label = (
        roles.find_role_label(line.text, profile) if not labels or not line.text[labels[0].end() :].strip() else None
    )
    if role_label is None or len(line.text) > MAX_CREDIT_LENGTH:
        return False
    if role_label.credit:
        stamp = next(find_dates(role_label.credit), None)
        if _add_role_names(
            credits,
            role_label.role,
            strip_date_label(role_label.credit[: stamp.start]) if stamp else role_label.credit,
            line,
            registry,
        ):
            date_end = line.text.index(role_label.credit) + stamp.end if stamp else len(line.text)
            credits.mark_credit_line(line, kind, "credit.role", 0, _find_credit_end(line.text, date_end))
            return True
        return False
    name_line = _find_name_line(credits, view, index, registry)
    if name_line and _add_role_names(credits, role_label.role, name_line.text.strip(" \t\xa0:"), name_line, registry):
        credits.mark_credit_line(line, kind, "credit.role")
        credits.mark_credit_line(name_line, kind, "credit.role")
        return True
    return False


def _find_credit_end(text: str, value_end: int) -> int:
    """Return where a credit ends: behind its names and date where a sentence follows on the same line, else with it."""
    behind = text[value_end:]
    return value_end if len(behind.split()) >= _MIN_SENTENCE_WORDS and _SENTENCE_END.search(behind) else len(text)


def _find_name_line(credits: Credits, view: DocumentView, index: int, registry: Registry) -> MarkedLine | None:
    """Find the line with the name for a role word alone: the next line, or the one above ("Name" over "Penulis")."""

    def match_name_line(line_index: int) -> MarkedLine | None:
        """Return the line at this index if it is short, holds a name and is no credit yet."""
        if (
            not 0 <= line_index < len(view.lines)
            or len(view.lines[line_index].text) > 80
            or view.lines[line_index] in credits.lines
        ):
            return None
        return (
            view.lines[line_index]
            if parse_person_names(view.lines[line_index].text.strip(" \t\xa0:"), registry)
            else None
        )

    line_above, line_below = match_name_line(index - 1), match_name_line(index + 1)
    if (
        line_above is None
        or line_below is None
        or view.lines[index].plain_text.endswith(":")
        or line_below.plain_text.startswith(":")
    ):
        return line_below or line_above
    next_label = roles.find_role_label(view.lines[index + 2].text) if index + 2 < len(view.lines) else None
    return line_above if next_label and not next_label.credit else line_below


def _add_writer_before_label(credits: Credits, line: MarkedLine, text: str, registry: Registry) -> None:
    """Add the author before the first role word: "Oleh Name, Senin, 28 Maret 2022 | 21:15 WIB - Redaktur: Name"."""
    stamp = next(find_dates(text), None)
    role_label = roles.find_role_label(text[: stamp.start].rstrip(" ,|-")) if stamp else None
    if role_label and role_label.role == "author":
        credits.add_names("author", parse_person_names(role_label.credit, registry), line, "credit.role")


def _has_date(line: MarkedLine) -> bool:
    """Return whether a line of at most 40 words holds a date."""
    return line.word_count <= 40 and next(find_dates(line.text), None) is not None


def _add_role_names(credits: Credits, role: str, value: str, line: MarkedLine, registry: Registry) -> bool:
    """Add the names of one role word, or the cited source of a source credit; return whether the text was a credit."""
    if role == "source":
        name = " ".join(value.split()).strip(" .,;:")
        if 2 <= len(name) <= 40 and (
            registry.find_by_name(name) or name.lower() in roles.load_newsroom_words().agencies
        ):
            credits.sources.append((name, line.cite_evidence("cited_sources", "credit.source")))
            return True
        return False
    names = parse_printed_names(value, registry)
    handle = value.strip(" \t\xa0.,;")
    if (
        not names
        and _HANDLE.fullmatch(handle)
        and not roles.is_desk(handle)
        and handle not in roles.load_newsroom_words().impersonal
    ):
        names = [handle]
    credits.add_names(role, names, line, "credit.role")
    return bool(names) or (bool(value.strip()) and has_only_desks(value, registry))


@lru_cache(maxsize=64)
def _compile_role_pattern(profile_roles: tuple[str, ...]) -> re.Pattern[str]:
    """Compile a pattern of role words followed by a colon, those of the profile included."""
    role_words = {*roles.load_newsroom_words().roles, *profile_roles}
    forms = {form for word in role_words for form in (word.capitalize(), word.title(), word.upper())}
    words = "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.compile(rf"(?<![\w/])({words})\s{{0,4}}:\s{{0,4}}")
