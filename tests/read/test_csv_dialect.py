"""Which texts are tables, and of which columns."""

import pytest

from flows.read.csv_dialect import (
    detect_dialect,
    is_quoted_whole,
    may_be_table,
    name_by_content,
    parse_rows,
    split_loosely,
)
from flows.read.field_aliases import FieldMap

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


def detect(text, name="a.txt"):
    return detect_dialect(text, name, FieldMap(), whole=True)


@pytest.mark.parametrize("blank", ["   ", ",,", ", ,"])
def test_rows_without_a_value_do_not_count(blank):
    lines = [f"kota {number},{number},{number * 7}" for number in range(6)]
    dialect = detect("\n".join(["kota,penduduk,luas", *(f"{line}\n{blank}\n{blank}" for line in lines)]), "a.csv")
    assert dialect.columns == ("kota", "penduduk", "luas")


@pytest.mark.parametrize(("row_count", "is_table"), [(6, True), (3, False)])
def test_numbers_below_unknown_names_are_a_table_once_there_are_some_rows(row_count, is_table):
    rows = [f"kota {number},{number},{number * 7}" for number in range(row_count)]
    assert (detect("\n".join(["kota,penduduk,luas", *rows])) is not None) is is_table
    words = [f"kota {number},utara,jauh" for number in range(row_count)]
    assert detect("\n".join(["kota,letak,jarak", *words])) is None


def test_a_delimiter_at_each_line_s_end_makes_no_column():
    rows = ["judul;isi;;", *(f"Judul {number};{PROSE};;" for number in range(4))]
    assert detect("\n".join(rows), "a.csv").columns == ("judul", "isi")
    rows[2] = f"Judul 1;{PROSE};;Ani"
    assert len(detect("\n".join(rows), "a.csv").columns) == 4


def test_each_row_that_cannot_be_split_counts_once():
    lines = ["judul,isi", 'Satu,"Hujan "turun" lagi"', "Dua,Reda", 'Tiga,"Angin "kencang" sekali"']
    rows, broken_count = parse_rows("\n".join(lines), ",", '"', None, 10, is_padded=False)
    assert (rows, broken_count) == ([["judul", "isi"], ["Dua", "Reda"]], 2)


@pytest.mark.parametrize("delimiter", ["^", "~"])
def test_a_rare_delimiter_counts_below_a_header_of_known_names(delimiter):
    rows = [delimiter.join(row) for row in (["judul", "isi", "url"], ["Satu", PROSE, "https://x.id/a/1"])]
    assert detect("\n".join(rows)).columns == ("judul", "isi", "url")
    assert detect("\n".join(rows).replace("judul", "nilai").replace("isi", "x")) is None


def test_a_heading_that_fills_one_cell_stands_above_the_header():
    rows = ["DATA BERITA SEPTEMBER;;", ";;", "judul;isi;url", f"Satu;{PROSE};https://x.id/a/1"]
    dialect = detect("\n".join(rows), "a.csv")
    assert (dialect.columns, dialect.skipped_lines) == (("judul", "isi", "url"), 2)


def test_a_table_whose_rows_were_quoted_as_one_cell_is_told():
    assert is_quoted_whole('"judul,""isi"",url"\n"Satu,""Hujan turun."",https://x.id/a"\n')
    assert not is_quoted_whole('"judul","isi"\n"Satu","Hujan turun."\n')
    assert not is_quoted_whole('"Kami rugi, isi gudang habis," katanya.\n')


@pytest.mark.parametrize(
    ("text", "name", "codec", "may_be"),
    [
        ("Hujan turun.", "a.txt", None, False),
        ("Hujan turun.", "a.csv", None, True),
        ("Hujan turun.", "a.txt", "utf-16", True),
        ("sep=;\nHujan", "a.txt", None, True),
        ("SEP=x\nHujan", "a.txt", None, True),
        ("\n \nkota,nilai\n1,2", "a.txt", None, True),
        ("kota|nilai", "a.txt", None, True),
        ("judul^isi^url", "a.txt", None, True),
        ("kota^nilai", "a.txt", None, False),
        ("kota\x1fnilai", "a.txt", None, True),
    ],
)
def test_which_texts_may_be_tables(text, name, codec, may_be):
    assert may_be_table(text.encode(), name, codec) is may_be


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('a,b,"c"', ["a", "b", "c"]),
        ('Satu,"Hujan "turun" lagi",x', ["Satu", 'Hujan "turun" lagi', "x"]),
        ('"a ""b""",c', ['a "b"', "c"]),
        ('"a" , "b"', ["a", "b"]),
        ("a,,", ["a", "", ""]),
        ('"a', ['"a']),
        ("", [""]),
    ],
)
def test_a_line_is_split_where_a_quote_ends_a_cell(line, cells):
    assert split_loosely(line, ",", '"') == cells


