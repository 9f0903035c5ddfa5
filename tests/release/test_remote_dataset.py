"""A dataset in an object store: one conditional put publishes it, whoever else is at work or has died."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from flows import release
from flows.parameters import Publish
from flows.release.object_store import Store
from flows.run.publish_run import tell
from tests.makers import story

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    from moto.server import ThreadedMotoServer

    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    yield f"http://{host}:{port}"
    made.stop()


def on(*stores):
    """The stores a test is run on: each protocol once on both, the rest where it is quicker or closer to the truth."""
    return pytest.mark.parametrize("url", stores, indirect=True)


@pytest.fixture
def url(request, tmp_path, monkeypatch):
    """An empty place in a store, and a mirror of this test's own."""
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
    if request.param == "memory":
        yield f"memory://{tmp_path.name}/out"
        fsspec.filesystem("memory").rm(f"/{tmp_path.name}", recursive=True)
        return
    endpoint = request.getfixturevalue("server")
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "FSSPEC_S3_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    fsspec.config.set_conf_env(fsspec.config.conf)
    bucket = tmp_path.name.replace("_", "-")[:40].strip("-")
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
    yield f"s3://{bucket}/out"
    fsspec.config.conf.pop("s3", None)


def write(path, numbers):
    path.write_text("".join(json.dumps({"id": f"d{n}", "text": story(n)}) + "\n" for n in numbers))
    return str(path)


def published(url, source, **options):
    return tell(Publish(source=source, output=url, **options))


def lose_the_mirror(tmp_path):
    """As if the next run were on another machine."""
    for folder, _, _ in os.walk(tmp_path / "stores"):
        Path(folder).chmod(0o700)
    shutil.rmtree(tmp_path / "stores")


def objects(url, under=""):
    return Store(f"{url}/news").names(under)


@on("memory", "s3")
def test_what_is_sent_is_the_release_of_a_folder(url, tmp_path):
    source = write(tmp_path / "a.jsonl", range(12))
    there, here = published(url, source), published(str(tmp_path / "plain"), source)
    assert there.status == here.status == "published"
    fs = fsspec.filesystem(url.partition("://")[0], skip_instance_cache=True)
    for line in (here.release / "SHA256SUMS").read_text().splitlines():
        name = line[66:]
        if name.split("/")[0] in ("data", "csv", "rejects", "lineage", "diff"):
            sent = fs.cat_file(f"{url}/news/releases/{there.version}/{name}".partition("://")[2])
            assert sent == (here.release / name).read_bytes(), name
    pointer = json.loads(Store(f"{url}/news").read("latest.json")[0])
    assert pointer["version"] == there.version
    assert not objects(url, "claims/")


@on("memory")
def test_another_machine_finds_parent_history_and_what_was_taken_down(url, tmp_path):
    first = published(url, write(tmp_path / "a.jsonl", range(8)))
    lose_the_mirror(tmp_path)
    second = published(url, write(tmp_path / "b.jsonl", range(8, 12)), append=True)
    assert (second.articles, second.carried) == (12, 8)
    lose_the_mirror(tmp_path)
    assert published(url, str(tmp_path / "b.jsonl"), append=True).status in ("nothing_new", "published")
    home = release.at(url, "news", reading=True)
    assert [each.version for each in home.versions()][-2:] == [second.version, first.version]
    assert release.verify(home.release_path(first.version)) == []
    assert release.read_manifest(home.release_path(second.version))["parent"] == first.version


@on("s3")
def test_of_two_that_began_with_the_same_release_the_second_is_refused(url, tmp_path, monkeypatch):
    published(url, write(tmp_path / "a.jsonl", range(6)))
    real, raced = release.commit, []

    def racing(*args, **named):
        path = real(*args, **named)
        if not raced:  # while the first one stands before its conditional put, another machine publishes
            raced.append(1)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "elsewhere"))
            raced.append(published(url, write(tmp_path / "other.jsonl", range(9))).version)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
        return path

    monkeypatch.setattr(release, "commit", racing)
    with pytest.raises(release.Outrun, match="Another run committed"):
        published(url, write(tmp_path / "b.jsonl", range(7)))
    home = release.at(url, "news", reading=True)
    assert home.latest() == raced[1]
    assert release.verify(home.release_path(raced[1])) == []
    again = published(url, str(tmp_path / "b.jsonl"))
    assert again.status == "published"
    listed = [each.version for each in release.at(url, "news", reading=True).versions()]
    assert listed[:2] == [again.version, raced[1]] and len(listed) == 3
    assert {name.split("/")[1] for name in objects(url, "releases/")} == set(listed)


