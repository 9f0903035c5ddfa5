"""Nights on segments: what does not change is shared, what changes is written once, and nothing is lost."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from flows import release, run
from flows.maintain.rebuild import rebuild_release
from flows.maintain.takedown import take_down_article
from flows.parameters import Publish
from flows.release import segments
from flows.release.dataset_index import update_latest, write_versions
from flows.release.filesystem import hash_file
from flows.release.manifest import build_entry
from flows.release.segments import plan_merges
from flows.run.publish_run import run_publish
from tests.maintain import test_takedown
from tests.maintain.test_takedown import NOW
from tests.makers import story


@pytest.fixture
def small_segments(monkeypatch):
    """Segments of eight rows, so that a few nights fill and merge some."""
    for module in (segments, release):
        monkeypatch.setattr(module, "SEGMENT_ROWS", 8)
    monkeypatch.setattr(segments, "_CLASS_LIMITS", (2, 4, 8))


class Nights:
    """A dataset that gets one delivery a night."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.dataset, self.count = folder, release.Dataset(folder / "output" / "news"), 0

    def deliver(self, stories: dict[str, str], **options):
        self.count += 1
        path = self.folder / f"night{self.count}.jsonl"
        records = [
            {"id": key, "url": f"https://warta.example/{key}/judul", "text": text} for key, text in stories.items()
        ]
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        options = {"append": True, "accept_drift": "by lot", **options}
        outcome = run_publish(Publish(source=str(path), output=str(self.dataset.root.parent), **options))
        assert outcome.status == "published", outcome.why
        return outcome

    @property
    def latest(self) -> Path:
        return self.dataset.release_path(self.dataset.read_latest_version())


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


def read_rows(path: Path) -> dict[str, dict]:
    return {row["url"].split("/")[3]: row for row in release.load_table(path, "articles").to_pylist()}


def inodes(path: Path) -> dict[str, int]:
    folders = ("data", "csv", "lineage")
    return {
        file.relative_to(path).as_posix(): file.stat().st_ino
        for folder in folders
        for file in (path / folder).iterdir()
    }


def test_what_does_not_change_is_the_same_file(nights):
    first = nights.deliver({f"a{n}": story(n) for n in range(5)}).release
    second = nights.deliver({f"b{n}": story(10 + n) for n in range(3)})
    assert second.carried == 5 and second.changes == {"added": 3, "changed": 0, "removed": 0}
    before, after = inodes(first), inodes(second.release)
    assert before.items() < after.items() and len(after) == 2 * len(before)
    assert release.verify_release(first) == release.verify_release(second.release) == []
    manifest = release.read_manifest(second.release)
    assert [(one["rows"], one["name"][:6]) for one in manifest["segments"]] == [(5, "000001"), (3, "000002")]
    assert len(read_rows(second.release)) == 8


def test_a_changed_article_changes_in_its_place_and_its_segment_alone(nights):
    first = nights.deliver({f"a{n}": story(n) for n in range(5)}).release
    second = nights.deliver({f"b{n}": story(10 + n) for n in range(3)}).release
    third = nights.deliver({"a3": story(3).replace("Warga", "Penduduk"), "c": story(30)})
    assert third.changes == {"added": 1, "changed": 1, "removed": 0}
    names = [segment["name"] for segment in release.read_manifest(third.release)["segments"]]
    kept = release.read_manifest(second)["segments"][1]["name"]
    assert kept in names and release.read_manifest(first)["segments"][0]["name"] not in names
    rows, before = read_rows(third.release), read_rows(second)
    assert "Penduduk" in rows["a3"]["text"] and rows["a2"] == before["a2"] and len(rows) == 9


def test_a_delivery_that_comes_again_changes_nothing_but_the_record(nights):
    stories = {f"a{n}": story(n) for n in range(4)}
    first = nights.deliver(stories).release
    second = nights.deliver({**stories, "b": story(9)})  # another file, so another source_uri
    assert second.carried == 0 and second.changes["added"] == 1 and second.changes["changed"] == 0
    path = nights.folder / "night2.jsonl"
    path.write_text(path.read_text() + json.dumps({"id": "c", "text": story(50)}) + "\n", encoding="utf-8")
    job = Publish(source=str(path), output=str(nights.dataset.root.parent), append=True)
    third = run_publish(job)
    assert third.changes == {"added": 1, "changed": 0, "removed": 0} and third.carried == 0
    assert inodes(second.release).items() < inodes(third.release).items()
    whole = run_publish(job.model_copy(update={"append": False, "duplicates": "mark"}))
    assert whole.status == "published" and whole.changes == {"added": 0, "changed": 0, "removed": 0}
    assert inodes(whole.release) == inodes(third.release)
    assert release.verify_release(first) == []


