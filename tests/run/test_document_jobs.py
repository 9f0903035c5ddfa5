"""Documents in jobs for the workers."""

from pathlib import Path

import pytest

from flows import read
from flows.parameters import Publish
from flows.run import document_jobs
from flows.run.document_jobs import KeyedJob, open_pool, run_jobs, write_jobs
from schemas import arrow_files


def document(number, size=10):
    raw = bytes([65 + number]) * size
    return b"k%d" % number, read.RawDocument(f"s{number}", f"u{number}", raw, None, "text", f"i{number}", "0" * 64)


def list_batches(jobs):
    """Return for each job the names of its documents, after a look at its keys and paths."""
    batches = []
    for job in jobs:
        table = arrow_files.read_table(job.paths[0])
        batches.append(table["source_id"].to_pylist())
        assert [key.decode().replace("k", "s") for key in job.keys] == batches[-1]
        assert job.paths[0].name == f"{job.paths[1].name}.raw.arrow"
    return batches


@pytest.mark.parametrize(
    ("documents", "size", "batches"),
    [
        (3, 1 << 20, [["s0", "s1"], ["s2"]]),
        (4, 1 << 20, [["s0", "s1"], ["s2", "s3"]]),
        (3, 10, [["s0"], ["s1"], ["s2"]]),  # as large as a batch
        (3, 11, [["s0", "s1"], ["s2"]]),
        (0, 10, []),
    ],
)
def test_a_job_has_so_many_documents_or_bytes(tmp_path, monkeypatch, documents, size, batches):
    monkeypatch.setattr(document_jobs, "BATCH_DOCUMENTS", 2)
    monkeypatch.setattr(document_jobs, "BATCH_BYTES", size)
    jobs = list(write_jobs(map(document, range(documents)), tmp_path))
    assert list_batches(jobs) == batches
    assert [job.paths[1].name for job in jobs] == [f"{number:08d}" for number in range(len(batches))]


def test_jobs_that_are_made_already_are_passed_on_in_their_place(tmp_path):
    made = KeyedJob((Path("a"), Path("b")), [b"x"])
    jobs = list(write_jobs(iter([document(0), made, document(1)]), tmp_path))
    assert jobs[0] is made and list_batches(jobs[1:]) == [["s0", "s1"]]


def test_no_job_starts_no_worker():
    class NoPool:
        def open(self):
            pytest.fail("a worker was started")

    assert list(run_jobs(iter([]), NoPool())) == []


def test_outcomes_come_in_the_order_of_the_jobs_with_the_keys_of_their_documents(tmp_path, monkeypatch):
    monkeypatch.setattr(document_jobs, "BATCH_DOCUMENTS", 1)
    with open_pool(Publish(source=".", workers=1)) as pool:
        done = list(run_jobs(write_jobs(map(document, range(3)), tmp_path), pool))
    assert [(folder.name, keys) for folder, keys in done] == [
        (f"{number:08d}", [b"k%d" % number]) for number in range(3)
    ]
    assert all(folder.is_dir() for folder, _ in done)
