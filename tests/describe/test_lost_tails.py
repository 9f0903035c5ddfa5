"""Clutter at the end and in the middle of texts that lost their lines: it goes, and no sentence goes with it."""

import pytest

from tests.describe.test_lost_heads import JOINERS, STORY, clean_texts

ANYWHERE = (
    "Baca juga: Truk Semen Terguling di Cibuntu", "Ikuti berita terbaru kami di Google News",
    "Mari bergabung di Grup Telegram kami.", "Sumber: Antara", "[Gambas:Video 20detik]",
    "Klik di sini untuk baca selengkapnya", "Foto: Penumpang menunggu di peron (Kabar/Ratna)",
)  # fmt: skip
# They close a story: nothing below them is of it.
AT_THE_END = (
    "Dilarang mengutip dan/atau menayangkan ulang seluruh isi artikel ini tanpa izin redaksi.",
    "Editor: Bayu Aji", "Penulis: Ratna Dewi Editor: Bayu Aji", "(abc/def)", "(*)",
    "Pewarta: Ratna Dewi Editor: Bayu Aji Copyright © KABAR 2024", "Tags: #kereta #wisata",
    "Bagikan: Facebook Twitter WhatsApp", "Komentar", "***", "Halaman Selanjutnya",
    "Berita Terkait Truk Semen Terguling di Cibuntu Jembatan Gantung Putus di Hulu",
)  # fmt: skip


@pytest.mark.parametrize("joiner", [*JOINERS.values(), "\n"], ids=[*JOINERS, "line break"])
def test_clutter_goes_and_no_sentence_with_it(joiner: str) -> None:
    # The word behind the clutter opens sentences: "Menurut", so that nothing but it tells where the clutter ends.
    middle = "Menurut manajer operasi, jembatan baru dibangun dengan tiang yang ditanam dua kali lebih dalam."
    story = [*STORY[:2], middle, STORY[3]]
    texts = [joiner.join([*story, clutter]) for clutter in (*ANYWHERE, *AT_THE_END)]
    texts += [joiner.join([*story[:2], clutter, *story[2:]]) for clutter in ANYWHERE]
    for text, cleaned in zip(texts, clean_texts(texts), strict=True):
        assert cleaned.article is not None, text
        body = " ".join(cleaned.article["text"].split())
        for sentence in story:
            assert sentence in body, text
            body = body.replace(sentence, "")
        assert not body.strip(), text
        assert cleaned.article["authors"] in ([], ["Ratna Dewi"]), text
