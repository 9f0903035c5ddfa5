"""What a line is by where it stands: head, byline, caption, titles under a header, foot.

Takes what the cues said and which lines were kept, and gives every line one kind and one rule.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

from flows.clean.lines.line_table import Line, Lines, runs_on
from flows.clean.rules.cues import Cue
from flows.clean.text.best_segment import BULLETS, is_item, is_prose
from flows.clean.text.body_lines import Body
from flows.outlets import Profile, dateline, registry, roles

_NEAR: Final = 15  # lines around the article in which bylines, captions and credits stand
_LEAD_WORDS: Final = 120  # a dateline further into the prose is another story's
_LEAD_LINES, _LEAD_PARAGRAPHS = 8, 2
_HEAD_LINES, _MOST_HEADLINES = 12, 5
_LEAD_SHARE: Final = 0.3
_TITLE_WORDS: Final = 22
_TITLES_INSIDE: Final = 5
_MONTHS: Final = (
    "jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|mac|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|agu(?:stus)?|agt|ags|"
    "aug(?:ust)?|ogos|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|nop(?:ember)?|des(?:ember)?|dec(?:ember)?|disember"
)
_DATE: Final = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ -](?:{_MONTHS})\.?,?[ -]\d{{4}}\b"
    rf"|\b(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
    r"|\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{4}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_NAME: Final = re.compile(r"[A-ZÀ-Þ][\w.'’-]{0,24}(?: (?:[A-ZÀ-Þ][\w.'’-]{0,24}|bin|binti|de|van|al)){0,5},?")
_POSE: Final = re.compile(
    r"\((?:\w+ )?(?:kanan|kiri|tengah|depan|belakang|left|right|center|centre)\)"
    r"|^(?:ilustrasi|dokumentasi|suasana|tangkapan layar)\b",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"[A-ZÀ-Þ][\w.'’ ,-]{2,60}? ?[-–|,] ?([A-Za-z][\w. ]{2,30})")
_SENTENCE: Final = re.compile(r"[a-z0-9)][.!?] [A-ZÀ-Þ]")
_LEAD_OF: Final = 16
_BYLINE_WORDS: Final = 16
_REPEAT_WORDS, _REPEAT_CHARS = 12, 60


class Verdict(NamedTuple):
    """What a line is, and the rule that says so."""

    kind: str
    rule: str


_HEAD: Final = Verdict("nav", "head.unclaimed")
_CONTENTS: Final = Verdict("nav", "head.toc")


def place(
    lines: Lines,
    said: Mapping[int, Cue],
    body: Body,
    profile: Profile | None = None,
    outside: str | None = None,
) -> list[Verdict]:
    """One verdict a line; `said` are the lines that a cue names, in their order.

    `profile` is the outlet's, if known: its byline shapes and role words. `outside` is the rule for lines that were
    not kept and that nothing names; None: head.unclaimed, tail.unclaimed.
    """
    verdicts: list[Verdict | None] = [None] * len(lines)
    keep = list(body.keep)
    for index, cue in said.items():
        verdicts[index], keep[index] = Verdict(cue.kind, cue.id), False
    dumped = body.rule != "body.extracted"
    if outside is None:
        _close(lines, said, keep, dumped)
        if not dumped:
            _close_at_credits(lines, keep, profile)
    first = _opening(lines, keep)
    keep[:first] = [False] * first
    last = len(keep) - 1 - keep[::-1].index(True) if True in keep else -1
    _titles(lines, said, verdicts, keep, first)
    _bylines(lines, verdicts, first, profile)
    _credits(lines, verdicts, keep, first, last, profile)
    _captions(lines, verdicts, first)
    if dumped:
        _repeats(lines, verdicts, keep)
    kept, below = Verdict("body", body.rule), Verdict("nav", outside or "tail.unclaimed")
    result = [(kept if k else below) if verdict is None else verdict for verdict, k in zip(verdicts, keep, strict=True)]
    for index in range(first if outside is None else 0):
        if verdicts[index] is None:
            result[index] = _CONTENTS if lines.text[index][0] in BULLETS else _HEAD
    return result


def _opening(lines: Lines, keep: Sequence[bool]) -> int:
    """The index at which the article begins: a dateline near the top, else the first line that is no headline."""
    kept = list(compress(range(len(keep)), keep))
    if not kept:
        return len(lines)
    total = sum(compress(lines.words, keep))
    before = paragraphs = 0
    for index in kept[:_LEAD_LINES]:
        if dateline.parse_dateline(lines.text[index], registry()):
            return index
        before += lines.words[index]
        paragraphs += is_prose(lines.text[index], lines.words[index], lines.ends[index])
        if paragraphs > _LEAD_PARAGRAPHS or before > min(_LEAD_WORDS, max(_LEAD_SHARE * total, 30)):
            break
    headlines = 0
    for position, index in enumerate(kept[:_HEAD_LINES]):
        text, words, ends = lines.text[index], lines.words[index], lines.ends[index]
        if text[0] in BULLETS and not ends:
            continue  # a table of contents, or the story in points
        if is_prose(text, words, ends) or _is_lead(text, words) or text[0].isdigit() or position + 1 == len(kept):
            return index
        if runs_on(text, lines.text[kept[position + 1]]):
            return index
        headlines += 1
        if headlines > _MOST_HEADLINES:
            break
    return kept[0]


def _is_lead(text: str, words: int) -> bool:
    """A paragraph without its full stop: sentences end within it, as they do in no headline."""
    return words >= _LEAD_OF and _SENTENCE.search(text[:600]) is not None


def _close(lines: Lines, said: Mapping[int, Cue], keep: list[bool], dumped: bool) -> None:
    """After a line that ends articles nothing is kept, unless more follows than stood before."""
    limit = (0.65 if dumped else 0.5) * sum(compress(lines.words, keep))
    seen = at = 0
    for index, cue in said.items():
        if cue.ends:
            seen += sum(compress(lines.words[at:index], keep[at:index]))
            at = index
            if seen >= limit > 0:
                keep[index:] = [False] * (len(lines) - index)
                return


def _close_at_credits(lines: Lines, keep: list[bool], profile: Profile | None) -> None:
    """In an extracted text nothing is kept below the role lines that stand under its last paragraph."""
    prose = map(is_prose, reversed(lines.text), reversed(lines.words), reversed(lines.ends))
    last = next((len(lines) - at for at, told in enumerate(prose, 1) if told and keep[-at]), None)
    ended = False
    for index in range(last + 1, len(lines)) if last is not None else ():
        label = _label(lines, index, profile)
        if label is not None and label.value:
            ended = True
        elif ended:
            keep[index] = False


def _label(lines: Lines, index: int, profile: Profile | None) -> roles.Label | None:
    if lines.words[index] > _BYLINE_WORDS or lines.ends[index]:
        return None
    return roles.label(lines.text[index], profile)


def _titles(
    lines: Lines, said: Mapping[int, Cue], verdicts: list[Verdict | None], keep: list[bool], first: int
) -> None:
    """The lines under a header that has none of its own: titles of other stories, tags, the author box.

    Above the article a header may be the section's name; what leads to a byline then is this story's own title.
    """
    for index, cue in said.items():
        if not cue.takes:
            continue
        inside = True in keep[index + 1 :]
        room = min(cue.takes, _TITLES_INSIDE) if inside else cue.takes
        for below in range(index + 1, len(lines)):
            text, words, other = lines.text[below], lines.words[below], said.get(below)
            if below < first and other is None and _is_byline(text, words):
                for title in range(index + 1, below):
                    verdicts[title] = Verdict(said[title].kind, said[title].id) if title in said else None
                break
            if room == 0 or (other is not None and (cue.takes > 3 or other is cue)):
                break
            if other is None:
                if words > _TITLE_WORDS or (is_prose(text, words, lines.ends[below]) and not text.endswith("?")):
                    break
                if inside and is_item(text) and keep[below]:
                    break
                verdicts[below] = Verdict(cue.kind, f"{cue.id}.item")
                keep[below] = False
            elif other.kind not in (cue.kind, "widget", "credit"):
                break
            room -= 1


def _is_byline(text: str, words: int) -> bool:
    return words <= _BYLINE_WORDS and bool(_DATE.search(text) or roles.label(text))


def _bylines(lines: Lines, verdicts: list[Verdict | None], first: int, profile: Profile | None) -> None:
    """Just above the article: lines of the outlet's own byline shapes, dates, and a name beside an outlet's."""
    for index in range(max(0, first - _NEAR), first):
        text = lines.text[index]
        if verdicts[index] is not None or lines.words[index] > _BYLINE_WORDS:
            continue
        if profile and any(byline.pattern.fullmatch(text) for byline in profile.bylines):
            verdicts[index] = Verdict("byline", f"profile.{profile.name}.byline")
        elif _DIGIT.search(text) and _DATE.search(text):
            verdicts[index] = Verdict("byline", "byline.date")
        elif (signed := _SIGNED.fullmatch(text)) and registry().find_by_name(signed[1]):
            verdicts[index] = Verdict("byline", "byline.outlet")


def _credits(
    lines: Lines,
    verdicts: list[Verdict | None],
    keep: list[bool],
    first: int,
    last: int,
    profile: Profile | None,
) -> None:
    """Role lines above the article are its byline, role lines at its end its credit; a name may stand beside each."""
    around = [*range(max(0, first - _NEAR), first), *range(max(first, last - 3), min(len(lines), last + 1 + _NEAR))]
    for index in around:
        verdict = verdicts[index]
        if verdict is not None and verdict.kind not in ("nav", "footer", "credit"):
            continue
        label = _label(lines, index, profile)
        if label is None:
            continue
        kind = "byline" if index < first else "credit"
        verdicts[index] = Verdict(kind, f"{kind}.role")
        keep[index] = False
        if label.value:
            continue
        # The name stands below its role, or above it in a list of names and roles.
        for beside in (index + 1, index - 1):
            inside = 0 <= beside < len(lines) and (beside < first or beside > first)
            if inside and verdicts[beside] is None and _is_name(lines[beside]):
                verdicts[beside] = Verdict(kind, f"{kind}.name")
                keep[beside] = False
                break


def _is_name(line: Line) -> bool:
    """A name alone, or whatever stands behind a colon that its role word left on the line above."""
    if line.ends or line.words > _BYLINE_WORDS:
        return False
    return line.text[0] == ":" or _NAME.fullmatch(line.text) is not None


def _captions(lines: Lines, verdicts: list[Verdict | None], first: int) -> None:
    """Repeats of a caption, and lines above the article that say who stands left and right."""
    known = {text for text, verdict in zip(lines.text, verdicts, strict=True) if verdict and verdict.kind == "caption"}
    for index in range(max(0, first - _NEAR), first):
        if verdicts[index] is None and lines.words[index] >= 6 and _POSE.search(lines.text[index][:600]):
            verdicts[index] = Verdict("caption", "caption.pose")
    for index, text in enumerate(lines.text if known else ()):
        if verdicts[index] is None and lines.words[index] >= 4 and text in known:
            verdicts[index] = Verdict("caption", "caption.repeat")


def _repeats(lines: Lines, verdicts: list[Verdict | None], keep: Sequence[bool]) -> None:
    """A paragraph that stands twice is a teaser of itself the second time."""
    seen: set[str] = set()
    for index in compress(range(len(keep)), keep):
        text = lines.text[index]
        if lines.words[index] < _REPEAT_WORDS or len(text) <= _REPEAT_CHARS:
            continue
        if text in seen:
            verdicts[index] = Verdict("nav", "body.repeat")
        seen.add(text)
