"""Made pages around one story: tables, lists and quoted posts are whole, and no text stands twice."""

import pytest

from flows.clean.html.block_exclusions import COMMENTS
from flows.clean.html.blocks import extract_blocks
from flows.clean.html.body_repairs import complete_groups, find_copies
from flows.clean.html.page_tree import parse_page
from schemas.word_count import count_words
from tests.clean.html.test_block_exclusions import STORY, paragraphs, published, story_page

ROWS = [("Monday", "07.15", "Fennick"), ("Tuesday", "09.40", "Upper Dorn"), ("Friday", "06.05", "Quay End")]


def complete(html: str, kept: str, is_excluded: bool = False) -> list[bool]:
    """The kept blocks after the repair; `kept` has one mark per block: x is kept."""
    tree = parse_page(html)
    assert tree is not None
    blocks = extract_blocks(tree)
    word_counts = [count_words(text) for text in blocks.texts]
    assert len(kept) == len(word_counts), blocks.texts
    completed = complete_groups(blocks, word_counts, [mark == "x" for mark in kept], [is_excluded] * len(kept))
    return completed


LONG = f"<p>{STORY[0]}</p>"


@pytest.mark.parametrize(
    ("html", "kept", "right"),
    [
        (f"{LONG}<ul><li>one day</li><li>two days</li><li>three days</li></ul>{LONG}", "xxx-x", "xxxxx"),
        (f"{LONG}<ul><li>one day</li><li>two days</li><li>three days</li></ul>{LONG}", "xx--x", "x---x"),
        (f"{LONG}<p>These are the days:</p><ul><li>one</li><li>two</li></ul>", "xx--", "xxxx"),
        (f"{LONG}<p>These are the days:</p><table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "xx--", "xxxx"),
        (
            f"<div>{LONG}<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr><tr><td>4</td></tr></table></div>",
            "x---",
            "xxxx",
        ),
        (
            f"<div>{LONG}</div><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr><tr><td>4</td></tr></table>",
            "x---",
            "x---",
        ),
        (
            f"{LONG}<p>More:</p><ul><li><a href=a>Mill sold</a></li><li><a href=b>Barn lost</a></li></ul>",
            "xx--",
            "xx--",
        ),
        (f"<ul><li>{STORY[1]}</li><li>short</li><li>shorter</li></ul>", "x--", "x--"),
        (f"{LONG}<blockquote class=twitter-tweet><p>Late, yes.</p>— O (@o)</blockquote>{LONG}", "x--x", "xxxx"),
        (f"{LONG}<blockquote class=twitter-tweet><p>Late, yes.</p>— O (@o)</blockquote>{LONG}", "x---", "x---"),
    ],
)
def test_groups_are_whole(html: str, kept: str, right: str) -> None:
    assert complete(html, kept) == [mark == "x" for mark in right]


def test_excluded_groups_stay_out() -> None:
    assert COMMENTS.kind == "widget"
    assert complete(f"<p>Days:</p><ul><li>{STORY[0]}</li><li>b</li></ul>", "x--", is_excluded=True) == [
        True,
        False,
        False,
    ]


def test_cells_with_elements_stay_in_their_row() -> None:
    rows = "".join(
        f"<tr><td>{day}</td><td><ul><li>{hour}</li></ul></td><td><p>{place}</p></td></tr>" for day, hour, place in ROWS
    )
    table = f"<p>The bus leaves at these hours:</p><table><tr><th>Day</th><th>Hour</th><th>Stop</th></tr>{rows}</table>"
    lines = published(story_page(inside=f"{table}<p>{STORY[0].replace('Monday', 'Thursday')}</p>"))
    assert lines[5:10] == ["The bus leaves at these hours:", "Day Hour Stop", *(" ".join(row) for row in ROWS)]


def test_the_copy_of_a_story_goes_once() -> None:
    whole = " ".join(STORY * 2)
    texts = [*STORY, STORY[0].replace("Monday", "Friday"), *[text.replace("The", "This") for text in STORY]]
    counts = [count_words(text) for text in [*texts, " ".join(texts)]]
    assert find_copies([*texts, " ".join(texts)], counts, [True] * len(counts)) == [len(texts)]
    assert find_copies([whole, whole], [200, 200], [True, True]) == [1]
    assert find_copies([whole, STORY[0]], [200, 20], [True, True]) == []


def test_a_hidden_copy_of_the_story_goes() -> None:
    long_story = [*STORY, *(text.replace("the", "that").replace("mill", "barn") for text in STORY)]
    copy = f'<div style="display:none" itemprop="articleBody">{" ".join(long_story)}</div>'
    assert (
        published(
            f"<div class=content><h1>Old mill at Fennick reopens as a library</h1>{paragraphs(long_story)}{copy}</div>"
        )
        == long_story
    )
