"""Clutter inside prose: what opens a line of its own there, and where that line ends.

    find_clutter_lines(text, start, end, gaps) -> (start, end) of each, in order, none overlapping

Used where the line breaks of a text are lost: what is found becomes a line, and the cues of whole lines then name it.
A pattern here never cuts anything by itself.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from flows.clean.lines.lexicon import load_rule_file
from flows.clean.rules.linked_titles import end_title, is_title_case
from flows.clean.rules.names_end import OPENER_AHEAD, find_names_end, find_words_end

_RULES: Final = load_rule_file("openings.toml")
# How the patterns begin: looking for these costs far less than the patterns.
_BEGINNINGS: Final[tuple[str, ...]] = tuple(_RULES["beginnings"])
_GROUPS: Final = {"itself": "fixed", "title": "title", "stop": "stop", "value": "value", "sign-off": "sign"}
_OPENING: Final = re.compile(
    "|".join(f"(?P<{_GROUPS[rule['until']]}>{'|'.join(rule['patterns'])})" for rule in _RULES["opening"])
)
# Glued to a word without any mark: only what cannot be anything else.
_GLUED_ON: Final = re.compile(
    r"(?:Baca Juga|BACA JUGA|Baca juga)\s?:|Baca berita dengan (?:sedikit|lebih)|Gabung ke Channel|SCROLL TO|"
    r"ADVERTISEMENT|Sumber\s?:\s?[A-Z]|Scroll ke bawah untuk|Advertisement|Laporan [Ww]artawan |"
    r"(?:Penulis|Reporter|Pewarta|Oleh|Editor)\s?:"
)
_SENTENCE_END: Final = re.compile(r"[.!?](?:[\"”’)]{1,2})?(?=\s|$)|[.!?](?=[A-Z])")
_SITE_BEFORE: Final = re.compile(r"\b(?:Kompas|KOMPAS|Tempo|co|Liputan6|detik)\Z")  # the stop is of an address
_ENDED: Final = frozenset(".!?…\"”’)]>*:;,|'")
_BARE: Final = re.compile(r"[\s,]*(?:$|[\"“])")
_PERSON_LABELS: Final = (
    "Pe",
    "Rep",
    "Red:",
    "Red :",
    "Redaktur",
    "Kontributor",
    "Editor",
    "Oleh",
    "Laporan",
    "LAPORAN",
)
_COPYRIGHT_YEAR: Final = re.compile(rf"[^\n.!?]{{0,40}}?\b(?:19|20)\d\d(?={OPENER_AHEAD})")
_NAMES_TITLE: Final = re.compile(r"(?: dengan judul:?\s?)(?P<quote>[\"“'‘])?")
_QUOTES: Final = {'"': '"', "“": "”", "'": "'", "‘": "’"}
# The end of an appeal without a stop: a word that opens sentences follows the channel.
_CHANNEL: Final = re.compile(
    r"(?:[Ww]hats ?[Aa]pp(?: [Cc]hannel)?|Google News|Telegram|You[Tt]ube|kami)"
    rf"(?={OPENER_AHEAD})"
)
_JOINING_COMMA: Final = re.compile(r",\s(?=[\"“‘A-Z])")
_MAX_QUOTED_CHARS: Final = 120
_MAX_SENTENCE_CHARS: Final = 330
_MAX_CLOSED_CHARS: Final = 220  # of a title that may be all of what is left
_SIGNED_WITHIN: Final = 400  # characters of the end
_NEAR: Final = 60  # characters
_HANDLE: Final = re.compile(r"[a-z]{3,12}(?=\s|[A-Z]|$|-)")


def find_clutter_lines(
    text: str, start: int, end: int, gaps: Sequence[tuple[int, int]], *, joined_by_commas: bool = False
) -> list[tuple[int, int]]:
    """Return the pieces of text[start:end] that stood on a line of their own; `gaps` are breaks known already.

    `joined_by_commas`: commas with a blank joined the lines of the text, so a title of another story ends at one.
    """
    gap_starts, gap_ends = [gap[0] for gap in gaps], {gap[1] for gap in gaps}
    openings = _find_openings(text, start, end)
    opened_at = [opening.start() for opening in openings]
    lines: list[tuple[int, int]] = []
    reached = start
    for opening in openings:
        if opening.start() < reached or not _may_open(text, opening, start, reached, gap_ends):
            continue
        next_gap = bisect_left(gap_starts, opening.end())
        limit = min(gap_starts[next_gap] if next_gap < len(gap_starts) else end, end)
        next_opening = bisect_left(opened_at, opening.end())
        following = opened_at[next_opening] if next_opening < len(opened_at) else limit
        stop = _find_end(text, opening, limit, min(following, limit), joined_by_commas)
        if stop is not None and stop > opening.start():
            lines.append((opening.start(), stop))
            reached = stop
    return lines


def _find_openings(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Return what may open a line of clutter, in the order of the text."""
    places = set()
    for beginning in _BEGINNINGS:
        at = text.find(beginning, start, end)
        while at >= 0:
            places.add(at)
            at = text.find(beginning, at + 1, end)
    openings = []
    for at in sorted(places):
        before = text[at - 1] if at > start else " "
        if before in "([" or ((before.isalnum() or before in "@/#-_") and not _GLUED_ON.match(text, at, end)):
            continue
        opening = _OPENING.match(text, at, end)
        if opening and (not opening["sign"] or _signs(text, opening)):
            openings.append(opening)
    return openings


