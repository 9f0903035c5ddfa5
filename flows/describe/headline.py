"""Headline and standfirst: as the page states them, else by the structure of the head.

A text that starts with its first sentence has no headline, and none is invented for it.
"""

import re
from collections import Counter
from dataclasses import dataclass

from flows.describe.body_dateline import BodyDateline
from flows.describe.date_grammar import find_dates
from flows.describe.date_lines import is_title_with_day
from flows.describe.document_view import (
    DocumentView,
    Evidence,
    MarkedLine,
    fold_text,
    matches_folded,
    strip_tags,
)
from schemas.stage_tables import Mark
from schemas.word_count import count_words

_HEAD_LINES = 12  # lines above the body among which a headline may stand
_NEAR_LINES = 3  # lines above the story in which one of at most two candidates needs no further evidence
_MENU = re.compile(r"[|›»·©®]|\./|\s[-•]\s.{1,40}\s[-•]\s|[hH][tT]{2}[pP][sS]?://|@\w")
_MENU_WORD = re.compile(r"(?:home|beranda|baca|simak|lihat|tonton|ikuti|follow|gabung)\b", re.IGNORECASE)
_PICTURE = re.compile(r"\b(?:foto|image|photo|ilustrasi)\s?:", re.IGNORECASE)
_FEED_FOOTER = re.compile(
    r"(?:The post (?P<post>.{15,200}?) (?:appeared first|first appeared) on |Original Location: (?P<place>.{15,200})\Z)"
)
# A gallery's headline starts with a label, so it looks like a caption.
_GALLERY = re.compile(r"(?:FOTO|VIDEO|INFOGRAFIS|POTRET|GALERI)\s?: (?=\S)")
_UNFINISHED = ("-", "–", "—", ",", "|")  # at its end: the line holds a name or a date too
_GLUED_DATE = re.compile(
    r"[a-z](?:\d{1,2} [A-Z][a-z]{2,8} \d{4}|\d{4}-\d\d-\d\d|"
    r"(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[, (]{1,3}\d)"
)
_MIN_OVERLAP = 0.4  # share of a headline's longer words that the start of its story holds
_LONG_WORD = re.compile(r"\w{4,}")
_UNEXPLAINED_KINDS = {"title", "subtitle"}


@dataclass(frozen=True)
class Headline:
    """Title and subtitle, their evidence, and marks on every line that prints them."""

    title: str | None = None
    subtitle: str | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def find_headline(
    view: DocumentView, credit_lines: set[int], dateline: BodyDateline, stated_title: tuple[str, Evidence] | None
) -> Headline:
    """Find the headline of a document: `stated_title` from outside the text, else one from the head.

    `credit_lines` are the numbers of the lines known as bylines or date lines.
    """
    head_end = _find_story_start(view, credit_lines, dateline)
    if stated_title and _names_site_alone(view, stated_title, credit_lines, head_end, dateline):
        stated_title = None
    if stated_title:
        title, evidence = stated_title
        subtitle = _find_stated_subtitle(view, title)
        marks = _mark_title_repeats(view, title, head_end)
        title_evidence = [evidence, *([subtitle[1]] if subtitle else [])]
        return Headline(title, subtitle[0] if subtitle else None, tuple(title_evidence), tuple(marks))
    index = _find_structural_headline(view, credit_lines, head_end, dateline)
    if index is None:
        return _find_feed_headline(view)
    line = view.lines[index]
    title = strip_tags(line.text)
    if title.rstrip().endswith(_UNFINISHED) or _GLUED_DATE.search(title):
        return Headline()
    marks = [
        line.mark_span("title", "title.head"),
        *(m for m in _mark_title_repeats(view, title, head_end) if m.line != line.number),
    ]
    title_evidence_rows = [line.cite_evidence("title", "title.head", certainty="likely")]
    standfirst = _find_standfirst(view, index, head_end, title, credit_lines)
    standfirst_text = strip_tags(standfirst.text) if standfirst else None
    if standfirst:
        marks.append(standfirst.mark_span("subtitle", "subtitle.head"))
        title_evidence_rows.append(standfirst.cite_evidence("subtitle", "subtitle.head", certainty="likely"))
    return Headline(title, standfirst_text, tuple(title_evidence_rows), tuple(marks))


def _names_site_alone(
    view: DocumentView,
    stated_title: tuple[str, Evidence],
    credit_lines: set[int],
    head_end: int,
    dateline: BodyDateline,
) -> bool:
    """Return whether <title> alone states a title, and one of no word of the story, where the head prints another.

    Some sites give all their pages one <title>: their name and what they are.
    """
    title, evidence = stated_title
    if evidence.rule != "title.html_title":
        return False
    story_start = _fold_story_start(view)
    if any(word in story_start for word in _LONG_WORD.findall(title.casefold())):
        return False
    index = _find_structural_headline(view, credit_lines, head_end, dateline)
    return index is not None and _compute_word_overlap(view.lines[index], story_start) >= _MIN_OVERLAP


