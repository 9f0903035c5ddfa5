"""Values of Arrow columns, whatever their bytes are."""

import datetime as dt

import pyarrow as pa
import pytest

from flows.read.arrow_values import check_buffers, list_values, measure_strings

STRING = pa.string()


def broken_strings(values, kind=STRING):
    """Return a column of strings of which some are no UTF-8."""
    bytes_kind = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}[kind]
    return pa.array(values, bytes_kind).view(kind)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array(["a", None]), ["a", None]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
        (pa.array([dt.datetime(2024, 3, 4, 5, 6, 7, tzinfo=dt.UTC)], pa.timestamp("ns", "UTC")),
         ["2024-03-04T05:06:07+00:00"]),
        (pa.array([1_709_528_767_123_456_789], pa.timestamp("ns")), ["2024-03-04T05:06:07.123456"]),
        (pa.array([dt.date(2024, 3, 4)]), ["2024-03-04"]),
        (pa.array([[{"a": 1}], []]), [[{"a": 1}], []]),
        (pa.array([{"a": dt.date(2024, 3, 4)}]), [{"a": "2024-03-04"}]),
        (pa.array([0], pa.timestamp("s", "Nowhere/City")), ["1970-01-01T00:00:00+00:00"]),  # a zone that nobody knows
    ],
)  # fmt: skip
def test_values_are_those_that_json_can_hold(column, values):
    assert list_values(column) == values


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_string_that_is_no_utf8_costs_itself_alone(kind):
    values = list_values(broken_strings([b"satu", b"\xff", None], kind))
    assert values[0] == "satu" and values[2] is None and len(values) == 3
    assert values[1] != "" and "satu" not in str(values[1])


def test_a_broken_string_that_is_nested_costs_itself_alone():
    inner = broken_strings([b"satu", b"\xff", b"dua"])
    struct = pa.StructArray.from_arrays([inner, pa.array([1, 2, 3]), pa.array([4, 5, 6])], ["a", "b", "b"])
    first, second, third = list_values(struct)
    assert (first["a"], third["a"]) == ("satu", "dua") and second["a"] not in ("satu", "dua")
    assert [len(row) for row in (first, second, third)] == [3, 3, 3] and second["b"] == 2  # columns of one name
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 3]), inner)
    assert [len(value) for value in list_values(lists)] == [1, 2] and list_values(lists)[0] == ["satu"]
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), inner.slice(0, 2))
    assert [list_values(coded)[number] for number in (0, 2)] == ["satu", "satu"]
    mapped = pa.MapArray.from_arrays(pa.array([0, 3]), pa.array(["x", "y", "z"]), inner)
    (pairs,) = list_values(mapped)
    assert str(pairs).count("satu") == 1 and str(pairs).count("dua") == 1


@pytest.mark.parametrize(
    "column",
    [
        broken_strings([b"\xff"]),
        pa.StructArray.from_arrays([broken_strings([b"\xff"]), pa.array([1])], ["a", "b"]),
        pa.ListArray.from_arrays(pa.array([0, 1]), broken_strings([b"\xff"])),
        pa.DictionaryArray.from_arrays(pa.array([0]), broken_strings([b"\xff"])),
        pa.MapArray.from_arrays(pa.array([0, 1]), broken_strings([b"\xff"]), pa.array([1])),
        pa.array([1, 2]),
    ],
)
def test_bytes_of_strings_are_no_damage_of_a_column(column):
    check_buffers(column)


@pytest.mark.parametrize("offsets", [[0, 900, 3], [0, -1, 3], [0, 3, 2]])
def test_offsets_outside_their_buffers_are_damage_also_of_nested_strings(offsets):
    buffer = pa.py_buffer(b"".join(number.to_bytes(4, "little", signed=True) for number in offsets))
    column = pa.Array.from_buffers(pa.string(), 2, [None, buffer, pa.py_buffer(b"abc")])
    with pytest.raises(pa.ArrowInvalid):
        check_buffers(column)
    with pytest.raises(pa.ArrowInvalid):
        check_buffers(pa.StructArray.from_arrays([column], ["a"]))


def test_the_strings_of_each_row_are_measured_in_bytes():
    batch = pa.record_batch({
        "a": pa.array(["é", None, "abc"]), "b": pa.array([b"1234", b"", None]), "c": pa.array([1, 2, 3]),
        "d": pa.array(["x", "yy", ""], pa.large_string()),
    })  # fmt: skip
    assert measure_strings(batch) == [2 + 4 + 1, 2, 3]
    assert measure_strings(pa.record_batch({"c": pa.array([1, 2])})) == [0, 0]
