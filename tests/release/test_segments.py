"""Segments: the plan of merges, links that fall back to copies, and files that releases share."""

import os
import shutil
from dataclasses import replace

import pytest
import release_drafts as drafts

from flows.release import (
    ReleaseError,
    audit_release,
    commit_release,
    find_sharing_releases,
    list_segments,
    plan_merges,
    publisher_lock,
    read_manifest,
    restore_files,
    segments,
    stage_release,
    verify_release,
)
from flows.release.filesystem import hash_file, remove_tree
from flows.release.segments import SEGMENT_ROWS, link_file, share_equal_files

SECOND = "2026.11.22.2"


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([], []),
        ([5, 0, 7], [[0], [2]]),
        ([700] * 3, [[0], [1], [2]]),
        ([700] * 4, [[0, 1, 2, 3]]),
        ([SEGMENT_ROWS] * 4, [[0], [1], [2], [3]]),
        ([700, SEGMENT_ROWS, 700, 2_000, 700, 700], [[0, 2, 4, 5], [1], [3]]),
        ([2_000, 2_000, 700, 700, 2_000, 700, 700], [[0, 1, 2, 3, 4, 5, 6]]),  # the merged one is of the next class
        ([40_000] * 4, [[0, 1, 2, 3]]),
    ],
)
def test_four_of_a_size_are_merged(rows, groups):
    assert plan_merges(rows) == groups


def publish_second(dataset, **values):
    """Publish a release that keeps the segment of the first one and adds another."""
    first = dataset.release_path("2026.11.22.1")
    kept = list_segments(first, read_manifest(first))
    draft = drafts.draft([drafts.article("baru")], spans=[drafts.span("baru", 0)], evidence=[])
    (segment,) = draft.segments
    facts = replace(draft.facts, run_id="run-2", parent="2026.11.22.1", carried_over=4)
    draft = replace(draft, segments=[replace(segment, number=2)], kept_segments=kept, facts=facts)
    with publisher_lock(dataset, 0):
        folder = stage_release(dataset, draft, SECOND, **values)
        audit_release(folder, kept_paths=[path for segment in kept for path in segment.list_paths()])
        return commit_release(dataset, folder, read_manifest(folder))


def test_kept_segments_are_the_same_files(released):
    second = publish_second(released)
    first = released.release_path("2026.11.22.1")
    assert verify_release(second) == verify_release(first) == []
    manifest = read_manifest(second)
    assert manifest["counts"]["published"] == 5 and manifest["changes"]["added"] == 1
    old, new = list_segments(second, manifest)
    assert (old.number, new.number, old.rows, new.rows) == (1, 2, 4, 1)
    for path in old.list_paths():
        assert (first / path).samefile(second / path)
    (first / old.list_paths()[0]).parent.chmod(0o700)
    (first / old.list_paths()[0]).unlink()
    assert verify_release(second) == []


def test_where_a_link_is_refused_the_file_is_copied(released, monkeypatch):
    def refuse(*_):
        raise OSError("too many links")

    monkeypatch.setattr(os, "link", refuse)
    copied = []
    second = publish_second(released, on_file_copied=copied.append)
    assert len(copied) == 5 and verify_release(second) == []
    assert all(path.stat().st_nlink == 1 for path in (second / "data").iterdir())


def test_a_key_that_a_kept_segment_has_is_found(released):
    first = released.release_path("2026.11.22.1")
    kept = list_segments(first, read_manifest(first))
    draft = drafts.draft([drafts.article("pasar", source_id="lain")], spans=[], evidence=[], parent="2026.11.22.1")
    (segment,) = draft.segments
    draft = replace(draft, segments=[replace(segment, number=2)], kept_segments=kept)
    draft = replace(draft, facts=replace(draft.facts, carried_over=4))
    folder = stage_release(released, draft, SECOND)
    with pytest.raises(ReleaseError, match="article_id should be unique"):
        audit_release(folder, kept_paths=[path for segment in kept for path in segment.list_paths()])


