"""Marks of wikis that stand within others, or over lines."""

import pytest

from flows.read.forum_markup import strip_forum_markup


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("[[Pasar]] buka di [[Kota Lama|kota]].<REF name=a>\nsumber\n</REF> Ramai.", "Pasar buka di kota. Ramai."),
        ("[[Pasar]] buka di [[Kota Lama|kota]].{{a|{{b|{{c}}}}}} Ramai.", "Pasar buka di kota. Ramai."),
    ],
    ids=["a note over lines, in capitals", "templates in templates"],
)
def test_notes_and_templates_go_whole(marked, plain):
    assert strip_forum_markup(marked) == plain
