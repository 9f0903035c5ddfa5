"""Lists of a store: what was committed, listed and taken down, and objects that no publisher wrote."""

import json
from dataclasses import replace

import pytest

from flows.release import ReleaseError, VersionEntry
from flows.release.remote_dataset import open_store
from flows.release.store_lists import (
    MAX_TRIES,
    WITHDRAWN,
    encode_commit,
    locate_object,
    merge_changed,
    merge_withdrawn,
    parse_commit,
    parse_entries,
    parse_pointer,
    renew_commit,
)

FIRST = VersionEntry("2026.11.22.1", "published", "run-1", "2026-11-22", "releases/2026.11.22.1", "a" * 64, "f", "1.0")
SECOND = replace(FIRST, version="2026.11.22.2", run_id="run-2", path="releases/2026.11.22.2")
REFUSED = replace(FIRST, version=None, status="refused", run_id="run-3", path="refused/run-3", digest=None)
POINTER = {"version": "2026.11.22.2", "path": "releases/2026.11.22.2", "digest": "a" * 64}

on_memory = pytest.mark.parametrize("url", ["memory"], indirect=True)


@pytest.fixture
def store(url):
    return open_store(f"{url}/news")


@on_memory
def test_a_commit_names_its_releases_and_is_unlike_any_other(store):
    commits = [encode_commit(json.dumps(POINTER).encode(), [SECOND, REFUSED]) for _ in range(2)]
    assert commits[0] != commits[1]
    pointer = parse_pointer(commits[0], store)
    assert {name: pointer[name] for name in POINTER} == POINTER
    assert parse_commit(pointer, store) == [SECOND]  # a refused run is no part of a commit
    renewed = renew_commit(commits[0], store)
    assert renewed != commits[0]
    assert json.loads(renewed) | {"commit": ""} == json.loads(commits[0]) | {"commit": ""}
    assert parse_commit(POINTER, store) == []  # of an earlier version of Kliping


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", json.dumps({**POINTER, "path": 5}).encode()])
@on_memory
def test_a_pointer_that_names_no_release_is_refused(store, content):
    with pytest.raises(ReleaseError):
        parse_pointer(content, store)


@on_memory
def test_entries_are_read_and_what_is_no_list_of_them_is_refused(store):
    assert parse_entries(None, store) == [] and parse_entries(b"[]", store) == []
    assert parse_entries(json.dumps([SECOND.to_json(), REFUSED.to_json()]).encode(), store) == [SECOND, REFUSED]
    for content in (b"5", b"[5]", b'[{"version": "1"}]'):
        with pytest.raises(ReleaseError, match="is not a list of versions"):
            parse_entries(content, store)
    with pytest.raises(ReleaseError, match="is not what a commit wrote"):
        parse_commit({"entries": [5]}, store)


def test_new_entries_come_first_and_changed_ones_stay_in_their_place():
    pinned = replace(FIRST, pinned="Cited.")
    assert merge_changed([FIRST], [SECOND, pinned]) == [SECOND, pinned]
    assert merge_changed([SECOND, FIRST], [pinned]) == [SECOND, pinned]
    assert merge_changed([SECOND, FIRST], []) == [SECOND, FIRST]
    pruned = replace(FIRST, status="pruned")
    assert merge_changed([pruned], [pinned]) == [pruned]  # its files are gone for all


@pytest.mark.parametrize("name", ["", "a//b", "../a", "a/./b", "a/..", "/a"])
def test_an_object_whose_name_leads_out_of_the_folder_is_refused(name, tmp_path):
    with pytest.raises(ReleaseError, match="which no file can have"):
        locate_object(tmp_path, name)
    assert locate_object(tmp_path, "a/b..c") == tmp_path / "a/b..c"


@on_memory
def test_takedowns_are_merged_and_keep_their_order(store):
    first, second = {"article_id": "1", "purge": "asked"}, {"article_id": "2", "purge": ""}
    merge_withdrawn(store, [])
    assert store.read_object(WITHDRAWN) == (None, None)
    merge_withdrawn(store, [first])
    merge_withdrawn(store, [second, first | {"purge": "done"}])
    assert json.loads(store.read_object(WITHDRAWN)[0]) == [first | {"purge": "done"}, second]


@on_memory
def test_takedowns_are_merged_again_while_others_replace_them_but_not_for_ever(store, monkeypatch):
    real, lost = type(store).replace_if_unchanged, []

    def losing(times):
        def replace_object(self, name, content, tag):
            if len(lost) < times:
                lost.append(name)
                return False
            return real(self, name, content, tag)

        return replace_object

    monkeypatch.setattr(type(store), "replace_if_unchanged", losing(MAX_TRIES - 1))
    merge_withdrawn(store, [{"article_id": "1"}])
    assert json.loads(store.read_object(WITHDRAWN)[0]) == [{"article_id": "1"}]
    lost.clear()
    monkeypatch.setattr(type(store), "replace_if_unchanged", losing(MAX_TRIES))
    with pytest.raises(ReleaseError, match=f"was replaced {MAX_TRIES} times"):
        merge_withdrawn(store, [{"article_id": "2"}])