def test_a_link_to_an_article_of_a_kept_segment_resolves(released):
    first = released.release_path("2026.11.22.1")
    kept = list_segments(first, read_manifest(first))
    for name, is_sound in (("banjir", True), ("tiada", False)):
        rows = [drafts.article("baru", duplicate_of=drafts.key(name))]
        draft = drafts.draft(rows, spans=[], evidence=[], parent="2026.11.22.1")
        (segment,) = draft.segments
        facts = replace(draft.facts, carried_over=4)
        draft = replace(draft, segments=[replace(segment, number=2)], kept_segments=kept, facts=facts)
        folder = stage_release(released, draft, SECOND)
        kept_paths = [path for segment in kept for path in segment.list_paths()]
        if is_sound:
            audit_release(folder, kept_paths=kept_paths)
        else:
            with pytest.raises(ReleaseError, match="duplicate_of names"):
                audit_release(folder, kept_paths=kept_paths)


def test_a_good_copy_is_put_back_into_all_releases(released, tmp_path):
    second = publish_second(released)
    first = released.release_path("2026.11.22.1")
    file = drafts.find_file(first, "lineage/spans.parquet")
    path = file.relative_to(first).as_posix()
    backup = tmp_path / "backup" / "anywhere"
    backup.mkdir(parents=True)
    (backup / file.name).write_bytes(file.read_bytes())
    file.chmod(0o644)
    file.write_bytes(b"rusak")
    damages = verify_release(second)
    assert {damage.file for damage in damages} == {path}
    assert find_sharing_releases(released, SECOND, path) == ["2026.11.22.1"]
    with publisher_lock(released, 0):
        assert restore_files(released, SECOND, damages, tmp_path / "tiada").remaining == tuple(damages)
        assert restore_files(released, SECOND, damages, tmp_path / "backup").restored == (path,)
    assert verify_release(first) == verify_release(second) == []
    assert (first / path).samefile(second / path) and (first / path).stat().st_mode & 0o222 == 0


def test_a_layout_to_come_is_refused_in_words(released):
    path = released.release_path("2026.11.22.1")
    with pytest.raises(ReleaseError, match="use a newer Kliping"):
        list_segments(path, {**read_manifest(path), "layout": segments.LAYOUT + 1})


def test_a_folder_that_was_removed_with_its_files_is_restored(released, tmp_path):
    first = released.release_path("2026.11.22.1")
    shutil.copytree(first, tmp_path / "backup")
    first.chmod(0o755)
    remove_tree(first / "lineage")
    first.chmod(0o555)
    damages = verify_release(first)
    assert len(damages) == 2
    with publisher_lock(released, 0):
        assert restore_files(released, first.name, damages, tmp_path / "backup").remaining == ()
    assert verify_release(first) == []
    assert first.stat().st_mode & 0o222 == (first / "lineage").stat().st_mode & 0o222 == 0


def test_a_file_is_linked_into_folders_that_are_not_there_yet(tmp_path):
    (tmp_path / "one").write_text("satu")
    target = tmp_path / "releases" / "2026.11.22.2" / "data" / "one"
    assert link_file(tmp_path / "one", target) and target.samefile(tmp_path / "one")


def test_equal_files_of_a_staged_release_become_the_same_and_others_stay(tmp_path, monkeypatch):
    staged, other = tmp_path / "staged", tmp_path / "other"
    for folder, files in (
        (staged, {"equal": b"a", "unlike": b"b", "alone": b"c"}),
        (other, {"equal": b"a", "unlike": b"x"}),
    ):
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
    link_file(staged / "equal", other / "linked")
    link_file(staged / "equal", staged / "linked")
    names = ("equal", "unlike", "alone", "linked")
    manifest = {"files": [{"path": name, "sha256": hash_file(staged / name)} for name in names]}
    others = {name: other / name for name in ("equal", "unlike", "linked")}
    inode = (staged / "linked").stat().st_ino
    share_equal_files(staged, manifest, others)
    assert (staged / "equal").samefile(other / "equal")
    assert (staged / "unlike").read_bytes() == b"b" and (staged / "alone").read_bytes() == b"c"
    assert (staged / "linked").stat().st_ino == inode
    assert {path.name for path in staged.iterdir()} == set(names)
    (staged / "equal").unlink()
    (staged / "equal").write_bytes(b"a")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    share_equal_files(staged, manifest, others)
    assert (staged / "equal").read_bytes() == b"a" and {path.name for path in staged.iterdir()} == set(names)
