"""The head of a text that lost its lines: where title, byline, date and dateline meet.

find_head_breaks(text, start, end) -> gaps between them; only what a date with a clock, a date behind a byline with its
label, or a dateline proves
"""

import re
from typing import Final

from flows.clean.lines.joints import find_glued_words
from flows.clean.rules.printed_days import DAY_LABELS, WEEKDAYS
from flows.outlets import load_registry
from flows.outlets.dateline import parse_dateline

Gap = tuple[int, int]

_HEAD: Final = 420  # characters among which a head may stand
_MONTHS: Final = "(?:Jan|Feb|Peb|Mar|Apr|Mei|May|Jun|Jul|Agu|Agt|Ags|Aug|Sep|Okt|Oct|Nov|Nop|Des|Dec)[a-z]{0,7}\\.?"
_DAY: Final = (
    rf"(?:{DAY_LABELS}(?: pada| on)?\s?:?\s)?"
    rf"(?:{WEEKDAYS}\s?[,(/-]?\s{{0,3}})?\(?"
    rf"(?:\d{{1,2}}[ -]{_MONTHS}[ -]\d{{4}}|{_MONTHS} \d{{1,2}}, \d{{4}}|\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}})\)?"
)
_STAMP: Final = re.compile(
    rf"{_DAY}\s{{0,3}}(?:[,|·•-]|pukul|jam)?\s{{0,3}}(?:pukul )?\d{{1,2}}[.:]\d\d(?::\d\d)?(?: ?WI(?:B|TA|T))?"
)
# A name in capitals, or with one capital inside ("McDermott"); a weekday glued to it is none of it.
_NAME: Final = rf"(?!{WEEKDAYS})[A-Z](?:[A-Z]{{1,20}}|[a-zà-ÿ.'’-]{{0,20}}(?:(?!{WEEKDAYS})[A-Z][a-zà-ÿ.'’-]{{1,20}})?)"
# The day alone is a line of the head only behind names with their label.
_DATED_BYLINE: Final = re.compile(
    rf"(?:(?:Penulis|Reporter|Pewarta|Kontributor|Wartawan)\s?:|(?:Oleh|OLEH|By)\s?:?)\s?"
    rf"{_NAME}(?:[ ,]{{1,2}}{_NAME}){{0,4}}?[ ,]{{0,2}}(?:[-–|/]\s)?(?P<day>{_DAY})"
)
_BEFORE_STAMP: Final = re.compile(
    r"(?:(?:Oleh|OLEH|By|Penulis|Reporter|Pewarta)\s?:? [A-Z][\w.' ]{2,40}?|"
    r"(?:[A-Z][\w.]{2,20}\.(?:com|COM|co\.id|id|ID|CO)|detik\w{0,10}))"
    r"\s?(?:[-–|,]|\s)?\s{0,2}\Z"
)
_BEHIND_STAMP: Final = re.compile(
    r"(?:\s?[-–|,]\s?(?:Redaktur|Editor|Penulis|Reporter|Red)\s?: ?"
    r"[A-Z][\w.']{1,20}(?: [A-Z][\w.']{1,20}){0,3}(?: ?- ?\d{1,6})?)"
    r"|\s?\|\s?\d{1,6} [Vv]iews?"
)
_SITE: Final = re.compile(r"[A-Z][A-Za-z0-9]{2,24}\.(?:COM|com|Com|CO|co|ID|id|Id|TV|tv|NET|net)\b")
_PLACE_BEFORE: Final = re.compile(r"[A-Z][A-Z' ]{2,30}, ?\Z|[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20})?, ?\Z")
_SENTENCE: Final = re.compile(r"[a-z0-9)\"”][.!?][\"”]? [A-Z\"“]")
_REPORTED: Final = re.compile(r"(?:[Ww]artawan|WARTAWAN|[Rr]eporter|[Jj]urnalis|[Kk]ontributor)\s\Z")


def find_head_breaks(text: str, start: int, end: int) -> list[Gap]:
    """Return the gaps of the head of the line text[start:end]."""
    limit = min(end, start + _HEAD)
    breaks: list[Gap] = []
    sentence = _SENTENCE.search(text, start, limit)
    reach = sentence.start() + 1 if sentence else limit
    stamp = _STAMP.search(text, start, min(reach + 30, limit))
    at = start
    if stamp and _is_head(text, start, stamp.start()):
        before = _BEFORE_STAMP.search(text, max(start, stamp.start() - 70), stamp.start())
        first = before.start() if before else stamp.start()
        behind = _BEHIND_STAMP.match(text, stamp.end())
        at = behind.end() if behind else stamp.end()
        breaks += [(first, first)] if first > start else []
        if text[at : at + 1].isalpha():  # the lines are glued: "Bersihkan IrigasiRatna Dewi"
            breaks += [(place, place) for place in find_glued_words(text, start, first)]
        if before and text[stamp.start() - 1].isalnum():  # "Ratna DewiSenin, 4 Maret 2024 08:15"
            breaks.append((stamp.start(), stamp.start()))
        breaks.append((at, at))
    elif (byline := _DATED_BYLINE.search(text, start, limit)) and _is_head(text, start, byline.start()):
        at = byline.end()
        breaks += [(place, place) for place in (byline.start(), byline.start("day"), at) if place > start]
    dateline = _find_dateline(text, at, limit, end)
    if dateline is not None and dateline > start:
        breaks.append((dateline, dateline))
    return breaks


def _is_head(text: str, start: int, at: int) -> bool:
    """Tell whether text[start:at] can be a title, a byline or nothing: it holds no sentence."""
    return text.count(" ", start, at) <= 40 and _SENTENCE.search(text, start, at) is None


def _find_dateline(text: str, start: int, limit: int, end: int) -> int | None:
    """Return where a dateline opens that names an outlet's site, behind a head without a sentence."""
    site = _SITE.search(text, start, limit)
    if site is None or _has_dateline(text, start, end):
        return None
    while site:
        if not _is_head(text, start, site.start()):
            return None
        if not _REPORTED.search(text, start, site.start()):
            # "PLACE, OUTLET.COM - ": the place may stand before the site.
            places = [site.start(), *(match.start() for match in _PLACE_BEFORE.finditer(text, start, site.start()))]
            opens = [at for at in sorted(places) if at > start and _has_dateline(text, at, end)]
            if opens:
                return opens[0]
        site = _SITE.search(text, site.end(), limit)
    return None


def _has_dateline(text: str, at: int, end: int) -> bool:
    """Tell whether a dateline with a site's name opens here."""
    dateline = parse_dateline(text[at : min(end, at + 140)].lstrip(), load_registry())
    return dateline is not None and bool(dateline.outlet or dateline.agency)
