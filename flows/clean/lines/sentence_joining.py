"""Sentences that a scraper broke over lines where an inline link stood, joined again.

    join_sentences(lines) -> the lines with the pieces of each broken sentence on one

A line goes on in the next where it does not end and the next begins small, with a comma or a bracket; a name may stand
alone between two halves. Lists, poems, subheads and captions stay lines: what is joined must hold a real sentence.
"""

import re
from collections.abc import Sequence
from typing import Final

from flows.clean.lines.lexicon import is_indonesian, load_recovery_words

_SUSPECT: Final = re.compile(r"\n[a-z,.;)]|\(\n")
_ENDED: Final = re.compile(r"[.!?:;\"”’)\]…*|]\s*\Z")
_SMALL: Final = re.compile(r"(?![a-z]{1,12}[A-Z])[a-z]|[.,;)]")  # moveBuddha and iPhone open a line
_NUMBERED: Final = re.compile(r"(?:[a-z]|[ivx]{1,4})[.)]\s")
_NO_BLANK_BEFORE: Final = re.compile(r"[,.;:!?)\]”]|[b-hj-z](?=$|[\s,.)])")
_HYPHEN_AT_END: Final = re.compile(r"[^\W\d_]-\Z")
_LINKING: Final = load_recovery_words("sentence_linking")
_NAME_WORDS: Final = 7
_MAX_FRAGMENT_WORDS: Final = 12
_CLAUSE: Final = 8  # words of a line that is a sentence's half
_MAX_PIECES: Final = 64  # of a broken sentence; more lines that seem to go on are a list
_SENTENCE_INSIDE: Final = re.compile(r"[a-z0-9)\"”][.!?](?:\s|\Z)")


def join_sentences(lines: Sequence[str]) -> list[str]:
    """Join the lines of each broken sentence; a text without one is returned at once.

    Only in Indonesian and Malay: in other languages lines that begin small are as often code, lists and verse.
    """
    text = "\n".join(lines)
    if _SUSPECT.search(text) is None or not is_indonesian(text):
        return list(lines)
    joined: list[str] = []
    at = 0
    while at < len(lines):
        group = _gather_group(lines, at)
        if 1 < len(group) < _MAX_PIECES and _is_sentence(group):
            joined.append(join_pieces(group))
            at += len(group)
        else:
            joined.append(lines[at])
            at += 1
    return joined


def _gather_group(lines: Sequence[str], at: int) -> list[str]:
    """Return the line and those that continue it, at most _MAX_PIECES."""
    group = [lines[at]]
    while at + len(group) < len(lines) and len(group) < _MAX_PIECES:
        index = at + len(group)
        if not _goes_on(group, lines, index):
            break
        group.append(lines[index])
    return group


def _goes_on(group: Sequence[str], lines: Sequence[str], index: int) -> bool:
    """Return True if the sentence of the group continues in lines[here]."""
    last, line = group[-1], lines[index]
    if last.endswith(("(", " “")):
        return True
    if _NUMBERED.match(line):
        return False
    if line[0] in ",;)" or line in ".?!":
        return not last.endswith((".", "!", "?", ":")) or line[0] == ")"
    if _ENDED.search(last):
        return False
    if _SMALL.match(line):
        return True
    if len(group) > 1 and _SMALL.match(last) and last.count(" ") < _MAX_FRAGMENT_WORDS and _is_name(line):
        return True  # a half that does not end goes on, with whatever name
    return _is_open(group) and _is_name(line) and index + 1 < len(lines) and _continues(lines, index + 1)


def _is_open(group: Sequence[str]) -> bool:
    """Return True if the group so far is the first half of a sentence and no subhead."""
    last = group[-1]
    word = last.rsplit(None, 1)[-1].lower()
    return (
        len(group) > 1
        or word in _LINKING
        or last[-1] == ","
        or last.count(" ") >= _CLAUSE
        or bool(_SENTENCE_INSIDE.search(last))
    )


def _is_name(line: str) -> bool:
    """Tell whether a line is short and no sentence, as a linked name is."""
    return line.count(" ") < _NAME_WORDS and _ENDED.search(line) is None and line[0] not in "-•*"


def _continues(lines: Sequence[str], index: int) -> bool:
    """Return True if lines[here], or the line after one more name, begins as the rest of a sentence."""
    line = lines[index]
    if _NUMBERED.match(line):
        return False
    return _SMALL.match(line) is not None or line[0] in ",;)(" or line in ".?!"


def _is_sentence(group: Sequence[str]) -> bool:
    """Return True if the pieces are prose: one is long, or a sentence ends in them."""
    words = sum(piece.count(" ") + 1 for piece in group)
    if group[-1] in ".?!":
        return True
    if len(group) > 2 and all(piece[0].islower() for piece in group):
        return False  # a list in small letters
    return words >= _CLAUSE and (
        any(piece.count(" ") >= _CLAUSE for piece in group) or _SENTENCE_INSIDE.search(join_pieces(group)) is not None
    )


def join_pieces(pieces: Sequence[str]) -> str:
    """Return pieces of one sentence on one line, with a blank between where one belongs."""
    sentence = pieces[0]
    for piece in pieces[1:]:
        is_glued = _NO_BLANK_BEFORE.match(piece) or sentence.endswith(("(", " “")) or _HYPHEN_AT_END.search(sentence)
        blank = "" if is_glued else " "
        sentence += blank + piece
    return sentence
