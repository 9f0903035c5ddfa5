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
        (("authors", "jsonld", "Valley Courier Sport Desk"), ["Valley Courier Sport Desk"]),
        (("authors", "jsonld", "Sport Desk Team"), []),
        (("authors", "meta", "Marketing and Event Coordinator"), []),
        (("authors", "meta", "Our Editors"), []),
        (("authors", "meta", "Guest Contributor"), []),
        (("authors", "citation", "Whitfield, Dana M."), ["Dana M. Whitfield"]),
        (("authors", "byline", "By | Dana Whitfield | Gardener & Astrologer"), ["Dana Whitfield"]),
        (("authors", "byline", "Written by | Valley Courier | Reviewed by | Lou Marsh"), []),
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


@pytest.mark.parametrize(
    "foot, names",
    [
        (["Article by", "Dana Whitfield"], ["Dana Whitfield"]),
        (["Posted by Dana Whitfield on June 3, 2025 in bridges. Tags: council, repairs"], ["Dana Whitfield"]),
        (["Author(s)", "Dana Whitfield", "Lou Marsh", "Download as a file"], ["Dana Whitfield", "Lou Marsh"]),
        (["Dana Whitfield", "Author"], ["Dana Whitfield"]),
        (["Author", "Senior Staff Engineer"], []),
        (["Written by", "READ NEXT"], []),
    ],
)
def test_a_writer_told_apart_from_the_headline(described, foot, names):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == names


@pytest.mark.parametrize(
    "line, names",
    [
        ("By Valley Courier Team • 4 mins read", ["Valley Courier Team"]),
        ("By Bridge Team • 4 mins read", []),
        ("By Valley Courier • 4 mins read", []),
        ("Our team repairs bridges", []),
    ],
)
def test_a_desk_that_signs_below_the_headline(described, line, names):
    assert authors(described, [PAGE[0][2], line, STORY, STORY]) == names


@pytest.mark.parametrize(
    "value, names",
    [
        ("Dana Whitfield, Bridge Works of the Valley and its many friends", ["Dana Whitfield"]),
        ("dana whitfield", ["dana whitfield"]),
        ("site admin", []),
    ],
)
def test_declared_with_a_post_or_in_small_letters(described, value, names):
    assert authors(described, [PAGE[0][2], STORY, STORY], [("authors", "meta", value)]) == names


def test_the_site_is_known_by_the_record_s_address(described):
    assert authors(described, [PAGE[0][2], STORY, STORY], [("authors", "meta", "Valleycourier")]) == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("This is a guest post by Lou Marsh, who repairs bridges.", ["Lou Marsh"]),
        ("The following guest column from Lou Marsh ran in spring.", ["Lou Marsh"]),
        ("Print This Page", ["Dana Whitfield"]),
    ],
)
def test_a_guest_named_in_the_text_is_the_author_and_not_the_account(described, line, names):
    assert authors(described, [PAGE[0][2], line, STORY, STORY], [("authors", "meta", "Dana Whitfield")]) == names


def test_a_byline_that_closes_the_story(described):
    assert authors(described, [PAGE[0][2], STORY, STORY, "By Lou Marsh"]) == ["Lou Marsh"]
