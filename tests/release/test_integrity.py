"""Damage is found and its file named; what is sound is called sound, and nothing is changed."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import release_drafts as drafts

from flows.release import ReleaseDamage, ReleaseError, verify_release
from flows.release.filesystem import hash_file, is_regular_file, walk_files
from flows.release.stage import SUMS
from schemas import SCHEMA_VERSION

FILES = (
    "SHA256SUMS", "csv/articles.csv.gz", "csv/metadata.csv", "data/articles.parquet",
    "diff/changes.parquet", "lineage/evidence.parquet", "lineage/spans.parquet", "manifest.json",
    "rejects/rejects.parquet", "validation/articles.json", "validation/release.json",
)  # fmt: skip


@pytest.fixture
def release(released, tmp_path):
    """A copy of a release, on its own and writable."""
    copy = tmp_path / "salinan"
    shutil.copytree(released.release_path("2026.11.22.1"), copy)
    for path in [copy, *copy.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copy


def named(release, digest=None):
    return {drafts.unname(damage.file) for damage in verify_release(release, digest)}


def resum(release):
    """Make SHA256SUMS agree again, as one who wants to hide a change would."""
    lines = [f"{hash_file(release / p)}  {p}\n" for p, s in walk_files(release) if p != SUMS and is_regular_file(s)]
    (release / SUMS).write_text("".join(lines))


def test_a_sound_release_is_sound_wherever_it_lies(release):
    before = {path: path.stat().st_mtime_ns for path in release.rglob("*")}
    assert {drafts.unname(p) for p, _ in walk_files(release)} == set(FILES)
    assert verify_release(release) == []
    assert before == {path: path.stat().st_mtime_ns for path in release.rglob("*")}


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_found(release, name):
    path = drafts.find_file(release, name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert name in named(release) or (name == SUMS and named(release))


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_found(release, name):
    path = drafts.find_file(release, name)
    path.write_bytes(path.read_bytes()[:-5])
    assert named(release) if name == SUMS else named(release) == {name}


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found(release, name):
    drafts.find_file(release, name).unlink()
    assert name in named(release)


def test_a_file_too_many_is_found(release):
    (release / "data/articles-00001-of-00002.parquet").write_bytes(b"x")
    assert named(release) == {"data/articles-00001-of-00002.parquet"}


def test_links_are_damage_even_to_the_same_bytes(release, tmp_path):
    path = drafts.find_file(release, "csv/articles.csv.gz")
    shutil.move(path, tmp_path / "asli.csv")
    path.symlink_to(tmp_path / "asli.csv")
    (release / "folder").symlink_to("data")
    assert verify_release(release) == [
        ReleaseDamage(
            path.relative_to(release).as_posix(), "is a link or a device, where a release holds plain files alone"
        ),
        ReleaseDamage("folder", "is a link or a device, where a release holds plain files alone"),
    ]


def test_a_pipe_is_not_opened(release):
    os.mkfifo(release / "pipa")
    assert named(release) == {"pipa"}
    (release / SUMS).unlink()
    os.mkfifo(release / SUMS)
    assert named(release) == {SUMS}


def test_without_its_sums_nothing_is_said_of_the_other_files(release):
    (release / SUMS).write_text("")
    assert verify_release(release) == [ReleaseDamage(SUMS, "is empty, so nothing can be checked against it")]
    (release / SUMS).unlink()
    assert named(release) == {SUMS}


def test_a_change_that_was_hidden_in_the_sums_is_found_by_the_manifest(release):
    drafts.find_file(release, "csv/metadata.csv").write_text("x")
    resum(release)
    assert "csv/metadata.csv" in named(release)


def test_a_change_that_was_hidden_everywhere_is_found_by_the_digest(release, released):
    (entry,) = released.read_versions()
    (release / "manifest.json").write_text((release / "manifest.json").read_text().replace("mesin", "lain"))
    resum(release)
    assert named(release) == set()
    assert named(release, entry.digest) == {SUMS}


def test_rows_and_accounts_are_checked(release):
    path = release / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["counts"]["published"] = 3
    next(each for each in manifest["files"] if each.get("table") == "spans")["rows"] = 99
    manifest["files"] = [each for each in manifest["files"] if each.get("table") != "evidence"]
    path.write_text(json.dumps(manifest))
    resum(release)
    damages = [str(damage) for damage in verify_release(release)]
    assert any("5 documents in and 0 carried over are 5, but 3 published" in each for each in damages)
    assert any("counts 3 published, but the table articles has 4 rows" in each for each in damages)
    assert "manifest.json: lists no file of the table evidence" in damages
    assert any(each.startswith("lineage/spans-") and "should have 99 rows, and has 3" in each for each in damages)


MAJOR = SCHEMA_VERSION.split(".")[0]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (SCHEMA_VERSION, f"has not schema {SCHEMA_VERSION} of spans"),
        (f"{MAJOR}.999.0", "column line is int64, not the int32 of its major version"),
        (f"{int(MAJOR) + 1}.0.0", None),
    ],
)
def test_another_schema_is_found(release, version, sentence):
    path = drafts.find_file(release, "lineage/spans.parquet")
    table = pq.read_table(path)
    pq.write_table(table.set_column(1, "line", table.column("line").cast(pa.int64())), path)
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["schema_version"] = version
    listed = next(file for file in manifest["files"] if file.get("table") == "spans")
    listed.update(sha256=hash_file(path), bytes=path.stat().st_size)
    (release / "manifest.json").write_text(json.dumps(manifest))
    resum(release)
    damages = [ReleaseDamage(path.relative_to(release).as_posix(), sentence)] if sentence else []
    assert verify_release(release) == damages


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 3}', '{"files": [{"path": 1}]}', "{"])
def test_a_manifest_of_another_shape_is_damage(release, content):
    (release / "manifest.json").write_text(content)
    resum(release)
    assert named(release) == {"manifest.json"}


def test_sums_that_lead_out_are_not_followed(release):
    with (release / SUMS).open("a") as file:
        file.write(f"{'0' * 64}  ../../rahasia\nsampah\n")
    assert verify_release(release) == [
        ReleaseDamage(SUMS, "line 12 is not a digest and a path"),
        ReleaseDamage("../../rahasia", "is missing"),
    ]


def test_no_folder_is_a_sentence(tmp_path):
    with pytest.raises(ReleaseError, match="is not a folder"):
        verify_release(tmp_path / "tiada")
