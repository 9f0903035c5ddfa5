"""The stage's contract: schemas, identity, partial texts, language, and documents that do not see one another."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.describe import describe_documents
from flows.describe.identity import compute_article_id
from schemas.arrow import replace_column
from schemas.stage_tables import CANDIDATES, DOCUMENTS, EVIDENCE_FOUND, MARKS, METADATA

STORY = (
    "Warga desa menanam mangrove di pesisir utara sejak pagi hari bersama para nelayan.\nMereka menanam seribu bibit."
)

PLACED = {"doc", "article_id", "fallback_id"}  # follow from where the document lies


def test_an_empty_batch_gives_empty_tables():
    found = describe_documents(DOCUMENTS.empty_table(), MARKS.empty_table(), CANDIDATES.empty_table())
    assert [table.schema for table in found] == [METADATA, EVIDENCE_FOUND, MARKS]
    assert [table.num_rows for table in found] == [0, 0, 0]


def test_a_document_is_described_alike_whatever_stands_beside_it(batch):
    texts = [STORY, f"KOMPAS.com - {STORY}", f"Oleh: Ratna Sari\n{STORY}", "x"]
    together = describe_documents(*batch(texts)).metadata.to_pylist()
    for at, text in enumerate(texts):
        (alone,) = describe_documents(*batch([text])).metadata.to_pylist()
        assert {k: v for k, v in alone.items() if k not in PLACED} == {
            k: v for k, v in together[at].items() if k not in PLACED
        }


def test_a_document_fetched_on_the_last_day_of_the_calendar_is_described(batch):
    documents, marks, candidates = batch([f"{STORY}\nMinggu, 5 Mei 2024"])
    fetched_at = pa.array([dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)], DOCUMENTS.field("fetched_at").type)
    documents = replace_column(documents, "fetched_at", fetched_at)
    (values,) = describe_documents(documents, marks, candidates).metadata.to_pylist()
    assert values["date"] == dt.date(2024, 5, 5)


def test_article_ids_follow_the_url_else_the_identity(described):
    assert (
        compute_article_id(None, "a/b.txt")
        == compute_article_id(None, "a/b.txt")
        != compute_article_id(None, "a/c.txt")
    )
    assert compute_article_id("https://a.id/x", "a") == compute_article_id("https://a.id/x", "b")
    assert len(compute_article_id(None, "")) == 32


@pytest.mark.parametrize(
    "line, partial",
    [
        ("Halaman selanjutnya", True),
        ("Berlangganan untuk membaca artikel ini", True),
        ("Halaman 2 dari 3 Sebelumnya", True),
        ("Page 1 of 4", True),
        ("123Selanjutnya", True),
        ("1 | 2 | 3 | Next", True),
        ("Bibit tumbuh subur.", False),
        ("12 pohon berikutnya", False),
        ("Halaman rumah 12 dari 3 desa", False),
        ("Selengkapnya >>>", True),
        ("Simak selengkapnya di sini", True),
        ("Selengkapnya\nPanen garam di Sampang\nHarga garam turun", False),
    ],
)
def test_partial(described, line, partial):
    assert described(f"{STORY}\n{line}", {3: "nav"})[0]["is_partial"] is partial


def test_languages(described):
    assert described(STORY)[0]["language"] == "id"
    english = "The council approved the new bridge on Friday after a long debate about its cost and its design."
    assert described(english)[0]["language"] == "en"
    assert described("12 34")[0]["language"] == "und"


LINES = [
    "Penulis", "Editor : Budi Santoso", "Ratna Sari", "(Budi Santoso)", "KOMPAS.com", "- ", "MEDAN, KOMPAS.com - Laut.",
    "Senin, 17 Jun 2024 14:39 WIB", "Panen Garam Lebih Awal", "\xa0", "", "Warga menanam mangrove di pesisir.", "<i>",
    "Ratna Sari , Jurnalis-Sabtu, 4 Mei 2024 |08:15 WIB", "Verified Writer", "dikutip CNN", "null", "Jakarta", "🙂 – —",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_marks_lie_within_their_lines_and_quotes_stand_in_the_document(lines):
    text = "\n".join(lines)
    given_row = {"doc": 7, "source_id": "a", "source_uri": "a", "raw_sha256": "", "identity": "a", "media": "text"}
    documents = pa.Table.from_pylist([{**given_row, "text": text}], schema=DOCUMENTS)
    found = describe_documents(documents, MARKS.empty_table(), CANDIDATES.empty_table())
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    reached = 0
    for mark in found.marks.to_pylist():
        words = text[mark["start"] : mark["end"]]
        assert mark["doc"] == 7 and words and words == words.strip() and mark["start"] >= reached
        assert starts[mark["line"] - 1] <= mark["start"] and mark["end"] < starts[mark["line"]]
        reached = mark["end"]
    assert all(row["quote"] in lines[row["line"] - 1] for row in found.evidence.to_pylist())
