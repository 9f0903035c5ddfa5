import gzip
import json
from random import Random

import pytest

from flows import cache, read, run
from flows.parameters import Publish
from flows.run import source_reader
from tests.makers import story


@pytest.mark.parametrize("packed", [True, False])
def test_a_source_is_counted_in_the_bytes_that_it_has_packed_or_not(tmp_path, packed):
    """A packed file was at 100 % after an eighth of its documents, and a file over the limit left a run below it."""
    folder, work, draw = tmp_path / "source", tmp_path / "work", Random(7)
    folder.mkdir()
    work.mkdir()
    lines = [json.dumps({"id": str(n), "text": story(n), "noise": draw.randbytes(500).hex()}) for n in range(6000)]
    content = "".join(f"{line}\n" for line in lines).encode()
    (folder / "a.jsonl.gz" if packed else folder / "a.jsonl").write_bytes(gzip.compress(content) if packed else content)
    (folder / "b.txt").write_bytes(b"kata " * 400_000)  # over the limit: a reject
    (folder / "c.txt").write_text(story(7000), encoding="utf-8")
    job = Publish(source=str(folder), output=str(tmp_path / "output"), max_mb=1)
    cached = run.look_up_cached_results(job, read.survey_source(job.source), cache.EMPTY_INDEX, work, 0)
    calls = []
    for _ in source_reader.SourceReader(job, cached, lambda *words: calls.append(words))._iterate_uncached(None):
        pass
    total = sum(path.stat().st_size for path in folder.iterdir())
    assert calls[-1] == (6002, total, total)
    shares = [bytes_read / total for _, bytes_read, _ in calls]
    assert shares == sorted(shares) and max(shares[:-1]) < 1
    size = next(folder.glob("a.*")).stat().st_size
    assert len(calls) > 5
    for documents, bytes_read, _ in calls:
        if documents < 6000:
            assert abs(min(bytes_read / size, 1) - documents / 6000) < 0.25, (documents, bytes_read, size)


def test_a_limit_ends_at_all_of_what_was_to_be_read(tmp_path):
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": story(n)}) + "\n" for n in range(50)))
    (tmp_path / "work").mkdir()
    job = Publish(source=str(tmp_path / "a.jsonl"), limit=5)
    cached = run.look_up_cached_results(job, read.survey_source(job.source), cache.EMPTY_INDEX, tmp_path / "work", 0)
    calls = []
    list(source_reader.SourceReader(job, cached, lambda *words: calls.append(words))._iterate_uncached(None))
    assert calls[-1][0] == 5 and calls[-1][1] == calls[-1][2] > 0


@pytest.mark.parametrize(
    ("rows", "runs"),
    [([3], [(3, 3)]), ([3, 4, 5], [(3, 5)]), ([0, 2, 3, 7], [(0, 0), (2, 3), (7, 7)]), ([5, 4], [(5, 5), (4, 4)])],
)
def test_rows_that_follow_one_another_are_copied_as_one(rows, runs):
    assert list(source_reader._group_consecutive(rows)) == runs
