"""The headline and the standfirst: what the page states, else what the structure of the head shows.

A text that opens with its first sentence has no headline, and none is made up for it.
"""

import re
from collections import Counter
from dataclasses import dataclass

from flows.describe.body_dateline import Opening
from flows.describe.date_grammar import stamps
from flows.describe.document_view import Evidence, Line, Mark, Sheet, prints, same, untagged

_HEAD = 12  # lines above the body among which a headline may stand
_NEAR = 3  # lines above the story where one of at most two candidates needs no further proof
_MENU = re.compile(r"[|›»·©®]|\./|\s[-•]\s.{1,40}\s[-•]\s|[hH][tT]{2}[pP][sS]?://|@\w")
_MENU_WORD = re.compile(r"(?:home|beranda|baca|simak|lihat|tonton|ikuti|follow|gabung)\b", re.IGNORECASE)
_PICTURE = re.compile(r"\b(?:foto|image|photo|ilustrasi)\s?:", re.IGNORECASE)
_FEED = re.compile(
    r"(?:The post (?P<post>.{15,200}?) (?:appeared first|first appeared) on |Original Location: (?P<place>.{15,200})\Z)"
)
# A gallery says so before its headline, which then looks like a caption.
_GALLERY = re.compile(r"(?:FOTO|VIDEO|INFOGRAFIS|POTRET|GALERI)\s?: (?=\S)")
_LONGER = re.compile(r"\w{4,}")
_OPEN_KINDS = {"title", "subtitle"}


@dataclass(frozen=True)
class Headline:
    """The title and the subtitle, their evidence, and marks on every line that prints them."""

    title: str | None = None
    subtitle: str | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def headline(sheet: Sheet, credit_lines: set[int], opening: Opening, stated: tuple[str, Evidence] | None) -> Headline:
    """The headline of a document: `stated` outside its words, else one that its head shows.

    `credit_lines` are the numbers of the lines known as bylines or date lines.
    """
    end = _head_end(sheet, credit_lines, opening)
    if stated:
        title, evidence = stated
        subtitle = _stated_subtitle(sheet, title)
        marks = _repeats(sheet, title, end)
        found = [evidence, *([subtitle[1]] if subtitle else [])]
        return Headline(title, subtitle[0] if subtitle else None, tuple(found), tuple(marks))
    at = _structural(sheet, credit_lines, end, opening)
    if at is None:
        return _fed(sheet)
    line = sheet.lines[at]
    title = untagged(line.text)
    marks = [line.mark("title", "title.head"), *(m for m in _repeats(sheet, title, end) if m.line != line.number)]
    evidence_found = [line.evidence("title", "title.head", sure="likely")]
    under = _standfirst(sheet, at, end, title, credit_lines)
    subtitle_text = None
    if under:
        subtitle_text = untagged(under.text)
        marks.append(under.mark("subtitle", "subtitle.head"))
        evidence_found.append(under.evidence("subtitle", "subtitle.head", sure="likely"))
    return Headline(title, subtitle_text, tuple(evidence_found), tuple(marks))


def _fed(sheet: Sheet) -> Headline:
    """The headline that a feed repeats below a story it syndicates."""
    for line in sheet.lines[-4:]:
        match = _FEED.search(line.text, max(0, len(line.text) - 400))
        title = match["post"] or match["place"] if match else None
        if title:
            evidence = line.evidence("title", "title.feed-foot", title, sure="likely")
            return Headline(untagged(title), None, (evidence,))
    return Headline()


def line_of(sheet: Sheet, title: str | None) -> int | None:
    """Index of the line that prints the title a page states: the last one above its body, else the first of all."""
    if not title or not sheet.is_page:
        return None
    wanted = same(title)
    shortest, longest = len(wanted), 2 * len(title) + 20
    printed = [
        at for at, line in enumerate(sheet.lines) if shortest <= len(line.text) <= longest and same(line.text) == wanted
    ]
    above = [at for at in printed if at <= sheet.body_from + 2]
    return above[-1] if above else printed[0] if printed else None


def _stated_subtitle(sheet: Sheet, title: str) -> tuple[str, Evidence] | None:
    for said in sheet.said("subtitle"):
        text = untagged(said.value)
        if text and same(text) != same(title):
            rule = "record" if said.where == "record" else f"subtitle.{said.where}"
            return text, Evidence("subtitle", rule, None, said.value)
    return None


def _repeats(sheet: Sheet, title: str, end: int) -> list[Mark]:
    """Marks on every line of the head that prints the title; also on the first of the body."""
    wanted = same(title)
    lines = sheet.lines[: min(end + 2, len(sheet.lines))]
    return [line.mark("title", "title.repeat") for line in lines if len(line.text) <= 400 and prints(line, wanted)]


def _open(line: Line) -> bool:
    """Whether clean/ left a line of the head unexplained."""
    return line.kind in _OPEN_KINDS or (line.kind == "nav" and line.rule == "head.unclaimed")