def test_random_nights_equal_one_build_and_can_be_made_again(nights, small_segments, tmp_path):
    draw = random.Random(4)
    current: dict[str, str] = {}
    for night in range(9):
        delivery = {f"n{night}x{n}": story(100 * night + n, day=1 + n % 28) for n in range(draw.randrange(1, 7))}
        for key in draw.sample(sorted(current), min(2, len(current))):
            delivery[key] = current[key].replace("Warga", f"Warga{night}")
        current |= delivery
        outcome = nights.deliver(delivery)
        assert {
            key: row["text"].count("\n") for key, row in read_rows(outcome.release).items()
        }.keys() == current.keys()
        manifest = release.read_manifest(outcome.release)
        rows = [segment["rows"] for segment in manifest["segments"]]
        assert max(rows) <= 8 and len(rows) <= sum(rows) / 8 + 9
        if night % 3 == 2:
            assert rebuild_release(nights.dataset, outcome.version).is_identical
    whole = nights.deliver(current, append=False)
    assert whole.changes["added"] == whole.changes["removed"] == 0
    for entry in nights.dataset.read_versions():
        assert release.verify_release(nights.dataset.locate_folder(entry), entry.digest) == []
    texts = {key: (row["text"], row["title"], row["date"]) for key, row in read_rows(whole.release).items()}
    spans = release.load_table(whole.release, "spans").num_rows
    fresh = Nights(tmp_path / "fresh")
    fresh.folder.mkdir()
    alone = fresh.deliver(current).release
    assert {key: (row["text"], row["title"], row["date"]) for key, row in read_rows(alone).items()} == texts
    assert release.load_table(alone, "spans").num_rows == spans


