"""Values that say that there is none, and words of headlines that do not."""

import math

import pytest

from flows.read.missing_values import is_error_text, is_error_title, is_missing


@pytest.mark.parametrize(
    "value", [None, "", "  ", "NaN", "n.a.", "[None]", "{}", "nan, nan", "No  Title", [], {}, math.nan]
)
def test_no_value(value):
    assert is_missing(value)


@pytest.mark.parametrize(
    "value", ["Kursi Kosong", "Tidak ada yang tahu", "Unknown Pleasures", "Tanpa Nama Besar", 0, 0.0, [None]]
)
def test_a_value(value):
    assert not is_missing(value)


def test_errors_are_told_by_all_of_a_title_and_by_the_beginning_of_a_short_text():
    assert is_error_title("403  Forbidden") and not is_error_title("403 Forbidden, Kata Peladen Pemerintah")
    assert is_error_text("KeyError: 'isi'") and not is_error_text("Kesalahan: tiga desa belum didata. " * 3)
    assert not is_error_text("TypeError: " + "panjang " * 200)
