from collections.abc import Callable

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean import Cleaned, cut, settle
from flows.clean.lines.line_table import squeeze, trim
from flows.clean.spans import Mark, marks_table
from flows.clean.text.text_marks import marks_of
from schemas.stage_tables import DOCUMENTS, MARKS

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
        start, end = trim(text, offset, offset + len(line))
        places.extend(at for at in range(start, end) if trim(text, at, at + 1) != (at, at))
        offset += len(line) + 1
    return places


def assert_tiles(text: str, spans: list[Mark]) -> None:
    covered: set[int] = set()
    for span in spans:
        piece = text[span.start : span.end]
        assert piece and "\n" not in piece and trim(text, span.start, span.end) == (span.start, span.end)
        assert text.count("\n", 0, span.start) + 1 == span.line
        assert covered.isdisjoint(range(span.start, span.end))
        covered.update(range(span.start, span.end))
    assert set(solid(text)) <= covered
    assert [span.start for span in spans] == sorted(span.start for span in spans)


@settings(deadline=None)
@given(DOCUMENT)
def test_marks_tile_every_non_blank_line(text: str) -> None:
    assert_tiles(text, marks_of(text))


@settings(max_examples=150, deadline=None)
@given(DOCUMENT, st.data())
def test_settled_marks_tile_and_settling_again_changes_nothing(text: str, data: st.DataObject) -> None:
    marks = marks_of(text)
    laid = []
    for mark in marks:
        if data.draw(st.booleans()):
            start = data.draw(st.integers(mark.start, mark.end - 1))
            laid.append(Mark(mark.line, start, data.draw(st.integers(start + 1, mark.end)), "title", "test.over"))
    table, below, over = documents(text), marks_table((0, mark) for mark in marks), marks_table((0, m) for m in laid)
    settled = settle(table, below, over)
    spans = [Mark(*row[1:]) for row in zip(*settled.to_pydict().values(), strict=True)]
    assert_tiles(text, spans)
    assert settled.schema == MARKS
    assert settle(table, settled, over).equals(settled)
    for mark in laid:
        for at in range(mark.start, mark.end):
            if trim(text, at, at + 1) == (at, at):
                continue
            owner = [span for span in spans if span.start <= at < span.end]
            assert owner and all(span.rule == "test.over" for span in owner)


@settings(deadline=None)
@given(DOCUMENT)
def test_cut_holds_the_body_and_nothing_else(text: str) -> None:
    marks = marks_of(text)
    published = cut(documents(text), marks_table((0, mark) for mark in marks))[0]
    body = "".join(squeeze(text[mark.start : mark.end]) for mark in marks if mark.kind == "body")
    assert published.replace("\n", "").replace(" ", "") == body.replace(" ", "")
    assert all(line and line == squeeze(line) for line in published.split("\n") if published)


def test_over_splits_what_it_covers() -> None:
    text = "JAKARTA - Warga datang."
    below = marks_table([(0, Mark(1, 0, len(text), "body", "body.extracted"))])
    over = marks_table([(0, Mark(1, 0, 9, "dateline", "dateline.place"))])
    settled = settle(documents(text), below, over)
    assert [(row["start"], row["end"], row["kind"]) for row in settled.to_pylist()] == [
        (0, 9, "dateline"),
        (10, 23, "body"),
    ]
    assert cut(documents(text), settled) == ["Warga datang."]


def test_pieces_of_a_line_join_with_one_blank_but_not_before_a_stop() -> None:
    text = "Kata dia (Baca juga: ,) . Lalu\u00a0 \u200bpulang."
    marks = marks_table((0, mark) for mark in marks_of(text))
    assert cut(documents(text), marks) == ["Kata dia. Lalu pulang."]


def test_each_document_gets_its_own_text(cleaned: Callable[..., Cleaned]) -> None:
    found = cleaned(*(f"Warga desa nomor {number} menunggu bantuan sejak pagi hari sekali." for number in range(3)))
    assert [text.split()[3] for text in cut(found.documents, found.marks)] == ["0", "1", "2"]
    assert cut(found.documents.slice(0, 0), found.marks) == []
