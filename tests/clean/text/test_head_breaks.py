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
        ["Jembatan Tarna Dibuka", "Oleh: Odila Farwan", "Senin (4/3/2024)", STORY],
        ["Jembatan Tarna Dibuka", "Oleh Odila Farwan", "4 Maret 2024", STORY],
        ["Jembatan Tarna Dibuka", "Kontributor: Odila Farwan,", "Diterbitkan 4 Maret 2024", STORY],
        ["Bridge at Tarna Opens", "By Odila Farwan", "Monday, March 4, 2024", "The city council opened the bridge."],
        ["By Friday night, 4 March 2024 the river had risen by two metres."],
        [STORY + " Ia berkata pada Senin, 28 Juli 2025 pukul 10.00 WIB bahwa feri berlayar."],
    ],
)
def test_title_byline_date_and_dateline_part(pieces: list[str]) -> None:
    text = " ".join(pieces)
    gaps = find_head_breaks(text, 0, len(text))
    starts = [text.index(piece) for piece in pieces[1:]]
    found = sorted(at + (text[at : at + 1] == " ") for _, at in gaps)
    assert sorted(set(found)) == starts


def test_glued_lines_of_a_head_part() -> None:
    pieces = ["Jembatan Tarna Dibuka", "Penulis: Odila Farwan", "Senin, 4 Maret 2024 08:15 WIB", STORY]
    text = "".join(pieces)
    starts = [text.index(piece) for piece in pieces[1:]]
    assert sorted({at for _, at in find_head_breaks(text, 0, len(text))}) == starts


def test_a_name_glued_to_the_title_parts_before_a_glued_date() -> None:
    text = f"Jembatan Tarna DibukaOdila Farwan - BRENDAL.COMSenin, 4 Maret 2024 08:15 WIB{STORY}"
    assert text.index("Odila") in {at for _, at in find_head_breaks(text, 0, len(text))}
