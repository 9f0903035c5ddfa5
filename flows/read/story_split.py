"""One text that holds many stories: detect it, and part it where the user says how.

Detected are only shapes that one story never has: separators between heads, the same labels again and again, date lines
under headlines with a story below each, and long lines that share no words. `--split` parts every text of a source:

    lines   each line that is not blank is a story
    blank   blank lines stand between stories; where runs of two and more are there, only those do
    REGEX   a line that matches (RE2, so in linear time) stands between stories; if it has letters it is the first line
            of the next story, else (====, ***) it goes
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_DETECTED: Final = 2_000_000  # characters that are looked at
_SEPARATOR: Final = re.compile(
    r"\s{0,20}(?:([=\-_*#~+.<>])(?:\s?\1){4,}|<\|?/?(?:end|sep|eos|endof)[\w|]{0,20}>|\[?(?:SEP|EOD|EOS)\]?)\s*\Z",
    re.IGNORECASE,
)
# Three marks are also the end of a story and a rule within one: what they separate must be dated.
_SHORT_SEPARATOR: Final = re.compile(r"\s{0,20}([=\-_*#~+])(?:\s?\1){2,3}\s{0,20}\Z")
_URL_LINE: Final = re.compile(r"\s{0,5}https?://\S{5,2000}\s{0,5}\Z")
_MONTHS: Final = "jan|feb|peb|mar|apr|mei|may|jun|jul|agu|ags|agt|aug|sep|okt|oct|nov|nop|des|dec"
_DATE_LINE: Final = re.compile(
    rf"(?:^|[\s,(|-])(?:\d{{1,2}}[\s-](?:{_MONTHS})[a-z]{{0,6}}\.?,?[\s-]\d{{4}}|(?:{_MONTHS})[a-z]{{0,6}}\.? \d{{1,2}}, \d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}|\d{{4}}-\d\d-\d\d)\b",  # noqa: E501
    re.IGNORECASE,
)
_TITLE_LABEL: Final = re.compile(
    r"\s{0,20}(?:[-*]\s{1,9})?[\"']?(?:judul|title|headline)[\"']?\s{0,20}(?:berita|artikel)?\s{0,20}\d{0,6}\s{0,20}[:=]\s{0,20}\S",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"\s{0,20}(?:berita|artikel|article|story|dokumen|document|doc)\s{0,20}(?:ke-?|no\.?|#)?\s{0,20}(\d{1,6})\s{0,20}[:.)-]?\s{0,20}\Z",
    re.IGNORECASE,
)
_CHAT_STAMP: Final = re.compile(
    r"[\u200e\ufeff]?\[?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4},?\s{1,3}"
    r"\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:\s?[AP]M)?\]?(?: -)? [^:\n]{1,60}:",
    re.IGNORECASE,
)
_HEAD_NUMBER: Final = re.compile(r"\d{1,4}[.)]\s{1,3}")
_SENTENCE_END: Final = re.compile(r"[.!?…][\"”’')\]]*\s{0,20}\Z")
_CAPITAL_DATELINE: Final = re.compile(
    r"\s{0,20}[A-Z][A-Z. ]{2,30}(?:,\s{0,20}[A-Z][\w.]{2,25})?\s{0,20}(?:\([\w. ]{2,30}\)\s{0,20})?"
    r"(?:--?|–|—|:)\s{0,20}[A-Z\"“]"
)
_WORD: Final = re.compile(r"[^\W\d_]{5,}")
_STORY_WORDS: Final = 40
_LINE_WORDS: Final = 60
_DATELINED_WORDS: Final = 30
_STORY_LINE_WORDS: Final = 200
_ALIKE: Final = 0.12
SPLITS: Final = ("lines", "blank")


class SplitError(ValueError):
    """A `--split` that cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story of a text: its number from 1, the line that it begins on, its words."""

    number: int
    line: int
    text: str


def check_split(split: str) -> None:
    """Check a `--split`. Raises SplitError where it is no linear-time regular expression."""
    if not split or split in SPLITS:
        return
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), split)
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        raise SplitError(f"{split!r} is neither lines nor blank nor a regular expression ({reason}).") from None


def split_stories(text: str, split: str) -> Iterator[Story]:
    """Split a text into its stories."""
    lines = text.split("\n")
    number = 0
    for first, block in _split_blocks(lines, split):
        story = "\n".join(block).strip("\n")
        if any(map(str.isalnum, story)):
            number += 1
            yield Story(number, first + 1, story)


def _split_blocks(lines: Sequence[str], split: str) -> Iterator[tuple[int, list[str]]]:
    if split == "lines":
        yield from ((at, [line]) for at, line in enumerate(lines) if line.strip())
        return
    if split == "blank":
        yield from _split_at_blanks(lines)
        return
    import pyarrow as pa
    import pyarrow.compute as pc

    separates = pc.match_substring_regex(
        pa.array([line.rstrip("\r") for line in lines], pa.large_string()), split
    ).to_pylist()
    first, block = 0, list[str]()
    for at, line in enumerate(lines):
        if separates[at]:
            yield first, block
            first, block = at, ([line] if any(map(str.isalpha, line)) else [])
        else:
            block.append(line)
    yield first, block


def _split_at_blanks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    runs: list[int] = []
    run = 0
    for line in [*lines, "x"]:
        if line.strip():
            if run:
                runs.append(run)
            run = 0
        else:
            run += 1
    inner = runs[:-1] if lines and not lines[-1].strip() else runs
    least = 2 if any(blank_count >= 2 for blank_count in inner) else 1
    first, block, run = 0, list[str](), 0
    for at, line in enumerate(lines):
        if not line.strip():
            run += 1
            continue
        if run >= least and block:
            yield first, block
            block = []
        elif run and block:
            block.append("")
        if not block:
            first = at
        block.append(line)
        run = 0
    yield first, block


def explain_many_articles(text: str) -> str | None:
    """Explain why a text holds many stories: the rest of a sentence; None where it reads as one."""
    text = text[:_DETECTED]
    lines = text.split("\n")
    for explain in (_explain_separators, _explain_addresses, _explain_labels, _explain_groups, _explain_lines):
        reason = explain(lines)
        if reason is not None:
            return reason
    return None


def _explain_separators(lines: Sequence[str]) -> str | None:
    at = [number for number, line in enumerate(lines) if _SEPARATOR.match(line)]
    is_short = not at
    at = at or [number for number, line in enumerate(lines) if _SHORT_SEPARATOR.match(line)]
    if not at:
        return None
    edges = [-1, *at, len(lines)]
    blocks = [[line for line in lines[start + 1 : end] if line.strip()] for start, end in itertools.pairwise(edges)]
    stories = [block for block in blocks if _count_words(block) >= _STORY_WORDS]
    headed = sum(_has_head(block) for block in stories)
    dated = sum(any(len(line) < 160 and _DATE_LINE.search(line) for line in block[:4]) for block in stories)
    if (
        len(stories) >= 2
        and (
            (dated >= max(2, len(stories) * 0.7))
            if is_short
            else dated >= 2 or (headed >= 3 and headed >= len(stories) * 0.7)
        )
        and len(stories) >= len(blocks) * 0.5
    ):
        mark, least = lines[at[0]].strip()[:1], 3 if is_short else 5
        return _sentence(
            len(stories), f"lines of {mark * least} between them", f"--split '^{re.escape(mark)}{{{least},}}'"
        )
    return None


def _explain_addresses(lines: Sequence[str]) -> str | None:
    """Explain a text whose stories each begin with the address that they were read from, and a headline below it."""
    solid = [line.strip() for line in lines if line.strip()]
    if not solid or _URL_LINE.match(solid[0]) is None:
        return None
    edges = [*(at for at, line in enumerate(solid) if _URL_LINE.match(line)), len(solid)]
    blocks = [solid[start + 1 : end] for start, end in itertools.pairwise(edges)]
    stories = [block for block in blocks if _count_words(block) >= _STORY_WORDS and _has_head(block)]
    if len(stories) < 2 or len(stories) < len(blocks) * 0.7:
        return None
    return _sentence(len(stories), "an address before each", "--split '^https?://'")


def _explain_labels(lines: Sequence[str]) -> str | None:
    titles = [number for number, line in enumerate(lines) if _TITLE_LABEL.match(line)]
    numbers = [number for number, line in enumerate(lines) if _NUMBERED.match(line)]
    stamps = [number for number, line in enumerate(lines) if _CHAT_STAMP.match(line)]
    for at, name, split in (
        (titles, "a label such as", None),
        (numbers, "numbered heads such as", None),
        (stamps, "the stamp of a chat", "--split '^\\[?[0-9]+[/.][0-9]+[/.][0-9]+'"),
    ):
        if len(at) < 2:
            continue
        edges = [*at, len(lines)]
        stories = sum(_count_words(lines[a:b]) >= _STORY_WORDS for a, b in itertools.pairwise(edges))
        if stories >= 2 and stories >= len(at) * 0.6:
            first_line = lines[at[0]].strip()
            label = re.match(r"[^\d:=]*", first_line)
            pattern = split or (f"--split '^{label[0].strip()}'" if label else "--split REGEX")
            return _sentence(stories, f'{name} "{first_line[:40]}" before each', pattern)
    return None


def _explain_groups(lines: Sequence[str]) -> str | None:
    """Headlines with a date line under each, and a story of sentences below."""
    solid = [line.strip() for line in lines if line.strip()]
    heads = [
        at
        for at, line in enumerate(solid)
        if len(line) < 120 and _DATE_LINE.search(line) and len(line.split()) <= 14 and _is_headline(solid, at)
    ]
    if len(heads) < 3:
        return None
    edges = [*heads, len(solid)]
    bodies = [
        sum(len(line.split()) for line in solid[a + 1 : b] if len(line.split()) >= 8 and _SENTENCE_END.search(line))
        for a, b in itertools.pairwise(edges)
    ]
    stories = sum(words >= 80 for words in bodies)
    if stories >= 3 and stories >= len(heads) * 0.7:
        return _sentence(
            stories, "a headline and a date before each", "--split blank, or --split REGEX with what each begins with"
        )
    return None


def _is_headline(lines: Sequence[str], at: int) -> bool:
    """Return True if the line above a date line, or above a byline between them, reads as a headline."""
    for above in (1, 2):
        if at - above < 0:
            return False
        line = _HEAD_NUMBER.sub("", lines[at - above], count=1)
        if (
            4 <= len(line.split()) <= 20
            and line[0].isupper()
            and not _SENTENCE_END.search(line)
            and not _DATE_LINE.search(line)
        ):
            return at - above == 0 or _SENTENCE_END.search(lines[at - above - 1]) is not None
    return False


def _explain_lines(lines: Sequence[str]) -> str | None:
    """Explain a text with a story a line: long lines, few short ones, that hardly share a word."""
    solid = [line for line in lines if line.strip()]
    if len(solid) < 3:
        return None
    datelines = [
        line
        for line in solid
        if len(line.split(None, _DATELINED_WORDS)) > _DATELINED_WORDS and _CAPITAL_DATELINE.match(line) is not None
    ]
    if len(datelines) >= 3 and len(datelines) >= len(solid) * 0.5:
        return _sentence(len(datelines), "a dateline at the start of each line", "--split lines")
    long = [line for line in solid if len(line.split(None, _LINE_WORDS)) > _LINE_WORDS]
    if len(long) < max(5, len(solid) * 0.7):
        return None
    words = [frozenset(map(str.casefold, _WORD.findall(line[:4000]))) for line in long[:60]]
    common = frozenset(
        word for word in frozenset().union(*words) if sum(word in line_words for line_words in words) > len(words) * 0.5
    )
    rare = [line_words - common for line_words in words]
    pairs = [(a, b) for a, b in itertools.pairwise(rare) if a and b]
    alike = sorted(len(a & b) / min(len(a), len(b)) for a, b in pairs)
    middle = alike[len(alike) // 2] if alike else 1.0
    sizes = sorted(len(line.split()) for line in long)
    if middle < _ALIKE and sizes[len(sizes) // 2] >= _STORY_LINE_WORDS:
        return _sentence(len(long), "a story on each line", "--split lines")
    return None


def _sentence(count: int, how: str, option: str) -> str:
    return (
        f"holds {count:,} stories, with {how}; one was expected. "
        f"Read each as an article of its own with {option}, or give each a file."
    )


def _count_words(lines: Sequence[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _has_head(block: Sequence[str]) -> bool:
    """Return True if a block begins as a story: with a headline or a dateline."""
    if len(block) < 2:
        return False
    first = block[0].strip()
    titled = 3 <= len(first.split()) <= 20 and _SENTENCE_END.search(first) is None and first[:1].isupper()
    return (titled and any(len(line.split()) >= 8 for line in block[1:6])) or _CAPITAL_DATELINE.match(first) is not None
