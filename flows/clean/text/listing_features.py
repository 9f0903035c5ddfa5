"""What a page is like as a whole, once its lines have scores: the figures that tell a listing from a story.

A story is one long run of paragraphs that the net is sure of, under a headline that shares its words. A listing is
many short groups of lines alike: titles, dates, prices, "read more", the same words at even distances; and one of its
paragraphs takes up little of what another says. Counted in Python, for the few pages in doubt.
"""

import re
from collections import Counter
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.line_table import Lines
from flows.clean.rules.prefilter import openings

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_PROSE, _PARAGRAPH = 10, 25  # words
_STRAYS: Final = (0, 2, 6)  # other lines that may stand between two lines of one run
_LAGS: Final = 15
_SIZES: Final = np.array([2, 4, 7, 11, 20, 40])
_SEEN: Final = 200  # characters of a line that a pattern is asked of
_ABOVE: Final = 25  # lines above the longest run in which its headline may stand
_OFTEN: Final = 3
_TIMES, _EVEN = 4, 0.5  # lines that stand there as often, and how far their distances may differ to be even
_PARAGRAPHS, _SAID, _STEM = 120, 3_000, 7  # paragraphs, characters of each and of its words, that cohesion looks at
_MONTHS: Final = "jan|feb|mar|apr|may|mei|jun|jul|agu|aug|ogo|sep|okt|oct|nov|nop|des|dec|dis"
# Of each sign: the most words of its line, one of which it has where it has no digit, and its pattern; once more for
# small letters of ASCII, of which no other case is to be thought.
_SIGNS: Final = tuple(
    (most, words.split(), re.compile(pattern, re.IGNORECASE), re.compile(pattern, re.ASCII))
    for most, words, pattern in (
        (
            16,
            "ago",
            rf"\b\d{{1,2}}(?:st|nd|rd|th)?[ -](?:{_MONTHS})[a-z]{{0,6}}\.?,?[ -]\d{{4}}\b"
            rf"|\b(?:{_MONTHS})[a-z]{{0,6}}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}}\b|$)"
            r"|\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{4}-\d{2}-\d{2}\b"
            r"|\b(?:\d{1,3}|an?) (?:min|minute|hour|hr|day|week|month|year)s? ago\b"
            r"|\b\d{1,3} (?:menit|jam|hari|minggu|bulan) (?:yang )?lalu\b",
        ),
        (999, "usd idr", r"[$€£¥] ?\d|\d ?[$€£]|\b(?:r(?:m? ?|p\.? ?)\d|(?:usd|idr)\b)"),
        (
            6,
            "review star rating comment views ulasan komentar terjual",
            r"^\(?\d[\d,.]{0,9}k?\)?$|\b(?:reviews?|stars?|ratings?|comments?|views|ulasan|komentar|terjual)\b",
        ),
    )
)
# Of each sign that a line opens with: the most words of its line, the first two letters, and its pattern.
_OPENINGS: Final = tuple(
    (most, {opening[:2] for opening in openings(pattern)}, re.compile(pattern, re.IGNORECASE))
    for most, pattern in (
        (5, r"(?:read|view|see|show|load|learn|shop|find|explore|discover|more|next|all|quick|add|compare|buy|apply|"
            r"register|enroll|details|lihat|baca|selengkapnya|muat|beli|tambah|semua|berikutnya)\b"),
        (8, r"(?:by|oleh|von|par|por)\b[ :]?"),
    )
)  # fmt: skip
_DIGIT: Final = re.compile(r"\d")
_AS_ASCII: Final = "\u017f\u0131\u0130\u212a"  # what a pattern that ignores case takes for letters of ASCII
_LONG_WORD, _LONG_IN_ASCII = re.compile(r"[^\W\d_]{5,}"), re.compile("[a-z]{5,}")  # the second of small letters
_QUOTES: Final = re.compile('["“”]')


