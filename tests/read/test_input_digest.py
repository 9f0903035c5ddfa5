"""The fingerprint changes when a path or a byte does, and at nothing else."""

import shutil

import pytest

from flows.read import SourceDigest, SourceError, combine_digests, source_walk, survey_source


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "src"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "x.txt").write_text("Hujan")
    (folder / "b.txt").write_text("Reda")
    return folder


def test_it_counts_files_and_bytes(source):
    assert survey_source("src").inputs == SourceDigest("src", survey_source("src").inputs.digest, 2, 9)


def test_it_does_not_depend_on_the_place(source, tmp_path):
    shutil.copytree(source, tmp_path / "elsewhere")
    assert survey_source("elsewhere").inputs.digest == survey_source(source).inputs.digest
    (source / ".hidden").write_text("x")
    assert survey_source("elsewhere").inputs.digest == survey_source(source).inputs.digest


@pytest.mark.parametrize("change", ["byte", "name", "more", "link out", "unreadable"])
def test_it_changes_with_what_is_read(source, monkeypatch, change):
    before = survey_source(source).inputs.digest
    if change == "byte":
        (source / "b.txt").write_text("reda")
    elif change == "name":
        (source / "b.txt").rename(source / "c.txt")
    elif change == "more":
        (source / "c.txt").write_text("")
    elif change == "link out":
        (source / "c.txt").symlink_to("/")
    else:

        def refuse(path):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(source_walk, "open_local_file", refuse)
    assert survey_source(source).inputs.digest != before


def test_a_missing_source(source):
    with pytest.raises(SourceError):
        survey_source("nowhere")


def test_a_source_that_changed_while_it_was_read_equals_none(tmp_path):
    (tmp_path / "a.txt").write_text("satu")
    before = survey_source(tmp_path).inputs
    (tmp_path / "b.txt").write_text("dua")
    after = survey_source(tmp_path).inputs
    told = combine_digests(before, after)
    assert told.digest not in (before.digest, after.digest) and told.files == 2
    assert told == combine_digests(before, after)
