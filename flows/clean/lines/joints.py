"""Where the lines of a text that lost them were joined: by commas, by nothing at all, by a wide blank.

    find_joints(text, start, end) -> Joints: the gaps between recovered lines, and joining commas inside a line

A gap is what stood between two lines: (start, end) in code points, empty where they were glued. Numbers, decimals,
names, abbreviations and addresses keep their stops and commas. Every pattern begins with a literal or a small class,
since a pattern that may begin anywhere costs ten times as much.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from flows.clean.lines.lexicon import load_recovery_words
from flows.outlets import load_registry

Gap = tuple[int, int]

_OPENERS: Final = '"“‘«([-–•*@#'
_CLOSERS: Final = "\"”’»)]'"
_STOPS: Final = ".!?…"
_COMMA_RUN: Final = re.compile(r",[^\S\n]*(?:,[^\S\n]*)*")
# A stop (and what closes behind it) that meets a capital or an opening mark without a blank.
_GLUED_STOP: Final = re.compile(r"[.!?…,)][.!?…]{0,8}[\"”’)\]]{0,8}(?=[\"“‘(\[]*[A-ZÀ-Þ])")
_GLUED_ITEM: Final = re.compile(r"(?:- |[•▪●►] ?)(?=[A-Z])|\d{1,2}\. ?(?=[A-Z])")
_GLUED_QUOTE: Final = re.compile(r"“(?<=[a-z0-9]“)")
_CAMEL: Final = re.compile(r"[A-Z](?:(?<=[a-zà-ÿ0-9)][A-Z])(?:[a-z]{2}|[A-Z]{2})|(?<=[A-Z]{3})[a-z]{3})")
_CLOCK: Final = re.compile(r"WI(?:(?<=\d WI)|(?<=\dWI))(?:B|TA|T(?!A))(?=[A-Z])")
_WIDE_BLANK: Final = re.compile(r"[ \xa0](?<![ \xa0]{2})[ \xa0]+(?=[\"“‘A-Z])")
_ITEM: Final = re.compile(r"\d{1,2}\. [A-Z]")
_PRICE: Final = re.compile(r"(\.\d{3})\d{1,2}\. ?\Z")
_WORD_BEFORE: Final = re.compile(r"[^\s,;:\"“”'()\[\]]{0,40}\Z")
_WORD: Final = re.compile(r"[^\W\d_]+")
_PLAIN_WORD: Final = re.compile(r"[\"“‘(]*([A-ZÀ-Þ][\w'’-]+)([ ,:]) ?[\"“a-zA-Z0-9]")
_TOKENS: Final = re.compile(r"\w+")
_TOKEN_BEFORE: Final = re.compile(r"\w{1,30}\Z")
_ADDRESS: Final = re.compile(r"(?i:https?:|www\.|\w@|/\S*/|\.(?:com|co|id|net|org|tv|go|ac|my)\b)")
_DOMAIN_BEFORE: Final = re.compile(r"\.(?:TV|ID|id|CO|COM)\Z")
_DOMAINS: Final = load_recovery_words("domains")
# Abbreviations whose stop ends no sentence, in small letters; a single letter is one too.
_ABBREVIATIONS: Final = load_recovery_words("abbreviations")
_CLOSING_ABBREVIATIONS: Final = load_recovery_words("closing_abbreviations")  # they end sentences as well
_LINKING_WORDS: Final = load_recovery_words("linking")
_OPENING_WORDS: Final = load_recovery_words("opening")
_BRAND_BEGINNINGS: Final = load_recovery_words("brand_beginnings")
_BRANDS: Final = load_recovery_words("brands")
_MAX_LINK_WORDS: Final = 7  # of an inline link between two commas


class Joints(NamedTuple):
    """Gaps between lines, in the order of the text, and the joining commas inside a line; `style` of the joins."""

    gaps: list[Gap]
    commas: list[Gap]
    style: str  # comma | glued | blank


def find_joints(text: str, start: int, end: int, *, strict: bool = False) -> Joints:
    """Return the joints of one physical line of a document, text[start:end].

    `strict`: the document has lines, so that only what can hardly be anything else is a joint.
    """
    gaps, commas, is_joined = _find_comma_joints(text, start, end, strict=strict)
    glued = _find_glued_stops(text, start, end, strict=strict)
    style = "comma" if is_joined else "glued" if len(glued) > 1 else "blank"
    if len(glued) > 1:
        glued += _find_camel_joints(text, start, end)
        glued += _find_glued_items(text, start, end)
    glued += [(match.end(), match.end()) for match in _CLOCK.finditer(text, start, end)]
    wide = []
    if not strict and (text.find("  ", start, end) >= 0 or text.find("\xa0", start, end) >= 0):
        wide = [match.span() for match in _WIDE_BLANK.finditer(text, start, end) if text[match.start() - 1] in '.!?”"']
    return Joints(_merge_gaps([*gaps, *glued, *wide]), commas, style)


def holds_joint(text: str, start: int, end: int) -> bool:
    """Tell whether a line holds a glued sentence end or joining commas at all."""
    return (
        text.find(",,", start, end) >= 0
        or text.find(".,", start, end) >= 0
        or text.find('",', start, end) >= 0
        or text.find(", ,", start, end) >= 0
        or _GLUED_STOP.search(text, start, end) is not None
    )


def _merge_gaps(gaps: list[Gap]) -> list[Gap]:
    """Return gaps in the order of the text, those that touch as one."""
    merged: list[Gap] = []
    for gap in sorted(gaps):
        if merged and gap[0] <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], gap[1]))
        else:
            merged.append(gap)
    return merged


def _find_comma_joints(text: str, start: int, end: int, *, strict: bool = False) -> tuple[list[Gap], list[Gap], bool]:
    """Return gaps at joining commas, joining commas inside a line, and whether commas joined the whole text."""
    runs = _find_comma_runs(text, start, end)
    if strict:
        runs = [run for run in runs if text[run[0] - 1] not in "\"'" or text.count(",", *run) > 1]
    if not runs:
        return [], [], False
    certain_joints = [
        run for run in runs if start < run[0] and run[1] < end and _ends_here(text, run[0]) and _opens(text, run[1])
    ]
    many = [run for run in runs if text.count(",", *run) > 1]
    is_joined = len(certain_joints) > 1 or (len(certain_joints) > 0 and len(many) > 0) or len(many) > 3
    gaps: list[Gap] = []
    commas: list[Gap] = []
    for number, run in enumerate(runs):
        count = text.count(",", *run)
        if run[0] == start or run[1] == end:
            gaps.append(run)  # before the first word or behind the last
        elif (is_joined and (_ends_here(text, run[0]) or text[run[0] - 1] == ":") and _opens(text, run[1])) or (
            is_joined and _is_joint(text, run, count, runs[number + 1] if number + 1 < len(runs) else (end, end))
        ):
            gaps.append(run)
        elif count > 1:
            commas.append(_select_surplus(text, run))
        elif is_joined and text[run[0]] == "," and run[1] == run[0] + 1 and _stands_between_words(text, run):
            commas.append(run)
    return gaps, [gap for gap in commas if gap[0] < gap[1]], is_joined


def _find_comma_runs(text: str, start: int, end: int) -> list[Gap]:
    """Return the runs of commas, with the blanks around them, that are no plain comma behind a word."""
    runs = []
    for match in _COMMA_RUN.finditer(text, start, end):
        first, last = match.span()
        if first > start and last - first == 2 and text[last - 1] == " " and text[first - 1].isalnum():
            continue
        while first > start and text[first - 1].isspace():
            first -= 1
        while last < end and text[last].isspace():
            last += 1
        if (
            first < match.start()
            or last - match.start() != 2
            or text[match.start() - 1] in _STOPS
            or first == start
            or text[match.start() + 1] != " "
        ):
            runs.append((first, last))
    return runs


def _ends_here(text: str, at: int) -> bool:
    """Tell whether a sentence ends before `at`."""
    place = at - 1
    while place >= 0 and (text[place] in _CLOSERS or text[place].isspace()):
        place -= 1
    if place < 0 or text[place] not in _STOPS:
        return False
    return text[place] != "." or not is_abbreviation(text, place)


def is_abbreviation(text: str, at: int) -> bool:
    """Tell whether the stop at `at` belongs to the word before it."""
    match = _WORD_BEFORE.search(text, max(0, at - 24), at)
    word = match[0].lower() if match else ""
    return (len(word) == 1 and word.isalpha()) or word in _ABBREVIATIONS or ("." in word and len(word) < 6)


def _opens(text: str, at: int) -> bool:
    """Tell whether a line could begin at `at`."""
    if text[at] == '"':
        return text[at + 1 : at + 2].isalnum()  # else it closes
    return text[at].isupper() or text[at].isdigit() or text[at] in _OPENERS


def _is_joint(text: str, run: Gap, count: int, next_run: Gap) -> bool:
    """Tell whether commas behind no sentence end joined two lines: a subhead, a list, or else an inline link."""
    before, behind = text[run[0] - 1], text[run[1]]
    if text[run[1] - 1] != "," or not _opens(text, run[1]):
        return False
    if count == 1 and before.isdigit() and behind.isdigit() and not _ITEM.match(text, run[1]):
        return False
    if count == 1 and text[run[0]] != ",":
        return False
    word = _WORD_BEFORE.search(text, max(0, run[0] - 24), run[0])
    if before == "(" or (word and word[0].lower() in _LINKING_WORDS):
        return False
    if next_run[0] < len(text) and next_run[1] < len(text):
        goes_on = text[next_run[1]].islower() or text[next_run[1]] in ".;)"
        words = text[run[1] : next_run[0]].count(" ") + 1
        if goes_on and words < _MAX_LINK_WORDS and not _ends_here(text, next_run[0]):
            return False
    return True


def _select_surplus(text: str, run: Gap) -> Gap:
    """Return the commas of a run that belong to no sentence: all but the first, or all behind a stop or bracket."""
    first = text.index(",", *run)
    if text[run[0] - 1] in "([-–—" or text[run[0] - 1] in _STOPS or text[run[1]] in ".;:)":
        return run
    return first + 1, text.rindex(",", *run) + 1


def _stands_between_words(text: str, run: Gap) -> bool:
    """Tell whether letters stand on both sides."""
    return text[run[0] - 1].isalpha() and text[run[1]].isalpha()


def _find_glued_stops(text: str, start: int, end: int, *, strict: bool = False) -> list[Gap]:
    """Return gaps of no width where a sentence end meets the next sentence."""
    gaps: list[Gap] = []
    counted_from = start
    for match in _GLUED_STOP.finditer(text, start, end):
        stop, at = match.start(), match.end()
        if text[stop] == ")" and text[stop + 1] in _STOPS:
            stop += 1
        mark = text[stop]
        if stop == start or not _is_glued(text, stop, at, mark) or (strict and not _joins_sentences(text, stop, at)):
            continue
        if '"' in text[stop:at] and text.count('"', counted_from, stop) % 2 == 0:
            at = text.index('"', stop)  # it opens what follows
        counted_from = at
        gaps.append((at, at))
    return gaps


def _joins_sentences(text: str, stop: int, at: int) -> bool:
    """Tell whether a word in small letters or a closing mark stands before the stop, and a plain word behind."""
    before, behind = _WORD_BEFORE.search(text, max(0, stop - 40), stop), _PLAIN_WORD.match(text, at)
    left_word = before[0].rpartition("/")[2] if before else ""
    if behind is None or text[stop] not in _STOPS:
        return False
    if left_word.islower() and left_word.isalpha():
        return len(left_word) > 2
    return not left_word or left_word[-1] in "%)" or (left_word.isalnum() and behind[1][1:].islower())


def _is_glued(text: str, stop: int, at: int, mark: str) -> bool:
    """Tell whether what begins with the mark at `stop` ends a sentence and what begins at `at` is the next."""
    before = text[stop - 1]
    if mark == ",":
        return text[stop + 1 : at] == "”"
    if mark == ")":
        return at == stop + 1 and before.isalnum() and text[at : at + 2].istitle() and text[at + 1 : at + 2].islower()
    if not (before.isalnum() or before in ')]”’"%'):
        return False
    return mark != "." or _is_glued_full_stop(text, stop, at)


def _is_glued_full_stop(text: str, stop: int, at: int) -> bool:
    """Tell whether the full stop at `stop` ends a sentence, and is none of an abbreviation, an address or a degree."""
    before = _WORD_BEFORE.search(text, max(0, stop - 40), stop)
    behind = _WORD.search(text, at, at + 40)
    if before is None or behind is None:
        return False
    left_word, right = before[0], behind[0]
    if (is_abbreviation(text, stop) and left_word.lower() not in _CLOSING_ABBREVIATIONS) or right.lower() in _DOMAINS:
        return False
    if _ADDRESS.search(left_word) or (len(right) == 1 and not (left_word.islower() and len(left_word) > 2)):
        return False
    if left_word.isupper() and right.isupper() and at == stop + 1:
        return False
    return len(left_word) > 1 or not left_word.isalpha()


def _find_glued_items(text: str, start: int, end: int) -> list[Gap]:
    """Return gaps of no width before bullets, list numbers and quotes that are glued to the line above."""
    gaps = []
    for match in _GLUED_ITEM.finditer(text, start + 1, end):
        at = match.start()
        before = text[at - 1]
        if match[0][0].isdigit():
            if before.isdigit():  # "Rp30.0002. Bandara": thousands have three digits, the rest is the list's number
                price = _PRICE.search(text, max(start, at - 6), match.end())
                at, glued = (price.end(1), True) if price else (at, False)
            else:
                glued = before.isalpha() or before in ").:;"
            number = match[0][-1] == " " or before.isalpha()
        else:
            glued = (before.isalnum() or before in ").:;") and not _DOMAIN_BEFORE.search(text, max(0, at - 4), at)
            number = True
        if glued and number:
            gaps.append((at, at))
    gaps += [(match.start(), match.start()) for match in _GLUED_QUOTE.finditer(text, start, end)]
    return gaps


def _find_camel_joints(text: str, start: int, end: int) -> list[Gap]:
    """Return gaps of no width where a line without a stop meets the next one inside what looks like a word."""
    gaps = []
    words: set[str] = set()
    for match in _CAMEL.finditer(text, start + 1, end):
        at = match.start()
        before, behind = _TOKEN_BEFORE.search(text, max(start, at - 30), at), _WORD.match(text, at)
        if behind is None:
            continue
        right = behind[0]
        left_word = before[0] if before else ""
        if not _may_part(left_word, right):
            continue
        if right.lower() in _OPENING_WORDS or not left_word or left_word.isdigit():
            gaps.append((at, at))
        elif len(left_word) > 2 and len(right) > 2 and text.count(left_word + right, start, end) == 1:
            words = words or set(_TOKENS.findall(text, start, end))
            if (
                (left_word.islower() and len(left_word) > 3)
                or left_word.lower() in _load_brand_words()
                or left_word in words
                or right in words
                or right.lower() in words
            ):
                gaps.append((at, at))
    return gaps


def find_glued_words(text: str, start: int, end: int) -> list[int]:
    """Return where a word in small letters meets a capital, in a head whose lines are glued; brands are left whole."""
    return [
        match.start()
        for match in _CAMEL.finditer(text, start + 1, end)
        if text[match.start() - 1].islower() and may_part_words(text, match.start())
    ]


def may_part_words(text: str, at: int) -> bool:
    """Tell whether what looks like one word around `at` may be two: it is no brand that is written so."""
    before, behind = _TOKEN_BEFORE.search(text, max(0, at - 30), at), _WORD.match(text, at)
    return behind is not None and _may_part(before[0] if before else "", behind[0])


def _may_part(left_word: str, right: str) -> bool:
    """Tell whether these two are no brand together."""
    joined_word = (left_word + right).lower()
    is_brand = joined_word in _BRANDS or joined_word in _load_brand_words() or left_word.lower() in _BRAND_BEGINNINGS
    return not is_brand and len(left_word) != 1


@cache
def _load_brand_words() -> frozenset[str]:
    """Return the words of outlets' names in small letters: KabarSDGs is one word."""
    names = load_registry().printed_spellings
    return frozenset(word.lower() for name in names for word in _WORD.findall(name))
