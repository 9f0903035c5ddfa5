"""Incremental runs: cached results give the same bytes as a run without a cache, and no document is cleaned twice."""

import json
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows import cache, release, run
from flows.maintain.takedown import take_down_article
from flows.parameters import Publish
from flows.release.filesystem import remove_tree
from flows.run.publish_run import notice_callback, run_publish
from flows.run.steps import PLAIN_STEPS
from tests.maintain.test_takedown import NOW
from tests.makers import dump, story

SAME = ("data", "csv", "rejects", "lineage", "diff", "validation")
OLD = 1_700_000_000_000_000_000


def record(number, text, **more):
    return json.dumps({"id": str(number), "text": text, **more}) + "\n"


class Source:
    """A source with random edits: files, a drop of records, documents that are no articles, repeated stories."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw, self.count = folder, random.Random(seed), 0
        folder.mkdir()
        self.records = [self.new() for _ in range(6)]
        for _ in range(5):
            self.add()
        (folder / "menu.txt").write_text("Login\nDaftar\n")
        self.write()

    def new(self) -> str:
        self.count += 1
        text = (dump if self.count % 3 == 0 else story)(self.count)
        more = {"url": f"https://www.republika.co.id/berita/x{self.count}/judul"} if self.count % 2 else {}
        return record(self.count, text, **more)

    def add(self) -> None:
        self.count += 1
        (self.folder / f"{self.count:03d}.txt").write_text(story(self.count), encoding="utf-8")

    def edit(self) -> None:
        files = sorted(self.folder.glob("0*.txt"))
        file = self.draw.choice(files)
        match self.draw.choice(["add", "change", "rename", "insert", "drop", "repeat"]):
            case "add":
                self.add()
            case "change":
                file.write_text(file.read_text().replace("Warga", "Penduduk"), encoding="utf-8")
            case "rename":
                file.rename(file.with_name(f"0{file.name}"))
            case "insert":  # every later line moves
                self.records.insert(0, self.new())
            case "drop":
                self.records.pop(self.draw.randrange(len(self.records)))
            case "repeat":
                shutil.copy(file, file.with_name(f"{file.stem}-again.txt"))
        self.write()

    def write(self) -> None:
        (self.folder / "drop.jsonl").write_text("".join([*self.records, "{broken\n"]), encoding="utf-8")
        for path in self.folder.iterdir():  # at rest before the run begins
            os.utime(path, ns=(OLD, OLD + self.count + path.stat().st_size))


def read_published_files(outcome) -> dict[str, bytes]:
    assert outcome.status == "published", outcome.why
    paths = (path for name in SAME for path in sorted((outcome.release / name).iterdir()))
    return {path.relative_to(outcome.release).as_posix(): path.read_bytes() for path in paths}


def publish_without_cache(job: Publish, aside: Path) -> dict[str, bytes]:
    """Publish the same source on a copy of the dataset whose cache was removed."""
    copy = aside / "output"
    shutil.copytree(job.output, copy, symlinks=True)
    for name in ("outcomes", "sources", "index"):
        shutil.rmtree(copy / "news" / "state" / name, ignore_errors=True)
    outcome = run_publish(job.model_copy(update={"output": str(copy)}))
    assert outcome.kept == 0
    return read_published_files(outcome)


@pytest.mark.parametrize(("append", "duplicates"), [(False, "mark"), (True, "drop")])
def test_the_bytes_are_those_of_a_run_from_nothing(tmp_path, append, duplicates):
    source = Source(tmp_path / "source", seed=append)
    options = {"append": append, "duplicates": duplicates, "accept_drift": "edited by lot"}
    job = Publish(source=str(source.folder), output=str(tmp_path / "output"), **options)
    first = run_publish(job)
    assert first.status == "published" and first.kept == 0
    dataset = release.Dataset(tmp_path / "output" / "news")
    for step in range(3):
        source.edit()
        source.edit()
        if step == 1:
            key = release.load_table(dataset.release_path(dataset.read_latest_version()), "articles")["article_id"][
                3
            ].as_py()
            with release.publisher_lock(dataset, 0):
                take_down_article(dataset, key, "asked for", purge=append, now=NOW, run_id="mend")
        aside = tmp_path / f"aside{step}"
        expected = publish_without_cache(job, aside)
        outcome = run_publish(job)
        files = read_published_files(outcome)
        assert files.keys() == expected.keys()
        assert [name for name in files if files[name] != expected[name]] == []
        assert outcome.cleaned <= 4 and outcome.kept >= 8


@pytest.fixture
def job(tmp_path):
    source = Source(tmp_path / "source", seed=1)
    return Publish(source=str(source.folder), output=str(tmp_path / "output"))


def test_no_unchanged_document_is_cleaned_and_no_unchanged_file_read(job, tmp_path, monkeypatch):
    first = run_publish(job)
    assert (first.cleaned, first.kept) == (12, 0)
    (tmp_path / "source" / "999.txt").write_text(story(999), encoding="utf-8")
    opened, read = [], run.source_reader.read.read_file
    monkeypatch.setattr(
        run.source_reader.read, "read_file", lambda file, *rest: (opened.append(file.relative), read(file, *rest))[1]
    )
    second = run_publish(job)
    assert (second.cleaned, second.kept) == (1, 12) and opened == ["999.txt"]
    keys = [release.read_manifest(outcome.release)["records"] for outcome in (first, second)]
    assert keys[0]["records"] == 6 and keys[0] == keys[1]  # those of files that were not read again too


def test_a_source_that_was_moved_is_read_where_it_lies_now_and_not_cleaned_again(job, tmp_path):
    run_publish(job)
    moved = (tmp_path / "source").rename(tmp_path / "elsewhere")
    (moved / "999.txt").write_text(story(999), encoding="utf-8")
    outcome = run_publish(job.model_copy(update={"source": str(moved)}))
    assert (outcome.cleaned, outcome.kept) == (1, 12)
    paths = release.load_table(outcome.release, "articles")["source_uri"].to_pylist()
    assert paths and all(uri.startswith(moved.as_posix()) for uri in paths)


def test_a_file_of_the_same_size_and_mtime_is_read_on_request_alone(job, tmp_path):
    run_publish(job)
    path = next((tmp_path / "source").glob("0*.txt"))
    before = path.stat()
    path.write_text(path.read_text().replace("Warga", "Wagra"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run_publish(job).status == "nothing_new"
    outcome = run_publish(job.model_copy(update={"rehash": True}))
    assert outcome.status == "published" and outcome.cleaned == 1 and outcome.changes["changed"] == 1


def test_a_run_that_died_left_its_finished_shards(job):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with pytest.raises(Killed):
        run_publish(job, replace(PLAIN_STEPS, validate_articles=die))
    outcome = run_publish(job)
    assert outcome.status == "published" and (outcome.cleaned, outcome.kept) == (0, 12)


@pytest.mark.parametrize("harm", ["cut", "flip", "lost"])
def test_what_was_damaged_is_made_again_and_never_published(job, tmp_path, harm):
    expected = read_published_files(run_publish(job))
    home = tmp_path / "output" / "news"
    shards = [path for place in (home / "state" / "outcomes").iterdir() for path in place.iterdir()]
    file = max(shards[0].iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    if harm == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif harm == "flip":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    else:
        file.unlink()
    for name in ("releases", "latest.json", "versions.json", "latest"):
        path = home / name
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink()
    outcome = run_publish(job)
    assert (outcome.cleaned, outcome.kept) == (12, 0)
    assert read_published_files(outcome) == expected


def test_a_profile_that_changed_redoes_the_documents_that_consulted_it(job, tmp_path, monkeypatch):
    run_publish(job)
    version = cache.compute_code_version(run.cached_results.ROOT)
    assert "republika" in version.profiles
    for name, recleaned_count in (("okezone", 0), ("republika", 11)):
        other = replace(version, profiles={**version.profiles, name: "0" * 16})
        with monkeypatch.context() as patch:
            patch.setattr(cache, "compute_code_version", lambda _root, other=other: other)
            patch.setattr(run.run_facts.release, "compute_code_digest", lambda _root, name=name: name)
            notices = []
            token = notice_callback.set(notices.append)
            outcome = run_publish(job)
            notice_callback.reset(token)
        assert outcome.status == "published" and outcome.cleaned == recleaned_count
        assert [notice for notice in notices if "cleaned again" in notice] == (
            [outcome.redone] if outcome.redone else []
        )
        if recleaned_count:
            assert outcome.redone.startswith("11 documents") and "profile" in outcome.redone


@pytest.mark.parametrize("harm", ["a file more", "a file less", "other words"])
def test_of_a_source_that_changed_while_it_was_read_nothing_is_remembered(job, tmp_path, harm):
    path = min((tmp_path / "source").glob("0*.txt"))
    before, content = path.stat(), path.read_bytes()
    more = path.with_name("001-baru.txt")

    def change_source(*arguments):
        if harm == "a file more":
            more.write_text(story(950), encoding="utf-8")
        elif harm == "a file less":
            path.unlink()
        else:
            path.write_bytes(content[:200])
        return run.look_up_cached_results(*arguments)

    outcome = run_publish(job, replace(PLAIN_STEPS, look_up_cached_results=change_source))
    assert outcome.status == "published" and "changed while it was read" in outcome.notes[0]
    more.unlink(missing_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    expected = publish_without_cache(job, tmp_path / "aside")
    assert read_published_files(run_publish(job)) == expected


def test_a_file_that_may_be_read_again_is_read_again(job, tmp_path, monkeypatch):
    path = min((tmp_path / "source").glob("0*.txt"))
    opened = run.source_reader.read.source_walk.open_source_file

    def denied(paths):
        if paths.relative == path.name:
            raise PermissionError
        return opened(paths)

    with monkeypatch.context() as patch:
        patch.setattr(run.source_reader.read.source_walk, "open_source_file", denied)
        assert "unreadable" in run_publish(job).rejected
    outcome = run_publish(job)
    assert outcome.status == "published" and "unreadable" not in outcome.rejected
