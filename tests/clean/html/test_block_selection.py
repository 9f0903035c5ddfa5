import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.html.block_selection import select_blocks


def test_sure_blocks_are_kept_and_the_rest_is_not() -> None:
    keep, expected = select_blocks(np.array([0.01, 0.99, 0.98, 0.02]), np.array([5, 40, 40, 9]))
    assert keep.tolist() == [False, True, True, False]
    assert expected > 0.97


def test_an_unsure_page_says_so() -> None:
    assert select_blocks(np.full(6, 0.3), np.full(6, 20)).expected_f1 < 0.6


def test_a_doubtful_block_is_kept_where_nothing_better_is() -> None:
    # Alone among hopeless ones a block of .4 gains more than it costs; beside a sure article it does not.
    assert select_blocks(np.array([0.4, 0.0]), np.array([20, 20])).keep.tolist() == [True, False]
    assert select_blocks(np.array([0.4, 0.99]), np.array([20, 500])).keep.tolist() == [False, True]


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 90)), min_size=1, max_size=40))
def test_no_single_swap_expects_more(blocks: list[tuple[float, int]]) -> None:
    likely, words = np.array([p for p, _ in blocks]), np.maximum(np.array([float(n) for _, n in blocks]), 0.3)
    keep, expected = select_blocks(likely, words)
    assert keep.any()
    total = (likely * words).sum()
    for index in range(len(blocks)):
        other = keep.copy()
        other[index] = not other[index]
        if other.any():
            score = 2 * (likely * words)[other].sum() / (words[other].sum() + total + 1e-9)
            assert score <= expected + 1e-6
