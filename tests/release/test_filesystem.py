"""Files that outlive a power cut, and folders that nobody changes by accident."""

from flows.release import filesystem


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