def _like_headline(line: Line, *, sure: bool = False) -> bool:
    """Whether a line could be a headline; `sure` where a byline or dateline stands under it."""
    text = untagged(line.text)
    return (
        (3 if sure else 4) <= len(text.split()) <= 25
        and 15 <= len(text) <= 220
        and (text[0].isupper() or text[0].isdigit() or text[0] in "\"'“‘[#")
        and (text[-1] not in ".,;:" or text.endswith("..."))
        and not any(stamp.time for stamp in stamps(text))
        and sum(map(str.isdigit, text)) * 3 < len(text)
        and not _menu(_GALLERY.sub("", text, count=1) if ":" in text else text)
    )


def _menu(text: str) -> bool:
    """Whether a line is a page's furniture: a menu, a link, a caption, an invitation."""
    return (
        _MENU_WORD.match(text) is not None
        or (":" in text and _PICTURE.search(text) is not None)
        or _MENU.search(text) is not None
    )


def _head_end(sheet: Sheet, credit_lines: set[int], opening: Opening) -> int:
    """Index of the line where the story starts: at its dateline, below the byline, or where the body marks begin."""
    if opening.at is not None:
        return opening.at
    start = sheet.body_from
    within = range(start, min(start + 4, len(sheet.lines)))
    return max((at + 1 for at in within if sheet.lines[at].number in credit_lines), default=start)


def _structural(sheet: Sheet, credit_lines: set[int], end: int, opening: Opening) -> int | None:
    """Index of the headline: the line marked so, or printed twice, the one that fits the story and its byline best."""
    at_head = range(max(0, end - _HEAD), end)
    free = [
        at
        for at in at_head
        if sheet.lines[at].number not in credit_lines
        and (_open(sheet.lines[at]) or _gallery(sheet, at, credit_lines) or _headed(sheet, at, credit_lines, opening))
    ]
    likely = [at for at in free if _like_headline(sheet.lines[at], sure=_headed(sheet, at, credit_lines, opening))]
    if not likely:
        return None
    marked = [at for at in likely if sheet.lines[at].kind == "title"]
    if marked:
        return marked[0]
    copies = Counter(same(sheet.lines[at].text) for at in at_head)
    twice = [at for at in likely if copies[same(sheet.lines[at].text)] > 1]
    if twice:
        return twice[0]
    credited = {at for at in at_head if sheet.lines[at].number in credit_lines or sheet.lines[at].kind == "byline"}

    if len(likely) == 1 and end - likely[0] <= _NEAR:
        return likely[0]
    start = _start(sheet)
    ties = {
        at: _ties(line, start if line.body_at is None else _start(sheet, line))
        for at, line in ((at, sheet.lines[at]) for at in likely)
    }
    fit = {at: ties[at] + 0.4 * (at + 1 in credited) + 0.1 * (at - 1 in credited) for at in likely}
    best = max(likely, key=lambda at: (fit[at], at))
    # A headline stands above its standfirst, which repeats the story's words even more.
    if best - 1 in ties and ties[best - 1] >= 0.5 * ties[best]:
        best -= 1
    near = end - best <= _NEAR and len(likely) <= 2
    return best if near or fit[best] >= 0.4 else None


def _gallery(sheet: Sheet, at: int, credit_lines: set[int]) -> bool:
    """Whether a line is a gallery's headline: labelled, and a byline or date line right below it."""
    return _GALLERY.match(sheet.lines[at].text) is not None and sheet.lines[at + 1].number in credit_lines


def _headed(sheet: Sheet, at: int, credit_lines: set[int], opening: Opening) -> bool:
    """Whether a body line is a headline by what follows it: a byline, a date line or the dateline.

    A standfirst may stand between, below the first line of all.
    """
    if at > 2 or at + 1 >= len(sheet.lines) or sheet.lines[at].body_at is None:
        return False
    under = sheet.lines[at + 1].number in credit_lines or opening.at == at + 1
    return under or (at == 0 and _headed(sheet, 1, credit_lines, opening))


def _ties(line: Line, start: str) -> float:
    """Share of a line's longer words that the start of the story holds too."""
    words = set(_LONGER.findall(untagged(line.text).casefold()))
    return sum(word in start for word in words) / len(words) if words else 0.0


def _start(sheet: Sheet, but: Line | None = None) -> str:
    """The first body lines, but one, folded."""
    return " ".join(line.text for line in sheet.body[:8] if line is not but)[:4000].casefold()


def _standfirst(sheet: Sheet, title_at: int, end: int, title: str, credit_lines: set[int]) -> Line | None:
    """The standfirst: the first unexplained line between the headline and the body, captions aside."""
    for at in range(title_at + 1, end):
        line = sheet.lines[at]
        if line.number in credit_lines or line.kind in {"byline", "title"} or same(line.text) == same(title):
            continue
        if not _open(line):
            return None
        if 4 <= line.words <= 60 and not _menu(line.text) and line.plain[0] not in "(-–":
            return line
        return None
    return None
