"""Position rules: label lines by where they stand (head, byline, caption, titles under a header, foot).

They take the cue of each line and the selected body lines, and give every line one kind and one rule.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import compress
from typing import Final, NamedTuple

from flows.clean.lines.line_table import DocumentLines, Line, is_continued_below
from flows.clean.rules.cues import Cue
from flows.clean.text.best_segment import BULLETS, is_list_item, is_prose
from flows.clean.text.body_lines import BodySelection
from flows.clean.text.comment_threads import find_comment_thread
from flows.clean.text.line_features import MIN_PROSE_WORDS
from flows.clean.text.story_continuations import find_continuation, find_prose_below_titles, is_sentence_of_story
from flows.outlets import Profile, dateline, load_registry, roles

_MAX_DISTANCE: Final = 15  # in lines, from the article to its bylines, captions and credits
_MAX_WORDS_BEFORE_DATELINE: Final = 120  # a dateline after more words belongs to another story
_MAX_LINES_TO_DATELINE, _MAX_PARAGRAPHS_TO_DATELINE = 8, 2
_MAX_HEAD_LINES, _MAX_HEADLINES = 12, 5
_MAX_SHARE_BEFORE_DATELINE: Final = 0.3
_MAX_TITLE_WORDS: Final = 22
_MIN_TITLE_WORDS: Final = 3
_MAX_TITLES_WITHIN_ARTICLE: Final = 5
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
_NAME_AND_OUTLET: Final = re.compile(r"[A-ZÀ-Þ][\w.'’ ,-]{2,60}? ?[-–|,] ?([A-Za-z][\w. ]{2,30})")
_SENTENCE: Final = re.compile(r"[a-z0-9)][.!?] [A-ZÀ-Þ]")
_MIN_LEAD_WORDS: Final = 16
_MAX_BYLINE_WORDS: Final = 16
_MIN_REPEAT_WORDS, _MIN_REPEAT_CHARS = 12, 60
_SURE_SCORE: Final = 0.88  # probability
_MIN_PARAGRAPHS_BELOW: Final = 3  # that the line model takes for the story, below a cue that ends no extracted text


class LineVerdict(NamedTuple):
    """The kind of a line and the rule that gave it."""

    kind: str
    rule: str


_HEAD: Final = LineVerdict("nav", "head.unclaimed")
_COMMENTS: Final = LineVerdict("widget", "text.comments")
_CONTENTS: Final = LineVerdict("nav", "head.toc")


@cache
def _build_cue_verdict(kind: str, rule: str) -> LineVerdict:
    """Return the verdict of a cue; pages have hundreds of lines with cues, and few different ones."""
    return LineVerdict(kind, rule)


def classify_lines(
    lines: DocumentLines,
    line_cues: Mapping[int, Cue],
    body: BodySelection,
    profile: Profile | None = None,
    outside_rule: str | None = None,
) -> list[LineVerdict]:
    """Return one verdict per line; `line_cues` has the cue of each line by index, in order.

    `profile` is that of the outlet, if known: its byline shapes and role words. `outside_rule` is the rule for lines
    that were not kept and have no cue; None: head.unclaimed, tail.unclaimed.
    """
    verdicts: list[LineVerdict | None] = [None] * len(lines)
    keep = list(body.keep)
    line_cues = {index: cue for index, cue in line_cues.items() if not is_sentence_of_story(lines.text[index], cue)}
    for index, cue in line_cues.items():
        verdicts[index], keep[index] = _build_cue_verdict(cue.kind, cue.id), False
    is_dump = body.rule != "body.extracted"
    for index in find_comment_thread(lines, keep):
        verdicts[index], keep[index] = _COMMENTS, False
    if outside_rule is None:
        _drop_after_end_cue(lines, line_cues, keep, body)
        if not is_dump:
            _drop_after_credits(lines, keep, profile)
    first_line = _find_article_start(lines, keep)
    keep[:first_line] = [False] * first_line
    last_line = len(keep) - 1 - keep[::-1].index(True) if True in keep else -1
    _mark_header_titles(lines, line_cues, verdicts, keep, first_line)
    _mark_bylines(lines, verdicts, first_line, profile)
    _mark_credits(lines, verdicts, keep, first_line, last_line, profile)
    _mark_captions(lines, verdicts, first_line)
    if is_dump:
        _mark_repeats(lines, verdicts, keep)
    body_verdict, outside_verdict = LineVerdict("body", body.rule), LineVerdict("nav", outside_rule or "tail.unclaimed")
    final_verdicts = [
        (body_verdict if is_kept else outside_verdict) if verdict is None else verdict
        for verdict, is_kept in zip(verdicts, keep, strict=True)
    ]
    for index in range(first_line if outside_rule is None else 0):
        if verdicts[index] is None:
            final_verdicts[index] = _CONTENTS if lines.text[index][0] in BULLETS else _HEAD
    return final_verdicts


def _find_article_start(lines: DocumentLines, keep: Sequence[bool]) -> int:
    """Return the first article line: a dateline near the top, else the first line that is no headline."""
    kept_lines = list(compress(range(len(keep)), keep))
    if not kept_lines:
        return len(lines)
    total = sum(compress(lines.word_counts, keep))
    words_before = paragraph_count = 0
    for index in kept_lines[:_MAX_LINES_TO_DATELINE]:
        if dateline.parse_dateline(lines.text[index], load_registry()):
            return index
        words_before += lines.word_counts[index]
        paragraph_count += is_prose(lines.text[index], lines.word_counts[index], lines.ends_sentence[index])
        if paragraph_count > _MAX_PARAGRAPHS_TO_DATELINE or words_before > min(
            _MAX_WORDS_BEFORE_DATELINE, max(_MAX_SHARE_BEFORE_DATELINE * total, 30)
        ):
            break
    headline_count = 0
    for position, index in enumerate(kept_lines[:_MAX_HEAD_LINES]):
        text, words, ends = lines.text[index], lines.word_counts[index], lines.ends_sentence[index]
        if text[0] in BULLETS and not ends:
            continue  # an entry of a table of contents, or of a summary in points
        if (
            is_prose(text, words, ends)
            or _is_unpunctuated_lead(text, words)
            or text[0].isdigit()
            or position + 1 == len(kept_lines)
        ):
            return index
        if is_continued_below(text, lines.text[kept_lines[position + 1]]):
            return index
        headline_count += 1
        if headline_count > _MAX_HEADLINES:
            break
    return kept_lines[0]


def _is_unpunctuated_lead(text: str, word_count: int) -> bool:
    """Check whether a line is a paragraph without full stop: sentences end within it, as in no headline."""
    return word_count >= _MIN_LEAD_WORDS and _SENTENCE.search(text[:600]) is not None


def _drop_after_end_cue(
    lines: DocumentLines, line_cues: Mapping[int, Cue], keep: list[bool], body: BodySelection
) -> None:
    """Drop the lines after a cue that ends articles, unless more kept words follow than stood before.

    Of a dump, paragraphs that the line model is sure of stay: such a header often stands within a story. A bare
    "Read more" ends no story that goes on just below its titles, nor does any header of other stories end an extracted
    text that goes on in prose below them. No cue ends an extracted text in which the line model takes several
    paragraphs below it for the story: "(or)" on a line of its own is no signature.
    """
    is_dump = body.rule != "body.extracted"
    limit = (0.65 if is_dump else 0.5) * sum(compress(lines.word_counts, keep))
    last_paragraphs = 0 if is_dump else _find_last_paragraphs(lines, body)
    words_before = at = 0
    for index, cue in line_cues.items():
        if not cue.ends or index < last_paragraphs:
            continue
        continuation = find_continuation(lines, line_cues, index)
        if continuation is None and cue.kind == "related" and not is_dump:
            continuation = find_prose_below_titles(lines, line_cues, index)
        if not (continuation is not None and keep[continuation]):
            words_before += sum(compress(lines.word_counts[at:index], keep[at:index]))
            at = index
            if words_before >= limit > 0:
                for below in range(index, len(lines)):
                    keep[below] = keep[below] and is_dump and _is_sure_paragraph(lines, body, below)
                return


def _find_last_paragraphs(lines: DocumentLines, body: BodySelection) -> int:
    """Find the first of the last paragraphs that more probably belong to the article than not; 0 where few do."""
    paragraph_count = 0
    for index in reversed(range(len(lines))):
        paragraph_count += _is_sure_paragraph(lines, body, index, 0.5)
        if paragraph_count == _MIN_PARAGRAPHS_BELOW:
            return index
    return 0


def _is_sure_paragraph(lines: DocumentLines, body: BodySelection, index: int, least_score: float = _SURE_SCORE) -> bool:
    """Check whether a line ends a sentence, has the words of a paragraph, and scores high as article."""
    score = body.scores[index]
    return (
        score is not None
        and score > least_score
        and lines.ends_sentence[index]
        and lines.word_counts[index] >= MIN_PROSE_WORDS
    )


def _drop_after_credits(lines: DocumentLines, keep: list[bool], profile: Profile | None) -> None:
    """Drop the lines of an extracted text below the role lines under its last paragraph."""
    prose_from_end = map(is_prose, reversed(lines.text), reversed(lines.word_counts), reversed(lines.ends_sentence))
    last = next(
        (len(lines) - at for at, is_paragraph in enumerate(prose_from_end, 1) if is_paragraph and keep[-at]), None
    )
    has_credit = False
    for index in range(last + 1, len(lines)) if last is not None else ():
        label = _find_line_role(lines, index, profile)
        if label is not None and label.credit:
            has_credit = True
        elif has_credit:
            keep[index] = False


def _find_line_role(lines: DocumentLines, index: int, profile: Profile | None) -> roles.RoleLabel | None:
    """Return the role label of a short line without sentence end, or None."""
    if lines.word_counts[index] > _MAX_BYLINE_WORDS or lines.ends_sentence[index]:
        return None
    return roles.find_role_label(lines.text[index], profile)


def _mark_header_titles(
    lines: DocumentLines,
    line_cues: Mapping[int, Cue],
    verdicts: list[LineVerdict | None],
    keep: list[bool],
    first_line: int,
) -> None:
    """Mark the lines under a header: titles of other stories, tags, the author box.

    Above the article a header may be the name of the section; the lines from it to a byline are this story's title.
    """
    last_sentence = len(lines) - 1  # the last line that is kept and ends a sentence; lines are only taken from `keep`
    for index, cue in line_cues.items():
        if not cue.takes:
            continue
        while last_sentence >= 0 and not (keep[last_sentence] and lines.ends_sentence[last_sentence]):
            last_sentence -= 1
        is_within_article = True in keep[index + 1 :]
        titles_left = min(cue.takes, _MAX_TITLES_WITHIN_ARTICLE) if is_within_article else cue.takes
        # Below a header behind the last paragraph the titles go on until a blank line.
        closes_article = cue.kind == "related" and last_sentence <= index
        item_verdict = LineVerdict(cue.kind, f"{cue.id}.item")
        for below in range(index + 1, len(lines)):
            text, word_count, other_cue = lines.text[below], lines.word_counts[below], line_cues.get(below)
            if below < first_line and other_cue is None and _is_byline_line(text, word_count):
                for title in range(index + 1, below):
                    verdicts[title] = (
                        LineVerdict(line_cues[title].kind, line_cues[title].id) if title in line_cues else None
                    )
                break
            goes_on = closes_article and lines.gap[below] == 0 and word_count >= _MIN_TITLE_WORDS
            if (titles_left <= 0 and not goes_on) or (other_cue is not None and (cue.takes > 3 or other_cue is cue)):
                break
            if other_cue is None:
                if word_count > _MAX_TITLE_WORDS or (
                    is_prose(text, word_count, lines.ends_sentence[below]) and not text.endswith("?")
                ):
                    break
                if is_within_article and is_list_item(text) and keep[below]:
                    break
                verdicts[below] = item_verdict
                keep[below] = False
            elif other_cue.kind not in (cue.kind, "widget", "credit"):
                break
            titles_left -= 1


def _is_byline_line(text: str, word_count: int) -> bool:
    """Check whether a short line has a date or a role word."""
    return word_count <= _MAX_BYLINE_WORDS and bool(_DATE.search(text) or roles.find_role_label(text))


def _mark_bylines(
    lines: DocumentLines, verdicts: list[LineVerdict | None], first_line: int, profile: Profile | None
) -> None:
    """Mark bylines just above the article: byline shapes of the outlet, dates, and a name beside an outlet's name."""
    for index in range(max(0, first_line - _MAX_DISTANCE), first_line):
        text = lines.text[index]
        if verdicts[index] is not None or lines.word_counts[index] > _MAX_BYLINE_WORDS:
            continue
        if profile and any(byline.pattern.fullmatch(text) for byline in profile.bylines):
            verdicts[index] = LineVerdict("byline", f"profile.{profile.name}.byline")
        elif _DIGIT.search(text) and _DATE.search(text):
            verdicts[index] = LineVerdict("byline", "byline.date")
        elif (signed := _NAME_AND_OUTLET.fullmatch(text)) and load_registry().find_by_name(signed[1]):
            verdicts[index] = LineVerdict("byline", "byline.outlet")