def _find_feed_headline(view: DocumentView) -> Headline:
    """Find the headline that a feed repeats below a syndicated story."""
    for line in view.lines[-4:]:
        match = _FEED_FOOTER.search(line.text, max(0, len(line.text) - 400))
        printed = match["post"] or match["place"] if match else ""
        if title := strip_tags(printed):
            return Headline(title, None, (line.cite_evidence("title", "title.feed-foot", printed, certainty="likely"),))
    return Headline()


def find_title_line(view: DocumentView, title: str | None) -> int | None:
    """Return the index of the line that prints a page's stated title.

    It is the last such line above the body, else the first within it; None for a text or where no such line prints it.
    """
    if not title or not view.is_page:
        return None
    folded_title = fold_text(title)
    shortest, longest = len(folded_title), 2 * len(title) + 20
    printed_indices = [
        index
        for index, line in enumerate(view.lines)
        if shortest <= len(line.text) <= longest and matches_folded(line, folded_title)
    ]
    indices_above = [index for index in printed_indices if index <= view.body_start + 2]
    indices_within = [index for index in printed_indices if index < view.body_end]
    return indices_above[-1] if indices_above else indices_within[0] if indices_within else None


def _find_stated_subtitle(view: DocumentView, title: str) -> tuple[str, Evidence] | None:
    """Return the first stated subtitle that differs from the title, and its evidence."""
    for candidate in view.find_candidates("subtitle"):
        text = strip_tags(candidate.value)
        if text and fold_text(text) != fold_text(title):
            rule = "record" if candidate.where == "record" else f"subtitle.{candidate.where}"
            return text, Evidence("subtitle", rule, None, candidate.value)
    return None


def _mark_title_repeats(view: DocumentView, title: str, head_end: int) -> list[Mark]:
    """Mark every line of the head, of the first two below it and of the last two of the body that prints the title."""
    folded_title = fold_text(title)
    lines = view.lines[: min(head_end + 2, len(view.lines))]
    foot_lines = [line for line in view.body_lines[-2:] if line not in lines]
    return [
        line.mark_span("title", "title.repeat")
        for line in (*lines, *foot_lines)
        if len(line.text) <= 400 and matches_folded(line, folded_title)
    ]


def _is_unexplained(line: MarkedLine) -> bool:
    """Return whether clean/ left a line of the head without a specific kind."""
    return line.kind in _UNEXPLAINED_KINDS or (line.kind == "nav" and line.rule == "head.unclaimed")


def _holds_day(view: DocumentView, index: int) -> bool:
    """Return whether a line that clean/ took for a date line is a title that holds a day."""
    line = view.lines[index]
    stamp = next(find_dates(line.text), None) if line.kind == "byline" else None
    return stamp is not None and is_title_with_day(line, stamp, view)


def _is_headline_like(line: MarkedLine, *, followed_by_credit: bool = False) -> bool:
    """Return whether a line could be a headline; `followed_by_credit` relaxes the least number of words."""
    text = strip_tags(line.text)
    return (
        (3 if followed_by_credit else 4) <= count_words(text) <= 25
        and 15 <= len(text) <= 220
        and (not text[0].islower() if text[0].isalpha() else text[0].isdigit() or text[0] in "\"'“‘[#")
        and (text[-1] not in ".,;:" or text.endswith("..."))
        and not any(stamp.time for stamp in find_dates(text))
        and sum(map(str.isdigit, text)) * 3 < len(text)
        and not _is_menu_text(_GALLERY.sub("", text, count=1) if ":" in text else text, may_invite=followed_by_credit)
    )


def _is_menu_text(text: str, *, may_invite: bool = False) -> bool:
    """Return whether a line is page furniture: a menu, a link, a caption or, unless it `may_invite`, an invitation."""
    return (
        (not may_invite and _MENU_WORD.match(text) is not None)
        or (":" in text and _PICTURE.search(text) is not None)
        or _MENU.search(text) is not None
    )


def _find_story_start(view: DocumentView, credit_lines: set[int], dateline: BodyDateline) -> int:
    """Return the index of the line where the story starts: its dateline, below the byline, or the first body line."""
    if dateline.line_index is not None:
        return dateline.line_index
    start = view.body_start
    within = range(start, min(start + 4, len(view.lines)))
    return max((index + 1 for index in within if view.lines[index].number in credit_lines), default=start)


