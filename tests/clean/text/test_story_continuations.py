"""Lines that a cue speaks against and that belong to the story all the same, and those that do not."""

import pytest

from flows.clean.rules.cues import load_general_cues
from flows.clean.text.story_continuations import is_sentence_of_story
from tests.clean.marked import list_marks

STORY = [
    "Jembatan gantung di Lembah Wangi dibuka kembali pada Senin pagi setelah ditutup selama sembilan bulan.",
    "Warga dua dusun bergantian mengecat tiang dan memasang papan baru dari kayu sumbangan galangan kapal.",
    "Kepala dusun mengatakan perahu penyeberangan tetap berlayar sampai uji beban tahap kedua selesai.",
    "Anak-anak sekolah menyeberang lebih dulu sambil membawa bendera kecil buatan mereka sendiri.",
    "Pemerintah kecamatan berjanji memeriksa tali baja jembatan itu dua kali dalam setahun.",
    "Sebuah warung kopi di tepi timur kembali ramai sejak orang tidak perlu memutar lewat bukit.",
]


def kept_lines(text: str) -> list[str]:
    return [text[mark.start : mark.end] for mark in list_marks(text) if mark.kind == "body"]


@pytest.mark.parametrize(
    "header", ["Artikel Terkait:", "Berita Lainnya", "TERPOPULER", "Konten Terkait", "Rekomendasi untuk Anda"]
)
@pytest.mark.parametrize("above", [3, 4, 5])
def test_a_header_of_other_stories_ends_no_text_that_goes_on_in_prose(header: str, above: int) -> None:
    lines = [*STORY[:above], header, "Atap Sekolah Ambruk, Siswa Belajar di Tenda", *STORY[above:]]
    assert kept_lines("\n".join(lines)) == STORY


def test_teasers_below_such_a_header_are_no_story() -> None:
    teasers = ["Atap Sekolah Ambruk", "Siswa kelas empat kini belajar di tenda.", "Guru Mogok", "Mereka menunggu gaji."]
    assert kept_lines("\n".join([*STORY, "Berita Terkait", *teasers])) == STORY


def test_a_title_with_a_stop_is_no_story() -> None:
    titles = ["Singers have a new problem now", "The harbour has a problem. It is not what they think."]
    assert kept_lines("\n".join([*STORY, "You may also like", *titles])) == STORY


@pytest.mark.parametrize("line", ["(atau)", "[Catatan]", "(Up)", "© Kabar Lembah 2024", "Tentang Penulis"])
def test_no_line_ends_an_extracted_text_that_goes_on_for_paragraphs(line: str) -> None:
    above = [f"{paragraph} Itu kata warga nomor {number}." for number, paragraph in enumerate(STORY * 2)]
    assert kept_lines("\n".join([*above, line, *STORY])) == [*above, *STORY]


@pytest.mark.parametrize("line", ["(abc/def)", "(Up)", "© Kabar Lembah 2024", "Tentang Penulis"])
def test_a_foot_of_few_words_is_cut(line: str) -> None:
    foot = ["Kabar Lembah sejak 1998", "Redaksi menerima surat.", "Alamat kami di Jalan Muara, hubungi lewat surat."]
    assert kept_lines("\n".join([*STORY, line, *foot])) == STORY


@pytest.mark.parametrize(
    ("line", "is_story"),
    [
        ("Ikuti terus perkembangan jalur ini, pesan Dimas kepada warga, karena jadwal dapat berubah.", True),
        ("Ikuti aturan mainnya di papan: siapa yang merusak kincir wajib menggantinya sehari penuh.", True),
        ("Ikuti terus perkembangan berita ini di saluran WhatsApp Kabar Muara.", False),
        ("Ikuti kami di Instagram @kabarmuara.", False),
        ("Langganan koran dibayar oleh camat sehingga murid dapat membaca setiap pagi.", True),
        ("Langganan sekarang dan nikmati semua artikel.", False),
        ("Subscribe to the notion that a library is a room for sleeping.", True),
        ("Subscribe to our newsletter.", False),
        ("Hak cipta peta itu dipegang oleh seorang kolonel yang meninggal tanpa ahli waris.", True),
        ("Hak cipta dilindungi undang-undang.", False),
        ("Copyright 2024 Kabar Muara. All rights reserved.", False),
        ("Baca juga: Jembatan Baru Dibuka, kata Bupati.", False),
    ],
)
def test_sentences_with_the_words_of_an_appeal(line: str, is_story: bool) -> None:
    cue = load_general_cues().match_line(line, len(line.split()))
    assert (cue is None or is_sentence_of_story(line, cue)) == is_story
    assert (line in kept_lines("\n".join([*STORY[:3], line, *STORY[3:]]))) == is_story


@pytest.mark.parametrize("channel", ["Telegram", "WhatsApp"])
def test_an_appeal_to_subscribe_in_two_sentences_goes(channel: str) -> None:
    line = (
        f'Dapatkan update berita pilihan setiap hari dari Kabarpagi.com. Mari bergabung di Grup {channel} "Kabar Pagi".'
    )
    assert kept_lines("\n".join([*STORY, line])) == STORY
