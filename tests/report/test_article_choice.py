"""Sample of articles: every outlet and month gets its turn, whatever the order and the files of the rows."""

import datetime as dt
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.report.article_choice import choose_articles, choose_sample_rows


def rows_of(*groups):
    """Rows of (outlet, month or None, count), with ids that are no order of theirs."""
    rows = []
    for outlet, month, count in groups:
        for _ in range(count):
            number = len(rows)
            day = None if month is None else dt.date(2024, month, 1 + number % 28)
            rows.append({"article_id": f"{(number * 7919) % 104729:032x}", "outlet": outlet, "date": day})
    return rows


def batches_of(rows, size):
    schema = pa.schema([("article_id", pa.string()), ("outlet", pa.string()), ("date", pa.date32())])
    return pa.Table.from_pylist(rows, schema).to_batches(max_chunksize=size)


def chosen(rows, most, size=1000):
    by_id = {row["article_id"]: row for row in rows}
    return [by_id[article_id] for article_id in choose_articles(batches_of(rows, size), most)]


def test_a_small_outlet_is_there_beside_a_large_one():
    rows = rows_of(("Besar", 1, 900), ("Kecil", 2, 2), (None, None, 3))
    assert Counter(row["outlet"] for row in chosen(rows, 12)) == {"Besar": 7, "Kecil": 2, None: 3}


def test_the_months_of_an_outlet_take_turns():
    rows = rows_of(("Satu", 1, 500), ("Satu", 2, 40), ("Satu", 3, 1), ("Satu", None, 30))
    months = Counter(row["date"] and row["date"].month for row in chosen(rows, 10))
    assert months == {1: 3, 2: 3, 3: 1, None: 3}


def test_of_more_outlets_than_places_not_the_first_by_name_are_chosen():
    rows = rows_of(*((f"Kabar {number:03}", 1, 3) for number in range(300)))
    names = sorted({row["outlet"] for row in chosen(rows, 30)})
    assert len(names) == 30 and names[-1] > "Kabar 150" and names[0] < "Kabar 150"


def test_within_an_outlet_and_month_the_smallest_digests_are_chosen():
    rows = rows_of(("Satu", 1, 50))
    assert [row["article_id"] for row in chosen(rows, 5)] == sorted(row["article_id"] for row in rows)[:5]


groups = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C", None]), st.sampled_from([1, 2, 3, None]), st.integers(1, 9)), max_size=9
)


@given(groups, st.integers(1, 12), st.integers(1, 7), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_and_the_batches_of_the_rows_do_not_matter(groups, most, size, random):
    rows = rows_of(*groups)
    shuffled = random.sample(rows, len(rows))
    assert chosen(rows, most) == chosen(shuffled, most, size)
    assert len(chosen(rows, most)) == min(most, len(rows))


@pytest.mark.parametrize("most", [1, 4, 100])
def test_rows_of_a_search_are_chosen_like_those_of_tables(most):
    rows = rows_of(("Satu", 1, 5), ("Dua", None, 4), ("Dua", 2, 7))
    texts = [{**row, "date": row["date"] and row["date"].isoformat()} for row in rows]
    expected = [row["article_id"] for row in chosen(rows, most)]
    assert [row["article_id"] for row in choose_sample_rows(texts, most)] == expected
