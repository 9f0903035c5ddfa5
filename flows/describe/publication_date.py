"""When the article was published: stated by byline, date line, metadata or record; else the day the story gives."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from flows.describe.credits import Credits
from flows.describe.date_grammar import Stamp, from_iso, stamps, zone_named
from flows.describe.document_view import Evidence, Line, Mark, Sheet
from flows.describe.story_date import EARLIEST, day_told
from flows.outlets import Profile

_HEAD = 14
_CLOSE, _BELOW, _ABOVE = 5, 16, 8  # lines around a page's headline in which its day stands
_DECLARED = ("record", "jsonld", "og", "meta", "microdata")
_IN_URL = re.compile(r"/((?:19|20)\d\d)(?:/(\d{1,2})/(\d{1,2})|-(\d\d)-(\d\d)|(\d\d)(\d\d))(?!\d)")
_PUBLISHED_ON = re.compile(
    r"\b(?:(?:published|posted|first published)(?:\s{1,2}on)?|diterbitkan|dipublikasikan|terbit|tayang)\s{0,2}:?",
    re.IGNORECASE,
)
_UPDATED_ON = re.compile(r"\b(?:(?:last|page) )?(?:updated|modified|reviewed)(?:\s{1,2}on)?\s{0,2}:?", re.IGNORECASE)
_NUMERIC = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_EVENT = re.compile(
    r"\b(?:expires?|deadline|valid|until|through|born|copyright|©|since|join us|webinar|register)\b", re.IGNORECASE
)
_LONG = 220
# What may stand beside the date on a date line: labels, the outlet's name, a share count. Not a sentence.
_BESIDE = 8
_LABELS = re.compile(
    r"\b(?:tayang|terbit|diterbitkan|dipublikasikan|dibuat|published|posted|publish|date|tanggal|pada|on|wib|wita|wit|pukul|"
    r"updated?|diperbarui|read|menit baca|views?|dilihat|dibaca|kali)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class When:
    """The day and, where day, time and zone are stated, the instant."""

    day: dt.date | None = None
    basis: str | None = None
    at: dt.datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def when(
    sheet: Sheet,
    credits: Credits,
    opened_at: int | None,
    profile: Profile | None,
    latest: dt.date | None,
    title_at: int | None = None,
    url: str | None = None,
) -> When:
    """The publication: declared, in bylines and date lines, beside a page's headline, in its address, in the story.

    `latest` is the day after which nothing can have been published (the day it was fetched), or None; `title_at` the
    index of the line that prints a page's headline.
    """
    declared = _outside(sheet, profile, latest, _DECLARED)
    if declared and declared.day and sheet.is_page and not sheet.said("published_at", "record"):
        printed = _beside(sheet, title_at, profile, latest, close=True)
        if printed and printed.day and printed.day != declared.day:
            # A day apart: the page counts in its own zone. What readers do not see, a bare day or a
            # later one for the networks, is of another edition.
            if abs(printed.day - declared.day) == dt.timedelta(days=1) and declared.at:
                return replace(
                    declared, day=printed.day, evidence=(*printed.evidence, *declared.evidence), marks=printed.marks
                )
            told = declared.evidence[0].rule in {"date.og", "date.meta"} and printed.day < declared.day
            if declared.at is None or told:
                return printed
    if declared and declared.at:
        return declared
    first = _beside(sheet, title_at, profile, latest, close=True) if sheet.is_page and profile is None else None
    visible = first or _visible(sheet, credits, opened_at, profile, latest)
    if declared and (visible is None or visible.day != declared.day):
        return declared
    beside = None if visible or not sheet.is_page else _beside(sheet, title_at, profile, latest)
    beside = beside or (
        _labelled(sheet, profile, latest, _PUBLISHED_ON, "date.published-on")
        if sheet.is_page and visible is None
        else None
    )
    shown = visible or beside or _outside(sheet, profile, latest, ("page", "headline", "time", "script"))
    address = _address(url, profile, latest) if shown is None and url else None
    if address and address.basis == "stated":
        return address
    if shown is None and sheet.is_page:
        # Better the day of the last update, told as such, than a day out of the story.
        shown = _beside(sheet, title_at, profile, latest, updates=True) or _outside(
            sheet, profile, latest, ("headline",), "date.update"
        )
        shown = shown or _labelled(sheet, profile, latest, _UPDATED_ON, "date.update")
        shown = shown or _modified(sheet, profile, latest)
        shown = (
            replace(shown, at=None, evidence=tuple(e for e in shown.evidence if e.field == "date")) if shown else None
        )
    in_story = day_told(sheet, latest) if shown is None else None
    story = _inferred(*in_story) if in_story else When()
    return shown or (story if story.day else address) or story


def _usable(stamp: Stamp, latest: dt.date | None) -> bool:
    return not stamp.update and not stamp.odd and stamp.day >= EARLIEST and (latest is None or stamp.day <= latest)


def _outside(
    sheet: Sheet, profile: Profile | None, latest: dt.date | None, wheres: tuple[str, ...], update: str | None = None
) -> When | None:
    """The first usable date of the places named; one with a time goes before one without.

    `update`: the rule under which the day of an update will do too.
    """
    found = []
    for said in sheet.said("published_at", *wheres):
        stamp = from_iso(said.value)
        if stamp and _usable(replace(stamp, update=False) if update else stamp, latest):
            rule = update or "record" if update or said.where == "record" else f"date.{said.where}"
            found.append((stamp, said, rule))
    if not found:
        return None
    day = found[0][0].day
    stamp, said, rule = next((f for f in found if f[0].time and abs((f[0].day - day).days) <= 1), found[0])
    own = _zone(profile, stamp.day)
    at = stamp.at(own)
    # The day in the outlet's own zone: 20:00 UTC is the next day in Jakarta.
    day = at.astimezone(own).date() if at and own else stamp.day
    evidence = [Evidence("date", rule, None, said.value)]
    if at:
        evidence.append(Evidence("published_at", rule, None, said.value))
    return When(day, "stated", at, tuple(evidence))


def _beside(
    sheet: Sheet,
    title_at: int | None,
    profile: Profile | None,
    latest: dt.date | None,
    *,
    close: bool = False,
    updates: bool = False,
) -> When | None:
    """The first day printed in a short line below a page's headline, else the nearest above it; no update.

    `close`: only right below it. `updates`: the day of an update will do.
    """
    if title_at is None:
        if close:
            return None
        title_at = max(0, sheet.body_from - 1)
    below = sheet.lines[title_at + 1 : title_at + 1 + (_CLOSE if close else _BELOW)]
    above = () if close else sheet.lines[max(0, title_at - _ABOVE) : title_at]
    for line in (*below, *reversed(above)):
        if len(line.text) > _LONG or line.kind in {"caption", "related", "ad"} or _EVENT.search(line.text):
            continue
        for stamp in stamps(line.text):
            if _usable(replace(stamp, update=False) if updates else stamp, latest):
                stamp = _month_first(stamp, line, sheet)
                return _stated(stamp, line, "date.update" if updates else "date.beside-headline", profile)
    return None


def _month_first(stamp: Stamp, line: Line, sheet: Sheet) -> Stamp:
    """A numeric day read month first where that is what one of the page's own <time> elements says."""
    day = stamp.day
    if not _NUMERIC.search(line.text[stamp.start : stamp.end]) or day.day > 12 or day.day == day.month:
        return stamp
    times = {said.value[:10] for said in sheet.said("published_at", "time", "headline")}
    other = dt.date(day.year, day.day, day.month)
    return replace(stamp, day=other) if other.isoformat() in times and day.isoformat() not in times else stamp


