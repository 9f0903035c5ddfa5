import numpy as np

from flows.clean.html.page_tree import parse_page
from flows.clean.html.trafilatura_votes import (
    VOTE_NAMES,
    VOTERS,
    build_vote_columns,
    collect_votes,
    measure_block_shares,
)

BLOCKS = [
    "Beranda",
    "Hujan deras turun sepanjang malam di lereng gunung itu",
    "Sub judul",
    "Warga mengungsi ke balai desa",
]


def test_long_blocks_by_runs_of_words_short_ones_as_lines() -> None:
    answer = "Hujan deras turun sepanjang malam di lereng\nSub judul\nentah"
    assert measure_block_shares(BLOCKS, answer) == [0.0, 5 / 7, 1.0, 0.0]


def test_columns_say_who_takes_what() -> None:
    votes = {"precise": [0.0, 1.0, 0.0, 0.0], "default": [0.0, 1.0, 0.0, 1.0]}
    table = build_vote_columns(votes, np.array([1, 9, 2, 5]))
    columns = dict(zip(VOTE_NAMES, table.T.tolist(), strict=True))
    assert columns["votes"] == [0, 2, 0, 1]
    assert columns["default_below"] == [1, 0, 1, 0]
    assert columns["precise_above"] == [0, 0, 1, 0]
    assert columns["agreement"][0] == np.float32(2 * 9 / (9 + 14))


def test_trafilatura_is_asked_in_both_settings_and_leaves_the_tree_as_it_was() -> None:
    paragraph = "Hujan deras turun sepanjang malam di lereng gunung itu, kata seorang warga desa kepada petugas. "
    tree = parse_page(
        f"<article><h1>Hujan</h1><p>{paragraph * 3}</p><p>{paragraph * 2}</p></article><nav>Beranda</nav>"
    )
    assert tree is not None
    before = len(list(tree.iter()))
    votes = collect_votes(tree, ["Hujan", (paragraph * 3).strip(), "Beranda"], None)
    assert set(votes) == set(VOTERS)
    assert all(share[1] == 1.0 and share[2] == 0.0 for share in votes.values())
    assert len(list(tree.iter())) == before
