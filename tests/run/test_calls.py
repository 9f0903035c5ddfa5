"""Steps that run as calls in workers publish what they publish in place, however many workers there are."""

import pytest

from flows import release
from flows.release import segments
from flows.run import calls
from tests.makers import story
from tests.run.test_segments import Nights


@pytest.fixture
def small_limits(monkeypatch):
    """Segments of eight rows, and calls from five new rows on."""
    for module in (segments, release):
        monkeypatch.setattr(module, "SEGMENT_ROWS", 8)
    monkeypatch.setattr(segments, "_CLASS_LIMITS", (2, 4, 8))
    monkeypatch.setattr(calls, "MIN_CALL_ROWS", 5)


def publish_two_nights(folder, name, workers):
    nights = Nights(folder)
    nights.dataset = release.Dataset(folder / name / "news")
    nights.deliver({f"a{number}": story(number) for number in range(12)}, workers=workers)
    changed = {"a3": story(300), "a7": story(3)}
    nights.deliver({f"b{number}": story(40 + number) for number in range(14)} | changed, workers=workers)
    return nights.latest


def read_outputs(path):
    sums = [line.split() for line in (path / "SHA256SUMS").read_text().splitlines()]
    folders = ("data", "csv", "rejects", "lineage", "diff", "validation")
    return {name: digest for digest, name in sums if name.partition("/")[0] in folders}


def test_calls_publish_the_bytes_of_a_run_without_them(small_limits, tmp_path, monkeypatch):
    by_worker_count = {count: publish_two_nights(tmp_path, f"by{count}", count) for count in (1, 4)}
    monkeypatch.setattr(calls, "MIN_CALL_ROWS", 1_000)
    monkeypatch.setattr(calls, "run_calls", None)
    in_place = read_outputs(publish_two_nights(tmp_path, "in-place", 1))
    assert len([name for name in in_place if name.startswith("data/")]) >= 3
    for path in by_worker_count.values():
        assert read_outputs(path) == in_place
        assert release.verify_release(path) == []


def test_many_rows_are_written_and_checked_by_calls(small_limits, tmp_path, monkeypatch):
    names = []
    run_calls = calls.run_calls

    def note_calls(job, requested):
        names.extend(call.request.stem.partition("-")[0] for call in requested)
        return run_calls(job, requested)

    for module in ("segment_writing", "row_checks"):
        monkeypatch.setattr(f"flows.run.{module}.run_calls", note_calls)
    (tmp_path / "one").mkdir()
    Nights(tmp_path / "one").deliver({f"a{number}": story(number) for number in range(12)}, workers=2)
    assert names == ["views", "check", "check", "000001", "000002"]


def test_rows_are_divided_into_parts_of_at_least_the_limit():
    assert [calls.count_parts(count) for count in (19_999, 20_000, 59_999, 60_000)] == [0, 1, 2, 3]
