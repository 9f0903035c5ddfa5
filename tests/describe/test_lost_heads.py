"""Heads of texts that lost their lines, in made combinations: no sentence lost, no wrong name or day."""

import datetime as dt
import json
from itertools import product

import pytest

from flows.workers.single_document import CleanedDocument, clean_document

TITLE = "Kereta Wisata Pantai Lor Kembali Beroperasi"
FIRST = "Kereta wisata yang menyusuri Pantai Lor kembali beroperasi akhir pekan ini setelah berhenti dua belas tahun."
STORY = (
    FIRST,
    "Perjalanan perdana mengangkut seratus delapan puluh penumpang dari Stasiun Karangjati menuju Stasiun Teluk Biru.",
    "Manajer operasi menjelaskan bahwa jembatan baru dibangun dengan tiang yang ditanam dua kali lebih dalam.",
    "Pengelola membatasi perjalanan hanya empat kali sehari sampai hasil uji beban tahap kedua keluar bulan depan.",
)
BYLINES = (
    "Penulis: Ratna Dewi", "Oleh Ratna Dewi", "Reporter : Ratna Dewi", "Ratna Dewi - KABAR.COM",
    "Laporan Wartawan Kabar.com, Ratna Dewi", "Penulis Ratna Dewi | Editor Bayu Aji", "Ratna Dewi",
)  # fmt: skip
DAYS = (
    "Senin, 4 Maret 2024 08:15 WIB", "Senin, 04 Mar 2024 | 08.15", "Senin (4/3/2024)", "4 Maret 2024",
    "Diterbitkan 4 Maret 2024", "2024-03-04 08:15:00",
)  # fmt: skip
DATELINES = ("KARANGJATI, KABAR.COM - ", "Karangjati - ", "JAKARTA (Kabar) - ", "")
JOINERS = {"blank": " ", "comma": ", ", "bare comma": ",", "nothing": ""}


def clean_texts(texts: list[str]) -> list[CleanedDocument]:
    """Clean several texts as the records of one file."""
    records = "\n".join(json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts))
    return clean_document(records.encode(), name="texts.jsonl")


@pytest.mark.parametrize("joiner", JOINERS.values(), ids=JOINERS)
@pytest.mark.parametrize("is_reversed", [False, True], ids=["byline first", "day first"])
def test_a_lost_head_costs_no_sentence_and_gives_no_wrong_value(joiner: str, is_reversed: bool) -> None:
    texts = []
    for byline, day, dateline in product(BYLINES, DAYS, DATELINES):
        head = [day, byline] if is_reversed else [byline, day]
        texts.append(joiner.join([TITLE, *head, dateline + FIRST, *STORY[1:]]))
    cleaned_texts = clean_texts(texts)
    assert len(cleaned_texts) == len(texts)
    for text, cleaned in zip(texts, cleaned_texts, strict=True):
        assert cleaned.article is not None, text
        body = " ".join(cleaned.article["text"].split())
        assert FIRST in body and STORY[-1] in body, text
        assert cleaned.article["authors"] in ([], ["Ratna Dewi"]), text
        assert cleaned.article["date"] in (None, dt.date(2024, 3, 4)), text


def test_a_labelled_head_is_read_whole() -> None:
    heads = list(product(("Penulis: Ratna Dewi", "Oleh Ratna Dewi", "Reporter : Ratna Dewi"), DAYS[:5]))
    for head, cleaned in zip(heads, clean_texts([" ".join([TITLE, *head, *STORY]) for head in heads]), strict=True):
        assert cleaned.article is not None
        values = (cleaned.article["title"], cleaned.article["authors"], cleaned.article["date"])
        assert values == (TITLE, ["Ratna Dewi"], dt.date(2024, 3, 4)), head
        assert cleaned.article["text"].startswith(FIRST)
