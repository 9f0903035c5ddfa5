"""The commands for releases that stand: what they say and their exit codes."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import release
from flows.cli import app
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import story


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder with a source and two releases of it."""
    folder = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("drop").mkdir()
        for number in range(6):
            Path(f"drop/{number}.txt").write_text(story(number), encoding="utf-8")
        first = run_publish(Publish(source="drop")).version
        Path("drop/5.txt").write_text(story(5) + "\nWarga menyambut gembira kabar baik itu.", encoding="utf-8")
        return folder, (first, run_publish(Publish(source="drop")).version)


@pytest.fixture
def place(published, tmp_path, monkeypatch):
    """The two versions, in a copy of their folder."""
    shutil.copytree(published[0], tmp_path / "copy", symlinks=True)
    monkeypatch.chdir(tmp_path / "copy")
    return published[1]


def kliping(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def test_diff_for_people_and_for_programs(place):
    first, second = place
    said = kliping("diff", first, second)
    assert said.exit_code == 0 and "0 added, 1 changed, 0 removed, 5 unchanged" in said.stdout
    assert "+ Warga menyambut gembira kabar baik itu." in said.stdout
    made = json.loads(kliping("diff", first, "--json").stdout)
    assert (made["from"], made["to"]) == place and made["counts"]["changed"] == 1
    path = release.Dataset(Path("output/news"))
    assert json.loads(kliping("diff", path.release_path(first), second, "--json").stdout) == made


def test_back_and_forth_and_prune(place):
    first, second = place
    assert kliping("latest-set", first, "--reason", "a bad crawl").exit_code == 0
    listed = kliping("versions").stdout.splitlines()
    assert "withdrawn" in listed[0] and "a bad crawl" in listed[0] and "latest" in listed[1]
    assert kliping("pin", second, "--reason", "cited").exit_code == 0
    assert "nothing to remove" in kliping("prune", "--keep", 1).stdout
    assert kliping("pin", second, "--off").exit_code == 0
    assert second in kliping("prune", "--keep", 1).stdout
    assert kliping("verify").exit_code == 0


def test_takedown_replay_and_rebuild(place):
    articles = release.load_table(release.Dataset(Path("output/news")).release_path(place[1]), "articles")
    row = articles.to_pylist()[0]
    said = kliping("replay", "--article", row["article_id"])
    assert said.exit_code == 0 and "1 unchanged" in said.stdout and "Nothing was published." in said.stdout
    assert json.loads(kliping("replay", "--all", "--json").stdout)["counts"]["unchanged"] == 6
    assert kliping("verify", "--rebuild").exit_code == 0
    assert kliping("verify", place[0], "--rebuild").exit_code == 1  # its source has changed since
    assert kliping("takedown", row["article_id"], "--reason", "asked").exit_code == 0
    assert "was made again as" in kliping("takedown", row["article_id"], "--purge").stdout
    assert kliping("verify").exit_code == 0


def test_a_purge_that_was_interrupted_is_told(place):
    dataset = release.Dataset(Path("output/news"))
    release.record_withdrawal(dataset, release.Withdrawal("a" * 32, "asked", "2026-11-22T00:00:00Z", (), (), "asked"))
    assert f"kliping takedown {'a' * 32} --purge" in kliping("versions").stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("diff", "2020.01.01.1"), 2, "no release"),
        (("diff", "../../etc"), 2, "no release"),
        (("latest-set", "2020.01.01.1"), 2, "no release"),
        (("latest-set", "x"), 2, "is no version"),
        (("prune", "--keep", 0), 2, "keep"),
        (("pin", "2020.01.01.1"), 2, "no release"),
        (("takedown", "x", "--reason", "y"), 2, "holds the article"),
        (("replay",), 2, "holds no reject"),
        (("replay", "--reason", "unheard"), 2, "no reason"),
        (("verify", "x"), 2, "is no version"),
        (("diff", "x", "--dataset", "other"), 2, "no dataset"),
        (("takedown", "x"), 2, "holds the article"),
    ],
)
def test_each_way_to_fail_is_a_sentence(place, words, code, said):
    done = kliping(*words)
    assert done.exit_code == code and said in done.stderr, done.output


def test_while_another_publishes_nothing_is_changed(place):
    dataset = release.Dataset(Path("output/news"))
    with release.publisher_lock(dataset, 0, run_id="other"):
        for words in (("latest-set", place[0]), ("prune", "--keep", 1), ("takedown", "x", "--reason", "y")):
            done = kliping(*words)
            assert done.exit_code == 1 and "other" in done.stderr


def test_a_damaged_release_does_not_become_the_current_one(place):
    file = release.Dataset(Path("output/news")).release_path(place[0]) / "codebook.csv"
    file.chmod(0o644)
    file.write_text("x")
    assert kliping("latest-set", place[0]).exit_code == 1
    assert kliping("verify", place[0], "--rebuild").exit_code == 1


