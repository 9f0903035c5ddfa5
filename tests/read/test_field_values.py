"""Values that were written as text: lists, and pages with their tags escaped."""

import datetime as dt

import pytest

from flows.read.field_values import (
    break_lines,
    break_literals,
    clean_scalar,
    combine_local_and_utc,
    decode_bytes_literal,
    decode_line,
    format_date,
    is_numbered,
    is_single_value,
    join_paragraphs,
    number_of,
    parse_instant,
    parse_json_string,
    parse_list,
    repair_encoding,
    show_key,
    unescape_markup,
    unescape_name,
    unwrap_extended,
)


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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hujan turun", "Hujan turun"),
        ("['Hujan turun', 'Lagi']", "Hujan turun"),
        ("[{'name': 'Ani'}]", "Ani"),
        ("[1, 2]", "[1, 2]"),
        ("[Foto] Hujan", "[Foto] Hujan"),
        ("b'Hujan'", "Hujan"),
        ("Kata \\u201cya\\u201d di a\\/b", "Kata “ya” di a/b"),
        ("\\ud83d\\ude00", "\U0001f600"),  # a pair of surrogates is one character
        ("\\ud83d!", "\ufffd!"),
        ("Kata â€œyaâ€\x9d", "Kata “ya”"),
    ],
)
def test_a_line_is_what_a_scraper_wrote_in_other_forms(text, line):
    assert decode_line(text) == line


def test_misread_encodings_are_repaired_and_words_with_such_letters_stay():
    assert repair_encoding("naÃ¯f") == "naïf" and repair_encoding("Café Â") == "Café Â" and repair_encoding("a") == "a"


@pytest.mark.parametrize(
    ("value", "is_list"),
    [
        ({"p1": "a", "p2": "b"}, True),
        ({"1": "a", "2": "b"}, True),
        ({"p1": "a"}, False),
        ({"p1": "a", "p": "b"}, False),
        ({"p1": "a", "p2": 3}, False),
        ({"p1": "a", "p1234": "b"}, False),
    ],
)
def test_paragraphs_under_numbers(value, is_list):
    assert is_numbered(value) is is_list
    assert [number_of(key) for key in ("p12", "3", "p", "p1234")] == [12, 3, 0, 0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", "a"),
        (["", None, " b "], "b"),
        ({"lain": "x", "nama": "Ani"}, "Ani"),
        ({"first_name": " Ani ", "last_name": "Yulia"}, "Ani Yulia"),
        ({"first_name": "Ani", "last_name": ""}, "Ani"),
        ({"lain": "x"}, ""),
        (dt.date(2024, 3, 4), "2024-03-04"),
        (3.0, "3"),
        (3.5, "3.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (7, "7"),
        (True, ""),
        (None, ""),
    ],
)
def test_a_single_value_as_text(value, text):
    assert clean_scalar(value) == text


def test_a_key_in_a_sentence_is_short_and_printable():
    assert show_key("a\nb\x1b\ud800") == "a b\ufffd\ufffd" and len(show_key("k" * 99)) == 60


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": 1}', {"a": 1}), ('{"a": 1} \n', {"a": 1}), ('{"a": 1', None), ("[1]", None), ("{a}", None), ("", None)],
)
def test_an_object_in_a_string(text, value):
    assert parse_json_string(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Satu.", "Satu."),
        (["Satu.", "", None, "Dua."], "Satu.\n\nDua."),
        ("['Satu.', 'Dua.']", "Satu.\n\nDua."),
        ("[1, 2]", "[1, 2]"),
        ([["Satu", "kata"], ["dua"]], "Satu kata\n\ndua"),
        ([[["Satu", "kata."], ["Dua."]]], "Satu kata. Dua."),
        ([{"text": "Satu."}, {"isi": "Dua."}], "Satu.\n\nDua."),
        ({"sections": [{"headline": ["Kepala"], "paragraphs": ["Satu.", " "]}, "Dua.", 3]}, "Kepala\n\nSatu.\n\nDua."),
        ({"rendered": "Satu.<br>Dua."}, "Satu.\nDua."),
        ("Satu.\\nDua.\\nTiga.", "Satu.\nDua.\nTiga."),
        (7, ""),
    ],
)
def test_paragraphs_are_joined_however_they_are_held(value, text):
    assert join_paragraphs(value) == text


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("a\\nb\\nc", "a\nb\nc"),
        ("a\\r\\nb", "a\nb"),
        ("a\\nb", "a\nb"),
        ("a\\nb\nc", "a\\nb\nc"),  # one beside a real line break is meant so
        ("a\\nb\\nc\nd", "a\nb\nc\nd"),
        ("a\\tb\\nc", "a b\nc"),
        ('a\\n\\"b\\"', 'a\n"b"'),
        ("C:\\rak", "C:\\rak"),
        ("a\\tb", "a\\tb"),
    ],
)
def test_escaped_line_breaks(text, broken):
    assert break_literals(text) == broken


