"""No pattern of Kliping can be held up; and the check that says so finds those that can."""

import pytest

from tests.faults.regex_time import known, slow_on


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(a|a)*b", r"(\w+\s?)*$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?:a|ab?b?)*c", r"x(\d+\.?)+y", r"(.*,)*z",
     r"(?:a|aa)+$", r"(a*)*\Z"],
)  # fmt: skip
def test_an_exponential_pattern_is_found(pattern):
    assert "times" in (slow_on(pattern) or "")


@pytest.mark.parametrize("pattern", [r"\s+$", r"[\w-]+@", r"(\s*a)?\s*b"])
def test_a_power_is_found(pattern):
    assert "characters" in (slow_on(pattern) or "")


@pytest.mark.parametrize("pattern", [r"\w+", r"[^<]{0,40}<", r"\d{1,2}/\d{1,2}", r"^a.*$"])
def test_a_linear_pattern_is_left_alone(pattern):
    assert slow_on(pattern) is None


@pytest.mark.proof
def test_all_patterns_are_known():
    patterns = {pattern for pattern, _, where, _ in known()}
    assert len(patterns) > 200  # those of cues.toml and of the profiles among them


@pytest.mark.proof
def test_no_pattern_can_be_held_up():
    wrong = {where: said for pattern, flags, where, how in known() if (said := slow_on(pattern, flags, how))}
    assert not wrong
