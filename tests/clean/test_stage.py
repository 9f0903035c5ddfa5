from collections.abc import Callable

import pytest

from flows.clean import CleanedBatch, extract_body_texts
from schemas.arrow import REJECTS
from schemas.stage_tables import CANDIDATES, DOCUMENTS, MARKS

STORY = "Warga desa menunggu bantuan di balai desa sejak pagi hari, kata kepala desa."


def test_every_row_is_a_document_or_a_reject(cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned(STORY, b"\xff\xfe\x00\xd8", "Home\nLogin", bytes(range(256)) * 30, STORY.encode("utf-16"))
    assert found.documents.schema == DOCUMENTS
    assert found.marks.schema == MARKS
    assert found.candidates.schema == CANDIDATES
    assert found.rejects.schema.equals(REJECTS, check_metadata=False)
    taken = [*found.documents["source_id"].to_pylist(), *found.rejects["source_id"].to_pylist()]
    assert sorted(taken) == [f"doc-{number}" for number in range(5)]
    assert found.documents["doc"].to_pylist() == [0, 1]
    assert extract_body_texts(found.documents, found.marks) == [STORY, STORY]
    reasons = dict(zip(found.rejects["source_id"].to_pylist(), found.rejects["reason"].to_pylist(), strict=True))
    assert reasons["doc-2"] == "no_article"
    assert reasons["doc-3"] == "undecodable"


def test_a_reject_says_what_was_read_and_shows_its_start(cleaned: Callable[..., CleanedBatch]) -> None:
    row = cleaned("Home\n\n  Login").rejects.to_pylist()[0]
    assert row["stage"] == "clean"
    assert "2 lines" in row["detail"] and "expected" in row["detail"]
    assert row["preview"] == "Home Login"


def test_an_empty_batch(cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned()
    assert [table.num_rows for table in (found.documents, found.marks, found.candidates, found.rejects)] == [0, 0, 0, 0]


def test_what_a_record_states_comes_before_what_its_page_states(cleaned: Callable[..., CleanedBatch]) -> None:
    record = {"field": "title", "where": "record", "value": "Judul rekaman"}
    page = f"<html><title>Judul laman</title><body><p>{STORY}</p><p>{STORY[::-1]}</p></body></html>"
    rows = cleaned(page, media="html", stated=[record]).candidates.to_pylist()
    assert rows[0] == {"doc": 0, **record}
    assert {"doc": 0, "field": "title", "where": "html_title", "value": "Judul laman"} in rows


def test_content_stands_before_raw(cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned('{"text": "..."}', content=STORY.encode())
    assert found.documents["text"].to_pylist() == [STORY]


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (
            "Belum punya akun",
            "<h1>Masuk</h1><form><input></form><p>Belum punya akun? Daftar untuk membaca semua berita.</p>",
        ),
        (
            "Kami dan mitra kami",
            "<p>Kami dan mitra kami menyimpan informasi pada perangkat, seperti cookie, untuk iklan.</p>",
        ),
    ],
)
def test_a_page_at_the_door_names_its_words(cleaned: Callable[..., CleanedBatch], words: str, body: str) -> None:
    page = f"<html><head><title>Harian Kota</title></head><body>{body}<button>Setuju</button></body></html>"
    (row,) = cleaned(page, media="html").rejects.to_pylist()
    assert row["reason"] == "no_article"
    assert words in row["detail"]
    story = "".join(f"<p>{STORY} Bantuan ke-{n} tiba pada sore hari.</p>" for n in range(6))
    assert cleaned(page.replace("<body>", f"<body>{story}"), media="html").documents.num_rows == 1