@pytest.mark.parametrize(
    ("lines", "columns"),
    [
        (["isi", f'"{PROSE}"'], ("isi",)),
        (["kolom", f'"{PROSE}"'], None),
        (["isi", PROSE], None),  # its commas make cells
    ],
)
def test_one_column_is_a_table_below_a_known_name(lines, columns):
    dialect = detect("\n".join(lines), "a.csv")
    assert (dialect and dialect.columns) == columns


@pytest.mark.parametrize(("name", "is_table"), [("a.csv", True), ("a.txt", False)])
def test_a_name_makes_rows_a_table_though_some_are_shorter(name, is_table):
    rows = ["kota,letak,jarak", *["alur,utara,jauh"] * 5, "binar,selatan", "duku,barat"]
    assert (detect("\n".join(rows), name) is not None) is is_table


def test_rows_of_a_named_table_that_mostly_disagree_are_none():
    assert detect("\n".join(["kota,letak,jarak,x", *["alur,utara"] * 3, *["a,b,c"] * 3, "x,y,z,1,2"]), "a.csv") is None


def test_a_known_name_in_the_header_makes_any_rows_a_table():
    rows = ["judul,isi,kota", *[f"Satu,{number}" for number in range(3)], *["Satu,Dua,Alur"] * 2]
    assert detect("\n".join(rows)).columns == ("judul", "isi", "kota")
    assert detect("\n".join(rows).replace("judul,isi", "x,y")) is None


@pytest.mark.parametrize(
    ("lines", "is_table"),
    [
        (["isi,xyz", "Hujan turun,satu", "Reda,dua"], True),
        (["isi,xyz", "Hujan turun,satu"], True),
        (["isi,xyz"], False),
        (["abc,xyz", "Hujan turun,satu", "Reda,dua"], False),
        (["isi,xyz", "Hujan turun,satu", "Reda,lalu,turun,lagi", "Reda"], False),  # most rows disagree
        (["isi,isi", "Hujan turun,satu", "Reda,dua"], True),
    ],
)
def test_one_known_name_is_enough_where_the_rows_agree(lines, is_table):
    assert (detect("\n".join(lines)) is not None) is is_table


@pytest.mark.parametrize(
    ("name", "cell", "is_table"),
    [("a.csv", "Reda.", True), ("a.csv", '"Reda, lalu turun."', True), ("a.csv", "Reda, lalu turun.", False),
     ("a.txt", "Reda.", False)],
)  # fmt: skip
def test_a_column_alone_is_one_of_texts_where_the_names_of_file_and_column_say_so(name, cell, is_table):
    dialect = detect(f'isi\n"{PROSE}"\n{cell}\n', name)
    assert (dialect is not None) is is_table
    if dialect:
        assert (dialect.columns, dialect.has_header, dialect.has_prose) == (("isi",), True, True)


@pytest.mark.parametrize(
    ("first", "has_header"),
    [("kota,letak,jarak,luas", True), ("kota,letak,letak,luas", True), ("kota,letak,letak,letak", False)],
)
def test_a_first_row_whose_cells_repeat_names_no_columns(first, has_header):
    dialect = detect("\n".join([first, *[f"alur {number},utara,jauh,{number}" for number in range(6)]]), "a.csv")
    assert dialect.has_header is has_header
    assert dialect.columns[0] == ("kota" if has_header else "column_1")


