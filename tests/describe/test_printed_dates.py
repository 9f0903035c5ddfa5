"""Days printed around a page's headline: how far they may stand from it, and where the story begins."""

import datetime as dt

import pytest

from flows.describe.credits import Credits
from flows.describe.date_lines import PUBLISHED_ON
from flows.describe.dated_value import DateContext
from flows.describe.document_view import DocumentView, build_document_view
from flows.describe.printed_dates import find_labelled_date, find_near_headline, find_printed_date
from schemas.stage_tables import Mark

HEADLINE, DAY = "Council votes to repair bridge", "March 12, 2024"
SENTENCE = "The council voted to repair the old bridge before winter comes, the mayor said in a long speech."


def view_lines(*lines):
    """Build the view of a page: sentences are of its body, other lines are not."""
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        kind = "body" if line == SENTENCE else "nav"
        marks.append(Mark(number, start, start + len(line), kind, f"test.{kind}", None))
        start += len(line) + 1
    return build_document_view("\n".join(lines), marks)


def build_context(view: DocumentView, title_index: int | None) -> DateContext:
    return DateContext(view, Credits(), None, None, None, title_index, None)


@pytest.mark.parametrize(("lines_between", "is_close", "is_taken"), [
    (0, True, True), (0, False, True), (6, False, True), (6, True, False), (9, False, False),
])  # fmt: skip
def test_a_day_may_stand_a_few_lines_above_the_headline(lines_between, is_close, is_taken):
    labels = ["4 min read"] * lines_between
    view = view_lines(DAY, *labels, HEADLINE, SENTENCE, SENTENCE)
    near = find_near_headline(build_context(view, 1 + lines_between), close=is_close)
    assert (near.day if near else None) == (dt.date(2024, 3, 12) if is_taken else None)


def test_a_day_between_the_standfirst_and_the_story_stands_below_the_headline():
    view = view_lines(HEADLINE, SENTENCE, DAY, SENTENCE, SENTENCE)
    assert find_near_headline(build_context(view, 0)).day == dt.date(2024, 3, 12)
    assert find_near_headline(build_context(view_lines(HEADLINE, SENTENCE, SENTENCE, DAY), 0)) is None


def test_a_document_without_a_line_has_no_day_near_its_headline():
    assert find_near_headline(build_context(build_document_view(""), None)) is None


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Jumat, 3 Mei 2024 10:00 WIB", SENTENCE], dt.date(2024, 5, 3)),
        (["Kamis, 2 Mei 2024 09:00 WIB", "Jumat, 3 Mei 2024 10:00 WIB", SENTENCE], dt.date(2024, 5, 3)),  # the nearest
        ([SENTENCE, SENTENCE], None),
    ],
)
def test_the_date_line_nearest_above_the_story_is_the_visible_date(lines, day):
    visible = find_printed_date(build_context(view_lines(*lines), None))
    assert (visible.day if visible else None) == day


@pytest.mark.parametrize(
    ("above", "is_credit", "is_taken"),
    [
        ("Words: Dana Whitfield", True, True),
        ("Words: to be remembered", False, False),  # no credit of the page
        ("Photos: Lou Marsh", True, False),  # no writer
        (SENTENCE, True, False),  # still in the story
    ],
)
def test_a_day_right_below_the_sign_off_of_a_writer_is_its_date(above, is_credit, is_taken):
    view = view_lines(HEADLINE, SENTENCE, SENTENCE, above, DAY)
    context = build_context(view, 0)
    if is_credit:
        context.credits.mark_credit_line(view.lines[3], "credit", "test.credit")
    printed = find_printed_date(context)
    assert (printed.day if printed else None) == (dt.date(2024, 3, 12) if is_taken else None)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Published: March 12, 2024", SENTENCE], dt.date(2024, 3, 12)),
        (["Published", "March 12, 2024", SENTENCE], dt.date(2024, 3, 12)),
        (["Published in the valley by all", "March 12, 2024", SENTENCE], None),  # no label alone
        (["March 12, 2024 | Published", SENTENCE], dt.date(2024, 3, 12)),
        (["March 11, 2024 Published March 12, 2024", SENTENCE], dt.date(2024, 3, 12)),  # a day follows the label
        (["Published in the valley on some day after March 12, 2024", SENTENCE], None),  # too far behind it
        (["March 12, 2024", SENTENCE], None),
        (["Published " + "." * 300 + " March 12, 2024", SENTENCE], None),
        ([SENTENCE, SENTENCE, "Published: March 12, 2024"], dt.date(2024, 3, 12)),
        ([SENTENCE, *["News"] * 60, "Published: March 12, 2024"], None),  # far below the story
    ],
)
def test_a_label_names_the_day_beside_it_or_on_the_next_line(lines, day):
    labelled = find_labelled_date(build_context(view_lines(*lines), None), PUBLISHED_ON, "date.published-on")
    assert (labelled.day if labelled else None) == day
