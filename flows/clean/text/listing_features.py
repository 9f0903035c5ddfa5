"""Layout features of a whole page, given the scores of its lines, that tell a listing from a story.

A story is one long run of paragraphs with high scores, under a headline that shares its words. A listing has many short
groups of similar lines: titles, dates, prices, "read more", the same words at even distances; and its paragraphs share
few words with one another. The features are computed in Python, for the few pages in doubt.
"""

import re
from collections import Counter
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.line_table import DocumentLines
from flows.clean.rules.prefilter import find_opening_prefixes

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_MIN_PROSE_WORDS, _MIN_PARAGRAPH_WORDS = 10, 25
_MAX_STRAY_LINES: Final = (0, 2, 6)  # between two lines of one run; each gives features of its own
_MAX_LAG: Final = 15
_SIZE_BOUNDS: Final = np.array([2, 4, 7, 11, 20, 40])
_MAX_SEEN_CHARS: Final = 200  # per line, for the sign patterns
_MAX_LINES_ABOVE: Final = 25  # above the longest run, where its headline may stand
_MIN_PARAGRAPHS_OF_STEM: Final = 3
_MIN_COPIES, _MAX_SPACING_DEVIATION = 4, 0.5  # of a frequent line; of even distances, relative to their mean
_MAX_PARAGRAPHS, _MAX_PARAGRAPH_CHARS, _STEM_CHARS = 120, 3_000, 7  # limits of the cohesion features
_MONTHS: Final = "jan|feb|mar|apr|may|mei|jun|jul|agu|aug|ogo|sep|okt|oct|nov|nop|des|dec|dis"
# Per sign: maximum words of its line, words of which a line without digits has one, its pattern, and its pattern for
# ASCII lines in lower case, which need not ignore case.
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
# Per sign at the beginning of a line: maximum words of the line, possible first two letters, pattern.
_OPENING_SIGNS: Final = tuple(
    (most, {opening[:2] for opening in find_opening_prefixes(pattern)}, re.compile(pattern, re.IGNORECASE))
    for most, pattern in (
        (5, r"(?:read|view|see|show|load|learn|shop|find|explore|discover|more|next|all|quick|add|compare|buy|apply|"
            r"register|enroll|details|lihat|baca|selengkapnya|muat|beli|tambah|semua|berikutnya)\b"),
        (8, r"(?:by|oleh|von|par|por)\b[ :]?"),
    )
)  # fmt: skip
_DIGIT: Final = re.compile(r"\d")
_ASCII_CASE_VARIANTS: Final = "\u017f\u0131\u0130\u212a"  # match ASCII letters where a regex ignores case
_LONG_WORD, _LONG_ASCII_WORD = re.compile(r"[^\W\d_]{5,}"), re.compile("[a-z]{5,}")  # the second for lower case
_QUOTES: Final = re.compile('["“”]')


