"""Shingles, their bands and the exact count: the same for ever, and right."""

import hashlib
import random

import numpy as np
import pytest

from flows.dedupe.normalization import split_words as words_of
from flows.dedupe.shingles import compute_band_keys, compute_jaccard, compute_shingles

WORDS = [
    a + b for a in ("ka", "lu", "mi", "ne", "so", "ti", "ra", "bu") for b in ("pal", "rung", "tan", "sa", "wi", "do")
]


def text(seed: int, words: int) -> list[str]:
    picks = random.Random(seed)
    return [picks.choice(WORDS) for _ in range(words)]


def plainly(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))}


@pytest.mark.parametrize("length", [1, 4, 5, 6, 60, 5000])
def test_a_shingle_is_five_words_and_counts_once(length):
    words = text(1, length)
    assert len(compute_shingles(words)) == len(plainly(words))
    assert len(compute_shingles(words + words)) == len(plainly(words + words))


def test_case_and_punctuation_do_not_matter_and_order_does():
    one = compute_shingles(words_of("Nelayan di pesisir menunda melaut sejak Senin"))
    assert np.array_equal(one, compute_shingles(words_of("NELAYAN, di pesisir\nmenunda -- melaut sejak “Senin”.")))
    assert not len(np.intersect1d(one, compute_shingles(words_of("Senin sejak melaut menunda pesisir di nelayan"))))
    assert len(compute_shingles(words_of("... --"))) == 0


@pytest.mark.parametrize("changed", [0, 1, 5, 40, 300])
def test_jaccard_is_exact(changed):
    one = text(2, 300)
    other = [f"x{n}" if n < changed else word for n, word in enumerate(one)]
    a, b = plainly(one), plainly(other)
    assert compute_jaccard(compute_shingles(one), compute_shingles(other)) == len(a & b) / len(a | b)


def test_texts_above_the_threshold_share_a_band():
    met = 0
    for seed in range(300):
        one = text(seed, 250)
        picks = random.Random(-seed)
        other = list(one)
        while compute_jaccard(compute_shingles(one), compute_shingles(other)) > 0.72:
            before, other = other, [f"y{seed}" if picks.random() < 0.004 else word for word in other]
        met += bool(np.equal(*compute_band_keys([compute_shingles(one), compute_shingles(before)])).any())
    assert met >= 298


def test_other_texts_share_none():
    keys = compute_band_keys([compute_shingles(text(seed, 250)) for seed in range(200)])
    assert not any((keys[a] == keys[b]).any() for a in range(200) for b in range(a))


def test_a_print_means_the_same_for_ever():
    """The recipe once more in plain whole numbers. Kept prints are compared with new ones: a change raises VERSION."""
    all_ = 2**64 - 1

    def stirred(x):
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & all_
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & all_
        return x ^ (x >> 31)

    odd = [stirred((n * 0x9E3779B97F4A7C15) & all_) | 1 for n in range(1, 5 + 128 + 1)]
    words = text(7, 100)
    digests = [int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little") for word in words]
    runs = [digests[at : at + 5] for at in range(96)]
    made = sorted({stirred(sum(d * f for d, f in zip(run, odd, strict=False)) & all_) for run in runs})
    assert compute_shingles(words).tolist() == made
    minima = [min(x * factor & all_ for x in made) for factor in odd[5:]]
    rows = [minima[at : at + 4] for at in range(0, 128, 4)]
    keys = [stirred(sum(m * f for m, f in zip(row, odd, strict=False)) & all_) for row in rows]
    assert compute_band_keys([compute_shingles(words)]).tolist() == [keys]


def test_a_long_text_among_others_has_the_keys_it_has_alone():
    texts = [compute_shingles([f"{word}{n % 977}" for n, word in enumerate(text(seed, size))])
             for seed, size in enumerate((5, 40_000, 100, 60_000, 30_000, 7))]  # fmt: skip
    assert sum(map(len, texts)) > 100_000  # more than is taken at once
    assert np.array_equal(compute_band_keys(texts), np.concatenate([compute_band_keys([one]) for one in texts]))
    assert compute_band_keys([]).shape == (0, 32)
