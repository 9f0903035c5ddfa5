import pytest

from tests.clean.marked import list_marks

MENU = ["Home", "Town", "Sport", "Weather", "Old mill opens in spring", "By Marta Quill", "November 4, 2024"]
STORY = [
    "The council of Fennick said on Monday that the old mill will open as a library in the spring of next year.",
    "Mayor Odla Brenn told reporters that the roof had cost the town about four million crowns so far.",
    "Volunteers carried eleven thousand books up the narrow stairs, because the hoist waits for a spare part.",
    "The river took two of the wheels in the flood, and the third was kept so that children can watch it turn.",
]
READERS = [
    "I passed that mill every day for thirty years, and never thought that anyone would carry a book up there.",
    "My cousin says the heating has been broken since the spring, so bring a coat when you want to read there.",
    "That is not fair on the volunteers, who have given every evening of the summer to sanding the floors.",
]
FOOT = ["Follow us on social media", "Terms of use", "© 2024 The Fennick Post"]


def keep_lines(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return [text[mark.start : mark.end] for mark in list_marks(text) if mark.kind == "body"]


@pytest.mark.parametrize(
    "header",
    [
        ["Reader{n} on May {n}, 2024 at 6:34 am said:"],
        ["Reader{n} says:", "May {n}, 2024 at 6:34 am"],
        ["Reader{n}", "{n} hours ago"],
        ["Reader{n}", "{n} jam yang lalu"],
    ],
)
@pytest.mark.parametrize("reply", ["Reply", "Balas"])
def test_comments_go(header: list[str], reply: str) -> None:
    thread = [
        line
        for number, text in enumerate(READERS, 2)
        for line in (*(part.format(n=number) for part in header), text, reply)
    ]
    assert keep_lines([*MENU, *STORY, *thread, *FOOT]) == STORY


def test_an_interview_is_no_thread() -> None:
    talk = [line for text in READERS for line in ("Odla Brenn says:", text)]
    assert set(READERS) <= set(keep_lines([*MENU, *STORY, *talk, *FOOT]))