def shape(lines: Lines, figures: Floats, scores: Floats) -> Floats:
    """The figures of one document of at least one line; `figures` as of features.line_features, `scores` of the net."""
    words = np.maximum(np.array(lines.words, np.float64), 1)
    ends = np.array(lines.ends)
    stops = figures[:, 7].astype(np.float64)
    likely = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -30, 30)))
    count, total = len(lines), words.sum()
    prose = ends & (words >= _PROSE)
    several = ends & (words >= _PARAGRAPH) & (stops >= 2)
    keep = scores > 0
    sure = keep & prose
    told: list[float] = []
    for mask in (prose, several, keep, sure):
        at = np.flatnonzero(mask)
        for stray in _STRAYS:
            told += _runs(at, words, stray, total)
    for mask in (prose, keep, sure):
        told += _sizes(words[mask], stops[mask])
    told += [prose.sum(), several.sum(), words[several].sum() / total, words[prose].sum() / total]
    told += [np.log1p(count), np.log1p(total), total / count]
    told += _islands(keep, words) + _apart(np.flatnonzero(prose))

    low, high = _longest(sure, words)
    heads = (words >= 4) & (words <= 16) & ~ends
    broken = np.array([text.endswith(("…", "...")) for text in lines.text])
    for mask in (words <= 4, heads, broken, *_signs(lines, figures[:, 11] > 0)):
        told += [np.log1p(np.count_nonzero(mask)), _share(mask), _share(mask[low:high]) if low < high else 0.0]
    told += _rhythm(np.digitize(words, _SIZES) * 4 + ends * 2 + (figures[:, 20] > 0))
    places = _places(lines)
    told += _copies(lines, places) + _evenly(places, count)
    told += _headline(lines, heads, low, high)
    told += [low / count, high / count, words[low:high].sum() / total, likely[low:high].mean() if low < high else 0.0]
    for mask, column in ((prose, 27), (keep, 26), (keep, 27)):
        told.append(float(figures[mask, column].mean()) if mask.any() else 0.0)
    quotes = [_QUOTES.search(text) is not None for text in compress(lines.text, prose.tolist())]
    told += [sum("?" in text for text in lines.text) / count, sum(quotes) / max(len(quotes), 1)]
    told += _cohesion([text[:_SAID] for text in list(compress(lines.text, prose.tolist()))[:_PARAGRAPHS]])
    return np.array(told, np.float32)


def _share(mask: Mask) -> float:
    return np.count_nonzero(mask) / len(mask)


def _signs(lines: Lines, digits: Mask) -> list[Mask]:
    """Which lines show each sign. Those with digits may, and those with a word of it, as far as that can be told."""
    seen = [text[:_SEEN] for text in lines.text]
    small = [text.lower() for text in seen]
    plain = [text.isascii() for text in seen]
    shown = "\n".join(seen)
    if any(char in shown for char in _AS_ASCII):
        digits = digits | [not own for own in plain]
    elif not shown.isascii():
        digits = digits | [not own and _DIGIT.search(text) is not None for text, own in zip(seen, plain, strict=True)]
    whole, numbered, found = "\n".join(small), np.flatnonzero(digits).tolist(), []
    for most, needs, sign, in_ascii in _SIGNS:
        asked = set(numbered)
        for need in needs:
            if need in whole:
                asked.update(index for index, low in enumerate(small) if need in low)
        few = (index for index in asked if lines.words[index] <= most)
        found.append([at for at in few if (in_ascii.search(small[at]) if plain[at] else sign.search(seen[at]))])
    for most, firsts, sign in _OPENINGS:
        short = (index for index, count in enumerate(lines.words) if count <= most)
        may = (index for index in short if small[index][:2] in firsts or not plain[index])
        found.append([index for index in may if sign.match(seen[index])])
    masks = np.zeros((len(found), len(seen)), bool)
    for mask, those in zip(masks, found, strict=True):
        mask[those] = True
    return list(masks)


def _runs(places: Places, words: Numbers, stray: int, total: float) -> list[float]:
    """Of the runs of these lines: the longest in words and lines, its shares, and the next one beside it."""
    if not len(places):
        return [0.0] * 5
    starts = _starts(places, stray)
    sums = np.add.reduceat(words[places], starts)
    best, ranked = int(np.argmax(sums)), np.sort(sums)[::-1]
    lines = float(_end(starts, best, len(places)) - starts[best])
    second = ranked[1] / ranked[0] if len(ranked) > 1 else 0.0
    return [float(np.log1p(ranked[0])), lines, ranked[0] / total, second, ranked[0] / sums.sum()]


def _starts(places: Places, stray: int) -> Places:
    """Which of these lines, of which there is one, begin a run: others than so many strays stand above."""
    return np.concatenate(([0], np.flatnonzero(places[1:] - places[:-1] > stray + 1) + 1))


def _end(starts: Places, run: int, count: int) -> int:
    """Where a run ends among so many places."""
    return int(starts[run + 1]) if run + 1 < len(starts) else count


def _longest(mask: Mask, words: Numbers) -> tuple[int, int]:
    """The first line of the longest run of these lines, and the one behind its last."""
    places = np.flatnonzero(mask)
    if not len(places):
        return 0, 0
    starts = _starts(places, _STRAYS[-1])
    best = int(np.argmax(np.add.reduceat(words[places], starts)))
    return int(places[starts[best]]), int(places[_end(starts, best, len(places)) - 1]) + 1


def _sizes(words: Numbers, stops: Numbers) -> list[float]:
    if not len(words):
        return [0.0] * 5
    return [words.mean(), words.std(), _ninth_tenth(words), stops.mean(), (stops >= 2).mean()]


def _ninth_tenth(words: Numbers) -> float:
    """As np.percentile(words, 90), a tenth of whose time goes into finding it."""
    ranked = np.sort(words)
    at = 0.9 * (len(words) - 1)
    below = int(at)
    low, high, part = ranked[below], ranked[min(below + 1, len(words) - 1)], at - below
    return float(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))