def compute_page_features(lines: DocumentLines, line_features: Floats, scores: Floats) -> Floats:
    """Return the features of one document of at least one line, given its line features and line scores."""
    word_counts = np.maximum(np.array(lines.word_counts, np.float64), 1)
    ends_sentence = np.array(lines.ends_sentence)
    stops = line_features[:, 7].astype(np.float64)
    probabilities = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -30, 30)))
    count, total = len(lines), word_counts.sum()
    is_prose = ends_sentence & (word_counts >= _MIN_PROSE_WORDS)
    is_paragraph = ends_sentence & (word_counts >= _MIN_PARAGRAPH_WORDS) & (stops >= 2)
    is_kept = scores > 0
    is_sure_prose = is_kept & is_prose
    features: list[float] = []
    for mask in (is_prose, is_paragraph, is_kept, is_sure_prose):
        at = np.flatnonzero(mask)
        for stray in _MAX_STRAY_LINES:
            features += _describe_runs(at, word_counts, stray, total)
    for mask in (is_prose, is_kept, is_sure_prose):
        features += _describe_sizes(word_counts[mask], stops[mask])
    features += [
        is_prose.sum(),
        is_paragraph.sum(),
        word_counts[is_paragraph].sum() / total,
        word_counts[is_prose].sum() / total,
    ]
    features += [np.log1p(count), np.log1p(total), total / count]
    features += _describe_islands(is_kept, word_counts) + _describe_gaps(np.flatnonzero(is_prose))

    low, high = _find_longest_run(is_sure_prose, word_counts)
    is_headline_like = (word_counts >= 4) & (word_counts <= 16) & ~ends_sentence
    is_truncated = np.array([text.endswith(("…", "...")) for text in lines.text])
    for mask in (word_counts <= 4, is_headline_like, is_truncated, *_flag_sign_lines(lines, line_features[:, 11] > 0)):
        features += [
            np.log1p(np.count_nonzero(mask)),
            _compute_share(mask),
            _compute_share(mask[low:high]) if low < high else 0.0,
        ]
    features += _measure_rhythm(
        np.digitize(word_counts, _SIZE_BOUNDS) * 4 + ends_sentence * 2 + (line_features[:, 20] > 0)
    )
    equal_lines = _group_equal_lines(lines)
    features += _describe_copies(lines, equal_lines) + _measure_even_spacing(equal_lines, count)
    features += _measure_headline_match(lines, is_headline_like, low, high)
    features += [
        low / count,
        high / count,
        word_counts[low:high].sum() / total,
        probabilities[low:high].mean() if low < high else 0.0,
    ]
    for mask, column in ((is_prose, 27), (is_kept, 26), (is_kept, 27)):
        features.append(float(line_features[mask, column].mean()) if mask.any() else 0.0)
    quotes = [_QUOTES.search(text) is not None for text in compress(lines.text, is_prose.tolist())]
    features += [sum("?" in text for text in lines.text) / count, sum(quotes) / max(len(quotes), 1)]
    features += _measure_cohesion(
        [text[:_MAX_PARAGRAPH_CHARS] for text in list(compress(lines.text, is_prose.tolist()))[:_MAX_PARAGRAPHS]]
    )
    return np.array(features, np.float32)


def _compute_share(mask: Mask) -> float:
    """Return the share of True in a mask."""
    return np.count_nonzero(mask) / len(mask)


def _flag_sign_lines(lines: DocumentLines, has_digit: Mask) -> list[Mask]:
    """Return per sign which lines show it; only lines with a digit or with one of its words are searched."""
    beginnings = [text[:_MAX_SEEN_CHARS] for text in lines.text]
    lowercase_lines = [text.lower() for text in beginnings]
    is_ascii_line = [text.isascii() for text in beginnings]
    joined_text = "\n".join(beginnings)
    if any(char in joined_text for char in _ASCII_CASE_VARIANTS):
        has_digit = has_digit | [not is_ascii for is_ascii in is_ascii_line]
    elif not joined_text.isascii():
        has_digit = has_digit | [
            not is_ascii and _DIGIT.search(text) is not None
            for text, is_ascii in zip(beginnings, is_ascii_line, strict=True)
        ]
    lowercase_text, numbered, lines_by_sign = "\n".join(lowercase_lines), np.flatnonzero(has_digit).tolist(), []
    for max_words, required_words, sign, in_ascii in _SIGNS:
        candidates = set(numbered)
        for required_word in required_words:
            if required_word in lowercase_text:
                candidates.update(index for index, low in enumerate(lowercase_lines) if required_word in low)
        short_candidates = (index for index in candidates if lines.word_counts[index] <= max_words)
        lines_by_sign.append(
            [
                at
                for at in short_candidates
                if (in_ascii.search(lowercase_lines[at]) if is_ascii_line[at] else sign.search(beginnings[at]))
            ]
        )
    for max_words, first_letters, sign in _OPENING_SIGNS:
        short = (index for index, count in enumerate(lines.word_counts) if count <= max_words)
        matching_candidates = (
            index for index in short if lowercase_lines[index][:2] in first_letters or not is_ascii_line[index]
        )
        lines_by_sign.append([index for index in matching_candidates if sign.match(beginnings[index])])
    masks = np.zeros((len(lines_by_sign), len(beginnings)), bool)
    for mask, sign_lines in zip(masks, lines_by_sign, strict=True):
        mask[sign_lines] = True
    return list(masks)


def _describe_runs(places: Places, word_counts: Numbers, stray: int, total: float) -> list[float]:
    """Return of the runs of these lines: words and lines of the longest, its shares, and the ratio of the second."""
    if not len(places):
        return [0.0] * 5
    starts = _find_run_starts(places, stray)
    sums = np.add.reduceat(word_counts[places], starts)
    best, ranked = int(np.argmax(sums)), np.sort(sums)[::-1]
    lines = float(_find_run_end(starts, best, len(places)) - starts[best])
    second = ranked[1] / ranked[0] if len(ranked) > 1 else 0.0
    return [float(np.log1p(ranked[0])), lines, ranked[0] / total, second, ranked[0] / sums.sum()]


