import io

import pytest

from flows import artifacts
from flows.commands import publish_source
from flows.run.progress import RateEstimator, format_duration


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def pace():
    return RateEstimator(Clock())


def test_the_first_word_claims_no_rate(pace):
    assert pace.describe_progress(256, 1_000, 9_000) == "256 documents"


def test_the_rate_and_the_time_left_are_those_of_what_was_heard(pace):
    pace.describe_progress(0, 0, 40_000)
    pace.clock.now += 10
    assert pace.describe_progress(5_000, 10_000, 40_000) == "5,000 documents, 500 a second, about 30 s left to read"


def test_only_the_last_minute_counts(pace):
    pace.describe_progress(0, 0, 1_000_000)
    for _ in range(10):  # slow at first: a document a second
        pace.clock.now += 10
        pace.describe_progress(int(pace.clock.now) - 100, 0, 1_000_000)
    for step in range(1, 9):
        pace.clock.now += 10
        said = pace.describe_progress(100 + 1_000 * step, 1_000 * step, 1_000_000)
    assert ", 100 a second, about 2 h 45 min left" in said


def test_nothing_is_left_at_the_end(pace):
    pace.describe_progress(0, 0, 10)
    pace.clock.now += 10
    assert pace.describe_progress(100, 10, 10) == "100 documents, 10 a second"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (3599, "1 h 0 min"), (7500, "2 h 5 min"), (273_600, "3 d 4 h")],
)
def test_a_time_is_said_in_two_units(seconds, said):
    assert format_duration(seconds) == said


def test_the_artifact_says_share_rate_and_time_left(monkeypatch):
    told = []
    monkeypatch.setattr(artifacts, "create_progress_artifact", lambda share, key, description: told.append(share) or 7)
    monkeypatch.setattr(artifacts, "update_progress_artifact", lambda _, share, description: told.append(description))
    monkeypatch.setattr(artifacts, "_SECONDS_BETWEEN_UPDATES", 0)
    heard = []
    bar = artifacts.ProgressArtifact(lambda *words: heard.append(words))
    bar.estimator = RateEstimator(Clock())
    bar(0, 0, 400)
    bar.estimator.clock.now += 10
    bar(1_000, 100, 400)
    assert told == [0.0, "1,000 documents, 100 a second, about 30 s left to read"]
    assert heard == [(0, 0, 400), (1_000, 100, 400)]


def test_a_terminal_shows_a_bar_with_share_and_count_and_what_is_no_terminal_none(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", Terminal())
    with publish_source.show_bar() as hear:
        hear(1_500, 2_000_000, 4_000_000)
    shown = publish_source.sys.stderr.getvalue()
    assert "50%" in shown and "1,500 documents" in shown
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with publish_source.show_bar() as hear:
        assert hear is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (89, "1 min"), (91, "2 min"), (3_540, "59 min"), (3_600, "1 h 0 min"),
        (7_500, "2 h 5 min"), (47 * 3_600 + 59 * 60, "47 h 59 min"), (48 * 3_600, "2 d 0 h"), (76 * 3_600, "3 d 4 h"),
    ],
)  # fmt: skip
def test_a_duration_has_at_most_two_units(seconds, words):
    assert format_duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "documents", "bytes_read", "words"),
    [
        (0.9, 100, 100, "100 documents"),
        (1, 100, 100, "100 documents, 100 a second, about 9 s left to read"),
        (10, 0, 100, "0 documents"),
        (10, 100, 1_000, "100 documents, 10 a second"),
        (10, 100, 0, "100 documents, 10 a second"),
    ],
)
def test_a_rate_and_a_time_left_need_something_to_go_by(pace, seconds, documents, bytes_read, words):
    pace.describe_progress(0, 0, 1_000)
    pace.clock.now += seconds
    assert pace.describe_progress(documents, bytes_read, 1_000) == words
