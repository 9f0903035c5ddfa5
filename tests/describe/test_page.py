"""Writers of pages: declared, beside the headline, at the foot; the site, job titles and menus are nobody."""

import pytest

STORY = "The council voted to repair the old bridge before winter comes, the mayor said in a long speech on the matter."
PAGE = [("title", "h1", "Council votes to repair bridge"), ("outlet", "og", "Valley Courier")]


def authors(described, lines, candidates=()):
    kinds = {number: "nav" for number, line in enumerate(lines, 1) if line != STORY}
    values, evidence, _ = described("\n".join(lines), kinds, [*PAGE, *candidates], "https://valleycourier.example/a/b")
    assert bool(values["authors"]) == any(row["field"] == "authors" for row in evidence)
    return values["authors"]


@pytest.mark.parametrize(
    "candidate, names",
    [
        (("authors", "jsonld", "Dana Whitfield, Ph.D."), ["Dana Whitfield"]),
        (("authors", "jsonld", "Dana Whitfield, Senior Editor"), ["Dana Whitfield"]),
        (("authors", "jsonld", "Valley Courier"), []),
        (("authors", "og", "https://social.example/valleycourier"), []),
        (("authors", "byline", "By | Dana Whitfield | and | Lou Marsh | Staff Writer | June 3"), [
            "Dana Whitfield", "Lou Marsh"
        ]),
        (("authors", "byline", "Dana Whitfield | Travel Contributor"), ["Dana Whitfield"]),
        (("authors", "jsonld", "Sport Desk Team"), ["Sport Desk Team"]),
    ],
)  # fmt: skip
def test_declared_and_by_class(described, candidate, names):
    assert authors(described, [PAGE[0][2], STORY, STORY], [candidate]) == names


@pytest.mark.parametrize(
    "line, names",
    [
        ("By Dana Whitfield | June 3, 2025", ["Dana Whitfield"]),
        ("Posted on June 3, 2025 by Tim Marsh", ["Tim Marsh"]),
        ("June 3, 2025 • Dana Whitfield", ["Dana Whitfield"]),
        ("Share Article June 3, 2025", []),
        ("Reviewed by nobody in particular", []),
    ],
)
def test_beside_the_headline(described, line, names):
    assert authors(described, [PAGE[0][2], line, STORY, STORY]) == names


def test_written_by_at_the_foot(described):
    assert authors(described, [PAGE[0][2], STORY, STORY, "Written by Dana Whitfield"]) == ["Dana Whitfield"]
