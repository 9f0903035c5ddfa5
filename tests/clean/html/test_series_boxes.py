from flows.clean.html.blocks import Blocks, extract_blocks
from flows.clean.html.page_tree import parse_page
from flows.clean.html.series_boxes import find_series_boxes


def find_boxes(html: str) -> list[tuple[int, int]]:
    """Find the series boxes of a page; every link leads to another page."""
    tree = parse_page(html)
    assert tree is not None
    blocks: Blocks = extract_blocks(tree)
    return list(find_series_boxes(blocks, lambda block: bool(blocks.link_targets[block])))


def test_a_series_box_lists_the_other_parts() -> None:
    box = (
        "<p><b>Laporan 1 :</b> Kapal kayu terakhir<br><b>Laporan 2 :</b> <a href='/b'>Nakhoda dari teluk</a><br>"
        "<b>Laporan 3 :</b> <a href='/c'>Harga garam</a></p>"
    )
    assert find_boxes(f"<article><p>Cerita.</p>{box}<p>Penutup.</p></article>") == [(1, 4)]
    assert find_boxes("<ul><li><a href='/b'>Part 2: The night boat</a><li><a href='/c'>Part 4 - The quay</a></ul>") == [
        (0, 2)
    ]


def test_numbered_steps_and_sets_are_no_box() -> None:
    assert find_boxes("<p>Step 1: Fill in the form</p><p>Step 2: Bring a photo</p><p>Step 3: Wait</p>") == []
    assert find_boxes("<p>Set 1: 21-15</p><p>Set 2: 18-21</p>") == []


def test_one_link_or_falling_numbers_are_no_box() -> None:
    assert find_boxes("<p>Part 2: <a href='/b'>The night boat</a></p><p>Prose follows here.</p>") == []
    assert find_boxes("<p><a href='/c'>Part 3: The quay</a></p><p><a href='/b'>Part 2: The boat</a></p>") == []
