import pytest

from flows.clean.rules.line_openings import find_clutter_lines

BEFORE = "Warga di tepi timur sudah menunggu sejak jembatan lama ditutup."
AFTER = "Para insinyur menemukan pada bulan Maret bahwa dua pilar berdiri di tanah yang gembur."


def clutter(text: str) -> list[str]:
    return [text[start:end] for start, end in find_clutter_lines(text, 0, len(text), [])]


@pytest.mark.parametrize(
    "piece",
    [
        "Baca berita dengan sedikit iklan, klik di sini",
        "SCROLL TO CONTINUE WITH CONTENT",
        "Scroll ke bawah untuk melanjutkan membaca",
        "[Gambas:Video Brendal]",
        "BACA SELENGKAPNYA DI SINI>>>",
        "(odi/faw)",
        "Simak Video 'Feri Tarna Berlayar Lagi':",
        "Gabung ke Channel WhatsApp Brendal Pos untuk update berita terbaru.",
        "Baca Juga: Pasar Apung Senggara Dibuka Lagi Pekan Depan, Cek Jadwalnya!",
        'Artikel ini telah tayang di Brendal.id dengan judul "Jembatan Tarna Dibuka"',
    ],
)
def test_clutter_between_two_sentences_is_a_line(piece: str) -> None:
    assert clutter(f"{BEFORE} {piece} {AFTER}") == [piece]


def test_the_foot_of_an_agency_is_lines() -> None:
    foot = [
        "Pewarta: Sukma Odila",
        "Editor: Farwan Tarna",
        "Copyright © BRENDAL 2025 Dilarang keras mengambil konten tanpa izin.",
    ]
    assert clutter(f"{AFTER} {' '.join(foot)}") == foot
    assert clutter(f"{AFTER} Reporter: wanda Editor: bie") == ["Reporter: wanda", "Editor: bie"]


def test_names_behind_a_label_leave_date_and_story_alone() -> None:
    assert clutter(f"{BEFORE} Penulis: Sukma Odila Senin, 4 Maret 2024 {AFTER}") == ["Penulis: Sukma Odila"]
    assert clutter(f"{BEFORE} Editor: Sukma Odila JAKARTA, BRENDAL.COM - {AFTER}") == ["Editor: Sukma Odila"]
    assert clutter(f"{BEFORE} Laporan Wartawan Sukma Odila Dusun Tarna menunggu jembatan itu sejak lama sekali.") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Ia meminta warga untuk membaca juga papan pengumuman di balai kota.",
        "Ia membaca: kota itu ramai.",
        "Nilai tukar naik (lihat juga tabel di bawah) menurut bank.",
        "Warga bergabung dan mengikuti acara itu sampai malam.",
        "Editor kamus itu menulis surat.",
        "Kata dia. (Baca juga: ,) Lalu ia pulang ke rumah.",
    ],
)
def test_a_story_keeps_its_words(sentence: str) -> None:
    assert clutter(f"{BEFORE} {sentence} {AFTER}") == []


def test_a_bare_header_goes_alone() -> None:
    text = f"{BEFORE} Baca Juga Terdapat dua jadwal feri pada masing-masing dermaga di kota itu. {AFTER}"
    assert clutter(text) == ["Baca Juga"]
    assert clutter(f'{BEFORE} Baca juga: "Kami lega," kata Odila kepada wartawan. {AFTER}') == ["Baca juga:"]
