"""The record of a release: files with their digests, counts, segments, and the entry made of it."""

from dataclasses import replace

import pytest
import release_drafts as drafts

from flows.release import ReleaseError, Segment
from flows.release.filesystem import encode_json, hash_file
from flows.release.manifest import build_entry, build_manifest, list_shared_files, read_manifest
from flows.release.parquet_tables import WrittenFile


def build(folder, **values):
    folder.mkdir(exist_ok=True)
    for name in ("z.parquet", "d.parquet", "a.csv"):
        (folder / name).write_text(name)
    facts = replace(drafts.facts(), **values.pop("facts", {}))
    files = [WrittenFile("articles", "z.parquet", 3), WrittenFile("dropped_articles", "d.parquet", 2)]
    return build_manifest(folder, facts, "2026.11.22.1", files, ["a.csv"], {"added": 3, "changed": 0}, **values)


def test_files_are_described_in_the_order_of_their_paths(tmp_path):
    manifest = build(tmp_path / "r")
    assert manifest["files"] == [
        {"path": name, "bytes": len(name), "sha256": hash_file(tmp_path / "r" / name), **more}
        for name, more in (("a.csv", {}), ("d.parquet", {"table": "dropped_articles", "rows": 2}),
                           ("z.parquet", {"table": "articles", "rows": 3}))
    ]  # fmt: skip
    assert manifest["counts"]["published"] == 3  # dropped rows are no articles
    assert "dropped_before" not in manifest["counts"] and manifest["refused"] == []


def test_shared_files_count_and_known_digests_are_taken_as_they_are(tmp_path):
    shared = {"path": "k.parquet", "bytes": 9, "sha256": "k", "table": "articles", "rows": 40}
    manifest = build(
        tmp_path / "r", shared_files=[shared], digests={"z.parquet": (7, "known")}, facts={"dropped_before": 4}
    )
    files = {file["path"]: file for file in manifest["files"]}
    assert files["k.parquet"] == shared and (files["z.parquet"]["bytes"], files["z.parquet"]["sha256"]) == (7, "known")
    assert manifest["counts"]["published"] == 43 and manifest["counts"]["dropped_before"] == 4


def test_segments_are_described_by_name_and_dropped_ones_apart(tmp_path):
    segments = [
        Segment(tmp_path, name, rows, ("c",), ("s",), is_dropped)
        for name, rows, is_dropped in (("000002-b", 2, False), ("000001-a", 1, False), ("000003-c", 3, True))
    ]
    manifest = build(tmp_path / "r", segments=segments)
    assert [(one["name"], one["rows"]) for one in manifest["segments"]] == [("000001-a", 1), ("000002-b", 2)]
    assert manifest["dropped_segments"] == [{"name": "000003-c", "rows": 3, "code": ["c"], "settings": ["s"]}]


def test_the_entry_of_a_list_has_totals_and_the_status(tmp_path):
    manifest = build(tmp_path / "r", facts={"dropped": {"duplicate": 2, "same_article": 1}, "parent": "2026.11.21.1"})
    entry = build_entry(manifest, "releases/2026.11.22.1", "d" * 64)
    assert (entry.version, entry.status, entry.parent, entry.why) == ("2026.11.22.1", "published", "2026.11.21.1", ())
    assert (entry.counts["dropped"], entry.counts["published"], entry.counts["added"]) == (3, 3, 3)
    refused = build_entry({**manifest, "version": None, "refused": ["Too few."]}, "refused/run-1", None)
    assert (refused.version, refused.status, refused.why) == (None, "refused", ("Too few.",))
    older = {name: value for name, value in manifest.items() if name != "accepted_drift"}
    assert build_entry(older, "releases/x", None).accepted_drift == ""


def test_the_files_of_kept_segments_are_listed_from_their_manifests(released):
    folder = released.release_path("2026.11.22.1")
    manifest = read_manifest(folder)
    (described,) = manifest["segments"]
    segment = Segment(folder, described["name"], described["rows"], (), ())
    entries = list_shared_files([segment])
    assert {entry["path"] for entry in entries} == set(segment.list_paths())
    assert all(entry in manifest["files"] for entry in entries) and list_shared_files([]) == []


@pytest.mark.parametrize("content", [None, [], 5])
def test_a_folder_without_a_manifest_is_no_release(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(encode_json(content))
    with pytest.raises(ReleaseError, match="it is not a release"):
        read_manifest(tmp_path)
