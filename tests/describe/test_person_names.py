"""What a person's name is, by example and counterexample."""

import pytest

from flows.describe.person_names import is_person, parse_person_names, parse_printed_names, strip_date_label
from flows.outlets import load_registry


@pytest.mark.parametrize(
    "text, names",
    [
        ("Ratna Sari", ["Ratna Sari"]),
        ("Ratna Sari, Budi Santoso", ["Ratna Sari", "Budi Santoso"]),
        ("Ratna Sari dan Budi Santoso", ["Ratna Sari", "Budi Santoso"]),
        ("Ratna Sari / Budi Santoso", ["Ratna Sari", "Budi Santoso"]),
        ("M. Luthfi  Andika", ["M. Luthfi Andika"]),
        ("Siti binti Ahmad", ["Siti binti Ahmad"]),
        ("TribunSolo.com, Ratna Sari", ["Ratna Sari"]),
        ("Kontributor Ambon, Ratna Sari", ["Ratna Sari"]),
        ("Tim detikcom", []),
        ("Redaksi", []),
        ("ANTARA", []),
        ("Kompas.com", []),
        ("Menteri itu datang ke pasar", []),
        ("Ratna Sari, menteri perdagangan", []),
        ("https://example.com/ratna", []),
        ("", []),
    ],
)
def test_persons(text, names):
    assert parse_person_names(text, load_registry()) == names


@pytest.mark.parametrize(
    "text",
    ["Published", "Publié le", "The Korea Herald", "Foto Antara", "Frankfurt", "TANGERANG SELATAN", "ratna sari",
     "ratna Sari",
     "Harga Naik 5 Persen", "A", "Baca Juga Artikel", "PT Maju Jaya", "Ratna Sari Budi Santoso Dewi Lestari Wati"],
)  # fmt: skip
def test_no_person(text):
    assert not is_person(text, load_registry())


@pytest.mark.parametrize(
    ("text", "is_one", "is_expected_one"),
    [
        ("Ratna Sari", True, True),
        ("Ratna Ayu sari", False, True),  # words from the third on small, where a name is expected
        ("Ratna sari", False, False),
        ("Ratna ayu Sari", False, False),
        ("ratna sari", False, False),
        ("Ludwig van der Berg", True, True),
        ("Ratna bin", False, False),  # a particle ends no name
        ("Al", False, True),  # two letters
        ("A", False, False),
        ("Ratna " + "S" * 54, False, False),  # words have at most 31 letters
        ("Ratna Sari Dewi Ayu Putri Lestari", True, True),
        ("Ratna Sari Dewi Ayu Putri Lestari Wati", False, False),  # seven words
        ("Ratna Sari 2", False, False),
        ("ratna@warta.example", False, False),
        ("Antara", False, False),  # a wire service
        ("Jakarta", False, False),  # a place
        ("Tim Redaksi", False, False),
        ("Penulis", False, False),
    ],
)
def test_what_could_be_the_name_of_a_person(text, is_one, is_expected_one):
    registry = load_registry()
    assert is_person(text, registry) is is_one
    assert is_person(text, registry, name_expected=True) is is_expected_one


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ratna sari", ["ratna sari"]),
        ("RATNA SARI", ["RATNA SARI"]),
        ("ratna sari, budi santoso", ["ratna sari", "budi santoso"]),
        ("ratna", []),  # initials or a login
        ("ratna sari diperbarui", ["ratna sari"]),
        ("Ratna Sari (Kontributor Kupang)", ["Ratna Sari"]),
        ("Ratna Sari (ratna@warta.example)", ["Ratna Sari"]),
        ("Dana Whitfield in London", ["Dana Whitfield"]),
        ("", []),
    ],
)
def test_names_that_are_printed_in_one_case(text, names):
    assert parse_printed_names(text, load_registry()) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Siti Aminah, S.Pd., M.Pd.", ["Siti Aminah"]),
        ("Siti Aminah, Siti Aminah", ["Siti Aminah"]),
        ("Siti Aminah dan Budi Santoso / Citra Ayu", ["Siti Aminah", "Budi Santoso", "Citra Ayu"]),
        ("Siti Aminah, hujan turun", []),  # any other word makes it no byline
        ("Wartawan Tribunnews.com, Siti Aminah", ["Siti Aminah"]),
        ("Siti Aminah, Kompas TV", ["Siti Aminah"]),
        ("Siti Aminah, Kontributor Kupang", ["Siti Aminah"]),
        ("Kompas TV", []),
        (" - Siti   Aminah * ", ["Siti Aminah"]),
    ],
)
def test_persons_of_a_byline_without_degrees_desks_and_media(text, names):
    assert parse_person_names(text, load_registry()) == names


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Ratna Sari Diperbarui", "Ratna Sari"),
        ("Whitfield HallUpdated:", "Whitfield Hall"),
        ("Ratna Sari pada", "Ratna Sari"),
        ("Ratna Sari published on:", "Ratna Sari"),
        ("Ratna Sari", "Ratna Sari"),
        ("Diterbitkan Ratna", "Diterbitkan Ratna"),
    ],
)
def test_the_label_of_a_date_leaves_the_end(text, rest):
    assert strip_date_label(text) == rest
