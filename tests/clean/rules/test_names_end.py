"""Names behind a label in a text that lost its lines: where they end, and when nothing tells."""

import pytest

from flows.clean.rules.names_end import find_names_end

STORY = "Dewan kota menyatakan jembatan baru akan dibuka pada musim semi, dua tahun lebih lambat dari rencana semula."
NAMES = "Odila Farwan"


@pytest.mark.parametrize(
    "behind",
    [
        " Senin, 4 Maret 2024 08:15 WIB",
        " Jumat (1/3/2024)",
        " Diterbitkan 4 Maret 2024",
        f" BRENDAL, KABAR.COM - {STORY}",
        f" Jakarta - {STORY}",
        f" Bandar Lampung (Antara) - {STORY}",
        f" Warga Desa Tarna menunggu {STORY}",
        f"Senin, 4 Maret 2024 {STORY}",
        f"Dewan {STORY}",
        f", Brendal - {STORY}",
        " 4 Maret 2024",
    ],
)
def test_names_end_before_what_is_no_name(behind: str) -> None:
    text = NAMES + behind
    assert find_names_end(text, 0, len(text)) == len(NAMES)


@pytest.mark.parametrize("names", [f"{NAMES} Dewan Kota", f"{NAMES} Tarna -", "SUKMA ODILA BRENDAL, KABAR.COM -"])
def test_names_that_run_into_a_sentence_have_no_end(names: str) -> None:
    text = f"{names} {'menyatakan' if names[-1] != '-' else 'Jembatan'} baru akan dibuka pada musim semi tahun depan."
    assert find_names_end(text, 0, len(text)) is None


@pytest.mark.parametrize("names", ["Odila McFarwan", "Odila Farwan, Sukma Tarna", "Odila Farwan/Sukma Tarna"])
def test_names_alone_are_whole(names: str) -> None:
    assert find_names_end(names, 0, len(names)) == len(names)
