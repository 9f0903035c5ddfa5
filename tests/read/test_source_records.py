"""Raw bytes of records: the JSON that json.dumps writes, whatever they hold."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.read.source_records import KeyTally, convert_value, encode_record, merge_tallies
from flows.read.table_columns import name_columns

TEXTS = st.text(max_size=30) | st.text(
    st.sampled_from('a\\"\n\r\t\x00\x1f\x7f/é\u2028\U0001f600'), min_size=90, max_size=200
)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=4))
def test_a_record_is_encoded_as_json_does(fields):
    assert encode_record(fields) == json.dumps(fields, ensure_ascii=False).encode()


def test_lone_surrogates_are_replaced():
    assert encode_record({"a": "x\ud800" + "y" * 200}).decode() == json.dumps(
        {"a": "x\ufffd" + "y" * 200}, ensure_ascii=False
    )


def test_each_column_has_a_name_of_its_own():
    assert name_columns(["a", "a", "a_2", "a"]) == ("a", "a_2", "a_2_2", "a_3")


def test_the_tallies_of_files_add_up_to_those_of_their_source():
    total = {}
    for filled, state in ((3, "title"), (2, "title"), (4, "subtitle")):
        tally = KeyTally()
        for _ in range(filled):
            tally.add_record({"judul": "Hujan", "kosong": ""}, (("judul", state),))
        tally.skip_file("picture")
        merge_tallies(total, tally.as_json())
    assert total == {
        "records": 9, "not_read": {"picture": 3},
        "keys": {"judul": {"filled": 9, "states": {"title": 5, "subtitle": 4}}, "kosong": {"filled": 0, "states": {}}},
    }  # fmt: skip


def test_typed_values_become_json_in_one_form():
    values = (None, "hujan", True, 5, 2.0, 2.5, float("nan"), date(2024, 5, 4), b"hujan")
    assert [*map(convert_value, values)] == [None, "hujan", True, 5, 2, 2.5, None, "2024-05-04", "hujan"]
