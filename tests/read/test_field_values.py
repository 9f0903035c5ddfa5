"""Values that were written as text: lists, and pages with their tags escaped."""

import pytest

from flows.read.field_values import parse_list, unescape_markup


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('["Ani", "Budi"]', ["Ani", "Budi"]),
        ('{"name": "Ani"}', [{"name": "Ani"}]),
        ("['Ani', 'Budi']", ["Ani", "Budi"]),
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
