"""Values that were written as text: lists, and pages with their tags escaped."""

import pytest

from flows.read.field_values import combine_local_and_utc, is_single_value, parse_list, unescape_markup


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('["Ani", "Budi"]', ["Ani", "Budi"]),
        ('{"name": "Ani"}', [{"name": "Ani"}]),
        ("['Ani', 'Budi']", ["Ani", "Budi"]),
        (
            "{'Budi', 'Ani', 'Cici', 'Edi', 'Dedi', 'Gita', 'Fani'}",  # a set, in its printed order
            ["Budi", "Ani", "Cici", "Edi", "Dedi", "Gita", "Fani"],
        ),
        ("{'name': 'Ani'}", [{"name": "Ani"}]),
        ("Ani [Budi]", None),
        ("[Ani] Budi", None),
        ("['Ani' 'Budi']", ["Ani", "Budi"]),
        ("['Ani' 'Budi'] dan kawan", None),
        ("x ['Ani' 'Budi']", None),
    ],
)
def test_a_list_in_a_string(text, values):
    assert parse_list(text) == values


def test_one_escaped_tag_is_a_word_of_the_text_and_two_are_a_page():
    one = "Tanda &lt;b&gt; dipakai untuk huruf tebal."
    assert unescape_markup(one) == one
    assert unescape_markup("&lt;p&gt;Hujan.&lt;/p&gt;") == "<p>Hujan.</p>"


@pytest.mark.parametrize(
    ("value", "is_single"),
    [
        ({"sections": [{"headline": ["Hujan"], "paragraphs": ["Turun."]}]}, True),
        ({"first_name": "Ani", "last_name": "Yulia"}, True),
        ({"first_name": "Ani", "last_name": "Yulia", "text": "Hujan turun. " * 40}, False),
        ({"judul": "Hujan", "isi": "Turun."}, False),
    ],
)
def test_a_body_in_sections_and_a_name_in_parts_are_one_value(value, is_single):
    assert is_single_value(value) is is_single


@pytest.mark.parametrize(
    ("local", "utc", "instant"),
    [
        ("2024-03-04T17:00:00", "2024-03-04T10:00:00", "2024-03-04T17:00:00+07:00"),
        ("2024-03-05T01:30:00", "2024-03-04T20:00:00", "2024-03-05T01:30:00+05:30"),
        ("2024-03-04T06:00:00", "2024-03-04T10:00:20", "2024-03-04T06:00:00-04:00"),  # written one after the other
        ("2024-03-04T10:00:00", "2024-03-04T10:00:00", "2024-03-04T10:00:00+00:00"),
        ("2024-03-05T00:00:00", "2024-03-04T10:00:00", "2024-03-05T00:00:00+14:00"),
        ("2024-03-05T00:15:00", "2024-03-04T10:00:00", ""),  # no zone is so far from UTC
        ("2024-03-04T17:07:00", "2024-03-04T10:00:00", ""),  # nor between quarters of an hour
        ("2024-03-04T17:00:00+07:00", "2024-03-04T10:00:00", ""),
        ("2024-03-04T17:00:00", "0000-00-00T00:00:00", ""),
        ("2024-03-04T17:00:00", None, ""),
    ],
)
def test_the_zone_of_a_post_is_what_its_two_times_differ_by(local, utc, instant):
    assert combine_local_and_utc(local, utc) == instant
