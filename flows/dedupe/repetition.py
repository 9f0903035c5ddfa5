"""When one text repeats another: by the shingles that both have, counted exactly.

Two texts repeat each other where they share SIMILARITY_THRESHOLD of the shingles that either has (Jaccard similarity),
or where _CONTAINED_TENTHS tenths of those of the shorter one stand in the longer one: a copy that was cut short, or
one that carries residue of its page.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

# In tenths: whole numbers compare exactly.
_SIMILAR_TENTHS: Final = 7
_CONTAINED_TENTHS: Final = 8
SIMILARITY_THRESHOLD: Final = _SIMILAR_TENTHS / 10

Counts = npt.NDArray[np.int32]


def is_similar(shared: Any, count: Any, other_count: Any) -> Any:  # noqa: ANN401  numbers, or arrays of them
    """Return whether texts of `count` and `other_count` shingles, of which both have `shared`, are near duplicates."""
    return 10 * shared >= _SIMILAR_TENTHS * (count + other_count - shared)


def is_contained(shared: Any, count: Any, longer_count: Any) -> Any:  # noqa: ANN401
    """Return whether a text of `count` shingles stands in one of `longer_count`, of which both have `shared`."""
    return (count < longer_count) & (10 * shared >= _CONTAINED_TENTHS * count)


def is_repetition(shared: Any, count: Any, other_count: Any) -> Any:  # noqa: ANN401
    """Return whether texts repeat each other: they are similar, or the shorter stands in the longer."""
    return (
        is_similar(shared, count, other_count)
        | is_contained(shared, count, other_count)
        | is_contained(shared, other_count, count)
    )
