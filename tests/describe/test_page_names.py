"""Names as pages print and declare them: where they end, and which are a site's or a company's."""

import pytest

from flows.describe.document_view import Candidate, DocumentView
from flows.describe.page_names import (
    clean_byline,
    collect_site_names,
    cut_after_names,
    extract_names,
    is_agency,
    is_signing_desk,
)
from flows.outlets import load_registry

SITE = {"valleycourier"}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("By Dana Whitfield", "Dana Whitfield"),
        ("Words by: Dana Whitfield", "Dana Whitfield"),
        ("Dana Whitfield (dw)", "Dana Whitfield"),
        ("Dana Whitfield (dana@valley.example)", "Dana Whitfield"),
        ("Dana Whitfield, Ph.D., Senior Editor", "Dana Whitfield"),
        ("Dana Whitfield, Lou Marsh", "Dana Whitfield, Lou Marsh"),
        ("Editor Dana Whitfield, Lou Marsh, MD", "Editor Dana Whitfield, Lou Marsh"),  # the first piece stays
        ("Bya Whitfield", "Bya Whitfield"),
    ],
)
def test_initials_degrees_and_job_titles_leave_a_byline(value, name):
    assert clean_byline(value) == name


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Dana Whitfield | June 3", "Dana Whitfield"),
        ("Dana Whitfield on June 3", "Dana Whitfield"),
        ("Dana Whitfield March 3, 2025", "Dana Whitfield"),  # the month goes with its day
        ("Dana March in Brendal", "Dana March"),  # before a place it is a name
        ("Dana Whitfield - 4 min read", "Dana Whitfield"),
        ("Dana WhitfieldPublished June 3", "Dana Whitfield"),
        ("Dana Whitfield in Jakarta and Lou Marsh", "Dana Whitfield and Lou Marsh"),
        ("Dana Whitfield. Photos: Lou Marsh", "Dana Whitfield"),
        ("Dana Whitfield", "Dana Whitfield"),
    ],
)
def test_a_byline_is_cut_behind_its_names(value, names):
    assert cut_after_names(value) == names


@pytest.mark.parametrize(
    ("value", "expected", "unexpected"),
    [
        ("Dana Whitfield", ["Dana Whitfield"], ["Dana Whitfield"]),
        ("Whitfield Health", ["Whitfield Health"], []),  # a company, but where a name is expected
        ("Valley Courier", [], []),
        ("Valleycourier", [], []),
        ("March", [], []),
        ("Dana Whitfield, Lou Marsh", ["Dana Whitfield", "Lou Marsh"], ["Dana Whitfield", "Lou Marsh"]),
    ],
)
def test_sites_months_and_companies_are_no_persons(value, expected, unexpected):
    registry = load_registry()
    assert extract_names(value, SITE, registry, name_expected=True) == expected
    assert extract_names(value, SITE, registry, name_expected=False) == unexpected


def test_a_person_whose_site_has_the_name_stays_a_person():
    registry = load_registry()
    assert extract_names("Dana Whitfield", {"danawhitfield"}, registry, name_expected=True) == ["Dana Whitfield"]
    assert extract_names("Whitfield Travel", {"whitfieldtravel"}, registry, name_expected=True) == []
    assert extract_names("The Whitfield", {"thewhitfield"}, registry, name_expected=True) == []


def test_the_names_of_a_site_are_those_it_declares_and_the_words_of_its_address():
    view = DocumentView((), (Candidate("outlet", "og", "The Valley Courier"), Candidate("outlet", "og", "V")),
                        url="https://news.valleycourier.co.uk/a")  # fmt: skip
    names = collect_site_names(view)
    assert {"thevalleycourier", "valleycourier", "news"} <= names
    assert not any(len(name) < 2 for name in names) and "co" not in names


@pytest.mark.parametrize(
    ("name", "labelled", "unlabelled"),
    [
        ("AFP", True, True),
        ("the AFP", True, True),
        ("Valley Courier Sport Desk", True, True),
        ("VCX Desk", True, False),  # initials, which may be the site's
        ("Sport Desk", False, False),
        ("Valley Courier", False, False),
        ("Valley Courier News Desk of the Upper Reaches", False, False),  # longer than a name
        ("Valley Courier Desk #3", False, False),
    ],
)
def test_a_desk_signs_with_its_site_s_name_or_as_an_agency(name, labelled, unlabelled):
    assert is_signing_desk(name, SITE) is labelled
    assert is_signing_desk(name, SITE, is_labelled=False) is unlabelled


def test_an_agency_is_known_with_and_without_its_article():
    assert is_agency("AFP") and is_agency("The AFP") and not is_agency("Valley Courier")
