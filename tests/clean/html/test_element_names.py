"""What the names of an element say of it."""

from flows.clean.html import page_metadata
from flows.clean.html.element_names import NUMBER, _said_by, said_by
from flows.clean.html.page_marks import parse


def test_words_count_where_they_begin() -> None:
    assert said_by("article-body") == 1 << NUMBER["body"]
    assert said_by("somebody") == 0


def test_names_without_end_are_read_at_their_head_and_not_remembered() -> None:
    before = _said_by.cache_info().currsize
    assert said_by("article-body " + "x" * 1_000_000) == 1 << NUMBER["body"]
    assert _said_by.cache_info().currsize == before
    endless = "standfirst " + "x" * 1_000_000
    tree = parse(f'<html><body><h1>Pasar</h1><p class="{endless}">Harga cabai turun lagi pekan ini.</p></body></html>')
    assert tree is not None
    assert ("subtitle", "class", "Harga cabai turun lagi pekan ini.") in page_metadata.stated_by(tree)
    assert page_metadata._may_be.cache_info().currsize
    page_metadata._may_be(endless[: page_metadata._NAMED])
    assert page_metadata._may_be.cache_info().hits  # what was remembered is the head alone
