from typing import Any

import pyarrow as pa
import pytest

from flows.validate.release_facts import ReleaseFacts, build_facts_frame


def facts(rows: list[tuple[str, str, str | None]], **changes: Any) -> ReleaseFacts:
    names = ["article_id", "source_id", "duplicate_of"]
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)] or [
        pa.array([], "string")
    ] * 3
    counts: dict[str, Any] = {"documents_in": len(rows), "carried_over": 0, "dropped": 0, "rejected": 0}
    told = counts | {"parent_articles": None, "schema_version": "1.0.0"} | changes
    return ReleaseFacts.from_keys(pa.table(columns, names), **told)


def test_a_sound_release_has_nothing_to_count() -> None:
    made = facts([("a", "1", None), ("b", "2", "a"), ("c", "3", "a")])
    assert made.published == 3
    assert (made.article_ids_repeated, made.source_ids_repeated, made.links_unresolved, made.links_chained) == (0,) * 4


def test_repeated_keys_are_counted_beyond_the_first() -> None:
    made = facts([("a", "1", None), ("a", "2", None), ("a", "2", None)])
    assert (made.article_ids_repeated, made.source_ids_repeated) == (2, 1)


def test_links_that_lead_nowhere_or_onward_are_counted() -> None:
    assert facts([("a", "1", "x"), ("b", "2", None)]).links_unresolved == 1
    assert facts([("a", "1", "b"), ("b", "2", "c"), ("c", "3", None)]).links_chained == 1
    assert facts([("a", "1", "a")]).links_chained == 1


def test_an_empty_release_can_be_told() -> None:
    made = facts([], documents_in=2, rejected=2)
    assert (made.published, made.article_ids_repeated, made.links_unresolved) == (0, 0, 0)
    assert build_facts_frame(made)["documents_unaccounted"].tolist() == [0]


def test_the_frame_is_one_row_with_its_shares() -> None:
    rows: list[tuple[str, str, str | None]] = [("a", "1", None), ("b", "2", None), ("c", "3", None)]
    frame = build_facts_frame(facts(rows, documents_in=4, carried_over=2, dropped=1, rejected=1, parent_articles=6))
    assert len(frame) == 1
    assert frame["documents_unaccounted"].item() == 1
    assert frame["share_of_parent"].item() == 0.5
    assert frame["share_rejected"].item() == 0.25


@pytest.mark.parametrize("parent", [None, 0])
def test_without_rows_in_a_parent_there_is_no_share_of_it(parent: int | None) -> None:
    assert build_facts_frame(facts([("a", "1", None)], parent_articles=parent))["share_of_parent"].isna().all()
