"""Rows that pass are judged without Great Expectations, all others are left to it."""

import pandas as pd
import pytest

import expectations
from flows.validate.release_facts import build_facts_frame
from flows.validate.row_view import build_view_frame
from tests.expectations.test_suites import facts, view
from tests.passing_rows import answer_quickly, judge_passing

FRAMES = {"articles": build_view_frame(view([{}])), "release": build_facts_frame(facts({}))}


def name_unjudged(suite, frame):
    return [
        each["meta"]["name"] for each in suite["expectations"]
        if judge_passing(each, frame, suite["meta"].get("parameters", {})) is None
    ]  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_all_expectations_on_sound_rows_are_judged(name):
    assert name_unjudged(expectations.load(name), FRAMES[name]) == []


def test_what_may_fail_is_left_to_great_expectations_and_asked_once():
    suite, asked = expectations.load("articles"), []

    def run_suite(suite, frame, parameters, **_):
        asked.append([each["meta"]["name"] for each in suite["expectations"]])
        return dict.fromkeys(asked[-1], "its answer")

    run_quickly = answer_quickly(run_suite)
    frame = FRAMES["articles"].assign(language="Indonesian", date=None)
    answers = [run_quickly(suite, frame, {}) for _ in range(2)]
    assert asked == [name_unjudged(suite, frame)] and "language.code" in asked[0]
    assert answers[0] == answers[1] and answers[0]["language.code"] == "its answer"
    assert list(answers[0]) == [each["meta"]["name"] for each in suite["expectations"]]


def test_a_frame_of_no_rows_is_left_to_great_expectations():
    suite = expectations.load("articles")
    names = [each["meta"]["name"] for each in suite["expectations"]]
    assert name_unjudged(suite, pd.DataFrame(FRAMES["articles"][:0])) == names