def _may_open(text: str, opening: re.Match[str], start: int, reached: int, gap_ends: set[int]) -> bool:
    """Tell whether a line can begin here: at a break, behind a sentence's end or other clutter; some anywhere."""
    at = opening.start()
    if at in gap_ends or at == start or (text[at - 1].isalnum() and _GLUED_ON.match(text, at)):
        return True
    if reached > start and at - reached < _NEAR and not text[reached:at].strip(" ,\xa0"):
        return True
    last = text[max(start, at - _NEAR) : at].rstrip()[-1:]
    if not last:
        return True
    if opening["fixed"]:
        return last in _ENDED or not opening["fixed"].startswith(("Advertisement", "CNBC Indonesia"))
    if header := opening["title"]:
        if header.startswith(":"):
            return last in '.!?"”'
        if header[0].islower() or not header.strip().endswith((":", "-", "»", ">", "|", "–")):
            return last in _ENDED
        return "uga" in header or "UGA" in header or last in _ENDED
    if opening["stop"] and opening["stop"].startswith(("Artikel ini", "Berita ini")):
        return True
    if opening["value"] and opening["value"].startswith(("Pewarta", "Copyright", "©", "Editor", "Laporan")):
        return True
    return last in _ENDED


def _signs(text: str, opening: re.Match[str]) -> bool:
    """Tell whether a name in brackets stands where a sign-off does: behind a sentence, near the end of all."""
    at = opening.start()
    return at > len(text) - _SIGNED_WITHIN and text[max(0, at - _NEAR) : at].rstrip()[-1:] in tuple('.!?"”')


def _find_end(text: str, opening: re.Match[str], limit: int, following: int, joined_by_commas: bool) -> int | None:
    """Return where the line that opens with this match ends; None where it is no line of its own."""
    at = opening.end()
    if opening["fixed"]:
        return at
    if opening["sign"]:
        return at if following - at < _NEAR and not text[at:following].strip(" .*,") else None
    if opening["title"]:
        return _find_title_end(text, opening, limit, following, joined_by_commas)
    if opening["stop"]:
        return _find_stop(text, opening, limit, following)
    return _find_value_end(text, opening, limit, following)


