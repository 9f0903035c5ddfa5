"""Bylines by a date: names on the line of a date, above or below it, or beside an elapsed time ("3 jam lalu")."""

import re

from flows.describe.credits import Credits
from flows.describe.date_grammar import DateStamp, find_dates
from flows.describe.date_lines import has_other_words
from flows.describe.document_view import DocumentView, MarkedLine
from flows.describe.person_names import parse_printed_names
from flows.outlets import Registry, roles

_NAME_ON_SITE = re.compile(r"(.{3,100}?)\s{0,3}(?:\s[-–—|]|[|])\s{0,3}(\S.{1,40})\Z", re.DOTALL)
_ELAPSED_TIME = re.compile(
    r"(?P<names>[^\d|•·]{3,80}?)\s{0,3}(?:[|•·,–—]|\s-)\s{0,3}\d{1,2} "
    r"(?:(?:menit|jam|hari|pekan|minggu|bulan) (?:yang )?lalu|(?:minutes?|mins?|hours?|days?|weeks?|months?) ago)\Z",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_MAX_DAY_LENGTH = 60  # characters of a line that holds a day alone
_MIN_TITLE_WORDS = 3
_SEPARATORS = re.compile(r"[-–—|]")


def match_name_on_site(line: MarkedLine) -> re.Match[str] | None:
    """Match "Name - Site": group 1 holds the names, group 2 the site."""
    return _NAME_ON_SITE.match(line.text.strip()) if _SEPARATORS.search(line.text) else None


def add_names_below_date(credits: Credits, view: DocumentView, head_indices: list[int], registry: Registry) -> None:
    """Add the names that stand alone on the line above or below the date line of the head."""
    for index in head_indices:
        if not has_date_and_time(view.lines[index]) and not _is_day_alone(view.lines[index]):
            continue
        medium_above = index > 0 and _names_medium(view.lines[index - 1].plain_text, registry)
        for near_index in (index + 1, index - 1, *([index - 2] if medium_above else [])):
            if near_index not in head_indices:
                continue
            line = view.lines[near_index]
            site = match_name_on_site(line)
            value = site[1] if site and site[2].count(" ") == 0 else line.plain_text
            names = parse_printed_names(value, registry) if len(line.text) <= 80 else []
            has_title_above = near_index > 0 and view.lines[near_index - 1].word_count >= _MIN_TITLE_WORDS
            # A name above the date may be the headline, unless that stands above the name.
            # Two names are shorter than most headlines, and no headline joins two names alone.
            is_title = near_index < index and site is None and (is_long_title(names) or not has_title_above)
            if near_index < index and has_title_above and registry.find_by_name(line.plain_text):
                credits.add_desk(line.plain_text, line)
            names = [] if any(view.text.count(name) > 1 for name in names) else names  # a person of the story
            names = [] if prints_in_small_letters(names, view) else names
            if names and not is_title and all(" " in name for name in names) and line not in credits.lines:
                credits.add_names("author", names, line, "byline.beside-date")
                credits.mark_credit_line(line, "byline", "byline.beside-date")
                return


def add_name_beside_date(
    credits: Credits, view: DocumentView, line: MarkedLine, stamp: DateStamp, registry: Registry
) -> None:
    """Add the names before the date of a byline; words behind it make it a title or a sentence, labels do not."""
    newsroom_words = roles.load_newsroom_words()
    behind = line.text[stamp.end :].strip(" \t\xa0,.|-–—WIB")
    words_behind = [word for word in _WORDS.findall(behind) if word.lower() not in newsroom_words.behind_date]
    if len(words_behind) > 2 or behind.startswith(":"):
        return
    before = line.text[: stamp.start].rstrip(" |,-–—•·⋅●\xa0\t")
    is_sentence = line.plain_text[-1] in ".)" or not line.plain_text[0].isalpha() or len(words_behind) > 0
    names = parse_printed_names(before, registry)
    if is_long_title(names) or (stamp.time is None and prints_in_small_letters(names, view)):
        return  # a title that ends in a day
    is_byline = line.kind == "byline" or not is_sentence
    if names and is_byline and (all(" " in name for name in names) or _is_lone_name(names, before, stamp)):
        credits.add_names("author", names, line, "byline.name-date")
        credits.mark_credit_line(line, "byline", "byline.name-date")
    elif stamp.time and line.text[: stamp.start].rstrip() == before.rstrip() and registry.find_by_name(before):
        # "Tempo.co 4 April 2018 | 07.50 WIB": the outlet in the writer's place. A dash behind it makes it a date line.
        credits.add_desk(before.strip(), line)


def add_name_beside_elapsed_time(credits: Credits, head_lines: list[MarkedLine], registry: Registry) -> None:
    """Add the names of the one head line such as "Name - 3 jam yang lalu"; several are cards of other stories."""
    matches = [
        (line, match)
        for line in head_lines
        if len(line.text) <= 120 and (match := _ELAPSED_TIME.match(line.plain_text))
    ]
    names = parse_printed_names(matches[0][1]["names"], registry) if len(matches) == 1 else []
    if names and all(" " in name for name in names):
        credits.add_names("author", names, matches[0][0], "byline.name-date")
        credits.mark_credit_line(matches[0][0], "byline", "byline.name-date")


def has_date_and_time(line: MarkedLine) -> bool:
    """Return whether a short line prints a day and a clock time: it may be a byline however far above the body."""
    if len(line.text) > 160 or ("20" not in line.text and "19" not in line.text):
        return False
    return any(stamp.time for stamp in find_dates(line.text))


def _is_lone_name(names: list[str], before: str, stamp: DateStamp) -> bool:
    """Return whether one word before a date with a clock time is a name: no section, label or role."""
    words = roles.load_newsroom_words()
    name = names[0]
    return (
        len(names) == 1
        and stamp.time is not None
        and name == before.strip()
        and len(name) > 3
        and name[0].isupper()
        and not name.isupper()
        and name.upper() not in words.labels
        and name.lower() not in words.roles
        and name.lower() not in words.sections
    )


def _is_day_alone(line: MarkedLine) -> bool:
    """Return whether a line holds a day and nothing else but labels."""
    stamp = next(find_dates(line.text), None) if len(line.text) <= _MAX_DAY_LENGTH else None
    return stamp is not None and not has_other_words(line, stamp)


def _names_medium(text: str, registry: Registry) -> bool:
    """Return whether a line names an outlet or a wire service."""
    return text.lower() in roles.load_newsroom_words().agencies or registry.find_by_name(text) is not None


def is_long_title(names: list[str]) -> bool:
    """Return whether one "name" has as many words as a headline."""
    return len(names) == 1 and names[0].count(" ") + 1 >= 2 * _MIN_TITLE_WORDS


def prints_in_small_letters(names: list[str], view: DocumentView) -> bool:
    """Return whether the document prints a word of the names in small letters too: then it is no name."""
    words = {word for name in names for word in name.lower().split() if name != name.lower()}
    return bool(words) and not words.isdisjoint(view.printed_words)
