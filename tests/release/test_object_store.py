"""What every store does, by whichever library: read, write, replace only if unchanged."""

from pathlib import Path

import pytest

from flows.release import ReleaseError
from flows.release.object_store import explain_store_errors
from flows.release.remote_dataset import open_store

every_store = pytest.mark.parametrize("url", ["memory", "s3", "google", "azure"], indirect=True)


@every_store
def test_a_new_object_is_written_once(url):
    store = open_store(f"{url}/news")
    assert store.read_object("latest.json") == (None, None)
    assert store.replace_if_unchanged("latest.json", b"one", None)
    assert not store.replace_if_unchanged("latest.json", b"two", None)
    assert store.read_object("latest.json")[0] == b"one"


@every_store
def test_an_object_is_replaced_by_the_first_of_two_that_read_it(url):
    first, second = open_store(f"{url}/news"), open_store(f"{url}/news")
    first.write_object("latest.json", b"one")
    tags = [store.read_object("latest.json")[1] for store in (first, second)]
    assert tags[0] == tags[1]
    assert first.replace_if_unchanged("latest.json", b"two", tags[0])
    assert not second.replace_if_unchanged("latest.json", b"three", tags[1])
    content, tag = second.read_object("latest.json")
    assert content == b"two" and tag != tags[0]
    assert second.replace_if_unchanged("latest.json", b"three", tag)


@every_store
def test_an_object_that_was_removed_meanwhile_is_not_replaced(url):
    store = open_store(f"{url}/news")
    store.write_object("versions.json", b"one")
    tag = store.read_object("versions.json")[1]
    store.remove_object("versions.json")
    store.remove_object("versions.json")
    assert not store.replace_if_unchanged("versions.json", b"two", tag)
    assert store.read_object("versions.json") == (None, None)


@every_store
def test_files_are_sent_copied_listed_and_fetched(url, tmp_path):
    store = open_store(f"{url}/news")
    (tmp_path / "sent").write_bytes(b"rows" * 1000)
    store.upload_file("releases/1/data.parquet", tmp_path / "sent")
    store.copy_object("releases/1/data.parquet", "releases/2/data, again.parquet")
    store.write_object("releases.json", b"[]")
    assert store.list_names("releases/") == ["releases/1/data.parquet", "releases/2/data, again.parquet"]
    assert store.list_names("claims/") == []
    store.download_file("releases/2/data, again.parquet", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"rows" * 1000
    with pytest.raises(ReleaseError, match="refused a request"):
        store.copy_object("releases/3/data.parquet", "releases/4/data.parquet")


@pytest.mark.parametrize("url", ["google"], indirect=True)
def test_a_put_whose_answer_was_lost_and_that_is_sent_again_has_won(url, google_server):
    store = open_store(f"{url}/news")
    google_server.lost_answers = 1
    assert store.replace_if_unchanged("latest.json", b"one", None)
    tag = store.read_object("latest.json")[1]
    google_server.lost_answers = 1
    assert store.replace_if_unchanged("latest.json", b"two", tag)
    assert google_server.lost_answers == 0 and store.read_object("latest.json")[0] == b"two"


@pytest.mark.parametrize("url", ["s3", "google", "azure"], indirect=True)
def test_a_put_of_the_bytes_that_are_there_already_has_won_and_one_of_others_has_lost(url):
    store = open_store(f"{url}/news")
    for tag, content in ((None, b"one"), (None, b"one")):
        assert store.replace_if_unchanged("latest.json", content, tag)
    old_tag = store.read_object("latest.json")[1]
    for content, has_won in ((b"two", True), (b"two", True), (b"three", False)):
        assert store.replace_if_unchanged("latest.json", content, old_tag) is has_won
    assert store.read_object("latest.json")[0] == b"two"


def test_plain_http_is_for_emulators_on_this_machine(monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", "http://blobs.example:10000/account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_SKIP_SIGNATURE", "true")
    with pytest.raises(ReleaseError, match="refused a request"):
        open_store("az://container/out").read_object("latest.json")


def test_a_store_without_its_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "obstore.store", None)
    with pytest.raises(ReleaseError, match="install the extra `cloud`"):
        open_store("gs://bucket/out").read_object("latest.json")


@pytest.mark.parametrize("url", ["s3", "google", "azure"], indirect=True)
def test_a_bucket_that_does_not_exist_is_an_error_and_not_a_lost_race(url):
    store = open_store(url.replace("://", "://missing-", 1))
    with pytest.raises(ReleaseError, match="refused a request"):
        store.replace_if_unchanged("claims/2026.11.30.1.json", b"{}", None)


@every_store
def test_a_full_disk_is_not_blamed_on_the_store(url):
    store = open_store(f"{url}/news")
    store.write_object("data.parquet", b"rows" * 100_000)
    with pytest.raises(OSError, match="No space left"):
        store.download_file("data.parquet", Path("/dev/full"))


@pytest.mark.parametrize("url", ["google"], indirect=True)
def test_an_error_is_explained_once(url, monkeypatch):
    store = open_store(f"{url}/news")
    store.write_object("latest.json", b"one")
    monkeypatch.setattr(type(store), "read_object", lambda *_: explain_store_errors("gs://b", "cloud", lambda: 1 // 0))
    with pytest.raises(ReleaseError) as raised:
        store.replace_if_unchanged("latest.json", b"two", None)
    assert str(raised.value).count("refused a request") == 1
