"""The drift guard: each figure, in total and by outlet, against its bound; chance is no drift."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

import expectations
from flows.validate import ComparedRelease, check_drift, collect_drift_statistics, select_drift_columns
from schemas import arrow

SCHEMA = pa.schema([arrow.ARTICLES.field(name) for name in (
    "outlet", "date", "authors", "title", "char_count", "boilerplate_share")])  # fmt: skip
NAMES = [one["meta"]["name"] for one in expectations.load("drift")["expectations"]]


def rows(count, **values):
    """Articles of an outlet whose lengths spread around 1,000 characters."""
    base = {
        "outlet": "Warta",
        "date": date(2024, 3, 1),
        "authors": ["Sari"],
        "title": "Judul",
        "boilerplate_share": 0.3,
    }
    return [base | {"char_count": 900 + 200 * n // max(count - 1, 1)} | values for n in range(count)]


def side(*parts, documents=None, rejected=0):
    made = [row for part in parts for row in part]
    return ComparedRelease(
        collect_drift_statistics(select_drift_columns(pa.Table.from_pylist(made, schema=SCHEMA))),
        documents or len(made) + rejected,
        rejected,
    )


BASE = side(rows(100), rows(100, outlet="Kabar"), rejected=10)
# What differs in the outlet Kabar, or in all, and the expectations that it breaks.
CASES = {
    "drift.documents": side(rows(150), rows(40, outlet="Kabar"), rejected=10),
    "drift.documents-gained": side(rows(100), rows(1100, outlet="Kabar"), rejected=60),
    "drift.outlet-gone": side(rows(180), rows(12, outlet="Kabar"), rejected=10),
    "drift.date": side(rows(100), rows(70, outlet="Kabar"), rows(30, outlet="Kabar", date=None), rejected=10),
    "drift.author": side(rows(100), rows(70, outlet="Kabar"), rows(30, outlet="Kabar", authors=[]), rejected=10),
    "drift.title": side(rows(100), rows(70, outlet="Kabar"), rows(30, outlet="Kabar", title=None), rejected=10),
    "drift.outlet": side(rows(80), rows(80, outlet="Kabar"), rows(40, outlet=None), rejected=10),
    "drift.length": side(rows(100), [r | {"char_count": r["char_count"] // 2} for r in rows(100, outlet="Kabar")],
                         rejected=10),
    "drift.clutter": side(rows(100), rows(100, outlet="Kabar", boilerplate_share=0.05), rejected=10),
    "drift.rejects": side(rows(100), rows(100, outlet="Kabar"), rejected=100),
}  # fmt: skip
BARE = side(rows(100), rows(100, outlet="Kabar", date=None, authors=[], title=None), rejected=10)


def fallen(verdict):
    assert not [check.sentence for check in verdict.checks if check.crashed]
    return [check.name for check in verdict.checks if not check.passed]


def sentence(verdict, name):
    return next(check.sentence for check in verdict.checks if check.name == name)


def test_the_same_twice_is_no_drift():
    for same in (True, False):
        assert fallen(check_drift(BASE, BASE, same_documents=same, accepted=False)) == []


def test_an_appended_delivery_need_not_hold_what_the_parent_holds():
    """A delivery of one outlet, or of few articles of each, is no loss; what it holds is compared as always."""
    deliveries = {
        "one outlet": side(rows(40)),
        "few of each": side(rows(31), rows(12, outlet="Kabar")),
    }
    for delivery in deliveries.values():
        assert fallen(check_drift(BASE, delivery, same_documents=False, accepted=False, appended=True)) == []
        assert fallen(check_drift(BASE, delivery, same_documents=False, accepted=False)) != []
        assert "drift.outlet-gone" in fallen(
            check_drift(BASE, delivery, same_documents=True, accepted=False, appended=True)
        )
    broken = check_drift(BASE, side(rows(40, date=None)), same_documents=False, accepted=False, appended=True)
    assert fallen(broken) == ["drift.date"]


def test_a_median_of_few_articles_of_unlike_length_may_move_by_chance():
    """Of 21 lengths from 70 to 14,000 characters half is within three standard errors; of like ones it is not."""

    def halve(articles):
        return [row | {"char_count": row["char_count"] // 2} for row in articles]

    unlike = [row | {"char_count": int(1000 * 1.3**n)} for n, row in enumerate(rows(21), -10)]
    for articles, broken in ((unlike, []), (rows(21), ["drift.length"])):
        verdict = check_drift(side(articles), side(halve(articles)), same_documents=False, accepted=False)
        assert [name for name in fallen(verdict) if name == "drift.length"] == broken


@pytest.mark.parametrize("name", CASES)
def test_a_breach_is_named_with_its_outlet_and_its_figure(name):
    verdict = check_drift(BASE, CASES[name], same_documents=False, accepted=False)
    assert fallen(verdict) == [name]
    critical = next(c for c in verdict.checks if c.name == name).severity == "critical"
    assert [check.name for check in verdict.refused] == ([name] if critical else [])
    total = name in ("drift.outlet", "drift.rejects")
    assert ("all articles:" if total else "Kabar:") in sentence(verdict, name)
    assert "Warta" not in sentence(verdict, name) and "where the parent had" in sentence(verdict, name)
    assert sentence(verdict, name) in str(verdict.document)


@pytest.mark.parametrize("outlet", ["all articles", '"all articles"', "All articles"])
def test_an_outlet_called_like_the_total_is_a_group_of_its_own(outlet):
    old = side(rows(100), rows(100, outlet=outlet), rejected=10)
    broken = side(rows(100), rows(50, outlet=outlet), rows(50, outlet=outlet, date=None), rejected=10)
    verdict = check_drift(old, broken, same_documents=False, accepted=False)
    name = '"all articles"' if outlet == "all articles" else outlet
    assert fallen(verdict) == ["drift.date"]
    assert "found all articles: 75% with date" in sentence(verdict, "drift.date")
    assert f"; {name}: 50% with date" in sentence(verdict, "drift.date")
    lost = side(rows(100, date=None), rows(40, outlet=outlet), rejected=100)
    verdict = check_drift(old, lost, same_documents=False, accepted=False)
    assert "found all articles: 42% of the documents rejected" in sentence(verdict, "drift.rejects")
    assert f"{name}: 40 articles" in sentence(verdict, "drift.documents")


def test_what_is_gained_everywhere_at_once_is_a_warning():
    verdict = check_drift(BARE, BASE, same_documents=False, accepted=False)
    assert fallen(verdict) == ["drift.date-gained", "drift.author-gained", "drift.title-gained"]
    assert verdict.refused == ()


def test_every_expectation_is_met_by_a_case():
    assert {*CASES, "drift.date-gained", "drift.author-gained", "drift.title-gained"} == set(NAMES)


def test_the_figure_is_said():
    verdict = check_drift(BASE, CASES["drift.date"], same_documents=False, accepted=False)
    assert "Kabar: 70% with date, where the parent had 100%" in sentence(verdict, "drift.date")


def test_accepted_drift_is_told_and_refuses_nothing():
    verdict = check_drift(BASE, CASES["drift.date"], same_documents=False, accepted=True)
    assert fallen(verdict) == ["drift.date"] and verdict.refused == ()
    assert "Accepted as drift by the operator." in sentence(verdict, "drift.date")


def test_an_outlet_of_fewer_than_thirty_articles_is_not_compared():
    old = side(rows(1000), rows(29, outlet="Kabar"))
    new = side(rows(1000), rows(29, outlet="Kabar", date=None))
    assert fallen(check_drift(old, new, same_documents=False, accepted=False)) == []
    old = side(rows(1000), rows(30, outlet="Kabar"))
    new = side(rows(1000), rows(30, outlet="Kabar", date=None))
    assert fallen(check_drift(old, new, same_documents=False, accepted=False)) == ["drift.date"]


def test_chance_is_no_drift_in_a_handful_and_a_collapse_is():
    old, one_of_five = side(rows(5)), side(rows(4), rows(1, date=None))
    assert fallen(check_drift(old, one_of_five, same_documents=False, accepted=False)) == []
    assert fallen(check_drift(old, side(rows(5, date=None)), same_documents=False, accepted=False)) == ["drift.date"]


def test_the_same_documents_are_held_to_tighter_bounds():
    new = side(rows(100), rows(90, outlet="Kabar"), rows(10, outlet="Kabar", date=None), rejected=10)
    assert fallen(check_drift(BASE, new, same_documents=False, accepted=False)) == []
    assert fallen(check_drift(BASE, new, same_documents=True, accepted=False)) == ["drift.date"]


def test_no_articles_left_is_for_the_other_suite_to_refuse():
    assert fallen(check_drift(BASE, side(rejected=200), same_documents=False, accepted=False)) == [
        "drift.outlet-gone",
        "drift.rejects",
    ]
    assert fallen(check_drift(replace(BASE, documents=0, rejected=0), BASE, same_documents=False, accepted=False)) == []


def test_no_outlet_passes_for_all_articles():
    name = "all articles"
    before = side(rows(100, outlet=name), rows(100, outlet="Kabar"))
    after = side(rows(100, outlet=name), rows(60, outlet="Kabar"), rows(40, outlet=None))
    verdict = check_drift(before, after, same_documents=False, accepted=False)
    assert fallen(verdict) == ["drift.outlet"]


def test_a_sentence_holds_no_control_characters_of_an_outlet_s_name():
    name = "Kabar\x1b[31m"
    after = side(rows(100), rows(100, outlet=name, date=None))
    verdict = check_drift(side(rows(100), rows(100, outlet=name)), after, same_documents=False, accepted=False)
    (sentence,) = (check.sentence for check in verdict.checks if check.name == "drift.date")
    assert "Kabar" in sentence and sentence.isprintable()
