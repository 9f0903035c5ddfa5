"""Digest and prints of texts, the input of exact and near-duplicate detection."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.normalization import split_words
from flows.dedupe.shingles import Digests, compute_band_keys, compute_shingles
from schemas import stage_tables

# Fewer letters and digits are no evidence of copying: about fifteen words, a single sentence. Stubs such as "the
# full video is below" stand under many stories.
MIN_LETTERS: Final = 100


def digest_text(text: str) -> str:
    """Return the digest of the normalised text: blake2b-128, 32 hex digits; empty where the text is too short.

    Normalised means NFKC, case folded, letters and digits only, so a copy with other quotes, dashes, blanks or
    paragraph breaks has the same digest.
    """
    return _digest_words(split_words(text))


def _digest_words(text_words: Sequence[str]) -> str:
    """Return the digest of normalised words; empty below MIN_LETTERS letters."""
    letters = "".join(text_words)
    if len(letters) < MIN_LETTERS:
        return ""
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def compute_prints(articles: pa.Table) -> pa.Table:
    """Compute prints: articles (content_hash, text) -> PRINTS, one row an article in the same order.

    The print of an article depends on its text alone.
    """
    digests: list[str] = []
    shingle_lists: list[Digests] = []
    for text in articles["text"].to_pylist():
        text_words = split_words(text)
        digests.append(_digest_words(text_words))
        if digests[-1]:
            shingle_lists.append(compute_shingles(text_words))
    band_keys, shingle_runs = iter(compute_band_keys(shingle_lists)), iter(shingle_lists)
    columns = {
        "content_hash": articles["content_hash"],
        "text_digest": digests,
        "bands": [next(band_keys).tobytes() if digest else None for digest in digests],
        "shingles": [next(shingle_runs).tobytes() if digest else None for digest in digests],
    }
    return pa.table(columns, schema=stage_tables.PRINTS)


def assemble_fingerprints(
    articles: pa.Table,
    prints: pa.Table,
    generations: npt.NDArray[np.int8] | None = None,
    print_rows: pa.Array | None = None,
) -> pa.Table:
    """Assemble ARTICLES, PRINTS -> FINGERPRINTS, one row an article in the same order.

    `generations` are 2, that is new, unless given. `print_rows` is the row of each article in prints; without it, rows
    are matched by content_hash. Raises ValueError where an article has no print.
    """
    if print_rows is None:
        print_rows = pc.index_in(articles["content_hash"], value_set=prints["content_hash"]).cast(pa.int64())
    if print_rows.null_count:
        raise ValueError("an article has no print; make the prints of all articles of the release first")
    computed_columns = {
        "text_digest": prints["text_digest"].take(print_rows),
        "print": print_rows,
        "generation": np.full(articles.num_rows, 2, np.int8) if generations is None else generations,
    }
    columns = [
        computed_columns[name] if name in computed_columns else articles[name]
        for name in stage_tables.FINGERPRINTS.names
    ]
    return pa.table(columns, schema=stage_tables.FINGERPRINTS)
