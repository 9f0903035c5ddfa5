"""Files that outlive a power cut, and folders that nobody changes by accident."""

import hashlib
import os

import pytest

from flows.release import ReleaseError, filesystem
from flows.release.errors import explain_write_errors


def make_tree(folder):
    (folder / "a" / "b").mkdir(parents=True)
    for name in ("one", "a/two", "a/b/three"):
        (folder / name).write_text(name)
    return folder


def test_what_lies_in_a_folder_is_on_the_disk_before_its_list_of_names(tmp_path, monkeypatch):
    tree, synced = make_tree(tmp_path / "tree"), []
    monkeypatch.setattr(filesystem, "sync_path", synced.append)
    filesystem.sync_tree(tree)
    assert sorted(synced) == sorted([tree, *tree.rglob("*")])
    assert all(synced.index(path) < synced.index(path.parent) for path in synced if path != tree)


def test_a_read_only_tree_is_read_only_to_its_last_file_and_can_be_removed(tmp_path):
    tree = make_tree(tmp_path / "tree")
    filesystem.make_read_only(tree)
    assert not [path for path in (tree, *tree.rglob("*")) if path.stat().st_mode & 0o222]
    filesystem.remove_tree(tree)
    assert not tree.exists()


def test_json_is_sorted_readable_and_the_same_for_the_same_value():
    assert filesystem.encode_json({"b": 1, "a": ["ï", "\udcff"]}) == (
        '{\n  "a": [\n    "ï",\n    "\\udcff"\n  ],\n  "b": 1\n}\n'.encode()
    )
    assert filesystem.digest_json({"b": 1, "a": "ï"}) == hashlib.sha256(b'{"a":"\\u00ef","b":1}').hexdigest()
    for encode in (filesystem.encode_json, filesystem.digest_json):
        with pytest.raises(ValueError, match="Out of range"):
            encode(float("nan"))


def test_json_that_is_not_there_is_none_and_what_is_no_json_is_said(tmp_path):
    path = tmp_path / "a.json"
    assert filesystem.read_json(path) is None
    path.write_bytes(b'{"a": 1}')
    assert filesystem.read_json(path) == {"a": 1}
    path.write_bytes(b"{")
    with pytest.raises(ReleaseError, match=r"a\.json is not the JSON that was written there"):
        filesystem.read_json(path)


def test_a_file_is_replaced_whole_and_its_folder_made(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "a.json"
    filesystem.write_atomic(path, b"one")
    filesystem.write_atomic(path, b"two")
    assert path.read_bytes() == b"two" and [each.name for each in path.parent.iterdir()] == ["a.json"]
    monkeypatch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        filesystem.write_atomic(path, b"three")
    assert path.read_bytes() == b"two"


def test_files_and_links_are_listed_in_order_and_links_are_not_followed(tmp_path):
    tree = make_tree(tmp_path / "tree")
    (tree / "a.txt").write_text("x")
    (tree / "link").symlink_to(tree / "one")
    (tree / "away").symlink_to(tmp_path)
    listed = dict(filesystem.walk_files(tree))
    assert list(listed) == ["a.txt", "a/b/three", "a/two", "away", "link", "one"]
    assert [path for path, status in listed.items() if not filesystem.is_regular_file(status)] == ["away", "link"]


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path):
    tree = make_tree(tmp_path / "tree")
    (tmp_path / "link").symlink_to(tree)
    for path in (tmp_path / "link", tree / "one", tree / "none"):
        filesystem.remove_tree(path)
        assert not path.exists() and not path.is_symlink()
    assert (tree / "a" / "two").read_text() == "a/two"


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1])
def test_the_digest_of_a_file_is_over_all_its_bytes(tmp_path, size):
    (tmp_path / "a").write_bytes(b"x" * size)
    assert filesystem.hash_file(tmp_path / "a") == hashlib.sha256(b"x" * size).hexdigest()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "/data/a"), "/data/a could not be written (No space left on device)"),
        (OSError(28, "No space left on device"), "/root could not be written (No space left on device)"),
        (OSError("odd"), "/root could not be written (odd)"),
    ],
)
def test_an_error_of_the_disk_names_the_path_and_the_reason(tmp_path, error, words):
    with pytest.raises(ReleaseError) as raised, explain_write_errors("/root"):
        raise error
    assert str(raised.value).startswith(words)
