"""Objects of releases: what is sent, copied and removed."""

import json

import pytest
import release_drafts as drafts

from flows.release import Dataset, publisher_lock, read_manifest
from flows.release.remote_dataset import open_store
from flows.release.store_objects import name_claim, push_indexes, remove_objects, remove_stale_objects, upload_folder

pytestmark = pytest.mark.parametrize("url", ["memory"], indirect=True)


@pytest.fixture
def store(url):
    return open_store(f"{url}/news")


def watch(store, monkeypatch):
    """Return the lists of the names that are sent, and of those that are copied."""
    sent, copied = [], []
    upload, copy = type(store).upload_file, type(store).copy_object
    monkeypatch.setattr(
        type(store), "upload_file", lambda self, name, path: sent.append(name) or upload(self, name, path)
    )
    monkeypatch.setattr(
        type(store), "copy_object", lambda self, name, target: copied.append(target) or copy(self, name, target)
    )
    return sent, copied


def test_the_manifest_of_a_release_is_sent_last_and_equal_files_are_copied(store, released, monkeypatch):
    with publisher_lock(released, 0):
        second = drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"))
    newest, oldest = released.read_versions()
    sent, copied = watch(store, monkeypatch)
    upload_folder(store, released.root, oldest.path, [])
    assert sent[-1] == "releases/2026.11.22.1/manifest.json" and copied == []
    files = {file.relative_to(released.root).as_posix() for file in released.releases.rglob("*") if file.is_file()}
    assert sorted(sent) == sorted(name for name in files if name.startswith(f"{oldest.path}/"))
    sent.clear()
    upload_folder(store, released.root, newest.path, [oldest])
    first_files = {(one["path"], one["sha256"]) for one in read_manifest(released.root / oldest.path)["files"]}
    second_files = {(one["path"], one["sha256"]) for one in read_manifest(second)["files"]}
    equal = {f"{newest.path}/{path}" for path, _ in first_files & second_files}
    assert equal and set(copied) == equal and sent[-1] == f"{newest.path}/manifest.json"
    assert sorted([*sent, *copied]) == sorted(name for name in files if name.startswith(f"{newest.path}/"))
    assert store.list_names("releases/") == sorted(files)


def test_a_file_that_cannot_be_copied_any_more_is_sent(store, released, monkeypatch):
    with publisher_lock(released, 0):
        drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"))
    newest, oldest = released.read_versions()
    upload_folder(store, released.root, newest.path, [oldest])  # which the store does not have
    names = {file.relative_to(released.root).as_posix() for file in (released.root / newest.path).rglob("*.*")}
    assert {name for name in names if (released.root / name).is_file()} <= set(store.list_names("releases/"))


def test_the_catalog_of_the_output_keeps_other_datasets_and_replaces_this_one(url, tmp_path):
    output, store = open_store(url), open_store(f"{url}/news")
    others = [{"name": "zebra"}, {"name": "news", "latest": "old"}, {"name": "alam"}]
    output.write_object("index.json", json.dumps({"schema_version": "0", "datasets": others}).encode())
    dataset = Dataset(tmp_path / "news")
    (dataset.state / "totals").mkdir(parents=True)
    push_indexes(store, output, dataset, [])  # nothing to send yet
    assert json.loads(output.read_object("index.json")[0])["datasets"] == others
    (tmp_path / "index.json").write_text(json.dumps({"schema_version": "1", "datasets": [{"name": "news"}]}))
    (dataset.root / "index.html").write_text("<p>")
    push_indexes(store, output, dataset, [])
    catalog = json.loads(output.read_object("index.json")[0])
    assert catalog == {"schema_version": "1", "datasets": [{"name": "alam"}, {"name": "news"}, {"name": "zebra"}]}
    assert store.read_object("index.html")[0] == b"<p>"


def test_objects_below_a_prefix_are_removed_and_no_others(store):
    for name in ("a/1", "a/2", "ab"):
        store.write_object(name, b"x")
    remove_objects(store, "a/")
    assert store.list_names("") == ["ab"]


def test_objects_that_nobody_lists_or_claims_are_removed_and_claims_of_losers_go(store, released):
    (entry,) = released.read_versions()
    store.write_object("versions.json", json.dumps([entry.to_json()]).encode())
    old, claimed, later = "2026.11.21.1", "2026.11.23.1", "2026.11.24.1"
    for version in (entry.version, old, claimed, later):
        store.write_object(f"releases/{version}/manifest.json", b"{}")
    for version in (old, entry.version, claimed):
        store.write_object(name_claim(version), b"{}")
    claims = [name_claim(version) for version in (old, entry.version, claimed)]
    remove_stale_objects(store, claims, (2026, 11, 22, 1))
    assert store.list_names("claims/") == [name_claim(claimed)]  # above all that are listed: it may still write
    assert store.list_names("releases/") == [
        f"releases/{version}/manifest.json" for version in sorted([entry.version, claimed])
    ]
