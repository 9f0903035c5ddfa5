from flows.clean.html.blocks import Blocks, extract_blocks
from flows.clean.html.page_tree import parse_page


def parse_blocks(html: str) -> Blocks:
    tree = parse_page(html)
    assert tree is not None
    return extract_blocks(tree)


def test_inline_elements_join_and_others_break() -> None:
    blocks = parse_blocks("<div>Harga <b>beras</b> <a href=x>naik</a> lagi<p>Kedua<br>Ketiga</div>Ekor")
    assert blocks.texts == ["Harga beras naik lagi", "Kedua", "Ketiga", "Ekor"]
    assert [blocks.tags[owner] for owner in blocks.owners] == ["div", "p", "p", "body"]
    assert blocks.linked_chars == [4, 0, 0, 0]
    assert blocks.link_counts == [1, 0, 0, 0]
    assert blocks.stressed_chars == [5, 0, 0, 0]


def test_a_block_leads_where_its_longest_link_does() -> None:
    blocks = parse_blocks(
        "<p>1. <a href=/k>Kota</a> <a href=/b>Beras naik lagi</a></p>"
        "<a href=/c><h3>Pasar</h3>Ramai</a><p><a>Sepi</a></p>"
    )
    assert blocks.link_targets == ["/b", "/c", "/c", ""]
    assert blocks.chars_before_link == [3, 0, 0, 0]


def test_cells_of_a_row_are_one_block() -> None:
    assert parse_blocks("<table><tr><td>Padi</td><td>12</td></tr><tr><td>Jagung</td><td>9</td></tr></table>").texts == [
        "Padi 12",
        "Jagung 9",
    ]


def test_what_nobody_reads_is_left_out_but_its_tail_is_not() -> None:
    assert parse_blocks("<p>Satu <script>x()</script>dua</p><button>Klik</button>tiga").texts == ["Satu dua", "tiga"]
    assert parse_blocks("<button><p>Isi yang tersesat</p></button>").texts == ["Isi yang tersesat"]


def test_an_element_holds_the_run_of_its_blocks() -> None:
    blocks = parse_blocks(
        "<main id=utama class=isi><p>Satu</p><section><p>Dua</p><p>Tiga</p></section></main><p>Empat</p>"
    )
    texts_by_tag = {
        tag: blocks.texts[first:last]
        for tag, first, last in zip(blocks.tags, blocks.first_blocks, blocks.end_blocks, strict=True)
        if tag != "p"
    }
    assert texts_by_tag == {
        "body": ["Satu", "Dua", "Tiga", "Empat"], "main": ["Satu", "Dua", "Tiga"], "section": ["Dua", "Tiga"]
    }  # fmt: skip
    assert blocks.element_names[blocks.tags.index("main")] == "isi utama"
    section = blocks.tags.index("section")
    assert blocks.tags[blocks.parents[section]] == "main"
    assert blocks.tags[section : blocks.end_elements[section]] == ["section", "p", "p"]


def test_the_nearest_aside_counts() -> None:
    assert parse_blocks("<nav>A<form>B</form>C</nav>D").aside_tags == ["nav", "form", "nav", None]
