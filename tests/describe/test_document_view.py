"""A document's lines, from marks that tile them and from marks that do not."""

from flows.describe.document_view import build_document_view, build_view_from_columns, fold_text, matches_folded
from schemas.stage_tables import Mark

TEXT = "Pasar Ramai\n\n  \nHarga cabai turun. Iklan\nSelesai"


def test_one_mark_a_line():
    tiles = [Mark(1, 0, 11, "nav", "x"), Mark(4, 16, 40, "body", "y"), Mark(5, 41, 48, "footer", "z")]
    lines = build_document_view(TEXT, tiles).lines
    assert [(line.number, line.start, line.text, line.kind, line.body_offset) for line in lines] == [
        (1, 0, "Pasar Ramai", "nav", None),
        (4, 16, "Harga cabai turun. Iklan", "body", 0),
        (5, 41, "Selesai", "footer", None),
    ]


def test_several_marks_on_a_line_and_none_on_others():
    lines = build_document_view(TEXT, [Mark(4, 35, 40, "ad", "a"), Mark(4, 16, 34, "body", "b")]).lines
    assert [(line.number, line.kind, line.rule, line.body_offset) for line in lines] == [
        (1, "nav", "head.unclaimed", None),
        (4, "body", "b", 0),
        (5, "nav", "head.unclaimed", None),
    ]


def test_a_line_prints_a_text_whatever_its_case_blanks_and_signs():
    for text, title in (("PASAR  RAMAI!", "Pasar Ramai"), ("Straße", "STRASSE"), ("<b>Pasar</b> Ramai", "pasar ramai")):
        (line,) = build_document_view(text).lines
        assert matches_folded(line, fold_text(title))
    (line,) = build_document_view("Pasar").lines
    assert not matches_folded(line, fold_text("Pasar Ramai"))


def test_recovered_lines_are_those_of_the_document() -> None:
    text = "Judul Pasar,Warga datang.,,Feri berlayar."
    marks = [[1, 2, 2, 3], [0, 12, 25, 27], [11, 25, 27, 42], ["nav", "body", "widget", "body"], ["a", "b", "j", "b"]]
    lines = build_view_from_columns(text, marks, (), None, [0, 11, 12, 25, 27, 42]).lines
    assert [(line.number, line.start, line.text, line.kind) for line in lines] == [
        (1, 0, "Judul Pasar", "nav"), (2, 12, "Warga datang.", "body"), (3, 27, "Feri berlayar.", "body"),
    ]  # fmt: skip
