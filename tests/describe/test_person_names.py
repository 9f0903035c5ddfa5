"""What a person's name is, by example and counterexample."""

import pytest

from flows.describe.person_names import is_person, parse_person_names
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