def _find_structural_headline(
    view: DocumentView, credit_lines: set[int], head_end: int, dateline: BodyDateline
) -> int | None:
    """Return the index of the headline in the head, or None.

    A line marked as title comes first, then a line printed twice, then the best fit to the story and the byline.
    """
    head_indices = range(max(0, head_end - _HEAD_LINES), head_end)
    unexplained_indices = [
        index
        for index in head_indices
        if view.lines[index].number not in credit_lines
        and (
            _is_unexplained(view.lines[index])
            or _holds_day(view, index)
            or _is_above_credit(view, index, credit_lines)
            or _is_gallery_headline(view, index, credit_lines)
            or _is_followed_by_credit(view, index, credit_lines, dateline)
        )
    ]
    candidate_indices = [
        index
        for index in unexplained_indices
        if _is_headline_like(
            view.lines[index],
            followed_by_credit=_is_above_credit(view, index, credit_lines)
            or _is_followed_by_credit(view, index, credit_lines, dateline),
        )
    ]
    candidate_indices = _drop_captions(view, candidate_indices, credit_lines)
    if not candidate_indices:
        return None
    marked_indices = [index for index in candidate_indices if view.lines[index].kind == "title"]
    if marked_indices:
        return marked_indices[0]
    copies = Counter(fold_text(view.lines[index].text) for index in head_indices)
    repeated_indices = [index for index in candidate_indices if copies[fold_text(view.lines[index].text)] > 1]
    if repeated_indices:
        return repeated_indices[0]
    credited_indices = {
        index
        for index in head_indices
        if view.lines[index].number in credit_lines or view.lines[index].kind == "byline"
    }

    if len(candidate_indices) == 1 and head_end - candidate_indices[0] <= _NEAR_LINES:
        return candidate_indices[0]
    story_start = _fold_story_start(view)
    overlaps = {
        index: _compute_word_overlap(line, story_start if line.body_offset is None else _fold_story_start(view, line))
        for index, line in ((index, view.lines[index]) for index in candidate_indices)
    }
    scores = {
        index: overlaps[index] + 0.4 * (index + 1 in credited_indices) + 0.1 * (index - 1 in credited_indices)
        for index in candidate_indices
    }
    best = max(candidate_indices, key=lambda index: (scores[index], index))
    # The standfirst repeats more of the story's words, but the headline is the line above it.
    if best - 1 in overlaps and overlaps[best - 1] >= 0.5 * overlaps[best]:
        best -= 1
    is_above_credit = any(0 < index - best <= 2 for index in credited_indices)
    is_near = (head_end - best <= _NEAR_LINES or is_above_credit) and len(candidate_indices) <= 2
    return best if is_near or scores[best] >= _MIN_OVERLAP else None


def _is_above_credit(view: DocumentView, index: int, credit_lines: set[int]) -> bool:
    """Return whether a line that is no credit or menu stands right above a byline or date line."""
    line = view.lines[index]
    return (
        line.kind in {"nav", "title", "subtitle", "byline", "promo", "related"}
        and line.rule != "nav.menu"
        and line.number not in credit_lines
        and index + 1 < len(view.lines)
        and view.lines[index + 1].number in credit_lines
    )


def _drop_captions(view: DocumentView, candidate_indices: list[int], credit_lines: set[int]) -> list[int]:
    """Drop what stands between the byline and the story where a candidate stands above the byline: it is a caption."""
    credited = [index for index in range(view.body_start) if view.lines[index].number in credit_lines]
    if not credited or not any(0 < credited[-1] - index <= _NEAR_LINES for index in candidate_indices):
        return candidate_indices
    return [index for index in candidate_indices if index < credited[-1]]


def _is_gallery_headline(view: DocumentView, index: int, credit_lines: set[int]) -> bool:
    """Return whether a line is a gallery's headline: labelled, with a byline or date line right below it."""
    return _GALLERY.match(view.lines[index].text) is not None and view.lines[index + 1].number in credit_lines


def _is_followed_by_credit(view: DocumentView, index: int, credit_lines: set[int], dateline: BodyDateline) -> bool:
    """Return whether a body line is a headline because a byline, a date line or the dateline follows it.

    A standfirst may stand between the two, below the very first line.
    """
    if index > 2 or index + 1 >= len(view.lines) or view.lines[index].body_offset is None:
        return False
    credit_below = view.lines[index + 1].number in credit_lines or dateline.line_index == index + 1
    return credit_below or (index == 0 and _is_followed_by_credit(view, 1, credit_lines, dateline))


def _compute_word_overlap(line: MarkedLine, story_start: str) -> float:
    """Return the share of a line's longer words that the start of the story contains, 0 to 1."""
    words = set(_LONG_WORD.findall(strip_tags(line.text).casefold()))
    return sum(word in story_start for word in words) / len(words) if words else 0.0


def _fold_story_start(view: DocumentView, skipped_line: MarkedLine | None = None) -> str:
    """Return the first eight body lines without `skipped_line`, joined and case-folded, at most 4,000 characters."""
    return " ".join(line.text for line in view.body_lines[:8] if line is not skipped_line)[:4000].casefold()


def _find_standfirst(
    view: DocumentView, title_index: int, head_end: int, title: str, credit_lines: set[int]
) -> MarkedLine | None:
    """Find the standfirst: the first unexplained line between the headline and the body, credits aside."""
    for index in range(title_index + 1, head_end):
        line = view.lines[index]
        if line.number in credit_lines or line.kind in {"byline", "title"} or fold_text(line.text) == fold_text(title):
            continue
        if not _is_unexplained(line):
            return None
        word_count = count_words(strip_tags(line.text))
        if 4 <= word_count <= 60 and not _is_menu_text(line.text) and line.plain_text[0] not in "(-–":
            return line
        return None
    return None