@pytest.mark.flow
def test_the_flows_replay_and_verify(prefect_server, place):
    from prefect.client.orchestration import get_client

    from flows.prune import prune_releases
    from flows.replay import replay_release
    from flows.verify import verify_releases

    replayed = replay_release(everything=True, return_state=True)
    assert (
        replayed.name == "Completed" and replayed.message.startswith("replayed") and "6 unchanged" in replayed.message
    )
    nothing = replay_release(version="2020.01.01.1", return_state=True)
    assert nothing.name == "Failed" and nothing.message.startswith("wrong use") and "no release" in nothing.message
    whole = verify_releases(rebuild=True, return_state=True)
    assert whole.name == "Completed" and whole.message.startswith("whole: 2 releases of news")
    # A dataset whose list is broken does not hide the others, nor do they hide it.
    Path("output/torn").mkdir()
    Path("output/torn/versions.json").write_text("[1]")
    both = verify_releases(return_state=True)
    assert both.is_failed() and both.message.startswith("damaged: torn;")
    assert verify_releases(dataset="news", return_state=True).message.startswith("whole: 2 releases")
    assert verify_releases(version=place[0], return_state=True).message.startswith("wrong use")
    assert "no dataset yet" in verify_releases(output="data", return_state=True).message
    file = release.Dataset(Path("output/news")).release_path(place[0]) / "codebook.csv"
    file.chmod(0o644)
    file.write_text("x")
    damaged = verify_releases(return_state=True)
    assert damaged.is_failed() and damaged.message.startswith(f"damaged: news {place[0]}, torn;")
    assert "codebook.csv" in damaged.message
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
        tags = [tag for run in client.read_flow_runs() for tag in run.tags]
    kept = prune_releases(keep={"news": 1, "nowhere": 3}, return_state=True)
    assert kept.name == "Completed" and kept.message.startswith("pruned: 1 releases")
    assert prune_releases(keep={"news": 0}, return_state=True).message.startswith("wrong use")
    assert {"outcome:replayed", "outcome:wrong_use", "outcome:whole", "outcome:damaged"} <= set(tags)
    assert {artifact.key for artifact in artifacts} >= {"verify"}
    assert not [artifact for artifact in artifacts if "Pemerintah kota memulai" in str(artifact.data)]


def test_export_writes_one_csv(place, tmp_path):
    import pandas as pd

    done = kliping("export", "--csv", tmp_path / "all.csv")
    assert done.exit_code == 0 and "6 articles" in done.stdout
    assert len(pd.read_csv(tmp_path / "all.csv")) == 6
    assert kliping("export", "--csv", tmp_path / "none" / "all.csv").exit_code != 0


def test_verify_names_the_releases_that_share_a_file_and_restores_it(place, tmp_path):
    dataset = release.Dataset(Path("output/news"))
    first, second = (dataset.release_path(version) for version in place)
    for path in (first, second):
        shutil.copytree(path, tmp_path / "backup" / path.name)
    file = first / "codebook.csv"
    file.chmod(0o644)
    file.write_text("x")
    assert "shared with" not in kliping("verify", place[0]).output  # pages are of one release
    (data,) = second.glob("data/articles-*")
    data.chmod(0o644)
    data.write_bytes(b"x")
    assert kliping("verify", place[1], "--restore", tmp_path / "nowhere").exit_code == 1
    assert kliping("verify", place[1], "--restore", tmp_path / "backup").exit_code == 0
    assert kliping("verify", place[1]).exit_code == 0


def test_a_damaged_list_of_versions_is_no_traceback(tmp_path):
    home = tmp_path / "output" / "news"
    home.mkdir(parents=True)
    (home / "latest.json").write_text("[]")
    listing = kliping("versions", "--output", tmp_path / "output")
    assert listing.exit_code == 3 and "names no version: put back a good copy" in listing.output
    (home / "latest.json").unlink()
    names = ("version", "status", "run_id", "started_at", "path", "digest", "fingerprint", "schema_version")
    (home / "versions.json").write_text(json.dumps([{**dict.fromkeys(names, "x"), "status": "published"}]))
    assert "0 articles" in kliping("versions", "--output", tmp_path / "output").output


def test_verify_says_what_a_restore_could_not_put_back(place, tmp_path):
    for pattern in ("data/articles-*", "codebook.csv"):
        (file,) = release.Dataset(Path("output/news")).release_path(place[1]).glob(pattern)
        (tmp_path / "backup").mkdir(exist_ok=True)
        if pattern == "codebook.csv":
            file.chmod(0o644)
            file.write_text("x")
            continue
        shutil.copy(file, tmp_path / "backup")
        file.chmod(0o644)
        file.write_bytes(b"x")
    done = kliping("verify", place[1], "--restore", tmp_path / "backup")
    assert done.exit_code == 1 and "nothing more could be put back" in done.output
