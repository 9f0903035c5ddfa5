"""Two publishers of one dataset in an object store, interleaved at each request of a purge; readers of one mirror."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import release_drafts as drafts

from flows import release
from flows.release import mirror_locks
from flows.release.remote_dataset import open_store
from flows.release.store_lists import merge_changed

METHODS = (
    "read_object", "replace_if_unchanged", "write_object", "upload_file", "copy_object", "list_names", "remove_object",
)  # fmt: skip
memory = pytest.mark.parametrize("url", ["memory"], indirect=True)


class Machine:
    """One machine with a mirror of its own."""

    def __init__(self, url, folder, monkeypatch):
        self.url, self.folder, self.monkeypatch = url, folder, monkeypatch

    def open(self, *, reading=False):
        self.monkeypatch.setenv("KLIPING_STORES", str(self.folder))
        return release.open_dataset(self.url, "news", reading=reading)

    def publish(self, run_id, articles=drafts.ARTICLES):
        dataset = self.open()
        with release.publisher_lock(dataset, 0, run_id=run_id):
            parent = dataset.read_latest_version()
            return drafts.publish(dataset, drafts.draft(articles, run_id=run_id, parent=parent)).name

    def replace(self, *versions, run_id):
        """Make releases again under new versions, as a purge does."""
        dataset = self.open()
        with release.publisher_lock(dataset, 0, run_id=run_id):
            for number, version in enumerate(versions):
                parent = release.read_manifest(dataset.release_path(version))["parent"]
                draft = drafts.draft(drafts.ARTICLES[1:3], run_id=f"{run_id}-{number}", parent=parent)
                folder = release.stage_release(dataset, draft, release.allocate_version(dataset, drafts.TODAY))
                release.commit_release(dataset, folder, release.read_manifest(folder), replaces=version)


def interrupt_requests(monkeypatch, url, action):
    """Call `action` with the number of each request to the store, before it, but not for its own requests.

    Returns the list of the methods that are called.
    """
    store_type, called, busy = type(open_store(url)), [], []

    def wrap(name):
        real = getattr(store_type, name)

        def call(self, *args):
            if not busy:
                busy.append(1)
                try:
                    action(len(called))
                finally:
                    busy.clear()
                called.append(name)
            return real(self, *args)

        monkeypatch.setattr(store_type, name, call)

    for name in METHODS:
        wrap(name)
    return called


def check_store(machine):
    """Assert that every release that is listed has its files, and that no other objects lie there."""
    dataset = machine.open(reading=True)
    listed = [entry for entry in dataset.read_versions() if entry.version and entry.status != "pruned"]
    for entry in listed:
        assert release.verify_release(dataset.release_path(entry.version), entry.digest) == [], entry.version
    assert dataset.read_latest_version() in {entry.version for entry in listed}
    return listed


def list_steps(url, folder, monkeypatch):
    """List the requests of an undisturbed purge before which another machine may commit: the first of each kind."""
    machine = Machine(url, folder, monkeypatch)
    old = machine.publish("run-1")
    machine.publish("run-2", drafts.ARTICLES[:3])
    with monkeypatch.context() as patch:
        called = interrupt_requests(patch, url, lambda _number: None)
        machine.replace(old, run_id="purge")
    return [number for number, name in enumerate(called) if number == 0 or called[number - 1] != name]


@memory
def test_a_purge_and_a_commit_at_each_of_its_steps_lose_no_release(url, tmp_path, monkeypatch):
    steps, outcomes = list_steps(f"{url}/alone", tmp_path / "alone", monkeypatch), []
    for number in steps:
        place = f"{url}/{number}"
        ours, theirs, third = (Machine(place, tmp_path / f"{name}{number}", monkeypatch) for name in "abc")
        old = ours.publish("run-1")
        ours.publish("run-2", drafts.ARTICLES[:3])

        def commit(request, number=number, ours=ours, theirs=theirs):
            if request == number:
                theirs.publish("run-3", drafts.ARTICLES[:2])
                monkeypatch.setenv("KLIPING_STORES", str(ours.folder))

        with monkeypatch.context() as patch:
            interrupt_requests(patch, url, commit)
            try:
                ours.replace(old, run_id="purge")
                outcomes.append("done")
            except release.ConcurrentCommitError:
                outcomes.append("refused")
        listed = check_store(Machine(place, tmp_path / f"reader{number}", monkeypatch))
        assert {"run-2", "run-3"} < {entry.run_id for entry in listed}, number
        is_replaced = "purge-0" in {entry.run_id for entry in listed}
        assert is_replaced == (outcomes[-1] == "done") == (old not in {entry.version for entry in listed})
        if not is_replaced:
            ours.replace(old, run_id="again")
        third.publish("run-4")
        listed = check_store(Machine(place, tmp_path / f"later{number}", monkeypatch))
        names = open_store(f"{place}/news").list_names("")
        assert {name.split("/")[1] for name in names if name.startswith("releases/")} == {
            entry.version for entry in listed
        }
        assert not [name for name in names if name.startswith("claims/")] and len(listed) == 4
    assert set(outcomes) == {"done", "refused"} and len(steps) > 10


@memory
@pytest.mark.parametrize("with_latest", [False, True])
def test_a_purge_killed_between_commit_and_lists_is_listed_by_the_next_publisher(
    url, tmp_path, monkeypatch, with_latest
):
    ours, theirs = Machine(url, tmp_path / "a", monkeypatch), Machine(url, tmp_path / "b", monkeypatch)
    versions = [ours.publish(f"run-{number}", drafts.ARTICLES[: 4 - number]) for number in range(3)]
    replaced = versions if with_latest else versions[:2]
    with monkeypatch.context() as dying:
        dying.setattr(release.MirroredDataset, "_merge_entries", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ours.replace(*replaced, run_id="purge")
    listed = check_store(Machine(url, tmp_path / "reader", monkeypatch))
    assert not {entry.version for entry in listed} & set(replaced) and len(listed) == 3
    theirs.publish("run-4")
    assert len(check_store(Machine(url, tmp_path / "later", monkeypatch))) == 4
    assert not {name.split("/")[1] for name in open_store(f"{url}/news").list_names("releases/")} & set(replaced)


@memory
def test_a_latest_without_entries_that_no_list_names_is_listed_from_its_manifest(url, tmp_path, monkeypatch):
    machine, store = Machine(url, tmp_path / "a", monkeypatch), open_store(f"{url}/news")
    version = machine.publish("run-1")
    pointer = json.loads(store.read_object("latest.json")[0])
    store.write_object("latest.json", json.dumps({key: pointer[key] for key in ("version", "path", "digest")}).encode())
    store.write_object("versions.json", b"[]")
    assert [entry.version for entry in check_store(Machine(url, tmp_path / "b", monkeypatch))] == [version]


@memory
@pytest.mark.parametrize("entries", [5, [5], [{"version": "2026.11.22.1"}], "x"])
def test_entries_of_latest_that_no_commit_wrote_are_refused_with_a_sentence(url, tmp_path, monkeypatch, entries):
    machine, store = Machine(url, tmp_path / "a", monkeypatch), open_store(f"{url}/news")
    machine.publish("run-1")
    pointer = json.loads(store.read_object("latest.json")[0])
    store.write_object("latest.json", json.dumps(pointer | {"entries": entries}).encode())
    with pytest.raises(release.ReleaseError, match="not what a commit wrote"):
        machine.open(reading=True)


def test_a_release_whose_files_were_removed_is_never_listed_as_published_again(tmp_path):
    dataset = release.Dataset(tmp_path / "news")
    with release.publisher_lock(dataset, 0):
        drafts.publish(dataset, drafts.draft())
    (entry,) = dataset.read_versions()
    pruned, pinned = (release.VersionEntry.from_json(entry.to_json() | changed) for changed in (
        {"status": "pruned"}, {"pinned": "a paper"},
    ))  # fmt: skip
    assert merge_changed([pruned], [pinned]) == [pruned]
    assert merge_changed([entry], [pinned]) == [pinned]
    assert merge_changed([], [pinned]) == [pinned]


READER = """
import sys
from flows import release
dataset = release.open_dataset(sys.argv[1], "news", reading=True)
path = dataset.release_path(sys.argv[2])
print(path, flush=True)
sys.stdin.readline()
print(release.verify_release(path))
"""


def start_reader(url, version):
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, url, version], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return reader, Path(reader.stdout.readline().strip())


def stop_reader(reader):
    output, _ = reader.communicate("go\n", timeout=60)
    assert reader.returncode == 0
    return output.strip()


@pytest.mark.parametrize("url", ["s3"], indirect=True)
def test_a_release_that_another_reader_reads_stays_until_that_reader_ends(url, tmp_path, monkeypatch):
    machine = Machine(url, tmp_path / "a", monkeypatch)
    old = machine.publish("run-1")
    machine.publish("run-2", drafts.ARTICLES[:3])
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "readers"))
    first, path = start_reader(url, old)
    machine.replace(old, run_id="purge")
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "readers"))
    new = next(entry.version for entry in machine.open().read_versions() if entry.run_id == "purge-0")
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "readers"))
    second, _ = start_reader(url, new)
    assert path.is_dir() and stop_reader(first) == "[]" and stop_reader(second) == "[]"
    third, _ = start_reader(url, new)
    assert not path.is_dir() and stop_reader(third) == "[]"


@memory
def test_readers_at_once_download_a_release_once(url, tmp_path, monkeypatch):
    machine = Machine(url, tmp_path / "a", monkeypatch)
    version = machine.publish("run-1")
    reader, store_type = Machine(url, tmp_path / "readers", monkeypatch), type(open_store(url))
    real, downloads, start, damages = store_type.download_file, [], threading.Barrier(4), []

    def download(self, name, path):
        downloads.append(name)
        real(self, name, path)

    monkeypatch.setattr(store_type, "download_file", download)
    datasets = [reader.open(reading=True) for _ in range(4)]

    def read(dataset):
        start.wait()
        damages.append(release.verify_release(dataset.release_path(version)))

    threads = [threading.Thread(target=read, args=(dataset,)) for dataset in datasets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert damages == [[]] * 4 and len(downloads) == len(set(downloads)) > 5


def test_a_reader_is_alone_once_and_never_again_in_one_process(tmp_path):
    answers = []
    for _ in range(2):
        with mirror_locks.hold_mirror_lock(tmp_path, "mirror"), mirror_locks.register_reader(tmp_path) as is_alone:
            answers.append(is_alone)
    assert answers == [True, False]
