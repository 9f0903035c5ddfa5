"""A place in a JSON text that comes piece by piece."""

import json
import re

import pytest

from flows.read.json_cursor import IncompleteValue, JsonCursor


def cursor(text, limit=100, piece=7):
    return JsonCursor((text[start : start + piece] for start in range(0, len(text), piece)), limit)


def test_a_value_may_have_as_many_characters_as_the_limit_wherever_it_stands():
    values = [{"judul": "a" * size} for size in (20, 60, 70, 60)]
    place = cursor(json.dumps(values)[1:-1])
    taken = []
    while place.peek():
        taken.append(place.take_value()[0])
    assert taken == values


def test_a_value_beyond_the_limit_is_left_where_it_is():
    place = cursor(json.dumps({"judul": "a" * 200}), limit=50)
    assert place.peek()
    with pytest.raises(IncompleteValue):
        place.take_value()
    assert place.next_mark == "{"


def test_a_match_is_passed_over_and_else_nothing():
    place = cursor('"judul": 5', piece=20)
    assert place.peek() and place.take_string() == "judul"
    assert not place.skip_match(re.compile(",")) and place.next_mark == ":"
    assert place.skip_match(re.compile(r":\s*")) and place.take_value() == (5, "5")


def test_what_is_left_of_open_values_is_passed_over_whatever_strings_hold():
    place = cursor('"a": [{"b": "}]}"}' + f', "{"[" * 20}"' * 9 + ']}, {"judul": "Hujan"}', limit=50)
    place.skip_balanced(1)
    assert place.peek() and place.take_value()[0] == {"judul": "Hujan"}


@pytest.mark.parametrize("inner", ["}" * 300, 'kata \\" } ' * 40, "]\\\\" * 150])
@pytest.mark.parametrize("piece", [1, 7, 64, 5000])
def test_a_string_beyond_the_limit_is_passed_over_to_its_own_end(inner, piece):
    """Read as if it had ended, the rest of the string would close values, and the next record would be lost."""
    place = cursor(f'"a": "{inner}", "b": {{}}}}, {{"judul": "Hujan"}}', limit=50, piece=piece)
    place.skip_balanced(1)
    assert place.peek() and place.take_value()[0] == {"judul": "Hujan"}
