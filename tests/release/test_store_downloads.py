"""Releases and refused runs of a store in its mirror."""

import pytest

from flows.release import Dataset, ReleaseError, verify_release
from flows.release.remote_dataset import open_store
from flows.release.store_downloads import download_release, fetch_refused_runs, read_release_digest
from flows.release.store_objects import upload_folder

pytestmark = pytest.mark.parametrize("url", ["memory"], indirect=True)


@pytest.fixture
def store(url, released):
    store = open_store(f"{url}/news")
    (entry,) = released.read_versions()
    upload_folder(store, released.root, entry.path, [])
    return store


def test_a_release_is_downloaded_whole_and_read_only(store, released, tmp_path):
    (entry,) = released.read_versions()
    target = tmp_path / "mirror" / "releases" / entry.version
    download_release(store, entry, target, tmp_path / "mirror" / ".staging" / "fetch")
    assert verify_release(target, entry.digest) == [] and read_release_digest(target) == entry.digest
    assert not [path for path in (target, *target.rglob("*")) if path.stat().st_mode & 0o222]
    assert not (tmp_path / "mirror" / ".staging" / "fetch").exists()


@pytest.mark.parametrize("harm", ["changed", "missing", "sums"])
def test_a_release_that_is_not_as_published_is_not_taken(store, released, tmp_path, harm):
    (entry,) = released.read_versions()
    name = {"sums": f"{entry.path}/SHA256SUMS"}.get(harm, f"{entry.path}/manifest.json")
    if harm == "missing":
        store.remove_object(name)
    else:
        store.write_object(name, store.read_object(name)[0] + b"\n")
    target, temporary = tmp_path / "mirror" / "r", tmp_path / "mirror" / "fetch"
    with pytest.raises(ReleaseError, match="is not what was published there"):
        download_release(store, entry, target, temporary)
    assert not target.exists() and not temporary.exists()


def test_a_folder_without_sums_has_no_digest(url, tmp_path):
    assert read_release_digest(tmp_path) is None and read_release_digest(tmp_path / "none") is None


def test_refused_runs_are_listed_and_those_that_are_missing_fetched(url, tmp_path):
    store, dataset = open_store(f"{url}/news"), Dataset(tmp_path / "mirror" / "news")
    assert fetch_refused_runs(store, dataset) == []
    for name in ("run-2/manifest.json", "run-1/validation/articles.json", "run-1/manifest.json"):
        store.write_object(f"refused/{name}", name.encode())
    (dataset.refused / "run-2").mkdir(parents=True)  # as it is there already
    assert fetch_refused_runs(store, dataset) == ["run-1", "run-2"]
    assert (dataset.refused / "run-1" / "validation" / "articles.json").read_text() == "run-1/validation/articles.json"
    assert list((dataset.refused / "run-2").iterdir()) == []
