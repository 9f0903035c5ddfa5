"""A segment names the code of all its rows."""

import pytest

from flows import release
from tests.makers import story
from tests.run.test_remake import change_code
from tests.run.test_segments import Nights


@pytest.mark.parametrize(
    "changed",
    [{}, {"a0": story(0) + "\nPekerjaan itu dimulai lagi pada bulan depan, kata kepala dinas kepada wartawan."}],
)
def test_a_segment_names_the_code_that_made_its_new_rows_and_that_of_its_old_ones(tmp_path, monkeypatch, changed):
    nights = Nights(tmp_path)
    first = nights.deliver({f"a{number}": story(number) for number in range(3)})
    (before,) = release.read_manifest(first.release)["segments"]
    change_code(monkeypatch, "1" * 64)
    second = nights.deliver(changed or {"b": story(5)})
    segments = release.read_manifest(second.release)["segments"]
    origins = {(one["rows"], tuple(one["code"])) for one in segments}
    if changed:  # its segment is written again, with two old rows
        assert origins == {(3, tuple(sorted([*before["code"], "1" * 64])))}
        assert len(segments[0]["settings"]) == 2 and set(before["settings"]) < set(segments[0]["settings"])
    else:
        assert origins == {(3, tuple(before["code"])), (1, ("1" * 64,))}
