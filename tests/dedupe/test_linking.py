from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import link_duplicates
from schemas import stage_tables


def fingerprints(*rows: dict[str, Any]) -> pa.Table:
    blank = {"text_digest": "d", "date": None, "date_basis": None, "published_at": None, "char_count": 100}
    return pa.Table.from_pylist([blank | row for row in rows], schema=stage_tables.FINGERPRINTS)


def links(*rows: dict[str, Any]) -> dict[str, str]:
    made = link_duplicates(fingerprints(*rows))
    assert made.schema.equals(stage_tables.LINKS)
    return dict(zip(made["article_id"].to_pylist(), made["duplicate_of"].to_pylist(), strict=True))


def on(day: int, basis: str = "stated") -> dict[str, Any]:
    return {"date": date(2024, 3, day), "date_basis": basis}


def at(day: int, hour: int) -> dict[str, Any]:
    return on(day) | {"published_at": datetime(2024, 3, day, hour, tzinfo=UTC)}


def kept(a: dict[str, Any], b: dict[str, Any]) -> str:
    """Which of two copies is kept; `a` has the higher id, so that it never wins by its id."""
    (found,) = links({"article_id": "b"} | a, {"article_id": "a"} | b).values()
    return {"b": "first", "a": "second"}[found]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param(on(4), on(5), id="the earlier stated day"),
        pytest.param(at(5, 1), at(5, 2), id="the earlier hour"),
        pytest.param(at(5, 23), on(5), id="an hour before a day without one"),
        pytest.param(on(4), at(5, 0), id="a day before an hour of the next"),
        pytest.param(on(20), on(1, "inferred"), id="stated before inferred, however early"),
        pytest.param(on(20), {}, id="stated before unknown"),
        pytest.param({"char_count": 120}, on(1, "inferred"), id="of unstated ones the longer, not the earlier"),
        pytest.param(on(4) | {"char_count": 120}, on(4), id="of one day the longer"),
        pytest.param(on(4) | {"char_count": 1}, on(5) | {"char_count": 999}, id="earlier before longer"),
    ],
)
def test_the_one_that_says_it_was_first_is_kept(better: dict[str, Any], worse: dict[str, Any]) -> None:
    assert kept(better, worse) == "first"


def test_alike_in_everything_the_lowest_id_is_kept() -> None:
    assert links({"article_id": "c"}, {"article_id": "a"}, {"article_id": "b"}) == {"b": "a", "c": "a"}


def test_other_texts_and_texts_too_short_are_not_linked() -> None:
    assert links({"article_id": "a"}, {"article_id": "b", "text_digest": "e"}) == {}
    assert links({"article_id": "a", "text_digest": ""}, {"article_id": "b", "text_digest": ""}) == {}
    assert links() == {}


def test_an_article_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        link_duplicates(fingerprints({"article_id": "a"}, {"article_id": "a"}))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "article_id": st.text("0123456789abcdef", min_size=4, max_size=4),
            "text_digest": st.sampled_from(["", "x", "y", "z"]),
            "date": st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
            "date_basis": st.sampled_from(["stated", "inferred", None]),
            "published_at": st.none() | st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)),
            "char_count": st.integers(1, 3),
        }
    ),
    unique_by=lambda row: row["article_id"],
    max_size=25,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert link_duplicates(fingerprints(*shuffled)).equals(link_duplicates(fingerprints(*rows)))
    batches = pa.concat_tables([fingerprints(row) for row in rows] or [fingerprints()])
    assert link_duplicates(batches).equals(link_duplicates(fingerprints(*rows)))


@given(ROWS)
def test_links_lead_in_one_step_to_the_one_kept_of_each_group(rows: list[dict[str, Any]]) -> None:
    found = links(*rows)
    digest = {row["article_id"]: row["text_digest"] for row in rows}
    assert all(digest[copy] == digest[original] != "" for copy, original in found.items())
    assert not set(found) & set(found.values())
    for name in ("x", "y", "z"):
        group = [article_id for article_id in digest if digest[article_id] == name]
        assert len([article_id for article_id in group if article_id not in found]) == min(1, len(group))


@given(ROWS)
def test_what_is_left_has_no_copies(rows: list[dict[str, Any]]) -> None:
    found = links(*rows)
    assert links(*[row for row in rows if row["article_id"] not in found]) == {}
