"""A document that sticks, or breaks its process, costs itself alone: the others are cleaned, and nothing hangs."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from flows import read
from flows.workers import batch_processing, fanout, supervisor
from tests.makers import story

# A child whose documents do what they say: stick in C with the interpreter's lock held, crash, or fail a write.
MISCHIEF = """
import ctypes, os, signal, sys
sys.path.insert(0, sys.argv[1])
from flows.workers import batch_processing, child_service
process_batch, write_outcome = batch_processing.process_batch, batch_processing.write_outcome
def mischievous(raw, html="quality"):
    said = b"".join(raw["raw"].to_pylist())
    if b"STICK" in said:
        ctypes.PyDLL(None).sleep(1000)
    if b"CRASH" in said:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"STUMBLE" in said and len(os.listdir(os.environ["STUMBLES"])) < 2:
        open(os.path.join(os.environ["STUMBLES"], str(os.getpid())), "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return process_batch(raw)
def full(outcome, target):
    if any("FULL DISK" in text for text in outcome.articles["text"].to_pylist()):
        raise OSError(28, "No space left on device")
    write_outcome(outcome, target)
batch_processing.process_batch, batch_processing.write_outcome = mischievous, full
child_service.serve_requests(float(sys.argv[2]), sys.argv[3])
"""
SECONDS = 3


@pytest.fixture
def crew(monkeypatch):
    supervisor.kill_idle_children()
    monkeypatch.setattr(supervisor, "_CHILD_PROGRAM", MISCHIEF)
    yield supervisor.ProcessSupervisor(SECONDS)
    supervisor.kill_idle_children()


def batch(folder, texts):
    source = folder / "source"
    source.mkdir()
    for number, text in enumerate(texts):
        (source / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    raw = pa.concat_tables([batch.documents for batch in read.read_batches(str(source))])
    path = folder / "raw.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, raw.schema) as writer:
        writer.write_table(raw)
    return path, folder / "made"


def test_a_child_stays_for_the_next_run_unless_it_has_had_much_work(crew, tmp_path, monkeypatch):
    crew.process_file(batch(tmp_path, ["Hujan turun sejak pagi."]))
    (child,) = supervisor._idle_children
    supervisor.kill_idle_children(keep=1)
    assert supervisor._idle_children == [child] and child.is_alive()
    monkeypatch.setattr(supervisor, "_MAX_REUSED_SLICES", 1)
    supervisor.kill_idle_children(keep=1)
    assert supervisor._idle_children == [] and not child.is_alive()


def reasons(outcome):
    return dict(zip(outcome.rejects["source_id"].to_pylist(), outcome.rejects["reason"].to_pylist(), strict=True))


def test_what_sticks_is_too_slow_and_what_crashes_has_crashed(crew, tmp_path):
    texts = [story(n) for n in range(16)]
    texts[3] += "\nSTICK"
    texts[5] += "\nCRASH"
    texts[14] += "\nCRASH"
    begun = time.monotonic()
    outcome = batch_processing.read_outcome(crew.process_file(batch(tmp_path, texts)))
    assert time.monotonic() - begun < 600
    assert reasons(outcome) == {"003.txt": "too_slow", "005.txt": "crashed", "014.txt": "crashed"}
    kept = [f"{n:03d}.txt" for n in range(16) if n not in (3, 5, 14)]
    assert outcome.articles["source_id"].to_pylist() == kept
    assert outcome.articles["row"].to_pylist() == list(range(13))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "source"]
    assert all("raw_sha256" in said for said in outcome.rejects["detail"].to_pylist())


def test_a_document_whose_process_was_killed_twice_has_a_third_chance(crew, tmp_path, monkeypatch):
    """Memory that ran out for a moment is no fault of the document."""
    (tmp_path / "stumbles").mkdir()
    monkeypatch.setenv("STUMBLES", str(tmp_path / "stumbles"))
    outcome = batch_processing.read_outcome(crew.process_file(batch(tmp_path, [story(1) + "\nSTUMBLE"])))
    assert (outcome.articles.num_rows, reasons(outcome)) == (1, {})
    assert len(list((tmp_path / "stumbles").iterdir())) == 2


def test_the_same_comes_out_as_without_supervision(crew, tmp_path):
    source, target = batch(tmp_path, [story(n) for n in range(35)])
    with pa.memory_map(str(source)) as file:
        plain = batch_processing.process_batch(pa.ipc.open_file(file).read_all())
    made = batch_processing.read_outcome(crew.process_file((source, target)))
    for name in batch_processing.OUTCOME_TABLES:
        assert getattr(made, name).equals(getattr(plain, name)), name


def test_a_full_disk_is_no_fault_of_a_document(crew, tmp_path):
    with pytest.raises(RuntimeError, match="No space left"):
        crew.process_file(batch(tmp_path, [story(1), story(2) + " FULL DISK"]))


def test_a_child_that_cannot_start_is_no_fault_of_a_document(crew, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "_CHILD_PROGRAM", "raise SystemExit(1)")
    with pytest.raises(RuntimeError, match="did not start"):
        crew.process_file(batch(tmp_path, [story(1)]))


def test_a_run_that_is_stopped_waits_for_nothing(crew, tmp_path):
    job = batch(tmp_path, ["STICK"])
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), fanout.open_executor(1, 1000) as (pool, crew):
        pool.submit(crew.process_file, job)
        time.sleep(2)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 15


def test_a_run_that_was_stopped_starts_no_child(crew, tmp_path, monkeypatch):
    def start_child(*_):
        raise AssertionError("a child was started")

    monkeypatch.setattr(supervisor, "_WorkerChild", start_child)
    crew.kill_children()  # while a thread of the run is between two slices
    with pytest.raises(supervisor._ChildLost):
        crew.process_file(batch(tmp_path, [story(1)]))


def test_children_end_with_their_parent(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", "from flows.workers import supervisor; supervisor.start_idle_child(60);"
         "print(supervisor._idle_children[0]._process.pid, flush=True); import time; time.sleep(1000)"],
        stdout=subprocess.PIPE,
        cwd=supervisor.ROOT,
    )  # fmt: skip
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        stat = Path(f"/proc/{child}/stat")
        if stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.2)
    pytest.fail("the child outlived its parent")


def test_short_documents_are_asked_for_together_and_long_ones_in_few(monkeypatch):
    monkeypatch.setattr(supervisor, "SLICE_BYTES", 100)
    raw = pa.table({"raw": pa.array([b"x" * size for size in [10] * 9 + [95, 95, 300] + [0] * 3], pa.large_binary())})
    parts = supervisor._plan_slices(raw)
    assert parts == [(0, 9), (9, 1), (10, 1), (11, 4)] and supervisor._plan_slices(raw.slice(0, 0)) == []
