"""Bad input is normal input: the rest is published, and each bad document is told apart by reason and sentence."""

import json

import pytest

from flows import release
from flows.parameters import Publish
from flows.read import source_walk
from flows.run.publish_run import run_publish
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "good.txt").write_text(story(1), encoding="utf-8")
    (folder / "utf16.txt").write_text(story(2), encoding="utf-16")
    (folder / "latin1.txt").write_bytes(story(3).replace("awal", "café").encode("latin-1"))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "blank.txt").write_bytes(b" \n\t\n")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (folder / "menu.txt").write_text("Beranda\nNews\nMasuk\nDaftar\n", encoding="utf-8")
    outside = tmp_path / "outside.txt"
    outside.write_text(story(4), encoding="utf-8")
    (folder / "link.txt").symlink_to(outside)
    records = [
        json.dumps({"id": "ok", "text": story(5)}),
        '{"id": "broken", "text": "Sebuah baris yang put',
        json.dumps({"id": "hollow", "url": "https://example.com/a/b"}),
        json.dumps({"id": "twice", "text": story(6)}),
        json.dumps({"id": "twice", "text": story(7)}),
        "",
        "[1, 2, 3]",
    ]
    (folder / "records.jsonl").write_text("\n".join(records) + "\n", encoding="utf-8")
    return folder


def test_the_rest_is_published_and_nothing_is_lost(source, tmp_path):
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output")))
    assert outcome.status == "published", outcome.format_lines()
    articles = release.load_table(outcome.release, "articles").to_pylist()
    twice = [row["source_id"] for row in articles if row["source_id"].startswith("records.jsonl#twice")]
    assert sorted(map(len, twice)) == [19, 19 + 33]  # two articles, though they have one id
    record_ids = {"records.jsonl#ok", *twice}
    assert {row["source_id"] for row in articles} == {"good.txt", "utf16.txt", "latin1.txt", *record_ids}
    rejects = {row["source_id"]: row for row in release.load_table(outcome.release, "rejects").to_pylist()}
    assert {name: row["reason"] for name, row in rejects.items()} == {
        "empty.txt": "empty",
        "blank.txt": "empty",
        "picture.txt": "binary",
        "menu.txt": "not_prose",
        "link.txt": "outside_source",
        "records.jsonl#L2": "broken_record",
        "records.jsonl#hollow": "no_content",
        "records.jsonl#L7": "broken_record",
    }
    assert all(row["detail"].endswith(".") and len(row["detail"].split()) > 4 for row in rejects.values())
    manifest = release.read_manifest(outcome.release)["counts"]
    assert manifest["documents_in"] == 14
    assert manifest["published"] + sum(manifest["dropped"].values()) + sum(manifest["rejected"].values()) == 14
    assert release.verify_release(outcome.release) == []


def test_the_words_survive_their_encoding(source, tmp_path):
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output")))
    texts = {row["source_id"]: row["text"] for row in release.load_table(outcome.release, "articles").to_pylist()}
    assert "pada café pekan ini" in texts["latin1.txt"]
    assert "tahap ke-2 pada awal pekan ini" in texts["utf16.txt"]


def test_an_unreadable_file(source, tmp_path, monkeypatch):
    opened = source_walk.open_local_file

    def refuse(path, *rest):
        if str(path).endswith("good.txt"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest)

    monkeypatch.setattr(source_walk, "open_local_file", refuse)
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output")))
    assert outcome.status == "published" and outcome.rejected["unreadable"] == 1
    rejects = {row["source_id"]: row for row in release.load_table(outcome.release, "rejects").to_pylist()}
    assert rejects["good.txt"]["reason"] == "unreadable" and rejects["good.txt"]["raw_sha256"] is None


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: folder.mkdir()])
def test_a_missing_or_empty_source_is_wrong_use(tmp_path, make):
    folder = tmp_path / "nothing"
    make(folder)
    outcome = run_publish(Publish(source=str(folder), output=str(tmp_path / "output")))
    assert outcome.exit_code == 2
    assert str(folder) in outcome.why[0] and outcome.why[0].endswith(".")
    assert not (tmp_path / "output").exists()


def test_a_source_without_any_article_is_refused_and_kept(tmp_path):
    folder = tmp_path / "menus"
    folder.mkdir()
    (folder / "menu.txt").write_text("Beranda\nNews\nMasuk\nDaftar\n", encoding="utf-8")
    outcome = run_publish(Publish(source=str(folder), output=str(tmp_path / "output")))
    assert outcome.status == "refused" and "rows.not-empty" in outcome.why[0]
    kept = list((tmp_path / "output" / "news" / "refused").iterdir())
    assert len(kept) == 1
    assert {path.name for path in kept[0].rglob("*") if path.is_file()} >= {
        "manifest.json", "rejects.parquet", "articles.json", "release.json",
    }  # fmt: skip
