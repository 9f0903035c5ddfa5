"""Rows of the parent that a text of this run may repeat: they share keys with it, by way of the index of segments."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe
from flows.run.parent_rows import Mask, ParentRows, Positions
from flows.run.segment_index import encode_ids
from flows.run.segment_keys import SegmentKeys, view_binary

_MAX_SHARING: Final = 100  # texts of a segment that share a sampled shingle: more of them share boilerplate


@dataclass(frozen=True)
class VisitedKeys:
    """Keys of the texts that are compared with the parent: digests, bands, and samples with the number of each text."""

    count: int
    digests: pa.Array
    bands: npt.NDArray[np.uint64]
    samples: SegmentKeys


def read_visited(prints: pa.Table, rows: Positions) -> VisitedKeys:
    """Read the keys of some PRINTS."""
    columns = prints.select(["text_digest", "bands"]).take(pa.array(rows))
    bands = view_binary(columns["bands"].combine_chunks().drop_null(), 256).view(np.uint64).reshape(-1)
    places, samples = dedupe.sample_shingles(prints, rows)
    digests = encode_ids(columns["text_digest"]).cast(pa.binary(16)).drop_null()
    return VisitedKeys(len(rows), digests, bands, SegmentKeys(samples, places.astype(np.int32)))


def join_visited(parts: list[VisitedKeys]) -> VisitedKeys:
    """Join the keys of visited texts, and number all of them."""
    first_numbers = np.cumsum([0, *(part.count for part in parts)], dtype=np.int32)
    numbered = zip(parts, first_numbers[:-1].tolist(), strict=True)
    sample_keys = np.concatenate([part.samples.keys for part in parts])
    sample_numbers = np.concatenate([part.samples.rows + np.int32(first) for part, first in numbered])
    order = np.argsort(sample_keys, kind="stable")
    return VisitedKeys(
        int(first_numbers[-1]),
        pc.unique(pa.concat_arrays([part.digests for part in parts])),
        np.unique(np.concatenate([part.bands for part in parts])),
        SegmentKeys(sample_keys[order], sample_numbers[order]),
    )


def find_candidates(parent: ParentRows, number: int, visited: VisitedKeys) -> npt.NDArray[np.int64]:
    """Find the rows of a segment that stay, are no duplicates, and share keys with a visited text.

    One digest or band is enough; of the sampled shingles dedupe.find_sharing_rows wants more.
    """
    index = parent.indexes[number]
    stays = parent.stays[number]
    if not stays.any() or not visited.count:
        return np.empty(0, np.int64)
    is_candidate = np.asarray(pc.is_in(index.read_column("text_digest"), value_set=visited.digests), np.bool_).copy()
    parent_bands, parent_samples = index.read_keys("bands"), index.read_keys("samples")
    is_candidate[parent_bands.rows[parent_bands.find_places(visited.bands)[1]]] = True
    is_eligible = stays & ~mark_linked_rows(parent, number)
    places, slots = parent_samples.find_places(visited.samples.keys, _MAX_SHARING)
    numbers, rows = visited.samples.rows[places], parent_samples.rows[slots]
    is_candidate[dedupe.find_sharing_rows(numbers[is_eligible[rows]], rows[is_eligible[rows]])] = True
    return np.flatnonzero(is_candidate & is_eligible)


def mark_linked_rows(parent: ParentRows, number: int) -> Mask:
    """Return the mask of the rows of a segment that repeat an article, by their present links."""
    is_linked = np.asarray(pc.is_valid(parent.indexes[number].read_column("duplicate_of"))).copy()
    for (segment_number, row), link in parent.links.items():
        if segment_number == number:
            is_linked[row] = link is not None
    return is_linked
