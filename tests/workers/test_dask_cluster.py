"""A cluster makes what the pool makes, whatever dies. Its processes are ours, on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pyarrow as pa
import pytest

from flows import read, release
from flows.parameters import Publish
from flows.read import line_ranges
from flows.run import calls
from flows.run.publish_run import run_publish
from flows.workers import batch_processing, dask_cluster, supervisor
from tests.makers import story
from tests.workers.test_supervisor import MISCHIEF, batch, reasons

ROOT = Path(__file__).resolve().parents[2]
PRELOAD = f"""
from flows.workers import supervisor
supervisor._CHILD_PROGRAM = {MISCHIEF!r}
"""


class Local:
    """A scheduler and two workers, each with a thread, none with a nanny: what dies stays dead."""

    def __init__(self, folder):
        self.file, preload = folder / "scheduler.json", folder / "preload.py"
        preload.write_text(PRELOAD)
        self.processes = [self.start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")]
        worker = ("dask_worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--preload", str(preload))
        self.workers = [self.start(*worker, "--local-directory", str(folder / name)) for name in "ab"]
        self.processes += self.workers
        self.address = self.ready()

    def start(self, module, *options):
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, "--scheduler-file", str(self.file)]
        command += ["--no-dashboard"]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ready(self):
        from distributed import Client

        for _ in range(600):
            if self.file.exists():
                break
            time.sleep(0.1)
        with Client(scheduler_file=str(self.file), set_as_default=False, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        return json.loads(self.file.read_text())["address"]

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    made = Local(tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()


def corpus(path, count, mischief=()):
    texts = [story(n) + ("\nCRASH" if n in mischief else "") for n in range(count)]
    path.write_text("".join(json.dumps({"id": f"d{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return str(path)


def digests(release):
    listed = (release / "SHA256SUMS").read_text().splitlines()
    return [line for line in listed if line.split()[1].split("/")[0] in ("data", "csv", "rejects", "lineage", "diff")]


def test_a_document_that_kills_the_child_of_a_worker_is_rejected_and_no_other(local, tmp_path):
    source = corpus(tmp_path / "raw.jsonl", 40, mischief=[33])
    made = run_publish(Publish(source=source, output=str(tmp_path / "out"), workers=local.address))
    assert made.rejected == {"crashed": 1}
    assert [name for name, _, _ in made.examples] == ["d33"]
    assert all(worker.poll() is None for worker in local.workers)


def test_a_cluster_reads_ranges_of_a_large_file(local, tmp_path, monkeypatch):
    source = corpus(tmp_path / "raw.jsonl", 80)
    whole = run_publish(Publish(source=source, output=str(tmp_path / "pool"), workers=1))
    monkeypatch.setattr(line_ranges, "MIN_FILE_BYTES", 1_000)
    monkeypatch.setattr(line_ranges, "RANGE_BYTES", 20_000)
    monkeypatch.setattr(read.LineFile, "list_rows", None)  # so the coordinator reads none of them itself
    monkeypatch.setattr(read, "read_file", None)
    far = run_publish(Publish(source=source, output=str(tmp_path / "far"), workers=local.address))
    assert far.status == whole.status == "published" and far.documents == 80
    assert digests(far.release) == digests(whole.release)


def test_a_cluster_makes_the_bytes_of_the_pool_though_a_worker_is_killed(local, tmp_path, monkeypatch):
    source = corpus(tmp_path / "raw.jsonl", 600)
    pool = run_publish(Publish(source=source, output=str(tmp_path / "pool"), workers=2))

    def kill(documents, seen, total):
        if documents > 256 and local.workers[0].poll() is None:
            os.kill(local.workers[0].pid, signal.SIGKILL)
            local.workers[0].wait()

    monkeypatch.setattr("flows.run.publish_run.report_progress", kill)
    far = run_publish(Publish(source=source, output=str(tmp_path / "far"), workers=local.address))
    assert local.workers[0].poll() is not None and local.workers[1].poll() is None
    assert far.status == pool.status == "published"
    assert far.documents == 600
    assert digests(far.release) == digests(pool.release)


def test_the_steps_after_cleaning_run_on_the_cluster_too(local, tmp_path, monkeypatch):
    source = corpus(tmp_path / "raw.jsonl", 60)
    in_place = run_publish(Publish(source=source, output=str(tmp_path / "pool"), workers=1))
    monkeypatch.setattr(release, "SEGMENT_ROWS", 25)
    one_segment = run_publish(Publish(source=source, output=str(tmp_path / "pool25"), workers=1))
    monkeypatch.setattr(calls, "MIN_CALL_ROWS", 20)
    far = run_publish(Publish(source=source, output=str(tmp_path / "far"), workers=local.address))
    assert far.status == "published"
    assert digests(far.release) == digests(one_segment.release) != digests(in_place.release)


def test_the_death_of_the_scheduler_ends_in_a_sentence_and_the_next_run_takes_what_was_cleaned(
    local, tmp_path, monkeypatch, capfd
):
    """The last test of this cluster."""
    source = corpus(tmp_path / "raw.jsonl", 900)

    def kill(documents, seen, total):
        if documents > 600 and local.processes[0].poll() is None:
            local.processes[0].kill()
            local.processes[0].wait()

    with monkeypatch.context() as context:
        context.setattr("flows.run.publish_run.report_progress", kill)
        lost = run_publish(Publish(source=source, output=str(tmp_path / "out"), workers=local.address))
    assert lost.status == "wrong_use" and lost.release is None
    assert lost.why[0].startswith(f"The Dask scheduler at {local.address} went away while it had work")
    assert "Traceback" not in capfd.readouterr().err
    assert not (tmp_path / "out" / "news" / "latest.json").exists()
    after = run_publish(Publish(source=source, output=str(tmp_path / "out"), workers=1))
    assert after.status == "published" and after.documents == 900


def test_an_address_where_nobody_answers_is_wrong_use(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "_SECONDS_TO_ANSWER", 1)
    job = Publish(source=str(ROOT / "seeds"), output=str(tmp_path), workers="tcp://127.0.0.1:1", dry_run=True)
    outcome = run_publish(job)
    assert outcome.status == "wrong_use"
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in outcome.why[0]


class KilledWorker(Exception):
    """As Dask calls it."""


class Deadly(Executor):
    """Where a job with the word is done, its worker dies, and the scheduler gives the job up."""

    def __init__(self):
        self.given_up = 0

    def submit(self, function, job):
        future = Future()
        with pa.memory_map(str(job[0])) as file:
            raw = pa.ipc.open_file(file).read_all()
            if any(b"DEADLY" in one for one in raw["raw"].to_pylist()):
                self.given_up += 1
                future.set_exception(KilledWorker(job))
                return future
        future.set_result(function(job))
        return future


def test_a_job_that_kills_its_workers_is_halved_down_to_the_document(tmp_path):
    texts = [story(n) for n in range(10)]
    texts[7] += "\nDEADLY"
    job = batch(tmp_path, texts)
    deadly = Deadly()
    made = dask_cluster.SplittingExecutor(deadly).submit(supervisor.ProcessSupervisor(60).process_file, job).result()
    outcome = batch_processing.read_outcome(made)
    assert reasons(outcome) == {"007.txt": "crashed"}
    assert outcome.articles["source_id"].to_pylist() == [f"{n:03d}.txt" for n in range(10) if n != 7]
    assert outcome.articles["row"].to_pylist() == list(range(9))
    assert deadly.given_up <= 5
