from collections.abc import Callable

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean import CleanedBatch, extract_body_texts, overlay_marks
from flows.clean.lines.line_table import normalize_blanks, trim_span
from flows.clean.spans import build_marks_table_from_rows
from schemas.stage_tables import DOCUMENTS, MARKS, Mark
from tests.clean.marked import list_marks

WORDS = st.sampled_from(
    ["Baca Juga: Harga beras naik", "ADVERTISEMENT", "Warga menunggu bantuan di balai desa sejak pagi hari.",
     "(abc/def)", "JAKARTA - Menteri datang ke pasar untuk melihat harga.", "\u00a0", "Penulis : Ani",
     "© 2024", "東京", "a",
     "", "\u200b", "Kata dia. (Baca juga: ,) Lalu ia pulang ke rumah SCROLL TO CONTINUE WITH CONTENT lagi.", "Menu",
     "Berita Terkait"]
)  # fmt: skip
DOCUMENT = st.one_of(
    st.lists(WORDS, max_size=30).map("\n".join), st.text(max_size=200).map(lambda t: t.replace("\r", " "))
)


def documents(*texts: str) -> pa.Table:
    rows = [
        {"doc": doc, "source_id": str(doc), "source_uri": "x", "raw_sha256": "0" * 64, "identity": "x",
         "media": "text", "text": text}
        for doc, text in enumerate(texts)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, DOCUMENTS)


def solid(text: str) -> list[int]:
    """The code points that are not blank, and those between them that a line trimmed would still hold."""
    places, offset = [], 0
    for line in text.split("\n"):
        start, end = trim_span(text, offset, offset + len(line))
        places.extend(at for at in range(start, end) if trim_span(text, at, at + 1) != (at, at))
        offset += len(line) + 1
    return places


def assert_tiles(text: str, spans: list[Mark]) -> None:
    covered: set[int] = set()
    for span in spans:
        piece = text[span.start : span.end]
        assert piece and "\n" not in piece and trim_span(text, span.start, span.end) == (span.start, span.end)
        assert text.count("\n", 0, span.start) + 1 <= span.line  # more where lines were recovered
        assert covered.isdisjoint(range(span.start, span.end))
        covered.update(range(span.start, span.end))
    assert set(solid(text)) <= covered
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert [span.line for span in spans] == sorted(span.line for span in spans)


@settings(deadline=None)
@given(DOCUMENT)
def test_marks_tile_every_non_blank_line(text: str) -> None:
    assert_tiles(text, list_marks(text))


@settings(max_examples=150, deadline=None)
@given(DOCUMENT, st.data())
def test_overlaid_marks_tile_and_a_second_overlay_changes_nothing(text: str, data: st.DataObject) -> None:
    marks = list_marks(text)
    laid = []
    for mark in marks:
        if data.draw(st.booleans()):
            start = data.draw(st.integers(mark.start, mark.end - 1))
            laid.append(Mark(mark.line, start, data.draw(st.integers(start + 1, mark.end)), "title", "test.over"))
    table, below, over = (
        documents(text),
        build_marks_table_from_rows((0, mark) for mark in marks),
        build_marks_table_from_rows((0, m) for m in laid),
    )
    settled = overlay_marks(table, below, over)
    spans = [Mark(*row[1:]) for row in zip(*settled.to_pydict().values(), strict=True)]
    assert_tiles(text, spans)
    assert settled.schema == MARKS
    assert overlay_marks(table, settled, over).equals(settled)
    for mark in laid:
        for at in range(mark.start, mark.end):
            if trim_span(text, at, at + 1) == (at, at):
                continue
            owner = [span for span in spans if span.start <= at < span.end]
            assert owner and all(span.rule == "test.over" for span in owner)


@settings(deadline=None)
@given(DOCUMENT)
def test_cut_holds_the_body_and_nothing_else(text: str) -> None:
    marks = list_marks(text)
    published = extract_body_texts(documents(text), build_marks_table_from_rows((0, mark) for mark in marks))[0]
    body = "".join(normalize_blanks(text[mark.start : mark.end]) for mark in marks if mark.kind == "body")
    assert published.replace("\n", "").replace(" ", "") == body.replace(" ", "")
    assert all(line and line == normalize_blanks(line) for line in published.split("\n") if published)


def test_over_splits_what_it_covers() -> None:
    text = "JAKARTA - Warga datang."
    below = build_marks_table_from_rows([(0, Mark(1, 0, len(text), "body", "body.extracted"))])
    over = build_marks_table_from_rows([(0, Mark(1, 0, 9, "dateline", "dateline.place"))])
    settled = overlay_marks(documents(text), below, over)
    assert [(row["start"], row["end"], row["kind"]) for row in settled.to_pylist()] == [
        (0, 9, "dateline"),
        (10, 23, "body"),
    ]
    assert extract_body_texts(documents(text), settled) == ["Warga datang."]


def test_pieces_of_a_line_join_with_one_blank_but_not_before_a_stop() -> None:
    text = "Kata dia (Baca juga: ,) . Lalu\u00a0 \u200bpulang."
    marks = build_marks_table_from_rows((0, mark) for mark in list_marks(text))
    assert extract_body_texts(documents(text), marks) == ["Kata dia. Lalu pulang."]


def test_each_document_gets_its_own_text(cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned(*(f"Warga desa nomor {number} menunggu bantuan sejak pagi hari sekali." for number in range(3)))
    assert [text.split()[3] for text in extract_body_texts(found.documents, found.marks)] == ["0", "1", "2"]
    assert extract_body_texts(found.documents.slice(0, 0), found.marks) == []
