"""Values that were written as text: lists, and pages with their tags escaped."""

import pytest

from flows.read.field_values import is_single_value, parse_list, unescape_markup


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
