"""What the names of an element say of it."""

from flows.clean.html import beside_headline, page_metadata
from flows.clean.html.element_names import BIT_INDEX, _match_names, match_name_families
from flows.clean.html.page_tree import parse_page


def test_words_count_where_they_begin() -> None:
    assert match_name_families("article-body") == 1 << BIT_INDEX["body"]
    assert match_name_families("somebody") == 0


def test_names_without_end_are_read_at_their_head_and_not_remembered() -> None:
    before = _match_names.cache_info().currsize
    assert match_name_families("article-body " + "x" * 1_000_000) == 1 << BIT_INDEX["body"]
    assert _match_names.cache_info().currsize == before
    endless = "standfirst " + "x" * 1_000_000
    tree = parse_page(
        f'<html><body><h1>Pasar</h1><p class="{endless}">Harga cabai turun lagi pekan ini.</p></body></html>'
    )
    assert tree is not None
    assert ("subtitle", "class", "Harga cabai turun lagi pekan ini.") in page_metadata.extract_stated_values(tree)
    assert beside_headline.match_name_roles.cache_info().currsize
    beside_headline.match_name_roles(endless[: beside_headline.MAX_NAME_CHARS])
    assert beside_headline.match_name_roles.cache_info().hits  # what was remembered is the head alone