def _find_run_starts(places: Places, stray: int) -> Places:
    """Return which of these lines begin a run: more than `stray` other lines stand above them."""
    return np.concatenate(([0], np.flatnonzero(places[1:] - places[:-1] > stray + 1) + 1))


def _find_run_end(starts: Places, run: int, count: int) -> int:
    """Return the end of a run as an index into `count` places."""
    return int(starts[run + 1]) if run + 1 < len(starts) else count


def _find_longest_run(mask: Mask, word_counts: Numbers) -> tuple[int, int]:
    """Return the first line of the longest run of these lines, and one past its last; (0, 0) where there is none."""
    places = np.flatnonzero(mask)
    if not len(places):
        return 0, 0
    starts = _find_run_starts(places, _MAX_STRAY_LINES[-1])
    best = int(np.argmax(np.add.reduceat(word_counts[places], starts)))
    return int(places[starts[best]]), int(places[_find_run_end(starts, best, len(places)) - 1]) + 1


def _describe_sizes(word_counts: Numbers, stops: Numbers) -> list[float]:
    """Return mean, deviation and ninth decile of word counts, and mean and share of sentence ends."""
    if not len(word_counts):
        return [0.0] * 5
    return [
        word_counts.mean(),
        word_counts.std(),
        _compute_ninth_decile(word_counts),
        stops.mean(),
        (stops >= 2).mean(),
    ]


def _compute_ninth_decile(word_counts: Numbers) -> float:
    """Return np.percentile(word_counts, 90), which spends nine tenths of its time on other things."""
    ranked = np.sort(word_counts)
    at = 0.9 * (len(word_counts) - 1)
    below = int(at)
    low, high, part = ranked[below], ranked[min(below + 1, len(word_counts) - 1)], at - below
    return float(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))


def _describe_islands(is_kept: Mask, word_counts: Numbers) -> list[float]:
    """Return the number of runs of kept lines, entropy and median of their sizes, density, and their distances."""
    places = np.flatnonzero(is_kept)
    if not len(places):
        return [0.0] * 6
    starts = _find_run_starts(places, 0)
    sums = np.add.reduceat(word_counts[places], starts)
    shares = sums / sums.sum()
    apart = np.diff(places[starts]) if len(starts) > 1 else np.zeros(1)
    entropy = float(-(shares * np.log(shares)).sum())
    return [len(starts), entropy, float(np.median(sums)), len(starts) / len(is_kept), apart.mean(), apart.std()]


def _describe_gaps(places: Places) -> list[float]:
    """Return how far paragraphs stand apart: adjacent in a story, three to eight lines in a listing."""
    gaps = np.diff(places)
    if not len(gaps):
        return [99.0, 0.0, 0.0, 0.0]
    return [float(np.median(gaps)), (gaps == 1).mean(), ((gaps >= 3) & (gaps <= 8)).mean(), (gaps > 8).mean()]


def _measure_rhythm(line_shapes: Places) -> list[float]:
    """Return how much more than by chance a line resembles one some lines above: best lag, lag 1, chance."""
    chance = float(((np.bincount(line_shapes) / len(line_shapes)) ** 2).sum())
    lags = range(1, min(_MAX_LAG, len(line_shapes) - 8) + 1)
    excess_by_lag = [_compute_share(line_shapes[lag:] == line_shapes[:-lag]) - chance for lag in lags]
    return [max(excess_by_lag[1:], default=0.0), excess_by_lag[0], chance] if excess_by_lag else [0.0, 0.0, chance]


def _group_equal_lines(lines: DocumentLines) -> list[list[int]]:
    """Return the indices of each distinct line."""
    places: dict[str, list[int]] = {}
    for index, text in enumerate(lines.text):
        places.setdefault(text, []).append(index)
    return list(places.values())


def _describe_copies(lines: DocumentLines, equal_lines: list[list[int]]) -> list[float]:
    """Return shares of repeated lines, and of the commonest first word."""
    count, copy_counts = len(lines), list(map(len, equal_lines))
    first_words = Counter(
        [
            text.partition(" ")[0].lower()
            for text, words in zip(lines.text, lines.word_counts, strict=True)
            if words >= 3
        ]
    )
    return [
        sum(copies for copies in copy_counts if copies >= 3) / count,
        sum(copies for copies in copy_counts if copies >= 2) / count,
        max(copy_counts),
        len(equal_lines) / count,
        max(first_words.values(), default=0) / count,
    ]


