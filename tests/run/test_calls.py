"""Steps that run as calls in workers publish what they publish in place, however many workers there are."""

import shutil

import pytest

from flows import release
from flows.release import segments
from flows.run import calls
from tests.makers import story
from tests.run.test_segments import Nights

FIRST = {f"a{number}": story(number) for number in range(12)}
SECOND = {f"b{number}": story(40 + number) for number in range(14)} | {"a3": story(300), "a7": story(3)}
CALLERS = [f"flows.run.{module}.run_calls" for module in ("segment_writing", "row_checks")]


@pytest.fixture
def small_limits(monkeypatch):
    """Segments of eight rows, and calls from five new rows on."""
    for module in (segments, release):
        monkeypatch.setattr(module, "SEGMENT_ROWS", 8)
    monkeypatch.setattr(segments, "_CLASS_LIMITS", (2, 4, 8))
    monkeypatch.setattr(calls, "MIN_CALL_ROWS", 5)


@pytest.fixture
def called(small_limits, monkeypatch):
    """The names of the calls that a run makes."""
    names, run_calls = [], calls.run_calls

    def note_calls(job, requested):
        names.extend(call.request.stem.partition("-")[0] for call in requested)
        return run_calls(job, requested)

    for caller in CALLERS:
        monkeypatch.setattr(caller, note_calls)
    return names


def publish_night(folder, name, night, workers):
    """Publish the stories of a night into the dataset `name`; return its latest release."""
    nights = Nights(folder)
    nights.dataset, nights.count = release.Dataset(folder / name / "news"), night
    nights.deliver((FIRST, SECOND)[night], workers=workers)
    return nights.latest


def publish_in_place(folder, night, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(calls, "MIN_CALL_ROWS", 1_000)
        for caller in CALLERS:
            patch.setattr(caller, None)
        return publish_night(folder, "in-place", night, 1)


def read_outputs(path):
    sums = [line.split() for line in (path / "SHA256SUMS").read_text().splitlines()]
    folders = ("data", "csv", "rejects", "lineage", "diff", "validation")
    return {name: digest for digest, name in sums if name.partition("/")[0] in folders}


def test_calls_publish_the_bytes_of_a_run_without_them(called, tmp_path, monkeypatch):
    by_one, in_place = publish_night(tmp_path, "by-one", 0, 1), publish_in_place(tmp_path, 0, monkeypatch)
    assert called == ["views", "check", "check", "000001", "000002"]
    assert read_outputs(by_one) == read_outputs(in_place)
    shutil.copytree(tmp_path / "in-place", tmp_path / "by-two", symlinks=True)
    by_two, in_place = publish_night(tmp_path, "by-two", 1, 2), publish_in_place(tmp_path, 1, monkeypatch)
    assert len([name for name in read_outputs(in_place) if name.startswith("data/")]) >= 3 and len(called) > 8
    assert read_outputs(by_two) == read_outputs(in_place)
    assert release.verify_release(by_one) == release.verify_release(by_two) == []


def test_rows_are_divided_into_parts_of_at_least_the_limit():
    assert [calls.count_parts(count) for count in (19_999, 20_000, 59_999, 60_000)] == [0, 1, 2, 3]
