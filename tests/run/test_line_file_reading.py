"""Large JSONL files: what workers read of them is published as if the coordinator had read it."""

import json
import os
from pathlib import Path

import pytest

from flows import read
from flows.cache import range_reading
from flows.parameters import Publish
from flows.read import line_ranges
from flows.run import line_file_reading
from flows.run.publish_run import run_publish
from flows.workers import supervisor
from tests.makers import dump, story

SAME = ("data", "csv", "rejects", "lineage", "diff", "validation")


@pytest.fixture
def small_ranges(monkeypatch):
    monkeypatch.setattr(line_ranges, "MIN_FILE_BYTES", 1_000)
    monkeypatch.setattr(line_ranges, "RANGE_BYTES", 8_000)
    monkeypatch.setattr(range_reading, "_BATCH_DOCUMENTS", 4)  # here; a child divides as it is


def write_source(folder: Path, edited: int = 0) -> Path:
    """Write two files of records with broken ones among them, and a text; `edited` records have another text."""
    folder.mkdir(exist_ok=True)
    for name in ("a", "c"):
        lines = []
        for number in range(40):
            text = (dump if number % 3 == 0 else story)(number + 100 * (name == "c") + 1000 * (number < edited))
            url = {"url": f"https://www.republika.co.id/berita/{name}{number}/judul"} if number % 2 else {}
            lines.append(json.dumps({"id": str(number), "text": text, **url}))
        lines[7], lines[11] = lines[7][:-5], '{"id": "x"}'
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "b.txt").write_text(story(900), encoding="utf-8")
    return folder


def publish(source: Path, output: Path, **more):
    outcome = run_publish(Publish(source=str(source), output=str(output), dataset="x", **more))
    assert outcome.status == "published", outcome
    return outcome


def read_release(output: Path) -> dict[str, bytes]:
    release = (output / "x" / "latest").resolve()
    return {
        str(path.relative_to(release)): path.read_bytes()
        for name in SAME
        for path in sorted((release / name).rglob("*"))
        if path.is_file()
    }


def count_raw(output: Path) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in (output / "x" / "state" / "raw").glob("*.parquet"))


@pytest.fixture
def counted_reads(monkeypatch):
    """Count the ranges that workers and the coordinator read."""
    counts = {"worker": 0, "owner": 0}
    list_rows, run_reading = read.LineFile.list_rows, supervisor.ProcessSupervisor.run_reading

    def count_list_rows(*arguments):
        counts["owner"] += 1
        return list_rows(*arguments)

    def count_run_reading(*arguments):
        counts["worker"] += 1
        return run_reading(*arguments)

    monkeypatch.setattr(read.LineFile, "list_rows", count_list_rows)
    monkeypatch.setattr(supervisor.ProcessSupervisor, "run_reading", count_run_reading)
    return counts


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A source, and the folder of its dataset that was published without ranges."""
    folder = tmp_path_factory.mktemp("whole")
    publish(write_source(folder / "source"), folder / "output")
    return folder / "source", folder / "output"


@pytest.mark.parametrize("workers", [1, 2])
def test_ranges_read_by_workers_give_the_same_release(tmp_path, whole, small_ranges, counted_reads, workers):
    source, whole_output = whole
    publish(source, tmp_path / "ranges", workers=workers)
    assert read_release(tmp_path / "ranges") == read_release(whole_output)
    assert counted_reads["worker"] > 6 and counted_reads["owner"] == 0
    assert count_raw(tmp_path / "ranges") == count_raw(whole_output) > 70


def test_documents_of_an_edited_file_come_from_the_cache(tmp_path, small_ranges):
    source = write_source(tmp_path / "source")
    publish(source, tmp_path / "output")
    write_source(source, edited=3)
    os.utime(source / "a.jsonl", ns=(1, 1))
    cleaned = []
    process_file = supervisor.ProcessSupervisor.process_file

    def count_rows(self, job):
        from schemas import arrow_files

        cleaned.append(arrow_files.count_rows(job[0]))
        return process_file(self, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor.ProcessSupervisor, "process_file", count_rows)
        publish(source, tmp_path / "output")
    assert sum(cleaned) == 6
    publish(source, tmp_path / "fresh")
    for name in ("data", "rejects", "lineage"):
        fresh, cached = (
            {path: data for path, data in read_release(tmp_path / output).items() if path.startswith(name)}
            for output in ("fresh", "output")
        )
        assert sorted(fresh.values()) == sorted(cached.values())


@pytest.mark.parametrize("cause", ["replaced", "lost"])
def test_a_range_that_no_worker_can_read_is_read_from_the_open_file(
    tmp_path, whole, small_ranges, counted_reads, monkeypatch, cause
):
    monkeypatch.setattr(line_ranges, "RANGE_BYTES", 25_000)  # each worker that is lost takes two seconds
    if cause == "lost":
        monkeypatch.setattr(line_file_reading, "write_call", _write_deadly_call)
    else:
        open_line_file = read.open_line_file

        def open_and_replace(source_file, limits, options):
            line_file = open_line_file(source_file, limits, options)
            if line_file is not None:
                copy = source_file.path.with_name(".copy")
                copy.write_bytes(source_file.path.read_bytes())
                copy.replace(source_file.path)
            return line_file

        monkeypatch.setattr(read, "open_line_file", open_and_replace)
    source, whole_output = whole
    publish(source, tmp_path / "ranges")
    assert read_release(tmp_path / "ranges") == read_release(whole_output)
    assert counted_reads["owner"] == counted_reads["worker"] > 2


def _write_deadly_call(folder, name, function, arguments):
    from flows.workers.function_calls import FunctionCall

    call = FunctionCall(folder / f"{name}.json", folder / f"{name}.answer.json")
    call.request.write_text(json.dumps({"function": "os:_exit", "arguments": {"status": 9}}))
    return call