def _measure_even_spacing(equal_lines: list[list[int]], count: int) -> list[float]:
    """Return count and share of lines that stand there often, and of those at even distances, as buttons do."""
    frequent = [line_indices for line_indices in equal_lines if len(line_indices) >= _MIN_COPIES]
    even_counts = [
        len(line_indices)
        for line_indices, gaps in zip(frequent, map(np.diff, frequent), strict=True)
        if gaps.std() < _MAX_SPACING_DEVIATION * gaps.mean()
    ]
    return [
        len(frequent),
        sum(map(len, frequent)) / count,
        len(even_counts),
        max(even_counts, default=0),
        sum(even_counts) / count,
    ]


def _measure_cohesion(paragraphs: list[str]) -> list[float]:
    """Return overlaps of long words between near, far and all paragraphs: high within one story."""
    stems = [{word[:_STEM_CHARS] for word in _find_long_words(text.lower())} for text in paragraphs]
    count = len(stems)
    if count < 2:
        return [-1.0] * 9
    paragraph_counts = Counter(stem for paragraph in stems for stem in paragraph)
    near_overlaps = [_compute_overlap(paragraph_stems, next_stems) for paragraph_stems, next_stems in pairwise(stems)]
    far_overlaps = (
        [_compute_overlap(stems_here, stems[(at + count // 2) % count]) for at, stems_here in enumerate(stems)]
        if count > 3
        else [0.0]
    )
    # Ties are broken by the alphabet, so that features are deterministic.
    commonest_stems = sorted(paragraph_counts, key=lambda stem: (-paragraph_counts[stem], stem))[:5]
    shares = [paragraph_counts[stem] / count for stem in commonest_stems]
    stem_range: dict[str, tuple[int, int]] = {}
    for at, paragraph_stems in enumerate(stems):
        for stem in paragraph_stems:
            stem_range[stem] = (stem_range.get(stem, (at, at))[0], at)
    spans = sorted(
        (last - first) / count
        for stem, (first, last) in stem_range.items()
        if paragraph_counts[stem] >= _MIN_PARAGRAPHS_OF_STEM
    )
    next_to, apart = float(np.mean(near_overlaps)), float(np.mean(far_overlaps))
    return [
        next_to,
        float(np.median(near_overlaps)),
        apart,
        next_to - apart,
        sum(times for times in paragraph_counts.values() if times > 1) / max(paragraph_counts.total(), 1),
        shares[0] if shares else 0.0,
        sum(shares) / max(len(shares), 1),
        sum(spans) / len(spans) if spans else -1.0,
        sum(not paragraph_stems.isdisjoint(commonest_stems) for paragraph_stems in stems) / count,
    ]


def _find_long_words(lowercase_text: str) -> list[str]:
    """Return the words of at least five letters of a text in lower case."""
    return (_LONG_ASCII_WORD if lowercase_text.isascii() else _LONG_WORD).findall(lowercase_text)


def _compute_overlap(first_stems: set[str], second_stems: set[str]) -> float:
    """Return the share of common stems, relative to the smaller set."""
    return len(first_stems & second_stems) / max(1, min(len(first_stems), len(second_stems)))


def _measure_headline_match(lines: DocumentLines, is_headline_like: Mask, low: int, high: int) -> list[float]:
    """Return the share of headline words in the longest run, its distance above, and how the run repeats words."""
    run_words = [word for text in lines.text[low:high] for word in _find_long_words(text.lower())]
    run_word_counts, best_share, distance = Counter(run_words), 0.0, 99
    for index in range(max(0, low - _MAX_LINES_ABOVE), min(low + 3, len(lines))):
        headline_words = set(_find_long_words(lines.text[index].lower())) if is_headline_like[index] else set()
        share = len(headline_words & run_word_counts.keys()) / len(headline_words) if len(headline_words) >= 2 else 0.0
        if share > best_share:
            best_share, distance = share, low - index
    return [
        best_share,
        distance,
        1 - len(run_word_counts) / max(len(run_words), 1),
        max(run_word_counts.values(), default=0) / max(len(run_words), 1),
    ]
