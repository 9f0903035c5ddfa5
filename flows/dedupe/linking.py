"""Which article of a group is kept, and the links of the others to it."""

import pyarrow as pa
import pyarrow.compute as pc

from schemas import arrow, stages

_DAY = 24 * 60 * 60 * 1_000_000  # microseconds


def link(fingerprints: pa.Table) -> pa.Table:
    """FINGERPRINTS -> LINKS, sorted by article_id: every copy points to the kept article of its group.

    Kept is the earliest that is stated; then the longest (char_count); then the lowest article_id. Earliest: an
    instant (published_at), else a stated day counted at its end in UTC, because a day without an hour is not known to
    be earlier than an hour of that day; whatever is inferred or unknown comes after all that is stated. Texts too
    short to compare (an empty digest) are never linked. Raises ValueError where an article_id stands twice.
    """
    ids = fingerprints["article_id"]
    if pc.count_distinct(ids).as_py() != fingerprints.num_rows:
        raise ValueError("an article_id stands twice in the fingerprints; pass each article of the release once")

    # Most texts are alone with their digest: only the others are worth sorting.
    counted = pc.value_counts(fingerprints["text_digest"].combine_chunks())
    shared = pc.filter(counted.field("values"), pc.greater(counted.field("counts"), 1))
    alike = pc.and_(
        pc.is_in(fingerprints["text_digest"], value_set=shared), pc.not_equal(fingerprints["text_digest"], "")
    )
    rows = fingerprints.filter(alike)
    if not rows.num_rows:
        return arrow.empty(stages.LINKS)

    rows = rows.append_column("stated_at", _stated_at(rows)).sort_by(
        [
            ("text_digest", "ascending"),
            ("stated_at", "ascending"),
            ("char_count", "descending"),
            ("article_id", "ascending"),
        ]
    )
    kept = rows.group_by("text_digest", use_threads=False).aggregate([("article_id", "first")])
    place = pc.index_in(rows["text_digest"], value_set=kept["text_digest"].combine_chunks())
    links = pa.table(
        [rows["article_id"], kept["article_id_first"].combine_chunks().take(place.combine_chunks())],
        schema=stages.LINKS,
    )
    return links.filter(pc.not_equal(links["article_id"], links["duplicate_of"])).sort_by("article_id")


def _stated_at(rows: pa.Table) -> pa.ChunkedArray:
    """When each says it was published, in microseconds since 1970; the largest number where it does not say."""
    days = rows["date"].cast(pa.int32()).cast(pa.int64())
    day_ends = pc.subtract(pc.multiply(pc.add(days, 1), _DAY), 1)
    stated = pc.fill_null(pc.equal(rows["date_basis"], "stated"), False)
    day = pc.if_else(stated, day_ends, pa.scalar(None, pa.int64()))
    never = pa.scalar(2**63 - 1, pa.int64())
    return pc.fill_null(pc.coalesce(rows["published_at"].cast(pa.int64()), day), never)
