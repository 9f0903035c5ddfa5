"""Comparison of one text with others, for documents that claim to be the same article."""

from collections.abc import Iterable

from flows.dedupe.normalization import split_words
from flows.dedupe.repetition import SIMILARITY_THRESHOLD
from flows.dedupe.shingles import compute_jaccard, compute_shingles


def compare_texts(reference: str, texts: Iterable[str]) -> list[bool]:
    """Return for each text whether it is like `reference`: the same words, or as alike as a near-duplicate."""
    reference_words = split_words(reference)
    reference_shingles = compute_shingles(reference_words)
    alike: list[bool] = []
    for text in texts:
        text_words = split_words(text)
        alike.append(
            text_words == reference_words
            or compute_jaccard(compute_shingles(text_words), reference_shingles) >= SIMILARITY_THRESHOLD
        )
    return alike
