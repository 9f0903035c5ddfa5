"""The fingerprint changes when a path or a byte does, and at nothing else."""

import shutil

import pytest

from flows.read import Inputs, SourceError, changed, fingerprint, source_walk


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "src"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "x.txt").write_text("Hujan")
    (folder / "b.txt").write_text("Reda")
    return folder


def test_it_counts_files_and_bytes(source):
    assert fingerprint("src") == Inputs("src", fingerprint("src").digest, 2, 9)


def test_it_does_not_depend_on_the_place(source, tmp_path):
    shutil.copytree(source, tmp_path / "elsewhere")
    assert fingerprint("elsewhere").digest == fingerprint(source).digest
    (source / ".hidden").write_text("x")
    assert fingerprint("elsewhere").digest == fingerprint(source).digest


@pytest.mark.parametrize("change", ["byte", "name", "more", "link out", "unreadable"])
def test_it_changes_with_what_is_read(source, monkeypatch, change):
    before = fingerprint(source).digest
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

        monkeypatch.setattr(source_walk, "open_bytes", refuse)
    assert fingerprint(source).digest != before


def test_a_missing_source(source):
    with pytest.raises(SourceError):
        fingerprint("nowhere")


def test_a_source_that_changed_while_it_was_read_equals_none(tmp_path):
    (tmp_path / "a.txt").write_text("satu")
    before = fingerprint(tmp_path)
    (tmp_path / "b.txt").write_text("dua")
    after = fingerprint(tmp_path)
    told = changed(before, after)
    assert told.digest not in (before.digest, after.digest) and told.files == 2
    assert told == changed(before, after)
