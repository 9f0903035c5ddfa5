"""Authors whom a page names at the foot of its story: "Written by", names below a label, the author's box."""

import re

from flows.describe.credits import Credits
from flows.describe.document_view import DocumentView
from flows.describe.page_names import JOB_TITLE, cut_after_names, extract_names
from flows.outlets import Registry

FOREIGN_RULES = {"html.comments", "html.card", "html.next-story"}  # of lines that belong to other texts of the page
_LAST_BODY_LINES, _FOOT_LINES = 12, 80  # last lines of the body, and lines below it, that may name the author
_MAX_LISTED_NAMES = 5  # names on lines of their own below "Authors"
_BOX_LINES = 8  # lines below the body in which the box of its author stands
MAX_LINE_LENGTH = 160
MAX_NAME_LENGTH = 60
_WRITTEN_BY = re.compile(
    r"\s{0,3}(?i:(?:this )?(?:(?:article|post|story) )?(?:was )?(?:written|posted) by|original author|about the author)"
    r"\s{0,2}:?\s{1,2}(?P<names>[A-Z].{2,120})\Z"
)
# "Ani Lestari, ten years of covering harbours"
_NAME_AND_DESCRIPTION = re.compile(r"(?P<name>[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{0,20}){1,3}), (?=[a-z\d])")
WRITTEN_BY_ALONE = re.compile(
    r"\s{0,3}(?:(?:(?:article|post|story) )?(?:written|posted|article|story|words) by|about the author|"
    r"(?P<label>author(?P<many>s|\(s\))?))"
    r"\s{0,2}:?\s{0,2}\Z",
    re.IGNORECASE,
)
_BY_NAME = re.compile(r"\s{0,3}(?:By|Words by|Story by)\s{1,3}(?P<names>[A-Z][^\n.;:]{2,60})\Z")
OTHER_ROLE = re.compile(
    r"\b(?:(?:peer |medically |expert )?reviewed|edited|fact.?checked|updated|photos?|photographs?|translated)\b",
    re.IGNORECASE,
)


def add_author_at_foot(
    credits: Credits, view: DocumentView, _: int | None, site_names: set[str], registry: Registry
) -> None:
    """Add the author of "Written by": with names on the same line, on the next lines, or above a bare "Author"."""
    foot_indices = range(max(0, view.body_end - _LAST_BODY_LINES), min(view.body_end + _FOOT_LINES, len(view.lines)))
    credit_indices = (
        index
        for index, line in enumerate(view.lines)
        if line.kind in {"credit", "byline"} and index not in foot_indices
    )

    def parse_name_line(index: int) -> list[str]:
        """Return the names on a short line, [] where the line holds a job title or capitals."""
        if not 0 <= index < len(view.lines):
            return []
        text = view.lines[index].text[:MAX_LINE_LENGTH]
        described = _NAME_AND_DESCRIPTION.match(text)
        if len(text) > MAX_NAME_LENGTH and described is None:
            return []
        value = described["name"] if described else cut_after_names(text)
        names = extract_names(value, site_names, registry, name_expected=False)
        return names if all(not JOB_TITLE.search(name) and not name.isupper() for name in names) else []

    for index in (*foot_indices, *credit_indices):
        line = view.lines[index]
        if line.rule in FOREIGN_RULES:
            continue
        match = _WRITTEN_BY.match(line.text) if len(line.text) <= MAX_LINE_LENGTH else None
        if match is None and abs(index - view.body_end) <= 2 and line.word_count <= 6:
            match = _BY_NAME.match(line.text)
        names = (
            extract_names(cut_after_names(match["names"]), site_names, registry, name_expected=False) if match else []
        )
        if match and names:
            credits.add_names("author", names, line, "byline.written-by", match[0])
            return
        label = WRITTEN_BY_ALONE.fullmatch(line.text) if len(line.text) <= 30 else None
        if label is None:
            continue
        is_list = label["many"] or (
            index + 1 < len(view.lines) and _NAME_AND_DESCRIPTION.match(view.lines[index + 1].text)
        )
        for next_index in range(index + 1, index + 1 + (_MAX_LISTED_NAMES if is_list else 1)):
            if not (names := parse_name_line(next_index)):
                break
            credits.add_names("author", names, view.lines[next_index], "byline.written-by")
        if label["label"] and not credits.authors and any(" " in name for name in parse_name_line(index - 1)):
            credits.add_names("author", parse_name_line(index - 1), view.lines[index - 1], "byline.written-by")
        if credits.authors:
            return


def add_author_box(
    credits: Credits, view: DocumentView, _: int | None, site_names: set[str], registry: Registry
) -> None:
    """Add the person whose name stands alone right below the story, above a line that says what the person does."""
    lines = view.lines[max(0, view.body_end - 1) : view.body_end + _BOX_LINES]
    for above, line, below in zip(lines, lines[1:], lines[2:], strict=False):
        if not 2 <= line.word_count <= 4 or OTHER_ROLE.search(above.text[:MAX_LINE_LENGTH]):
            continue
        names = extract_names(line.text, site_names, registry, name_expected=False)
        repeats_name = below.text.startswith((f"{line.plain_text} is ", f"{line.plain_text} has "))
        if names == [line.plain_text] and not names[0].isupper() and repeats_name and JOB_TITLE.search(below.text):
            credits.add_names("author", names, line, "byline.author-box")
            return
