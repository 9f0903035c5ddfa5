"""What an object of JSON is: a record, records by key, or a table by columns."""

import pytest

from flows.read.field_aliases import FieldMap
from flows.read.json_shapes import classify_value, list_records

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada sampai malam nanti. " * 2


@pytest.mark.parametrize(
    ("value", "is_table"),
    [
        ({"judul": {"0": "A", "1": "B"}, "isi": {"0": PROSE, "1": PROSE}}, True),
        ({"judul": {"0": "A", "1": "B"}, "isi": {"0": PROSE}}, False),  # columns of unequal rows
        ({"judul": {"a": "A", "b": "B"}, "isi": {"a": PROSE, "b": PROSE}}, False),  # keys that number no rows
        ({"judul": ["A", "B"], "isi": [PROSE, PROSE]}, True),
        ({"judul": ["A", "B"], "isi": [PROSE]}, False),
        ({"judul": ["A", "B"], "tag": ["C", "D"]}, False),  # nothing long enough for a text
        ({"judul": [], "isi": []}, False),
        ({"isi": [PROSE, PROSE]}, False),
    ],
)
def test_columns_are_numbered_alike_or_lists_of_one_length_with_a_text(value, is_table):
    kind = classify_value(value, FieldMap())
    assert (kind == "columns") is is_table
    if is_table:
        assert list_records(value, kind, FieldMap()) == [{"judul": title, "isi": PROSE} for title in "AB"]
