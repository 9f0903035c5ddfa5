"""Values of a JSON list that are no records."""

import pytest

from flows.read.json_lists import LIST_WITH_OBJECTS, PassedValues, names_columns


def test_passed_values_are_counted_and_their_texts_kept_within_the_limit():
    values = PassedValues(12)
    values.add_text(" satu ")
    assert values.count == 1 and values.join_texts() == "satu"
    assert values.describe().startswith("is no JSON object, ")
    values.add_text('"b"')  # 8 + 5 characters with their commas: one too many
    values.add_text("c")
    assert values.count == 3 and values.join_texts() == "satu"
    assert values.describe().startswith("is the first of 3 values that are no JSON objects, ")


def test_the_first_text_is_kept_whatever_its_length_and_one_at_the_limit_too():
    values = PassedValues(6)
    values.add_text("panjang sekali")
    assert values.join_texts() == "panjang sekali"
    exact = PassedValues(6)
    exact.add_text("a")
    exact.add_text("b")
    exact.add_text("c")
    assert (exact.count, exact.join_texts()) == (3, "a, b")


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (["judul", "isi"], True),
        (["judul", "isi", "lain"], True),
        (["judul", "lain"], False),
        (["judul", "isi", 3], False),
        (["judul", "isi", "x" * 65], False),
        ([], False),
    ],
)
def test_a_list_of_short_names_of_which_two_are_known_names_columns(row, names):
    assert names_columns(row) is names


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ('[1, {"a": 1}]', True),
        ('["a", null, [], {', True),
        ('[{"a": 1}]', False),
        ("[1, 2]", False),
        ("[kata kata, {", False),
    ],
)
def test_a_list_that_holds_an_object_behind_other_values(text, is_list):
    assert (LIST_WITH_OBJECTS.match(text) is not None) is is_list