def _mark_credits(
    lines: DocumentLines,
    verdicts: list[LineVerdict | None],
    keep: list[bool],
    first_line: int,
    last_line: int,
    profile: Profile | None,
) -> None:
    """Mark role lines above the article as byline, those at its end as credit, and the name beside each."""
    around = [
        *range(max(0, first_line - _MAX_DISTANCE), first_line),
        *range(max(first_line, last_line - 3), min(len(lines), last_line + 1 + _MAX_DISTANCE)),
    ]
    for index in around:
        verdict = verdicts[index]
        if verdict is not None and verdict.kind not in ("nav", "footer", "credit"):
            continue
        label = _find_line_role(lines, index, profile)
        if label is None:
            continue
        kind = "byline" if index < first_line else "credit"
        verdicts[index] = LineVerdict(kind, f"{kind}.role")
        keep[index] = False
        if label.credit:
            continue
        # A name stands below its role word, in some lists above it.
        for beside in (index + 1, index - 1):
            inside = 0 <= beside < len(lines) and (beside < first_line or beside > first_line)
            if inside and verdicts[beside] is None and _is_name(lines[beside]):
                verdicts[beside] = LineVerdict(kind, f"{kind}.name")
                keep[beside] = False
                break


def _is_name(line: Line) -> bool:
    """Check whether a line is a name alone, or the rest of a role line whose role word stands on the line above."""
    if line.ends_sentence or line.word_count > _MAX_BYLINE_WORDS:
        return False
    return line.text[0] == ":" or _NAME.fullmatch(line.text) is not None