def _modified(sheet: Sheet, profile: Profile | None, latest: dt.date | None) -> When | None:
    """The day of the last change, as the page declares it to machines: no more than a bound, so inferred."""
    for said in sheet.said("modified_at", "jsonld", "og"):
        stamp = from_iso(said.value)
        if stamp and _usable(replace(stamp, update=False), latest):
            return When(stamp.day, "inferred", None, (Evidence("date", "date.modified", None, said.value, "likely"),))
    return None


def _labelled(
    sheet: Sheet, profile: Profile | None, latest: dt.date | None, label: re.Pattern[str], rule: str
) -> When | None:
    """The day that the first short line with this label near the story names."""
    alone = False
    for line in sheet.lines[max(0, sheet.body_from - _HEAD) : sheet.body_to + 2 * _HEAD]:
        match = label.search(line.text) if len(line.text) <= _LONG else None
        stamp = next(stamps(line.text), None) if match or alone else None
        behind = 0 <= stamp.start - (match.end() if match else 0) <= 3 if stamp else False
        if stamp and behind and _usable(replace(stamp, update=False), latest):
            return _stated(stamp, line, rule, profile)
        alone = bool(match and match.end() == len(line.text.rstrip()) and line.words <= 3)
    return None


def _address(url: str, profile: Profile | None, latest: dt.date | None) -> When | None:
    """The day in the article's address; inferred where the outlet counts its days in UTC."""
    match = _IN_URL.search(url)
    try:
        day = dt.date(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        day = None
    if match is None or day is None or day < EARLIEST or (latest is not None and day > latest):
        return None
    basis = "inferred" if profile and profile.url_days == "UTC" else "stated"
    sure = "likely" if basis == "stated" else "guess"
    return When(day, basis, None, (Evidence("date", "date.url", None, url, sure),))


def _stated(stamp: Stamp, line: Line, rule: str, profile: Profile | None) -> When:
    at = stamp.at(_zone(profile, stamp.day))
    quote = line.text[stamp.start : stamp.end]
    evidence = [line.evidence("date", rule, quote), *([line.evidence("published_at", rule, quote)] if at else [])]
    return When(stamp.day, "stated", at, tuple(evidence), (line.mark("byline", rule),) if line.body_at is None else ())


def _zone(profile: Profile | None, day: dt.date) -> dt.timezone | None:
    return zone_named(profile.zone) if profile and profile.valid_on(day) else None


def _visible(
    sheet: Sheet, credits: Credits, opened_at: int | None, profile: Profile | None, latest: dt.date | None
) -> When | None:
    """The date on a byline, else on the date line nearest above the body; one with a time goes first."""
    found: list[tuple[Stamp, Line, str]] = []
    for line in credits.lines:
        # Longer lines are paragraphs that end in a credit.
        if len(line.text) > _LONG:
            continue
        found += [(stamp, line, "date.byline") for stamp in stamps(line.text) if _usable(stamp, latest)]
    end = opened_at if opened_at is not None else min(sheet.body_from + 3, len(sheet.lines))
    for at in range(end - 1, max(-1, end - 1 - _HEAD), -1):
        line = sheet.lines[at]
        stamp = _date_line(line)
        # A day without a time far above the body is as likely the page's own clock.
        if stamp and _usable(stamp, latest) and (line.kind == "byline" or stamp.time or end - at <= 3):
            found.append((stamp, line, "date.line"))
    if not found:
        return None
    stamp, line, rule = next((f for f in found if f[0].time), found[0])
    at_instant = stamp.at(_zone(profile, stamp.day))
    quote = line.text[stamp.start : stamp.end]
    evidence = [line.evidence("date", rule, quote)]
    if at_instant:
        evidence.append(line.evidence("published_at", rule, quote))
    marks = () if rule == "date.byline" else (line.mark("byline", rule),)
    return When(stamp.day, "stated", at_instant, tuple(evidence), marks)


def _date_line(line: Line) -> Stamp | None:
    """The date of a line that holds hardly anything else."""
    if len(line.text) > 160 or line.kind in {"caption", "related", "ad", "footer"}:
        return None
    stamp = next(stamps(line.text), None)
    if stamp is None:
        return None
    before, after = line.text[: stamp.start], line.text[stamp.end :]
    rest = _LABELS.sub(" ", f"{before} {after}")
    words = [word for word in re.split(r"[^\w']+", rest) if word]
    limit = _BESIDE if line.kind == "byline" else 4
    return stamp if len(words) <= limit and not before.rstrip().endswith(("(", '"')) else None


def _inferred(stamp: Stamp, line: Line) -> When:
    quote = line.text[stamp.start : stamp.end]
    return When(stamp.day, "inferred", None, (line.evidence("date", "date.story", quote, "guess"),))
