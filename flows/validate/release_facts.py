"""Facts of a release as one row, for expectations/release.json."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class OtherKeys:
    """What the keys of other articles of the release have to do with the keys that are checked.

    `repeated_ids` and `repeated_source_ids` count those that are among the checked ones, `linked_ids` are those that a
    checked link names, `linked_copies` those of them that repeat another article.
    """

    repeated_ids: int = 0
    repeated_source_ids: int = 0
    linked_ids: frozenset[str] = frozenset()
    linked_copies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReleaseFacts:
    """Facts of a staged release before it is published. Counts are of documents or rows.

    `documents_in`          documents that the source held
    `carried_over`          articles and dropped duplicates of the parent whose document is not in this source (append)
    `published`             rows of articles in the release, carried ones included
    `dropped`               documents dropped as duplicates (reasons in schemas.vocabulary.DROPPED)
    `rejected`              documents in rejects for any other reason
    `parent_articles`       rows of the parent release; None for the first release
    `article_ids_repeated`  rows beyond the first of an article_id
    `source_ids_repeated`   rows beyond the first of a source_id
    `links_unresolved`      rows whose duplicate_of is no article_id of the release
    `links_chained`         rows whose duplicate_of is a row that itself repeats another, or the row itself
    `schema_version`        as it stands in the staged files
    `drift_accepted`        the operator gave a reason to accept drift
    """

    documents_in: int
    carried_over: int
    published: int
    dropped: int
    rejected: int
    parent_articles: int | None
    article_ids_repeated: int
    source_ids_repeated: int
    links_unresolved: int
    links_chained: int
    schema_version: str
    drift_accepted: bool = False

    @classmethod
    def from_keys(
        cls,
        keys: pa.Table,
        *,
        documents_in: int,
        carried_over: int,
        dropped: int,
        rejected: int,
        parent_articles: int | None,
        schema_version: str,
        drift_accepted: bool = False,
        other_keys: OtherKeys | None = None,
    ) -> ReleaseFacts:
        """Compute the facts of a release from the keys of its articles.

        `keys` has the columns article_id, source_id, duplicate_of (others are ignored) and a row for every article of
        the release, but for those that `other_keys` stands for: `published` counts the former.
        """
        other = other_keys or OtherKeys()
        ids, sources, links = (keys[name].combine_chunks() for name in ("article_id", "source_id", "duplicate_of"))
        has_link = pc.is_valid(links)
        others = pa.array(sorted(other.linked_ids), pa.string())
        resolved = pc.is_in(links, value_set=pa.concat_arrays([ids.cast(pa.string()), others]))
        chained = pa.array(sorted(other.linked_copies), pa.string())
        copies = pa.concat_arrays([pc.filter(ids, has_link).cast(pa.string()), chained])
        return cls(
            documents_in=documents_in,
            carried_over=carried_over,
            published=keys.num_rows,
            dropped=dropped,
            rejected=rejected,
            parent_articles=parent_articles,
            article_ids_repeated=_count_repeats(ids) + other.repeated_ids,
            source_ids_repeated=_count_repeats(sources) + other.repeated_source_ids,
            links_unresolved=_count_true(pc.and_(has_link, pc.invert(resolved))),
            links_chained=_count_true(pc.and_(has_link, pc.is_in(links, value_set=copies))),
            schema_version=schema_version,
            drift_accepted=drift_accepted,
        )


def build_facts_frame(facts: ReleaseFacts) -> pd.DataFrame:
    """Build a frame of one row from the facts, with three columns that an expectation cannot compute.

    `documents_unaccounted`  documents in and carried over, less those published, dropped and rejected: 0 is right
    `share_of_parent`        published / parent_articles; null without a parent, or with one of no rows
    `share_rejected`         rejected / documents_in; 0 without documents
    """
    import pandas as pd

    documents_received = facts.documents_in + facts.carried_over
    documents_accounted = facts.published + facts.dropped + facts.rejected
    row = asdict(facts) | {
        "documents_unaccounted": documents_received - documents_accounted,
        "share_of_parent": facts.published / facts.parent_articles if facts.parent_articles else None,
        "share_rejected": facts.rejected / facts.documents_in if facts.documents_in else 0.0,
    }
    return pd.DataFrame([row]).astype({"parent_articles": "float64", "share_of_parent": "float64"})


def _count_repeats(values: pa.Array) -> int:
    """Count the values beyond the first of each."""
    return len(values) - int(pc.count_distinct(values, mode="all").as_py())


def _count_true(mask: pa.Array) -> int:
    """Count the true values of a mask."""
    return int(pc.sum(mask).as_py() or 0)