def _mark_captions(lines: DocumentLines, verdicts: list[LineVerdict | None], first_line: int) -> None:
    """Mark repeats of a caption, and lines above the article that say who stands left and right."""
    caption_texts = {
        text for text, verdict in zip(lines.text, verdicts, strict=True) if verdict and verdict.kind == "caption"
    }
    for index in range(max(0, first_line - _MAX_DISTANCE), first_line):
        if verdicts[index] is None and lines.word_counts[index] >= 6 and _POSE.search(lines.text[index][:600]):
            verdicts[index] = LineVerdict("caption", "caption.pose")
    for index, text in enumerate(lines.text if caption_texts else ()):
        if verdicts[index] is None and lines.word_counts[index] >= 4 and text in caption_texts:
            verdicts[index] = LineVerdict("caption", "caption.repeat")


def _mark_repeats(lines: DocumentLines, verdicts: list[LineVerdict | None], keep: Sequence[bool]) -> None:
    """Mark a paragraph that stands twice: its second copy is a teaser. A short line counts right behind such a copy."""
    seen_texts: set[str] = set()
    is_copy = False
    for index in compress(range(len(keep)), keep):
        text = lines.text[index]
        is_long = lines.word_counts[index] >= _MIN_REPEAT_WORDS and len(text) > _MIN_REPEAT_CHARS
        is_copy = text in seen_texts and (is_long or is_copy)
        if is_copy:
            verdicts[index] = LineVerdict("nav", "body.repeat")
        seen_texts.add(text)