def test_an_index_that_is_lost_or_damaged_is_built_again(nights):
    nights.deliver({f"a{n}": story(n) for n in range(4)})
    folder = nights.dataset.state / "index"
    (rows_file,) = folder.glob("*.rows.arrow")
    content = bytearray(rows_file.read_bytes())
    content[len(content) // 2] ^= 1
    rows_file.write_bytes(content)
    second = nights.deliver({"b": story(1)})
    assert any("was built again" in note for note in second.notes)
    rows = read_rows(second.release)
    assert rows["b"]["duplicate_of"] == rows["a1"]["article_id"]
    assert not any("was built again" in note for note in nights.deliver({"c": story(8)}).notes)


def test_a_damaged_file_is_not_shared(nights):
    first = nights.deliver({f"a{n}": story(n) for n in range(4)}).release
    (file,) = (first / "lineage").glob("spans-*")
    file.chmod(0o644)
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(file, ns=(1, 1))
    with pytest.raises(release.ReleaseError, match="is not what was published"):
        nights.deliver({"b": story(9)})
    assert nights.latest == first


def test_the_article_published_first_keeps_its_role_and_a_purge_leaves_no_word(nights, monkeypatch):
    first = nights.deliver({"late": story(1) + "\nDiterbitkan Rabu (13/3/2024).", "other": story(5)}).release
    second = nights.deliver({"early": story(1), "copy": story(1)})
    rows = read_rows(second.release)
    assert rows["late"]["duplicate_of"] is None
    assert rows["early"]["duplicate_of"] == rows["copy"]["duplicate_of"] is not None
    monkeypatch.setattr(test_takedown, "WORDS", "tahap ke-5 ")  # stands in story(5) alone
    nights.folder.joinpath("night1.jsonl").unlink()
    assert len(test_takedown.words_kept(nights.dataset)) > 3
    with release.publisher_lock(nights.dataset, 0):
        take_down_article(nights.dataset, rows["other"]["article_id"], "asked", purge=True, now=NOW, run_id="x")
    assert test_takedown.words_kept(nights.dataset) == [] and not first.exists()
    assert set(read_rows(nights.latest)) == {"late", "early", "copy"}
    older, newer = (inodes(nights.dataset.locate_folder(entry)) for entry in _list_available(nights.dataset))
    assert older.items() < newer.items()  # the segment was written once, and both releases share it
    third = nights.deliver({"c": story(7)})
    assert third.carried == 3 and release.verify_release(third.release) == []


def _list_available(dataset):
    return [entry for entry in reversed(dataset.read_versions()) if entry.version and dataset.has_files(entry)]


def test_rows_of_the_parent_are_looked_at_for_withdrawals_once_a_list(nights, monkeypatch):
    nights.deliver({f"a{number}": story(number) for number in range(3)})
    gone = next(row for row in release.load_table(nights.latest, "articles").to_pylist() if row["source_id"] == "a1")
    take_down_article(nights.dataset, gone["article_id"], "asked", purge=False, now=NOW, run_id="x")
    looked = []
    find = run.find_withdrawn_rows
    monkeypatch.setattr(run, "find_withdrawn_rows", lambda *args: looked.append(args) or find(*args))
    nights.deliver({"b": story(10)})
    nights.deliver({"c": story(11)})
    nights.deliver({"again": story(1)})
    assert len(looked) == 1
    ids = release.load_table(nights.latest, "articles")["source_id"].to_pylist()
    assert sorted(ids) == ["a0", "a2", "b", "c"]


def test_copies_of_an_article_that_leaves_are_gone_through_again(nights):
    nights.deliver({"a": story(1), "x": story(6)})
    nights.deliver({"b": story(1), "c": story(1)})
    rows = read_rows(nights.latest)
    assert rows["b"]["duplicate_of"] == rows["c"]["duplicate_of"] == rows["a"]["article_id"]
    # The page of the first one shows another story now: one of the others becomes the original of the other.
    third = nights.deliver({"a": story(9)})
    rows = read_rows(third.release)
    links = {key: row["duplicate_of"] for key, row in rows.items()}
    assert links["a"] is None and links["x"] is None
    assert sorted([links["b"], links["c"]], key=str) == sorted([None, rows["b"]["article_id"]], key=str) or sorted(
        [links["b"], links["c"]], key=str
    ) == sorted([None, rows["c"]["article_id"]], key=str)
    changes = {row["article_id"]: row for row in release.load_table(third.release, "changes").to_pylist()}
    assert {row["op"] for row in changes.values()} == {"changed"}
    assert all(changes[rows[key]["article_id"]]["fields"] == ["duplicate_of"] for key in ("b", "c"))


def test_copies_that_were_cut_or_carry_residue_point_to_the_one_published_first(nights, small_segments):
    words = [f"kata{number}" for number in range(420)]

    def tell(start: int, end: int, residue: int = 0) -> str:
        lines = [" ".join(words[at : min(at + 20, end)]) + "." for at in range(start, end, 20)]
        rest = [" ".join(f"sisa{residue}x{number}" for number in range(at, at + 20)) for at in range(0, residue, 20)]
        return "\n".join([*lines, *rest])

    nights.deliver({"whole": tell(0, 300), "other": story(3)})
    for night in range(5):  # the segment of the first is merged with others
        nights.deliver({f"n{night}x{number}": story(10 + 4 * night + number) for number in range(2)})
    shutil.rmtree(nights.dataset.state / "index")
    nights.deliver({"cut": tell(0, 150), "wide": tell(0, 300, residue=280), "part": tell(300, 420)})
    rows = read_rows(nights.latest)
    assert rows["cut"]["duplicate_of"] == rows["wide"]["duplicate_of"] == rows["whole"]["article_id"]
    assert rows["whole"]["duplicate_of"] is rows["part"]["duplicate_of"] is None
    nights.deliver({"cut2": tell(0, 160)})
    assert read_rows(nights.latest)["cut2"]["duplicate_of"] == rows["whole"]["article_id"]
    assert rebuild_release(nights.dataset, nights.dataset.read_latest_version()).is_identical


def test_an_older_layout_is_read_as_parent_and_published_as_segments(nights):
    stored = max((Path(__file__).parents[1] / "golden" / "releases").glob("1.*"))
    path = nights.dataset.releases / "2026.11.22.1"
    shutil.copytree(stored, path)
    manifest = release.read_manifest(path)
    write_versions(nights.dataset, [build_entry(manifest, "releases/2026.11.22.1", hash_file(path / "SHA256SUMS"))])
    update_latest(nights.dataset, "2026.11.22.1", hash_file(path / "SHA256SUMS"))
    old = {row["article_id"]: row for row in release.load_table(path, "articles").to_pylist()}
    outcome = nights.deliver({"b": story(2)})
    assert outcome.carried == len(old) and outcome.changes == {"added": 1, "changed": 0, "removed": 0}
    assert any("older layout" in note for note in outcome.notes)
    rows = {row["article_id"]: row for row in release.load_table(outcome.release, "articles").to_pylist()}
    assert all(rows[key]["text"] == row["text"] for key, row in old.items()) and len(rows) == len(old) + 1
    for name in ("spans", "evidence"):
        before = release.load_table(path, name).num_rows
        assert release.load_table(outcome.release, name).num_rows > before > 0
    assert release.read_manifest(outcome.release)["layout"] == 2
    assert nights.deliver({"c": story(3)}).carried == len(old) + 1


@pytest.mark.parametrize("seed", range(4))
def test_merges_keep_few_segments_and_rewrite_each_row_few_times(seed):
    draw = random.Random(seed)
    size = release.SEGMENT_ROWS
    rows: list[int] = []
    written = delivered = 0
    for _ in range(400):
        new = draw.choice([1, 7, 300, 2_000, 12_000, 70_000]) if seed % 2 else 2_000
        delivered += new
        rows += [size] * (new // size) + ([new % size] if new % size else [])
        written += new
        after: list[int] = []
        for group in plan_merges(rows):
            total = sum(rows[index] for index in group)
            if len(group) > 1:
                written += total
            after += [size] * (total // size) + ([total % size] if total % size else [])
        assert sum(after) == sum(rows)
        rows = after
        assert len(rows) <= delivered / size + 12
    assert written <= 5 * delivered
