"""The headline by vote of the places that state one."""

import pytest

from flows.describe.document_view import Candidate, DocumentView
from flows.describe.title_votes import choose_stated_title, strip_site_name


@pytest.mark.parametrize(
    "said, title",
    [
        # the networks are told another headline than readers see and the page declares
        ([("h1", "Bridge to be repaired"), ("jsonld", "Bridge to be repaired"), ("og", "You won't believe it")],
         "Bridge to be repaired"),
        # the site's logo is a heading too
        ([("h1", "Valley Courier"), ("h1", "Bridge to be repaired"),
          ("html_title", "Bridge to be repaired | Valley Courier")], "Bridge to be repaired"),
        # site names leave, parts of the headline stay
        ([("html_title", "Bridge - old and worn - to be repaired | Valley Courier")],
         "Bridge - old and worn - to be repaired"),
        # so does a first part that the site's name only holds: it may be the place of the story
        ([("html_title", "Valley - Bridge to be repaired | Valley Courier")], "Valley - Bridge to be repaired"),
        ([("html_title", "Valley Courier - Bridge to be repaired")], "Bridge to be repaired"),
        # the site's name goes on with its town
        ([("html_title", "Bridge to be repaired - Valley Courier of the Upper Reaches")], "Bridge to be repaired"),
        # <title> joins the site's heading to the headline that the networks are told
        ([("h1", "Riverside Notes"), ("og", "Bridge to be repaired"),
          ("html_title", "Riverside Notes: Bridge to be repaired")], "Bridge to be repaired"),
        # a label is no part of the headline, nor is the section
        ([("h1", "Blog: Bridge to be repaired")], "Bridge to be repaired"),
        ([("html_title", "Bridge to be repaired | Blog")], "Bridge to be repaired"),
        # the heading prints the section before the headline
        ([("h1", "Local news Bridge to be repaired"), ("og", "Bridge to be repaired"),
          ("html_title", "Bridge to be repaired | Somewhere")], "Bridge to be repaired"),
        # the page has no title but its site's name
        ([("html_title", "Valley Courier")], None),
        # escaped twice
        ([("jsonld", "Bridge &amp; road to be repaired")], "Bridge & road to be repaired"),
        ([], None),
    ],
)  # fmt: skip
def test_title(said, title):
    stated = [Candidate("title", where, value) for where, value in said] + [Candidate("outlet", "og", "Valley Courier")]
    found = choose_stated_title(DocumentView((), tuple(stated)), None)
    assert (found[0] if found else None) == title


def test_a_record_is_believed():
    stated = (Candidate("title", "record", "The record's"), Candidate("title", "h1", "The page's own headline"))
    assert choose_stated_title(DocumentView((), stated), None)[0] == "The record's"


@pytest.mark.parametrize(
    "value, title",
    [
        ("Harga Naik - Valley Courier", "Harga Naik"),
        ("Harga &quot;Naik&quot; &amp; Turun", 'Harga "Naik" & Turun'),
        ("Harga Naik - Kata Warga", "Harga Naik - Kata Warga"),
        ("Valley Courier", "Valley Courier"),
    ],
)
def test_the_title_of_a_record_without_its_outlet_and_references(value, title):
    view = DocumentView((), (Candidate("title", "record", value),))
    assert choose_stated_title(view, "Valley Courier")[0] == title


@pytest.mark.parametrize("blank", ["<br>", "&nbsp;", "<b></b> <i></i>"])
def test_a_title_of_markup_alone_is_none(blank):
    assert choose_stated_title(DocumentView((), (Candidate("title", "record", blank),)), None) is None
    stated = (Candidate("title", "record", blank), Candidate("title", "h1", "Bridge to be repaired"))
    assert choose_stated_title(DocumentView((), stated), None)[0] == "Bridge to be repaired"


def test_a_record_s_title_loses_scripts_and_invisible_characters(described):
    stated = [("title", "record", "<script>alert(1)</script>Harga Kopi\u200b <b>Naik</b>")]
    values, _, _ = described("Hujan turun sejak pagi di kota Lawang dan sekitarnya.", {}, stated)
    assert values["title"] == "Harga Kopi Naik"


@pytest.mark.parametrize(
    ("title", "exact_only", "stripped"),
    [
        ("Bridge repaired | Valley Courier", False, "Bridge repaired"),
        ("Bridge repaired | News | Valley Courier", False, "Bridge repaired"),  # section and site
        ("Valley Courier | Bridge repaired", False, "Bridge repaired"),
        ("Bridge repaired - Courier", False, "Bridge repaired"),  # a part of the name at the end
        ("Bridge repaired - Courier", True, "Bridge repaired - Courier"),
        ("Bridge repaired - Valley Courier", True, "Bridge repaired"),
        ("Courier - Bridge repaired", False, "Courier - Bridge repaired"),  # no part of it at the beginning
        ("Bridge repaired - the Valley Courier of old", False, "Bridge repaired - the Valley Courier of old"),
        ("Valley Courier", False, "Valley Courier"),
        ("Bridge repaired - Cou", False, "Bridge repaired - Cou"),  # too short for a name
        ("Bridge repaired | valleycourier.example", False, "Bridge repaired"),
    ],
)
def test_the_site_s_name_leaves_both_ends_of_a_title(title, exact_only, stripped):
    assert strip_site_name(title, {"valleycourier"}, exact_only=exact_only) == stripped
