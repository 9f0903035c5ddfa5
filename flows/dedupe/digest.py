"""What of a text is compared: its letters and digits."""

import re
import unicodedata
from hashlib import blake2b
from typing import Final

import pyarrow as pa

from schemas import stages

# Fewer letters and digits than this are no evidence of copying: about fifteen words, a single sentence. Stubs such
# as "the full video is below" stand under many stories.
LEAST_LETTERS: Final = 100

_NEITHER_LETTER_NOR_DIGIT: Final = re.compile(r"[\W_]+")


def text_digest(text: str) -> str:
    """Digest of the normalised text: blake2b-128, 32 hex digits; empty where the text is too short to compare.

    Normalised is: NFKC, case folded, letters and digits only. So a copy with other quotes, dashes, blanks or
    paragraph breaks has the same digest.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    letters = _NEITHER_LETTER_NOR_DIGIT.sub("", folded)
    if len(letters) < LEAST_LETTERS:
        return ""
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def fingerprints_of(articles: pa.Table) -> pa.Table:
    """ARTICLES -> FINGERPRINTS, one row an article in the same order."""
    digests = pa.array([text_digest(text) for text in articles["text"].to_pylist()], pa.string())
    columns = [digests if field.name == "text_digest" else articles[field.name] for field in stages.FINGERPRINTS]
    return pa.table(columns, schema=stages.FINGERPRINTS)
