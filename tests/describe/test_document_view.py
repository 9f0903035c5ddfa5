"""A document's lines, from marks that tile them and from marks that do not."""

import datetime as dt

import pytest

from flows.describe.document_view import (
    Candidate,
    DocumentView,
    build_document_view,
    build_view_from_columns,
    fold_text,
    matches_folded,
    strip_tags,
)
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


def build_lines(*kinds, text="Kata dan kata lagi"):
    marks = [Mark(number, at := (len(text) + 1) * (number - 1), at + len(text), kind, f"test.{kind}", None)
             for number, kind in enumerate(kinds, 1)]  # fmt: skip
    return build_document_view("\n".join([text] * len(kinds)), marks)


@pytest.mark.parametrize(
    ("kinds", "start", "end"),
    [(("nav", "body", "nav", "body", "nav"), 1, 4), (("body",), 0, 1), (("nav", "nav"), 2, 0), ((), 0, 0)],
)
def test_the_body_begins_and_ends_with_its_first_and_last_line(kinds, start, end):
    view = build_lines(*kinds)
    assert (view.body_start, view.body_end) == (start, end)
    assert len(view.body_lines) == kinds.count("body")


@pytest.mark.parametrize(
    ("languages", "url", "text", "is_one"),
    [
        (["id"], None, "", True),
        (["ms-MY"], None, "", True),
        (["en"], "https://warta.example.id/a", "", False),
        ([], "https://warta.example.id/a", "", True),
        ([], "https://warta.example/a", "", False),
        (["en"], None, "yang dan " * 6, True),  # by its first paragraphs
        (["en"], None, "yang dan " * 5, False),  # ten words are too few
        (["en"], None, "yang " + "word " * 24, True),  # one of 25
        (["en"], None, "yang " + "word " * 25, False),
    ],
)
def test_a_document_is_indonesian_by_language_address_or_words(languages, url, text, is_one):
    candidates = tuple(Candidate("language", "html", language) for language in languages)
    marks = [Mark(1, 0, len(text), "body", "test.body", None)] if text else []
    assert build_document_view(text, marks, candidates, url).is_indonesian is is_one


def test_a_page_has_candidates_beside_those_of_its_record():
    record, page = Candidate("title", "record", "A"), Candidate("title", "h1", "B")
    assert not DocumentView((), (record,)).is_page and DocumentView((), (record, page)).is_page


def test_candidates_come_in_the_order_of_the_places_asked_for_and_blank_ones_never():
    stated = [("h1", "A"), ("og", " "), ("og", "B"), ("h1", "C"), ("meta", "D")]
    view = DocumentView((), tuple(Candidate("title", where, value) for where, value in stated))
    assert [each.value for each in view.find_candidates("title")] == ["A", "B", "C", "D"]
    assert [each.value for each in view.find_candidates("title", "og", "h1")] == ["B", "A", "C"]
    assert view.find_candidates("authors") == view.find_candidates("authors", "h1") == []


def test_days_of_updates_are_those_that_nothing_else_declares():
    def read(*stated):
        return DocumentView((), tuple(Candidate(*each) for each in stated)).update_days

    update = ("modified_at", "headline", "2024-05-04")
    assert read(update) == {dt.date(2024, 5, 4)}
    assert read(update, ("published_at", "time", "2024-05-04")) == {dt.date(2024, 5, 4)}  # that declares nothing
    assert read(update, ("published_at", "og", "2024-05-04")) == set()
    assert read(("modified_at", "og", "2024-05-04")) == set()


@pytest.mark.parametrize(
    ("above", "is_below"),
    [("Updated:", True), ("Last updated", True), ("Published", False), ("Updated " + "x" * 40, False)],
)
def test_a_line_below_the_label_of_an_update(above, is_below):
    view = build_document_view(f"{above}\nMarch 4, 2024")
    assert view.is_below_update_label(1) is is_below and not view.is_below_update_label(0)


def test_hosts_are_named_once_without_www():
    view = DocumentView(
        (), (Candidate("canonical", "link", "https://www.warta.example/a"),), url="http://WARTA.example:80/b"
    )
    assert view.host_names[-1] == "warta.example" and len(set(view.host_names)) == len(view.host_names)


def test_tags_are_no_words_of_a_line():
    assert strip_tags(" Kata <i>miring</i>\u00a0 lagi ") == "Kata miring lagi"
