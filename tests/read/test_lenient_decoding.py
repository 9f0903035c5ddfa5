"""Bytes that are decoded whatever they are."""

import codecs

import pytest

from flows.read.lenient_decoding import (
    decode_head,
    decode_leniently,
    detect_wide_codec,
    find_byte_order_mark,
    make_preview,
    make_printable,
    replace_surrogates,
)

WORDS = "Hujan turun, “kata” dia. Warga di tepi sungai diminta waspada."
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
MARKS = dict(
    zip(WIDE, (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), strict=True)
)


@pytest.mark.parametrize("codec", WIDE)
def test_wide_text_is_told_by_its_mark_or_its_nuls(codec):
    data = WORDS.encode(codec)
    assert detect_wide_codec(data) == codec and decode_leniently(data) == WORDS
    marked = MARKS[codec] + data
    assert find_byte_order_mark(marked) == (MARKS[codec], codec)
    assert detect_wide_codec(marked) == codec and decode_leniently(marked) == WORDS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Hujan turun.",
        b"\0\0\0",
        codecs.BOM_UTF8 + b"Hujan",
        b"Hujan\0turun\0lagi\0kata dia",  # NULs between words
        bytes(64),
        "Hujan".encode("utf-32-le") + b"\xff\xff\xff\xff" * 20,  # no character
    ],
)
def test_what_is_no_wide_text_has_no_wide_codec(data):
    assert detect_wide_codec(data) is None


def test_a_character_that_is_cut_at_the_end_of_the_sample_does_no_harm():
    assert detect_wide_codec(("a" * 2047 + "\U0001f600" + "a" * 100).encode("utf-16-le")) == "utf-16-le"


@pytest.mark.parametrize(
    ("data", "codec", "text"),
    [
        (codecs.BOM_UTF8 + "naïf".encode(), None, "naïf"),
        ("naïf".encode(), None, "naïf"),
        ("naïf “kata”".encode("cp1252"), None, "naïf “kata”"),
        ("“kata” dia ".encode() * 3 + b"\xff", None, "“kata” dia " * 3 + "\ufffd"),  # one byte of UTF-8 is damaged
        ("Łódź".encode("iso8859-2"), "iso8859-2", "Łódź"),
        (b"a\xffb", "utf-8", "a\ufffdb"),
    ],
)
def test_the_encoding_that_loses_least_counts(data, codec, text):
    assert decode_leniently(data, codec) == text


def test_a_head_has_so_many_characters_and_a_preview_one_printable_line():
    assert decode_head("ïïïï".encode() * 10, 3) == "ïïï"
    assert decode_head(codecs.BOM_UTF16_LE + "😀😀".encode("utf-16-le"), 1) == "😀"
    assert make_printable(" a\tb\n\x1bc\u200b ") == "a b \ufffdc\ufffd"
    preview = make_preview(b"\n\n  Hujan\n" + b"turun " * 100)
    assert preview == "Hujan " + "turun " * 32 + "tu" and len(preview) == 200


def test_lone_surrogates_are_replaced_and_all_else_stays():
    assert replace_surrogates("a\ud800b\udfffc\ud83d") == "a\ufffdb\ufffdc\ufffd"
    assert replace_surrogates("“a” 😀") == "“a” 😀"
