"""Authors at the foot of a story: "Written by", names below a label, and the box of the author."""

import pytest

from flows.describe.credits import Credits
from flows.describe.document_view import build_document_view
from flows.describe.foot_authors import add_author_at_foot, add_author_box
from flows.outlets import load_registry
from schemas.stage_tables import Mark

STORY = "The council voted to repair the old bridge before winter comes, the mayor said in a long speech on the matter."


def view_lines(lines, rules=None):
    """Build the view of a page: the story is its body, other lines are not; `rules` are by index."""
    marks, start = [], 0
    for index, line in enumerate(lines):
        kind = "body" if line == STORY else "nav"
        marks.append(Mark(index + 1, start, start + len(line), kind, (rules or {}).get(index, f"test.{kind}"), None))
        start += len(line) + 1
    return build_document_view("\n".join(lines), marks)


def read(add, lines, rules=None):
    credits = Credits()
    add(credits, view_lines(lines, rules), None, {"valleycourier"}, load_registry())
    return credits.authors


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["Written by Dana Whitfield"], ["Dana Whitfield"]),
        (["This article was written by: Dana Whitfield | 3 min read"], ["Dana Whitfield"]),
        (["About the author: Dana Whitfield"], ["Dana Whitfield"]),
        (["By Dana Whitfield"], ["Dana Whitfield"]),
        (["Other news", "More news", "By Dana Whitfield"], ["Dana Whitfield"]),  # at most two lines below the story
        (["Other news", "More news", "Last news", "By Dana Whitfield"], []),
        (["By Dana Whitfield who has crossed the bridge for years"], []),  # a sentence
        (["Written by", "Dana Whitfield"], ["Dana Whitfield"]),
        (["Written by", "Dana Whitfield", "Lou Marsh"], ["Dana Whitfield"]),  # one author
        (["Authors", "Dana Whitfield", "Lou Marsh", "Read more of the valley"], ["Dana Whitfield", "Lou Marsh"]),
        (["Authors", *[f"Dana Whit{word}" for word in ("field", "man", "more", "comb", "lock", "ford")]],
         [f"Dana Whit{word}" for word in ("field", "man", "more", "comb", "lock")]),
        (["Author", "Dana Whitfield, ten years of covering harbours"], ["Dana Whitfield"]),
        (["Dana Whitfield", "Author"], ["Dana Whitfield"]),
        (["Dana", "Author"], []),  # one word above a label may be anything
        (["Dana Whitfield", "Posted by"], []),  # only "Author" stands below its name
        (["Written by", "Senior Editor"], []),
        (["Written by", "DANA WHITFIELD"], []),
        (["Written by", "Dana Whitfield " + "and nobody else " * 4], []),
        (["Written by Valley Courier"], []),
    ],
)  # fmt: skip
def test_the_author_at_the_foot(foot, names):
    assert read(add_author_at_foot, [STORY, STORY, *foot]) == names


@pytest.mark.parametrize(("lines_between", "names"), [(79, ["Dana Whitfield"]), (80, [])])
def test_how_far_below_the_story_the_author_is_looked_for(lines_between, names):
    assert read(add_author_at_foot, [STORY, STORY, *["News"] * lines_between, "Written by Dana Whitfield"]) == names


def test_a_long_line_and_one_of_another_text_name_no_author():
    long = "Written by Dana Whitfield " + "(of the valley) " * 9
    assert len(long) > 160 and read(add_author_at_foot, [STORY, STORY, long]) == []
    lines = [STORY, STORY, "Written by Dana Whitfield", "Written by Lou Marsh"]
    assert read(add_author_at_foot, lines, {2: "html.card"}) == ["Lou Marsh"]
    assert read(add_author_at_foot, lines, {2: "html.comments", 3: "html.next-story"}) == []


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["Dana Whitfield", "Dana Whitfield is a gardener of the valley."], ["Dana Whitfield"]),
        (["Dana Whitfield", "Dana Whitfield has been a reporter for years."], ["Dana Whitfield"]),
        (["Dana Whitfield", "Dana Whitfield is tired."], []),  # says not what the person does
        (["Dana Whitfield", "Lou Marsh is a gardener."], []),
        (["Dana", "Dana is a gardener."], []),
        (["DANA WHITFIELD", "DANA WHITFIELD is a gardener."], []),
        (["Photos", "Dana Whitfield", "Dana Whitfield is a gardener."], []),  # another role
        (["Medically reviewed by", "Dana Whitfield", "Dana Whitfield is a gardener."], []),
    ],
)
def test_the_box_repeats_a_name_and_says_what_the_person_does(foot, names):
    assert read(add_author_box, [STORY, STORY, *foot]) == names


@pytest.mark.parametrize(("lines_between", "names"), [(6, ["Dana Whitfield"]), (7, [])])
def test_how_far_below_the_story_the_box_may_stand(lines_between, names):
    box = ["Dana Whitfield", "Dana Whitfield is a gardener of the valley."]
    assert read(add_author_box, [STORY, STORY, *["News"] * lines_between, *box]) == names