TITLES = [f"Warga Kota Menanam Pohon Tahap {number}" for number in range(10)]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ([TITLES, [PROSE] * 10], ("title", "text")),
        ([[PROSE] * 10, [f"{PROSE} {PROSE}"] * 10], ("column_1", "text")),  # the longest prose
        ([["x"] * 10, ["y"] * 10], ("column_1", "column_2")),
        ([[f"https://a.id/{n}" for n in range(10)], [PROSE] * 10], ("url", "text")),
        ([["https://a.id/1"] * 5 + ["x"] * 5, [PROSE] * 10], ("url", "text")),  # half of them
        ([["https://a.id/1"] * 4 + ["x"] * 6, [PROSE] * 10], ("column_1", "text")),
        ([["2024-03-04"] * 10, [PROSE] * 10], ("date", "text")),
        ([["Senin, 4 Maret 2024 10:00"] * 8 + ["x"] * 2, [PROSE] * 10], ("date", "text")),  # four fifths of them
        ([["4 Maret 2024"] * 7 + ["x"] * 3, [PROSE] * 10], ("column_1", "text")),
        ([["2024-03-04"] * 10, ["2024-03-05"] * 10, [PROSE] * 10], ("column_1", "column_2", "text")),  # which of them?
        ([[*TITLES[:9], TITLES[0]], [PROSE] * 10], ("title", "text")),  # one of ten comes twice
        ([[*TITLES[:8], TITLES[0], TITLES[1]], [PROSE] * 10], ("column_1", "text")),
        ([TITLES, [f"{title} Lagi" for title in TITLES]], ("title", "column_2")),  # the first of them
        ([[""] * 10, TITLES], ("column_1", "title")),
        ([[title.lower() for title in TITLES], [PROSE] * 10], ("column_1", "text")),
        ([[f"{title}." for title in TITLES], [PROSE] * 10], ("column_1", "text")),  # sentences
    ],
)
def test_columns_without_a_header_are_named_by_what_most_of_their_cells_hold(columns, names):
    rows = [list(row) for row in zip(*columns, strict=True)]
    assert name_by_content(rows, len(columns)) == names
    assert name_by_content([*rows, ["x"]], len(columns))[-1] == names[-1]  # a shorter row does no harm


@pytest.mark.parametrize(
    ("lines", "columns", "skipped_lines"),
    [
        (["judul,isi", f'Satu,"{PROSE}"'], ("judul", "isi"), 0),
        (["Diekspor oleh alat", "judul,isi", f'Satu,"{PROSE}"'], ("judul", "isi"), 1),
        (["# dari, oleh, tahun", "judul,isi", f'Satu,"{PROSE}"'], ("judul", "isi"), 1),  # a comment
        (["Laporan,,", ",,", "judul,isi,url", f'Satu,"{PROSE}",x'], ("judul", "isi", "url"), 2),  # of a spreadsheet
        (["sep=;", "judul;isi", f'Satu;"{PROSE}"'], ("judul", "isi"), 1),
        (["judul,isi,", f'Satu,"{PROSE}",'], ("judul", "isi"), 0),  # each line ends in a delimiter
        (["judul,isi", f'1,Satu,"{PROSE}"', f'2,Dua,"{PROSE}"'], ("", "judul", "isi"), 0),  # names of rows
        (["judul,isi,isi", f'Satu,"{PROSE}",x'], ("judul", "isi", "isi_2"), 0),
    ],
)
def test_the_header_of_a_named_table_is_found_below_what_tools_write_above_it(lines, columns, skipped_lines):
    dialect = detect("\n".join(lines), "a.csv")
    assert (dialect.columns, dialect.skipped_lines, dialect.has_header) == (columns, skipped_lines, True)
    assert "\n".join(lines)[dialect.skipped :].startswith(lines[skipped_lines])


@pytest.mark.parametrize(
    ("lines", "delimiter", "quote", "escape", "is_padded"),
    [
        ([f'Satu;"{PROSE}"'] * 3, ";", '"', None, False),
        ([f"Satu\t{PROSE}"] * 3, "\t", '"', None, False),
        ([f"'Satu','{PROSE}'"] * 4, ",", "'", None, False),
        ([f'"Satu","{PROSE} \\"ya\\""'] * 4, ",", '"', "\\", False),
        ([f'"Satu", "{PROSE}"'] * 4, ",", '"', None, True),
        ([f'"Satu","{PROSE}"'] * 4, ",", '"', None, False),
        ([f"Satu^{PROSE}"] * 3, "^", '"', None, False),
    ],
)
def test_the_marks_of_a_table_are_those_by_which_its_rows_agree(lines, delimiter, quote, escape, is_padded):
    header = {"'": "'judul','isi'"}.get(quote, f"judul{delimiter}isi")
    dialect = detect("\n".join([header, *lines]), "a.csv")
    assert (dialect.delimiter, dialect.quote, dialect.escape, dialect.is_padded) == (
        delimiter,
        quote,
        escape,
        is_padded,
    )
    assert dialect.columns == ("judul", "isi") and dialect.has_prose


@pytest.mark.parametrize(("row_count", "is_table"), [(2, False), (3, True)])
def test_rows_of_rare_marks_are_a_table_from_three_on(row_count, is_table):
    rows = [f"kata {number} ini|kata itu|kata lain" for number in range(row_count)]
    assert (detect("\n".join(rows)) is not None) is is_table
