"""Names of columns: none takes the place of another."""

import pytest

from flows.read.table_columns import name_columns, number_repeats


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a", "b"], ("a", "b")),
        (["a", "b", "a", "a"], ("a", "b", "a_2", "a_3")),
        (["a", "a_2", "a"], ("a", "a_2", "a_3")),  # another column is called so
        (["a_2", "a", "a", "a"], ("a_2", "a", "a_3", "a_4")),
        (["", ""], ("", "_2")),
        ([], ()),
    ],
)
def test_a_repeated_name_gets_its_number(names, unique):
    assert len(set(number_repeats(names))) == len(names)
    assert number_repeats(names) == unique


def test_printed_names_lose_blanks_and_marks():
    assert name_columns(["\ufeffjudul ", " isi", "isi"]) == ("judul", "isi", "isi_2")
