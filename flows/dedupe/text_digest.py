"""What of a text is compared: its letters and digits as a whole, and its shingles."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.normalization import words
from flows.dedupe.shingles import Digests, bands, shingles
from schemas import stage_tables

# Fewer letters and digits than this are no evidence of copying: about fifteen words, a single sentence. Stubs such
# as "the full video is below" stand under many stories.
LEAST_LETTERS: Final = 100


def text_digest(text: str) -> str:
    """Digest of the normalised text: blake2b-128, 32 hex digits; empty where the text is too short to compare.

    Normalised is: NFKC, case folded, letters and digits only. So a copy with other quotes, dashes, blanks or
    paragraph breaks has the same digest.
    """
    return _digest(words(text))


def _digest(said: Sequence[str]) -> str:
    letters = "".join(said)
    if len(letters) < LEAST_LETTERS:
        return ""
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def prints_of(articles: pa.Table) -> pa.Table:
    """Articles (content_hash, text) -> PRINTS, one row an article in the same order; pure per article."""
    digests: list[str] = []
    alike: list[Digests] = []
    for text in articles["text"].to_pylist():
        said = words(text)
        digests.append(_digest(said))
        if digests[-1]:
            alike.append(shingles(said))
    keys, runs = iter(bands(alike)), iter(alike)
    columns = {
        "content_hash": articles["content_hash"],
        "text_digest": digests,
        "bands": [next(keys).tobytes() if digest else None for digest in digests],
        "shingles": [next(runs).tobytes() if digest else None for digest in digests],
    }
    return pa.table(columns, schema=stage_tables.PRINTS)


def fingerprints_of(articles: pa.Table, prints: pa.Table, numbers: pa.Array | None = None) -> pa.Table:
    """ARTICLES, PRINTS -> FINGERPRINTS, one row an article in the same order.

    `numbers` says which row of prints is each article's; without it, that of its content_hash is. Raises ValueError
    where an article has no print.
    """
    if numbers is None:
        numbers = pc.index_in(articles["content_hash"], value_set=prints["content_hash"]).cast(pa.int64())
    if numbers.null_count:
        raise ValueError("an article has no print; make the prints of all articles of the release first")
    made = {"text_digest": prints["text_digest"].take(numbers), "print": numbers}
    columns = [made[name] if name in made else articles[name] for name in stage_tables.FINGERPRINTS.names]
    return pa.table(columns, schema=stage_tables.FINGERPRINTS)
