"""Calls of functions in workers: answers come back, and a call that fails or dies ends in a sentence."""

import os
import posixpath

import pytest

from flows.release import ReleaseError
from flows.workers import supervisor
from flows.workers.function_calls import read_answer, write_call


@pytest.fixture
def crew():
    supervisor.kill_idle_children()  # of other tests
    yield supervisor.ProcessSupervisor(30)
    supervisor.kill_idle_children()


def test_a_call_answers_and_its_process_serves_the_next_one(crew, tmp_path):
    calls = [write_call(tmp_path, f"n{n}", posixpath.basename, {"p": f"folder/file{n}"}) for n in range(2)]
    for call in calls:
        crew.run_call(call)
    assert [read_answer(call) for call in calls] == ["file0", "file1"]
    (child,) = supervisor._idle_children
    assert child.request_count == 2 and child.purpose == "call"


def test_an_error_of_a_call_ends_in_a_sentence(crew, tmp_path, capfd):
    call = write_call(tmp_path, "listing", os.listdir, {"path": str(tmp_path / "nowhere")})
    with pytest.raises(ReleaseError, match=r"FileNotFoundError.*please report it"):
        crew.run_call(call)
    assert "Traceback" in capfd.readouterr().err


def test_a_call_whose_process_dies_each_time_ends_in_a_sentence(crew, tmp_path):
    with pytest.raises(ReleaseError, match="worker process that was to abort died 3 times"):
        crew.run_call(write_call(tmp_path, "abort", os.abort, {}))


def test_an_answer_that_is_there_is_taken_and_nothing_runs(crew, tmp_path):
    call = write_call(tmp_path, "abort", os.abort, {})
    call.answer.write_text('"done"')
    assert read_answer(crew.run_call(call)) == "done"
    assert supervisor._idle_children == []


def test_a_child_for_calls_is_not_kept_for_the_next_run(crew, tmp_path):
    crew.run_call(write_call(tmp_path, "n", posixpath.basename, {"p": "a"}))
    supervisor.kill_idle_children(keep=1)
    assert supervisor._idle_children == []
