"""When the article was published: stated by byline, date line, metadata or record; else the day the story gives."""

import datetime as dt
import re
from dataclasses import dataclass

from flows.describe.credits import Credits
from flows.describe.dates import Stamp, from_iso, stamps, zone_named
from flows.describe.sheet import Evidence, Line, Mark, Sheet
from flows.outlets import Profile

_EARLIEST = dt.date(1990, 1, 1)
_HEAD = 14
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
    sheet: Sheet, credits: Credits, opened_at: int | None, profile: Profile | None, latest: dt.date | None
) -> When:
    """The publication: stated outside the text, then in bylines and date lines, then inferred from the story.

    `latest` is the day after which nothing can have been published (the day it was fetched), or None.
    """
    stated = _outside(sheet, profile, latest)
    if stated and stated.at:
        return stated
    visible = _visible(sheet, credits, opened_at, profile, latest)
    if stated and (visible is None or visible.day != stated.day):
        return stated
    if visible:
        return visible
    return _story(sheet, latest)


def _usable(stamp: Stamp, latest: dt.date | None) -> bool:
    return not stamp.update and not stamp.odd and stamp.day >= _EARLIEST and (latest is None or stamp.day <= latest)


def _outside(sheet: Sheet, profile: Profile | None, latest: dt.date | None) -> When | None:
    """The first usable date of the record, then of the page's metadata; one with a time goes before one without."""
    found = []
    for said in sheet.said("published_at", "record", "jsonld", "microdata", "meta", "og", "time"):
        stamp = from_iso(said.value)
        if stamp and _usable(stamp, latest):
            rule = "record" if said.where == "record" else f"date.{said.where}"
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


def _story(sheet: Sheet, latest: dt.date | None) -> When:
    """The day the story gives: its first full date beside a weekday, else its first full date."""
    first: tuple[Stamp, Line] | None = None
    for line in sheet.body:
        for stamp in stamps(line.text):
            if stamp.odd or stamp.day < _EARLIEST or (latest is not None and stamp.day > latest):
                continue
            if line.text[stamp.start].isalpha() and not line.text[stamp.start :].lower().startswith(_MONTH_OPENINGS):
                return _inferred(stamp, line)
            first = first or (stamp, line)
    return _inferred(*first) if first else When()


_MONTH_OPENINGS = (
    "januari",
    "january",
    "februar",
    "march",
    "april",
    "may ",
    "june",
    "july",
    "august",
    "septem",
    "octo",
    "novem",
    "decem",
)


def _inferred(stamp: Stamp, line: Line) -> When:
    quote = line.text[stamp.start : stamp.end]
    return When(stamp.day, "inferred", None, (line.evidence("date", "date.story", quote, "guess"),))
