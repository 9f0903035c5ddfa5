"""A dataset in an object store: one conditional put publishes it, whoever else is at work or has died."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import release
from flows.maintain.takedown import take_down_article
from flows.parameters import Publish
from flows.release import mirror_locks
from flows.release.filesystem import remove_tree
from flows.release.manifest import read_manifest
from flows.release.remote_dataset import open_store
from flows.run.publish_run import run_publish
from tests.makers import story

ROOT = Path(__file__).resolve().parents[2]


def on(*stores, proofs=()):
    """The stores a test is run on: where it is quicker or closer to the truth, and on `proofs` as a proof."""
    slow = (pytest.param(store, marks=pytest.mark.proof) for store in proofs)
    return pytest.mark.parametrize("url", [*stores, *slow], indirect=True)


def write(path, numbers):
    path.write_text("".join(json.dumps({"id": f"d{n}", "text": story(n)}) + "\n" for n in numbers))
    return str(path)


def published(url, source, **options):
    return run_publish(Publish(source=source, output=url, **options))


@on("memory", "s3", "azure", proofs=["google"])
def test_what_the_store_has_is_copied_there_and_not_sent_again(url, tmp_path, monkeypatch):
    first = published(url, write(tmp_path / "a.jsonl", range(12)))
    uploaded, copied = [], []
    store = type(open_store(url))
    upload, copy = store.upload_file, store.copy_object
    monkeypatch.setattr(
        store, "upload_file", lambda self, name, path: (uploaded.append(name), upload(self, name, path))[1]
    )
    monkeypatch.setattr(
        store, "copy_object", lambda self, name, target: (copied.append(target), copy(self, name, target))[1]
    )
    second = published(url, write(tmp_path / "b.jsonl", range(20, 23)), append=True, accept_drift="few")
    assert first.status == second.status == "published" and second.carried == 12
    segment = read_manifest(first.release)["segments"][0]["name"]
    assert sum(segment in name for name in copied) == 5  # an equal table of rejects is copied too
    assert not {name.split("/", 2)[2] for name in copied} & {
        name.split("/", 2)[2] for name in uploaded if name.count("/") > 1
    }
    lose_the_mirror(tmp_path)
    dataset = release.open_dataset(url, "news", reading=True)
    assert release.verify_release(dataset.release_path(second.version)) == []


def lose_the_mirror(tmp_path):
    """As if the next run were on another machine."""
    for folder, _, _ in os.walk(tmp_path / "stores"):
        Path(folder).chmod(0o700)
    shutil.rmtree(tmp_path / "stores")


def objects(url, under=""):
    return open_store(f"{url}/news").list_names(under)


@on("memory", "google", "azure", proofs=["s3"])
def test_what_is_sent_is_the_release_of_a_folder(url, tmp_path):
    source = write(tmp_path / "a.jsonl", range(12))
    remote, local = published(url, source), published(str(tmp_path / "plain"), source)
    assert remote.status == local.status == "published"
    store = open_store(f"{url}/news")
    for line in (local.release / "SHA256SUMS").read_text().splitlines():
        name = line[66:]
        if name.split("/")[0] in ("data", "csv", "rejects", "lineage", "diff"):
            sent, _ = store.read_object(f"releases/{remote.version}/{name}")
            assert sent == (local.release / name).read_bytes(), name
    pointer = json.loads(open_store(f"{url}/news").read_object("latest.json")[0])
    assert pointer["version"] == remote.version
    assert not objects(url, "claims/")


@on("memory")
def test_another_machine_finds_parent_history_and_what_was_taken_down(url, tmp_path):
    first = published(url, write(tmp_path / "a.jsonl", range(8)))
    lose_the_mirror(tmp_path)
    second = published(url, write(tmp_path / "b.jsonl", range(8, 12)), append=True)
    assert (second.articles, second.carried) == (12, 8)
    lose_the_mirror(tmp_path)
    assert published(url, str(tmp_path / "b.jsonl"), append=True).status in ("nothing_new", "published")
    home = release.open_dataset(url, "news", reading=True)
    assert [entry.version for entry in home.read_versions()][-2:] == [second.version, first.version]
    assert release.verify_release(home.release_path(first.version)) == []
    assert release.read_manifest(home.release_path(second.version))["parent"] == first.version


@on("memory")
def test_what_the_store_lists_stays_in_the_mirror_and_what_it_does_not_goes(url, tmp_path):
    version = published(url, write(tmp_path / "a.jsonl", range(3))).version
    path = release.open_dataset(url, "news", reading=True).release_path(version)
    inode, stray = path.stat().st_ino, path.with_name("2020.01.01.1")
    path.parent.chmod(0o755)
    stray.mkdir()
    (stray / "SHA256SUMS").write_text("")
    mirror_locks._close_locks_in_child()  # as in another process, when no reader is left
    home = release.open_dataset(url, "news", reading=True)
    assert home.release_path(version).stat().st_ino == inode and not stray.exists()


@on("memory", proofs=["s3"])
def test_the_indexes_are_there_for_readers_and_hold_what_other_machines_published(url, tmp_path):
    output = open_store(url)
    first = published(url, write(tmp_path / "a.jsonl", range(3)))
    other = run_publish(Publish(source=str(tmp_path / "a.jsonl"), output=url, dataset="other"))
    lose_the_mirror(tmp_path)
    second = published(url, write(tmp_path / "a.jsonl", range(4)))
    assert {first.status, other.status, second.status} == {"published"}
    catalog = json.loads(output.read_object("index.json")[0])
    assert [each["name"] for each in catalog["datasets"]] == ["news", "other"]
    news = catalog["datasets"][0]
    assert news["latest"] == second.version and news["counts"]["published"] == 4
    for resource in news["resources"]:
        content, _ = output.read_object(resource["url"])
        assert hashlib.sha256(content).hexdigest() == resource["sha256"]
    page = output.read_object("news/index.html")[0].decode()
    assert "2 releases" in page and first.version in page and second.version in page


@on("memory")
def test_a_release_that_only_the_store_has_is_not_downloaded_for_its_totals(url, tmp_path):
    versions = [published(url, write(tmp_path / "a.jsonl", range(count))).version for count in (3, 4, 5)]
    lose_the_mirror(tmp_path)
    assert published(url, write(tmp_path / "a.jsonl", range(6))).status == "published"
    local = {path.name for path in (tmp_path / "stores").glob("*/news/releases/*")}
    assert not local & set(versions[:2])
    page = open_store(f"{url}/news").read_object("index.html")[0].decode()
    assert "4 releases" in page


@on("google", "azure", proofs=["s3"])
def test_of_two_that_began_with_the_same_release_the_second_is_refused(url, tmp_path, monkeypatch):
    published(url, write(tmp_path / "a.jsonl", range(6)))
    real, raced = release.commit_release, []

    def racing(*args, **named):
        path = real(*args, **named)
        if not raced:  # while the first one stands before its conditional put, another machine publishes
            raced.append(1)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "elsewhere"))
            raced.append(published(url, write(tmp_path / "other.jsonl", range(9))).version)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
        return path

    monkeypatch.setattr(release, "commit_release", racing)
    with pytest.raises(release.ConcurrentCommitError, match="Another run committed"):
        published(url, write(tmp_path / "b.jsonl", range(7)))
    home = release.open_dataset(url, "news", reading=True)
    assert home.read_latest_version() == raced[1]
    assert release.verify_release(home.release_path(raced[1])) == []
    rerun = published(url, str(tmp_path / "b.jsonl"))
    assert rerun.status == "published"
    listed = [entry.version for entry in release.open_dataset(url, "news", reading=True).read_versions()]
    assert listed[:2] == [rerun.version, raced[1]] and len(listed) == 3
    assert {name.split("/")[1] for name in objects(url, "releases/")} == set(listed)


@on("memory")
def test_a_run_that_is_refused_is_listed_though_another_has_published_meanwhile(url, tmp_path, monkeypatch):
    published(url, write(tmp_path / "a.jsonl", range(12)))
    real, raced = release.refuse_run, []

    def racing(*args, **named):
        if not raced:
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "elsewhere"))
            raced.append(published(url, write(tmp_path / "other.jsonl", range(13))).version)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
        return real(*args, **named)

    monkeypatch.setattr(release, "refuse_run", racing)
    assert published(url, write(tmp_path / "b.jsonl", range(2))).status == "refused"
    home = release.open_dataset(url, "news", reading=True)
    assert [entry.status for entry in home.read_versions()] == ["refused", "published", "published"]
    assert home.read_latest_version() == raced[0]


@pytest.mark.parametrize(
    ("url", "after"),
    [("memory", 3), ("google", "manifest"), pytest.param("s3", "manifest", marks=pytest.mark.proof)],
    indirect=["url"],
)
def test_killed_while_sending_readers_see_the_old_release_and_the_next_run_clears_up(url, tmp_path, monkeypatch, after):
    first = published(url, write(tmp_path / "a.jsonl", range(6)))
    store_type = type(open_store(url))
    real, sent = store_type.upload_file, []

    def dying(store, name, path):
        if len(sent) == after or (after == "manifest" and name.endswith("manifest.json")):
            raise KeyboardInterrupt
        sent.append(name)
        real(store, name, path)

    monkeypatch.setattr(store_type, "upload_file", dying)
    with pytest.raises(KeyboardInterrupt):
        published(url, write(tmp_path / "b.jsonl", range(7)))
    monkeypatch.setattr(store_type, "upload_file", real)
    home = release.open_dataset(url, "news", reading=True)
    assert home.read_latest_version() == first.version
    assert release.verify_release(home.release_path(first.version)) == []
    second = published(url, str(tmp_path / "b.jsonl"))
    assert second.status == "published"
    home = release.open_dataset(url, "news", reading=True)
    assert [entry.version for entry in home.read_versions()] == [second.version, first.version]
    assert {name.split("/")[1] for name in objects(url, "releases/")} == {first.version, second.version}
    assert not objects(url, "claims/")


@on("memory")
def test_killed_between_the_commit_and_the_lists_the_next_run_lists_it(url, tmp_path, monkeypatch):
    first = published(url, write(tmp_path / "a.jsonl", range(6)))
    with monkeypatch.context() as dying:
        dying.setattr(release.MirroredDataset, "_merge_entries", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            published(url, write(tmp_path / "b.jsonl", range(7)))
    current = json.loads(open_store(f"{url}/news").read_object("latest.json")[0])["version"]
    assert current != first.version
    assert len(json.loads(open_store(f"{url}/news").read_object("versions.json")[0])) == 1
    home = release.open_dataset(url, "news", reading=True)
    assert [entry.version for entry in home.read_versions()] == [current, first.version]
    assert len(json.loads(open_store(f"{url}/news").read_object("versions.json")[0])) == 1
    assert published(url, str(tmp_path / "b.jsonl")).status == "nothing_new"
    assert len(json.loads(open_store(f"{url}/news").read_object("versions.json")[0])) == 2


@on("s3")
def test_a_refused_run_is_kept_there_and_a_takedown_holds_for_all(url, tmp_path):
    published(url, write(tmp_path / "a.jsonl", range(12)))
    lose_the_mirror(tmp_path)
    refused = published(url, write(tmp_path / "b.jsonl", range(2)))
    assert refused.status == "refused"
    assert any(name.endswith("manifest.json") for name in objects(url, "refused/"))
    home = release.open_dataset(url, "news", reading=True)
    assert [entry.status for entry in home.read_versions()] == ["refused", "published"]
    article = next(iter(release.load_table(home.release_path(home.read_latest_version()), "articles").to_pylist()))
    command = [sys.executable, "-m", "flows.cli", "takedown", article["article_id"], "--reason", "on request"]
    subprocess.run([*command, "--output", url], cwd=ROOT, check=True, capture_output=True)
    listing = subprocess.run([*command[:3], "versions", "--output", url], cwd=ROOT, check=True, capture_output=True)
    assert b"refused" in listing.stdout and b"latest" in listing.stdout
    lose_the_mirror(tmp_path)
    later = published(url, write(tmp_path / "c.jsonl", range(13)))
    assert later.rejected == {"withdrawn": 1}


@on("memory")
def test_a_pin_is_listed_in_the_store_and_is_no_commit(url, tmp_path):
    first = published(url, write(tmp_path / "a.jsonl", range(12)))
    store = open_store(f"{url}/news")
    pointer, sent = store.read_object("latest.json"), objects(url, "releases/")
    home = release.open_dataset(url, "news")
    with release.publisher_lock(home, 0, run_id="pin"):
        release.pin_release(home, first.version, "Cited in a paper.")
    (entry,) = release.open_dataset(url, "news", reading=True).read_versions()
    assert entry.pinned == "Cited in a paper."
    assert store.read_object("latest.json") == pointer and objects(url, "releases/") == sent


@on("memory")
def test_a_refused_run_stays_in_the_store_until_it_is_removed_from_the_mirror(url, tmp_path):
    published(url, write(tmp_path / "a.jsonl", range(12)))
    runs = [published(url, write(tmp_path / f"{few}.jsonl", range(few))).refused.name for few in (2, 3)]
    before = objects(url, "refused/")
    assert {name.split("/")[1] for name in before} == set(runs)
    assert published(url, write(tmp_path / "b.jsonl", range(13))).status == "published"
    assert objects(url, "refused/") == before
    home = release.open_dataset(url, "news")
    with release.publisher_lock(home, 0, run_id="purge"):
        remove_tree(home.refused / runs[0])
    assert objects(url, "refused/") == [name for name in before if name.split("/")[1] == runs[1]] != []


def test_a_store_that_nobody_knows_is_refused_with_a_sentence():
    with pytest.raises(release.ReleaseError, match="names no store"):
        release.open_dataset("nowhere://x", "news", reading=True)


@on("memory")
def test_the_run_of_a_flow_is_told_where_its_mirror_lies(url, tmp_path):
    outcome = run_publish(Publish(source=write(tmp_path / "a.jsonl", range(5)), output=url))
    assert outcome.release.is_relative_to(tmp_path / "stores")
    dry = run_publish(Publish(source=write(tmp_path / "b.jsonl", range(9)), output=url, dry_run=True))
    assert dry.status == "dry_run"
    assert release.open_dataset(url, "news", reading=True).read_latest_version() == outcome.version


@on("memory")
def test_a_dry_run_on_another_machine_knows_what_was_taken_down(url, tmp_path):
    source = write(tmp_path / "a.jsonl", range(12))
    outcome = published(url, source)
    article = release.load_table(outcome.release, "articles")["article_id"][0].as_py()
    home, now = release.open_dataset(url, "news"), datetime(2026, 11, 30, tzinfo=UTC)
    with release.publisher_lock(home, 0, run_id="takedown"):
        take_down_article(home, article, "on request", purge=False, now=now, run_id="takedown")
    lose_the_mirror(tmp_path)
    dry = published(url, source, dry_run=True)
    assert (dry.status, dry.articles, dry.rejected) == ("dry_run", 11, {"withdrawn": 1})


@on("memory")
def test_a_purge_is_done_only_once_the_store_has_the_replaced_releases(url, tmp_path, monkeypatch):
    outcome = published(url, write(tmp_path / "a.jsonl", range(12)))
    article = release.load_table(outcome.release, "articles")["article_id"][0].as_py()

    def purge():
        home, now = release.open_dataset(url, "news"), datetime(2026, 11, 30, tzinfo=UTC)
        with release.publisher_lock(home, 0, run_id="purge"):
            take_down_article(home, article, "on request", purge=True, now=now, run_id="purge")

    store = open_store(f"{url}/news")
    with monkeypatch.context() as patch:
        replace = type(store).replace_if_unchanged
        patch.setattr(
            type(store),
            "replace_if_unchanged",
            lambda self, name, *rest: name != "latest.json" and replace(self, name, *rest),
        )
        with pytest.raises(release.ConcurrentCommitError):
            purge()
    assert [record["purge"] for record in json.loads(store.read_object("state/withdrawn.json")[0])] == ["asked"]
    purge()
    assert [record["purge"] for record in json.loads(store.read_object("state/withdrawn.json")[0])] == ["done"]


@on("memory")
def test_a_takedown_keeps_what_another_machine_recorded_meanwhile(url, tmp_path):
    outcome = published(url, write(tmp_path / "a.jsonl", range(12)))
    first, second = release.load_table(outcome.release, "articles")["article_id"].to_pylist()[:2]
    home, store = release.open_dataset(url, "news"), open_store(f"{url}/news")
    with release.publisher_lock(home, 0, run_id="one"):
        release.record_withdrawal(home, release.Withdrawal(first, "asked", "2026", (), (), "asked"))
    with release.publisher_lock(home, 0, run_id="two"):
        release.record_withdrawal(home, release.Withdrawal(second, "asked", "2026", (), ()))
        records = json.loads(store.read_object("state/withdrawn.json")[0])
        store.write_object("state/withdrawn.json", json.dumps([{**records[0], "purge": "done"}]).encode())
    records = json.loads(store.read_object("state/withdrawn.json")[0])
    assert [(record["article_id"], record["purge"]) for record in records] == [(first, "done"), (second, "")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("latest.json", b"[]", "names no release"),
        ("versions.json", b"[5]", "not a list of versions"),
        ("versions.json", b'[{"version": "2026.11.30.1"}]', "not a list of versions"),
        ("refused/../../../elsewhere/file", b"", "cannot name a folder"),
        ("refused/run-1/../../../file", b"", "no file can have"),
    ],
)
@on("memory")
def test_what_no_publisher_wrote_there_is_refused_with_a_sentence(url, name, content, words, monkeypatch):
    store = open_store(f"{url}/news")
    store.write_object("versions.json", b"[]")
    store.write_object(name, content)
    if ".." in name:
        monkeypatch.setattr(type(store), "list_names", lambda self, under: [name] if name.startswith(under) else [])
    with pytest.raises(release.ReleaseError, match=words), release.publisher_lock(release.open_dataset(url, "news")):
        pass
