"""Sheets of a workbook: where their header is, which hold texts, and one that cannot be read."""

import io

import pytest
import python_calamine

from flows.read.errors import TableError
from flows.read.excel_records import read_excel
from flows.read.field_aliases import FieldMap

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada. " * 3
NEWS = [["Judul", "Isi"], ["Satu", PROSE], ["", ""], ["Dua", PROSE]]


@pytest.fixture
def read(monkeypatch):
    """A function: rows by name of sheet (None: cannot be read), and a table -> its records."""

    def read_sheets(sheets, table="", keys=()):
        class Sheet:
            def __init__(self, rows):
                self.rows = rows

            def to_python(self, **_):
                if self.rows is None:
                    raise ValueError("bad cell\nat B2")
                return self.rows

        class Workbook:
            sheet_names = tuple(sheets)

            @classmethod
            def from_filelike(cls, _):
                return cls()

            def get_sheet_by_name(self, name):
                return Sheet(sheets[name])

        monkeypatch.setattr(python_calamine, "CalamineWorkbook", Workbook)
        return list(read_excel(io.BytesIO(), table, FieldMap(keys)))

    return read_sheets


def test_each_row_is_named_by_its_sheet_and_number_and_empty_ones_are_none(read):
    records = read({"Berita": NEWS})
    assert [(record.place, record.label) for record in records] == [
        ("#Berita!R2", "Row 2 of sheet Berita"), ("#Berita!R4", "Row 4 of sheet Berita"),
    ]  # fmt: skip
    assert records[0].fields == {"Judul": "Satu", "Isi": PROSE}


def test_a_sheet_that_cannot_be_read_costs_itself_alone(read):
    damaged, *records = read({"Rusak": None, "Berita": NEWS})
    assert damaged.problem == ("damaged_container", "cannot be read (bad cell): save the file again.")
    assert damaged.place == "#Rusak" and len(records) == 2


def test_the_header_is_the_row_with_most_known_names_within_the_first_ones(read):
    assert len(read({"Berita": [["Laporan bulan ini", ""], ["Judul", ""], *NEWS]})) == 2
    below = [[f"catatan {number}", number] for number in range(20)]
    assert [record.place for record in read({"Berita": [*below, *NEWS]}, table="berita")][-1] == "#Berita!R24"
    assert read({"Berita": [*below[:19], *NEWS]})[0].place == "#Berita!R21"


@pytest.mark.parametrize(
    ("header", "cell", "is_read"),
    [("Kolom", PROSE, True), ("Kolom", "Pendek saja", False), (PROSE, "Pendek saja", False)],
)
def test_columns_of_unknown_names_are_read_where_a_cell_below_them_is_long(read, header, cell, is_read):
    sheets = {"Data": [["Nomor", header], [1, cell], [2, cell]], "Berita": NEWS}
    records = read(sheets)
    assert ("#Data!R2" in [record.place for record in records]) is is_read
    bare = [record for record in records if record.problem]
    assert [(record.place, record.problem[0]) for record in bare] == ([] if is_read else [("#Data", "not_prose")])


def test_empty_sheets_are_passed_over(read):
    assert read({"Kosong": [["", None]]}) == []
    assert len(read({"Kosong": [], "Berita": NEWS})) == 2


def test_where_no_sheet_holds_texts_they_are_named(read):
    with pytest.raises(TableError, match=r"no sheet is known to hold texts \(Data, Lain\)"):
        read({"Data": [["a", "b"], [1, 2]], "Lain": [["c", "d"], [3, 4]]})


def test_a_table_is_chosen_by_name_whatever_its_case_and_holds(read):
    assert len(read({"Data": [["a", "b"], [1, 2]], "Berita": NEWS}, table="DATA")) == 1
    with pytest.raises(TableError, match="has no sheet Lain; its sheets are Data, Berita"):
        read({"Data": [], "Berita": NEWS}, table="Lain")


def test_cells_beyond_the_header_have_numbers_and_trailing_blank_names_go(read):
    [record, _] = read({"Berita": [["Judul", "Isi", "", ""], ["Satu", PROSE, "", "x", ""], ["Dua", PROSE]]})
    assert record.fields == {"Judul": "Satu", "Isi": PROSE, "column 3": None, "column 4": "x"}