@on("memory")
def test_a_run_that_is_refused_is_listed_though_another_has_published_meanwhile(url, tmp_path, monkeypatch):
    published(url, write(tmp_path / "a.jsonl", range(12)))
    real, raced = release.refuse, []

    def racing(*args, **named):
        if not raced:
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "elsewhere"))
            raced.append(published(url, write(tmp_path / "other.jsonl", range(13))).version)
            monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
        return real(*args, **named)

    monkeypatch.setattr(release, "refuse", racing)
    assert published(url, write(tmp_path / "b.jsonl", range(2))).status == "refused"
    home = release.at(url, "news", reading=True)
    assert [each.status for each in home.versions()] == ["refused", "published", "published"]
    assert home.latest() == raced[0]


@pytest.mark.parametrize(("url", "after"), [("memory", 3), ("s3", "manifest")], indirect=["url"])
def test_killed_while_sending_readers_see_the_old_release_and_the_next_run_clears_up(url, tmp_path, monkeypatch, after):
    first = published(url, write(tmp_path / "a.jsonl", range(6)))
    real, sent = Store.upload, []

    def dying(store, name, path):
        if len(sent) == after or (after == "manifest" and name.endswith("manifest.json")):
            raise KeyboardInterrupt
        sent.append(name)
        real(store, name, path)

    monkeypatch.setattr(Store, "upload", dying)
    with pytest.raises(KeyboardInterrupt):
        published(url, write(tmp_path / "b.jsonl", range(7)))
    monkeypatch.setattr(Store, "upload", real)
    home = release.at(url, "news", reading=True)
    assert home.latest() == first.version
    assert release.verify(home.release_path(first.version)) == []
    second = published(url, str(tmp_path / "b.jsonl"))
    assert second.status == "published"
    home = release.at(url, "news", reading=True)
    assert [each.version for each in home.versions()] == [second.version, first.version]
    assert {name.split("/")[1] for name in objects(url, "releases/")} == {first.version, second.version}
    assert not objects(url, "claims/")


@on("memory")
def test_killed_between_the_commit_and_the_lists_the_next_run_lists_it(url, tmp_path, monkeypatch):
    first = published(url, write(tmp_path / "a.jsonl", range(6)))
    with monkeypatch.context() as dying:
        dying.setattr(release.Mirror, "_list", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            published(url, write(tmp_path / "b.jsonl", range(7)))
    current = json.loads(Store(f"{url}/news").read("latest.json")[0])["version"]
    assert current != first.version
    assert len(json.loads(Store(f"{url}/news").read("versions.json")[0])) == 1
    home = release.at(url, "news", reading=True)
    assert [each.version for each in home.versions()] == [current, first.version]
    assert len(json.loads(Store(f"{url}/news").read("versions.json")[0])) == 1
    assert published(url, str(tmp_path / "b.jsonl")).status == "nothing_new"
    assert len(json.loads(Store(f"{url}/news").read("versions.json")[0])) == 2


@on("s3")
def test_a_refused_run_is_kept_there_and_a_takedown_holds_for_all(url, tmp_path):
    published(url, write(tmp_path / "a.jsonl", range(12)))
    lose_the_mirror(tmp_path)
    refused = published(url, write(tmp_path / "b.jsonl", range(2)))
    assert refused.status == "refused"
    assert any(name.endswith("manifest.json") for name in objects(url, "refused/"))
    home = release.at(url, "news", reading=True)
    assert [each.status for each in home.versions()] == ["refused", "published"]
    article = next(iter(release.load(home.release_path(home.latest()), "articles").to_pylist()))
    command = [sys.executable, "-m", "flows.cli", "takedown", article["article_id"], "--reason", "on request"]
    subprocess.run([*command, "--output", url], cwd=ROOT, check=True, capture_output=True)
    told = subprocess.run([*command[:3], "versions", "--output", url], cwd=ROOT, check=True, capture_output=True)
    assert b"refused" in told.stdout and b"latest" in told.stdout
    lose_the_mirror(tmp_path)
    later = published(url, write(tmp_path / "c.jsonl", range(13)))
    assert later.rejected == {"withdrawn": 1}


def test_a_store_that_nobody_knows_is_refused_with_a_sentence():
    with pytest.raises(release.ReleaseError, match="names no store"):
        release.at("nowhere://x", "news", reading=True)


@on("memory")
def test_the_run_of_a_flow_is_told_where_its_mirror_lies(url, tmp_path):
    outcome = tell(Publish(source=write(tmp_path / "a.jsonl", range(5)), output=url))
    assert outcome.release.is_relative_to(tmp_path / "stores")
    dry = tell(Publish(source=write(tmp_path / "b.jsonl", range(9)), output=url, dry_run=True))
    assert dry.status == "dry_run"
    assert release.at(url, "news", reading=True).latest() == outcome.version