def _islands(keep: Mask, words: Numbers) -> list[float]:
    """Of the stretches of kept lines: how many, how unlike in size, the middle size, how far apart and how evenly."""
    places = np.flatnonzero(keep)
    if not len(places):
        return [0.0] * 6
    starts = _starts(places, 0)
    sums = np.add.reduceat(words[places], starts)
    shares = sums / sums.sum()
    apart = np.diff(places[starts]) if len(starts) > 1 else np.zeros(1)
    unlike = float(-(shares * np.log(shares)).sum())
    return [len(starts), unlike, float(np.median(sums)), len(starts) / len(keep), apart.mean(), apart.std()]


def _apart(places: Places) -> list[float]:
    """How far paragraphs stand from the next: next to each other in a story, three to eight lines in a listing."""
    gaps = np.diff(places)
    if not len(gaps):
        return [99.0, 0.0, 0.0, 0.0]
    return [float(np.median(gaps)), (gaps == 1).mean(), ((gaps >= 3) & (gaps <= 8)).mean(), (gaps > 8).mean()]


def _rhythm(kinds: Places) -> list[float]:
    """How much likelier than by chance a line is like one some lines above: at the best lag, the next line, chance."""
    chance = float(((np.bincount(kinds) / len(kinds)) ** 2).sum())
    lags = range(1, min(_LAGS, len(kinds) - 8) + 1)
    alike = [_share(kinds[lag:] == kinds[:-lag]) - chance for lag in lags]
    return [max(alike[1:], default=0.0), alike[0], chance] if alike else [0.0, 0.0, chance]


def _places(lines: Lines) -> list[list[int]]:
    """Where each different line stands."""
    places: dict[str, list[int]] = {}
    for index, text in enumerate(lines.text):
        places.setdefault(text, []).append(index)
    return list(places.values())


def _copies(lines: Lines, places: list[list[int]]) -> list[float]:
    """Lines that stand there again and again, and the commonest first word."""
    count, times = len(lines), list(map(len, places))
    first = Counter(
        [text.partition(" ")[0].lower() for text, words in zip(lines.text, lines.words, strict=True) if words >= 3]
    )
    return [
        sum(copies for copies in times if copies >= 3) / count,
        sum(copies for copies in times if copies >= 2) / count,
        max(times),
        len(places) / count,
        max(first.values(), default=0) / count,
    ]


def _evenly(places: list[list[int]], count: int) -> list[float]:
    """Lines that stand there often: how many, what share; those at even distances, as the buttons of items are."""
    often = [own for own in places if len(own) >= _TIMES]
    even = [len(own) for own, gaps in zip(often, map(np.diff, often), strict=True) if gaps.std() < _EVEN * gaps.mean()]
    return [len(often), sum(map(len, often)) / count, len(even), max(even, default=0), sum(even) / count]


def _cohesion(paragraphs: list[str]) -> list[float]:
    """How much of its longer words a paragraph shares with the next, a far one, all: a story keeps to its own."""
    stems = [{word[:_STEM] for word in _long_words(text.lower())} for text in paragraphs]
    count = len(stems)
    if count < 2:
        return [-1.0] * 9
    spread = Counter(stem for own in stems for stem in own)
    near = [_shared(one, other) for one, other in pairwise(stems)]
    far = [_shared(one, stems[(at + count // 2) % count]) for at, one in enumerate(stems)] if count > 3 else [0.0]
    # Of words that are as frequent the first in the alphabet, so that the same text says the same.
    most = sorted(spread, key=lambda stem: (-spread[stem], stem))[:5]
    shares = [spread[stem] / count for stem in most]
    reach: dict[str, tuple[int, int]] = {}
    for at, own in enumerate(stems):
        for stem in own:
            reach[stem] = (reach.get(stem, (at, at))[0], at)
    spans = sorted((last - first) / count for stem, (first, last) in reach.items() if spread[stem] >= _OFTEN)
    next_to, apart = float(np.mean(near)), float(np.mean(far))
    return [
        next_to,
        float(np.median(near)),
        apart,
        next_to - apart,
        sum(times for times in spread.values() if times > 1) / max(spread.total(), 1),
        shares[0] if shares else 0.0,
        sum(shares) / max(len(shares), 1),
        sum(spans) / len(spans) if spans else -1.0,
        sum(not own.isdisjoint(most) for own in stems) / count,
    ]


def _long_words(small: str) -> list[str]:
    """Of a text in small letters."""
    return (_LONG_IN_ASCII if small.isascii() else _LONG_WORD).findall(small)


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _headline(lines: Lines, heads: Mask, low: int, high: int) -> list[float]:
    """How many of a headline's longer words the longest run says, how far above it stands, how it repeats words."""
    run = [word for text in lines.text[low:high] for word in _long_words(text.lower())]
    said, best, far = Counter(run), 0.0, 99
    for index in range(max(0, low - _ABOVE), min(low + 3, len(lines))):
        own = set(_long_words(lines.text[index].lower())) if heads[index] else set()
        share = len(own & said.keys()) / len(own) if len(own) >= 2 else 0.0
        if share > best:
            best, far = share, low - index
    return [best, far, 1 - len(said) / max(len(run), 1), max(said.values(), default=0) / max(len(run), 1)]
