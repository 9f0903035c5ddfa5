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
        (("authors", "jsonld", "Valley Courier Sport Desk"), []),
        (("authors", "jsonld", "AFP"), ["AFP"]),
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


@pytest.mark.parametrize(("word_count", "names"), [(2, ["Dana Whitfield"]), (40, [])])
def test_a_long_line_beside_the_headline_is_no_byline(described, word_count, names):
    line = "By Dana Whitfield | " + " ".join(["bridges"] * word_count)
    assert (len(line) > 160) is not bool(names)
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
        ("whitfield travel", []),  # a company
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


@pytest.mark.parametrize("line", ["Valley Courier Sport Desk", "By Valley Courier Sport Desk, June 3, 2025"])
def test_a_declared_desk_that_the_page_prints(described, line):
    declared = [("authors", "jsonld", "Valley Courier Sport Desk")]
    assert authors(described, [PAGE[0][2], line, STORY, STORY], declared) == ["Valley Courier Sport Desk"]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["The Courier Team", "Published", "June 3, 2025"], ["The Courier Team"]),
        (["By", "The Valley Courier Team", "|", "6 min read"], ["The Valley Courier Team"]),
        (["The Courier Team"], []),  # neither labelled nor dated
        (["The Harbour Team", "Published", "June 3, 2025"], []),  # not the site's
        (["SEO Contributor", "June 3, 2025"], []),
    ],
)
def test_a_desk_alone_on_a_line(described, lines, names):
    assert authors(described, [PAGE[0][2], *lines, STORY, STORY]) == names


def test_a_byline_where_no_line_prints_the_declared_headline(described):
    assert authors(described, ["Bridge: the council has voted", "By Dana Whitfield", STORY, STORY]) == [
        "Dana Whitfield"
    ]
    bare = ["Bridge: the council has voted", "Dana Whitfield", "June 3, 2025", STORY, STORY]
    assert authors(described, bare) == ["Dana Whitfield"]


def test_words_of_the_headline_are_no_name(described):
    lines = ["Bridge Wrap-Up 12/19/2025", STORY, STORY]
    assert authors(described, lines, [("title", "html_title", "Bridge Wrap-Up 12/19/2025 | Valley Courier")]) == []


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["Dana Whitfield", "Dana Whitfield is a writer on rivers and harbours."], ["Dana Whitfield"]),
        (["Reviewed by", "Dana Whitfield", "Dana Whitfield is a professor of rivers."], []),
        (["Harbour State Park", "Harbour State Park is a place to rest."], []),
        (["Dana Whitfield", "June 3, 2025 at 6:56 PM", "I crossed the old bridge every day."], []),
    ],
)
def test_the_box_of_the_author_below_the_story(described, foot, names):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == names


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["Article written by:", "Dana Whitfield, MD, FOMA"], ["Dana Whitfield"]),
        (
            ["Written by", "Dana Whitfield, ten years of covering harbours", "Lou Marsh, editor of the river pages"],
            ["Dana Whitfield", "Lou Marsh"],
        ),
        (["Written by", "Dana Whitfield", "Lou Marsh"], ["Dana Whitfield"]),
    ],
)
def test_names_below_a_label_at_the_foot(described, foot, names):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == names


def test_a_name_without_blanks_in_the_byline_s_element(described):
    assert authors(described, [PAGE[0][2], STORY, STORY], [("authors", "byline", "森田花子")]) == ["森田花子"]


def test_an_english_page_at_a_malaysian_address_is_no_indonesian_one(described):
    lines = [PAGE[0][2], "Valley Courier Team", STORY, STORY]
    declared = [("language", "html", "en"), ("authors", "meta", "Valley Courier Team")]
    kinds = {1: "nav", 2: "nav"}
    values, _, _ = described("\n".join(lines), kinds, [*PAGE, *declared], "https://valleycourier.my/a/b")
    assert values["authors"] == ["Valley Courier Team"]


def test_a_byline_below_a_story_that_starts_the_page_without_its_headline(described):
    assert authors(described, [STORY, "By Dana Whitfield", *[STORY] * 20]) == ["Dana Whitfield"]


@pytest.mark.parametrize(
    ("line", "names"),
    [("Dana Whitfield", ["Dana Whitfield"]), ("Dana M. Whitfield", ["Dana M. Whitfield"]), ("Dana Whitfield?", [])],
)
def test_a_name_below_the_headline_that_a_box_below_the_story_repeats(described, line, names):
    box = f"{line} is the mayor's gardener and writes of bridges in her free time, of which she has little."
    assert authors(described, [PAGE[0][2], line, *[STORY] * 13, box]) == names


