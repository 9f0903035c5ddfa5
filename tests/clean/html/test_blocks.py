from flows.clean.html.blocks import Blocks, walk
from flows.clean.html.page_marks import parse


def blocks(html: str) -> Blocks:
    tree = parse(html)
    assert tree is not None
    return walk(tree)


def test_inline_elements_join_and_others_break() -> None:
    found = blocks("<div>Harga <b>beras</b> <a href=x>naik</a> lagi<p>Kedua<br>Ketiga</div>Ekor")
    assert found.texts == ["Harga beras naik lagi", "Kedua", "Ketiga", "Ekor"]
    assert [found.tags[owner] for owner in found.owners] == ["div", "p", "p", "body"]
    assert found.linked == [4, 0, 0, 0]
    assert found.links == [1, 0, 0, 0]
    assert found.stressed == [5, 0, 0, 0]


def test_a_block_leads_where_its_longest_link_does() -> None:
    found = blocks(
        "<p>1. <a href=/k>Kota</a> <a href=/b>Beras naik lagi</a></p>"
        "<a href=/c><h3>Pasar</h3>Ramai</a><p><a>Sepi</a></p>"
    )
    assert found.targets == ["/b", "/c", "/c", ""]
    assert found.before_link == [3, 0, 0, 0]


def test_cells_of_a_row_are_one_block() -> None:
    assert blocks("<table><tr><td>Padi</td><td>12</td></tr><tr><td>Jagung</td><td>9</td></tr></table>").texts == [
        "Padi 12",
        "Jagung 9",
    ]


def test_what_nobody_reads_is_left_out_but_its_tail_is_not() -> None:
    assert blocks("<p>Satu <script>x()</script>dua</p><button>Klik</button>tiga").texts == ["Satu dua", "tiga"]
    assert blocks("<button><p>Isi yang tersesat</p></button>").texts == ["Isi yang tersesat"]


def test_an_element_holds_the_run_of_its_blocks() -> None:
    found = blocks("<main id=utama class=isi><p>Satu</p><section><p>Dua</p><p>Tiga</p></section></main><p>Empat</p>")
    held = {
        tag: found.texts[first:last]
        for tag, first, last in zip(found.tags, found.first, found.last, strict=True)
        if tag != "p"
    }
    assert held == {
        "body": ["Satu", "Dua", "Tiga", "Empat"], "main": ["Satu", "Dua", "Tiga"], "section": ["Dua", "Tiga"]
    }  # fmt: skip
    assert found.names[found.tags.index("main")] == "isi utama"
    section = found.tags.index("section")
    assert found.tags[found.parents[section]] == "main"
    assert found.tags[section : found.ends[section]] == ["section", "p", "p"]


def test_the_nearest_aside_counts() -> None:
    assert blocks("<nav>A<form>B</form>C</nav>D").inside == ["nav", "form", "nav", None]