def _find_title_end(text: str, opening: re.Match[str], limit: int, following: int, joined_by_commas: bool) -> int:
    """Return the end of the other story's title; of the header where there is none, or where that is not sure."""
    at, header = opening.end(), opening[0].rstrip()
    header_end = opening.start() + len(header)
    if (
        at >= limit
        or _BARE.match(text, at, limit)
        or (text[at] in '"“' and not _opens_quoted_title(text, at, following))
    ):
        return header_end
    if header[-1:].isalpha() and not is_title_case(text, at, limit):
        return header_end  # a bare header, and the story goes on
    if joined_by_commas:
        # The title goes to the next comma, unless a sentence ends before it.
        joiner = _JOINING_COMMA.search(text, at, following)
        if _SENTENCE_END.search(text, at, joiner.start() if joiner else following):
            return header_end
        if joiner:
            return joiner.start()
    # What is left up to the next line may be short and without a sentence: then the title may well be all of it.
    is_closed = False
    if following - at <= _MAX_CLOSED_CHARS:
        remaining = text[at:following].rstrip()
        is_closed = remaining[-1:] not in tuple('."”') and _SENTENCE_END.search(remaining[:-1].rstrip(".!?")) is None
    title_end = end_title(text, at, following, closed=is_closed)
    if title_end is not None:
        return title_end
    return opening.start() if header.startswith(":") else header_end


def _opens_quoted_title(text: str, at: int, limit: int) -> bool:
    """Tell whether the quotation mark at `at` opens a title and no speech."""
    close = text.find(_QUOTES[text[at]], at + 1, min(limit, at + _MAX_QUOTED_CHARS))
    return close > 0 and text[close - 1] not in ",."


def _find_stop(text: str, opening: re.Match[str], limit: int, following: int) -> int | None:
    """Return the end of the sentence, or of the title that it names; None where it is too far away."""
    titled = _NAMES_TITLE.search(text, opening.end(), min(limit, opening.end() + _NEAR))
    if titled and " ini " in opening[0].lower():
        return _find_named_title_end(text, titled, limit, following)
    if channel := _CHANNEL.search(text, opening.end(), min(following, opening.start() + _MAX_SENTENCE_CHARS)):
        return channel.end()
    for end in _SENTENCE_END.finditer(text, opening.end(), min(following, opening.start() + _MAX_SENTENCE_CHARS)):
        if _SITE_BEFORE.search(text, max(0, end.start() - 12), end.start()) is None:
            return end.end()
    return following if following - opening.start() < _MAX_SENTENCE_CHARS else None


def _find_named_title_end(text: str, titled: re.Match[str], limit: int, following: int) -> int:
    """Return the end of the title behind "dengan judul"."""
    at = titled.end()
    if titled["quote"]:
        close = text.find(_QUOTES[titled["quote"]], at, min(limit, at + _MAX_CLOSED_CHARS))
        return close + 1 if close > 0 else min(limit, at + _MAX_CLOSED_CHARS)
    is_near = following - at < _MAX_CLOSED_CHARS
    if is_near and not text[following : following + _NEAR].strip():
        return following  # the last words of all
    title_end = end_title(text, at, following, closed=is_near)
    return title_end if title_end is not None else following if is_near else at


def _find_value_end(text: str, opening: re.Match[str], limit: int, following: int) -> int | None:
    """Return the end of a label's value: names and words with a capital; of a copyright line its sentence's end.

    None where names run into a sentence.
    """
    label, at = opening[0], opening.end()
    if label.startswith(("Copyright", "COPYRIGHT", "©", "Hak")):
        if year := _COPYRIGHT_YEAR.match(text, at, limit):
            return year.end()
        ends = (end.end() for end in _SENTENCE_END.finditer(text, at, limit))
        return next((end for end in ends if end - opening.start() > _NEAR // 2), limit)
    if label[0] in "PREK" and (handle := _HANDLE.match(text, at, following)):
        remaining = text[handle.end() : handle.end() + _NEAR].lstrip()
        if not remaining or remaining[0] in "-–|," or remaining[0].isupper():
            return handle.end()  # "Reporter: wanda": the name a writer goes by in the newsroom
    if label.startswith(_PERSON_LABELS):
        names_end = find_names_end(text, at, following)
        # No name and no line's end behind the label: the story uses the word ("Editor: itulah panggilan mereka.").
        return None if names_end == at and text[at : at + 1].islower() else names_end
    return find_words_end(text, at, following)