@pytest.mark.parametrize(
    ("lines_between", "names"), [(0, ["Valley Courier Sport Desk"]), (3, ["Valley Courier Sport Desk"]), (8, [])]
)
def test_a_desk_without_a_label_signs_close_to_the_headline_alone(described, lines_between, names):
    above = [f"Bridge number {number} of the valley" for number in range(lines_between)]
    lines = [PAGE[0][2], *above, "Valley Courier Sport Desk", "June 3, 2025", STORY, STORY]
    assert authors(described, lines) == names


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["By Lou Marsh"], ["Lou Marsh"]),
        (["Share this story", "By Lou Marsh"], ["Lou Marsh"]),
        (["Share this story", "Subscribe now", "By Lou Marsh"], ["Lou Marsh"]),
        (["By Lou Marsh of the Harbour and River Guild"], []),
        ([f"{'x' * 150} Written by Lou Marsh"], []),
    ],
)
def test_how_far_below_the_story_a_byline_may_stand(described, foot, names):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == names


NAMES = ["Dana Whitfield", "Lou Marsh", "Ola Brekke", "Lena Dorn", "Emma Hale", "Tim Marsh"]


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        (["Authors", *NAMES], NAMES[:5]),
        (["Authors", NAMES[0], "Read the rules of this house", NAMES[1]], NAMES[:1]),
        (["Author", *NAMES], NAMES[:1]),
        (["Author", "DANA WHITFIELD"], []),
        (["Author", "Dana Whitfield " + "x" * 60], []),
        (["Author"], []),
    ],
)
def test_how_many_names_below_a_label_count(described, foot, names):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == names


@pytest.mark.parametrize(
    "foot",
    [
        ["Dana Whitfield", "Our writer on rivers and harbours."],  # says nothing of the person above
        ["Dana Whitfield", "Dana Whitfield is a quiet place in June."],
        ["DANA WHITFIELD", "DANA WHITFIELD is a writer on rivers."],
        ["Dana", "Dana is a writer on rivers and harbours."],
    ],
)
def test_the_box_of_an_author_repeats_a_whole_name_and_says_what_the_person_does(described, foot):
    assert authors(described, [PAGE[0][2], STORY, STORY, *foot]) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("By | Dana Whitfield | Reviewed by | Lou Marsh", ["Dana Whitfield"]),
        ("Dana Whitfield | Lou Marsh", ["Dana Whitfield", "Lou Marsh"]),
        ("Dana Whitfield, | Lou Marsh", ["Dana Whitfield", "Lou Marsh"]),
        ("Dana Whitfield | and | Lou Marsh", ["Dana Whitfield", "Lou Marsh"]),
        ("Dana Whitfield | Senior Editor | Lou Marsh", ["Dana Whitfield"]),  # a job title ends the names
        ("Dana Whitfield | MD, PhD | Lou Marsh", ["Dana Whitfield"]),
        ("Dana Whitfield | 4 min read | Lou Marsh", ["Dana Whitfield"]),
        ("Dana | Lou Marsh", ["Lou Marsh"]),  # one word without "By" may be anything
        ("By | Dana | Lou Marsh", ["Dana"]),
        ("Dana Whitfield | Dana Whitfield", ["Dana Whitfield"]),
        ("Whitfield Travel | Lou Marsh", ["Lou Marsh"]),  # a company
        ("Share", []),
    ],
)
def test_names_in_the_elements_of_a_byline(described, value, names):
    for place in ("byline", "rel", "microdata"):
        assert authors(described, [PAGE[0][2], STORY, STORY], [("authors", place, value)]) == names


def test_the_first_place_that_names_a_person_counts(described):
    page = [PAGE[0][2], STORY, STORY]
    byline, rel = ("authors", "byline", "Dana Whitfield"), ("authors", "rel", "Lou Marsh")
    assert authors(described, page, [rel, byline]) == ["Dana Whitfield"]
    assert authors(described, page, [rel, ("authors", "byline", "Share")]) == ["Lou Marsh"]
    assert authors(described, page, [byline, ("authors", "jsonld", "Lou Marsh")]) == ["Lou Marsh"]  # declared


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Dana", ["Dana"]),
        ("DANA", []),
        ("dana", []),
        ("dana.whitfield", []),
        ("https://a.example/dana", []),
        ("Courier", []),
    ],
)
def test_one_word_is_an_author_where_no_fuller_name_is_printed(described, value, names):
    assert authors(described, [PAGE[0][2], STORY, STORY], [("authors", "meta", value)]) == names
    foot = "Written by Lou Marsh"
    assert authors(described, [PAGE[0][2], STORY, STORY, foot], [("authors", "meta", value)]) == ["Lou Marsh"]
