import pytest

from flows.clean.text.head_breaks import find_head_breaks

STORY = "Dewan kota menyatakan jembatan baru akan dibuka pada musim semi, dua tahun lebih lambat dari rencana semula."


@pytest.mark.parametrize(
    "pieces",
    [
        ["Jembatan Tarna Dibuka Musim Semi", "Senin, 28 Juli 2025, 21:34 WIB", f"KOMPAS.com - {STORY}"],
        ["Oleh Odila Farwan, Senin, 28 Maret 2022 | 21:15 WIB - Redaktur: Sukma Tarna - 243", STORY],
        ["Jembatan Tarna Dibuka Musim Semi", f"REPUBLIKA.CO.ID, JAKARTA -- {STORY}"],
        ["Laporan Wartawan Tribunnews.com, Odila Farwan", f"TRIBUNNEWS.COM, JAKARTA - {STORY}"],
        [STORY + " Ia berkata pada Senin, 28 Juli 2025 pukul 10.00 WIB bahwa feri berlayar."],
    ],
)
def test_title_byline_date_and_dateline_part(pieces: list[str]) -> None:
    text = " ".join(pieces)
    gaps = find_head_breaks(text, 0, len(text))
    starts = [text.index(piece) for piece in pieces[1:]]
    found = sorted(at + (text[at : at + 1] == " ") for _, at in gaps)
    assert sorted(set(found)) == starts