@pytest.mark.parametrize(
    ("text", "broken"),
    [("a<br>b <BR/> c", "a\nb\nc"), ("a<br>b<p>c", "a<br>b<p>c"), ("a < b", "a < b"), ("a<br><3", "a\n<3")],
)
def test_breaks_of_a_text_without_other_tags(text, broken):
    assert break_lines(text) == broken


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("b'na\\xc3\\xaff'", "naïf"),
        ('b"a" ', "a"),
        ("b'a", "b'a"),
        ("b'a\"", "b'a\""),
        ("b''\\'", "b''\\'"),
        ("'a'", "'a'"),
    ],
)
def test_bytes_that_python_printed(text, decoded):
    assert decode_bytes_literal(text) == decoded


@pytest.mark.parametrize(
    ("value", "inner"),
    [
        ({"$oid": "65a"}, "65a"),
        ({"$date": "2024-03-04"}, "2024-03-04"),
        ({"$date": {"$numberLong": "1709528767000"}}, "1709528767000"),
        ({"$date": 1, "x": 2}, {"$date": 1, "x": 2}),
        ({"x": 1}, {"x": 1}),
    ],
)
def test_extended_json_stands_for_its_value(value, inner):
    assert unwrap_extended(value) == inner


EPOCH = 1_709_528_767  # 4 March 2024, 05:06:07


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("4 Maret 2024", "4 Maret 2024"),
        (" 2024-03-04T05:06:07  ", "2024-03-04T05:06:07"),
        ("2024-03-04T05:06:07+07:00[Asia/Jakarta]", "2024-03-04T05:06:07+07:00"),
        (["", "4 Maret 2024"], "4 Maret 2024"),
        ({"$date": EPOCH * 1000}, "2024-03-04T05:06:07+00:00"),
        ({"lain": 1}, ""),
        (EPOCH, "2024-03-04T05:06:07+00:00"),
        (float(EPOCH), "2024-03-04T05:06:07+00:00"),
        (str(EPOCH * 1000 + 250), "2024-03-04T05:06:07.250000+00:00"),
        (str(EPOCH * 10**6), "2024-03-04T05:06:07+00:00"),
        (str(EPOCH * 10**9), "2024-03-04T05:06:07+00:00"),
        ("20240304", "2024-03-04"),
        ("20241304", ""),
        ("20240304050607", "2024-03-04T05:06:07"),
        (631_151_999, ""),  # the last second of 1989
        (631_152_000, "1990-01-01T00:00:00+00:00"),
        (dt.datetime(2024, 3, 4, 5), "2024-03-04T05:00:00"),
        ("Maret", ""),
        ("4/3/24", "4/3/24"),
        ("3/24", ""),  # too few digits for a day
        ("-", ""),
        (True, ""),
        (None, ""),
        ("4 Maret 2024 " * 20, ""),
    ],
)
def test_a_date_is_iso_8601_where_it_is_a_number_and_else_as_printed(value, text):
    assert format_date(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-03-04T05:06:07", "2024-03-04T05:06:07+00:00"),
        ("2024-03-04T05:06", "2024-03-04T05:06+00:00"),
        ("2024-03-04T05:06:07.5", "2024-03-04T05:06:07.5+00:00"),
        ("2024-03-04T05:06:07+07:00", "2024-03-04T05:06:07+07:00"),
        ("2024-03-04", "2024-03-04"),
    ],
)
def test_a_clock_of_utc_gets_its_zone(value, text):
    assert format_date(value, utc=True) == format_date([value], utc=True) == text


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-03-04T05:06:07", (2024, 3, 4, 5, 6, 7)),
        ("2024-03-04T05:06:07+07:00", (2024, 3, 3, 22, 6, 7)),
        (EPOCH, (2024, 3, 4, 5, 6, 7)),
        ({"$date": EPOCH * 1000}, (2024, 3, 4, 5, 6, 7)),
        (dt.datetime(2024, 3, 4, 5), (2024, 3, 4, 5)),
        ("20240304", (2024, 3, 4)),
        ("0001-01-01T00:00:00+07:00", None),  # before the calendar begins
        ("4 Maret 2024", None),
        (True, None),
        (123_456_789, None),  # 1973
        ("", None),
    ],
)
def test_an_instant_is_in_utc(value, moment):
    assert parse_instant(value) == (dt.datetime(*moment, tzinfo=dt.UTC) if moment else None)


def test_references_of_characters_in_a_name():
    assert unescape_name("Tanya  &amp; Jawab") == "Tanya & Jawab" and unescape_name("Tanya & Jawab") == "Tanya & Jawab"
