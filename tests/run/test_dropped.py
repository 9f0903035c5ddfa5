"""Dropped duplicates: kept whole, carried from release to release, and published when their original leaves."""

import json
import random

import pytest

from flows import release
from flows.maintain import absence
from flows.maintain.rebuild import rebuild_release
from flows.maintain.takedown import take_down_article
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.maintain import test_takedown
from tests.maintain.test_takedown import NOW
from tests.makers import story
from tests.run.test_segments import Nights, read_rows, small_segments

__all__ = ["small_segments"]

CHAIN = [f"kata{number}" for number in range(260)]


class Deliveries(Nights):
    """Nights whose records were fetched later each night, so that a text that changed wins, however short."""

    def deliver(self, stories: dict[str, str], **options):
        at = f"2026-01-{self.count + 1:02d}T00:00:00Z"
        path = self.folder / f"night{self.count + 1}.jsonl"
        records = [
            {"id": key, "url": f"https://warta.example/{key}/judul", "text": text, "fetched_at": at}
            for key, text in stories.items()
        ]
        self.count += 1
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        options = {"append": True, "accept_drift": "by lot", **options}
        outcome = run_publish(Publish(source=str(path), output=str(self.dataset.root.parent), **options))
        assert outcome.status == "published", outcome.why
        return outcome


@pytest.fixture
def nights(tmp_path):
    return Deliveries(tmp_path)


def tell(number: int) -> str:
    """A story that resembles no other one."""
    return f"{story(number)}\n" + " ".join(f"kalimat{number} nomor{place}" for place in range(120)) + "."


def window(start: int) -> str:
    """A story of 200 words; those of starts 20 apart are near duplicates, those of starts 40 apart are none."""
    words = CHAIN[start : start + 200]
    return "\n".join(" ".join(words[place : place + 20]).capitalize() + "." for place in range(0, 200, 20))


def read_dropped(path) -> dict[str, dict]:
    segments = release.list_dropped_segments(path, release.read_manifest(path))
    batches = release.read_file_batches(
        [file for segment in segments for file in segment.list_files("articles")], "articles"
    )
    return {row["url"].split("/")[3]: row for batch in batches for row in batch.to_pylist()}


def list_keys(path) -> tuple[set[str], set[str]]:
    assert release.verify_release(path) == []
    return set(read_rows(path)), set(read_dropped(path))


def take_down(nights, key: str, *, purge: bool):
    article_id = (read_rows(nights.latest) | read_dropped(nights.latest))[key]["article_id"]
    with release.publisher_lock(nights.dataset, 0):
        return take_down_article(nights.dataset, article_id, "asked", purge=purge, now=NOW, run_id=f"x{nights.count}")


def test_dropped_rows_are_whole_and_carried_without_being_written_again(nights):
    first = nights.deliver({"a": story(1), "b": story(1), "c": story(3)}, duplicates="drop")
    published, dropped = read_rows(first.release), read_dropped(first.release)
    (key,) = dropped
    assert published.keys() | dropped.keys() == {"a", "b", "c"} and first.dropped == {"duplicate": 1}
    assert dropped[key]["duplicate_of"] == published[({"a", "b"} - {key}).pop()]["article_id"]
    assert dropped[key]["text"].startswith("Pemerintah kota memulai")
    second = nights.deliver({"d": story(4)}, duplicates="drop")
    assert second.carried == 3 and second.dropped == {"duplicate": 1}
    assert list_keys(second.release) == ({"a", "b", "c", "d"} - {key}, {key})
    manifest = release.read_manifest(second.release)
    assert manifest["counts"]["dropped_before"] == 1 and manifest["dropped_segments"][0]["rows"] == 1
    assert release.load_table(second.release, "rejects").num_rows == 0
    (old,), (new,) = (list((path / "rejects").glob("dropped-articles-*")) for path in (first.release, second.release))
    assert old.samefile(new)
    assert "was dropped as duplicate" in absence.explain_absence(second.release, dropped[key]["article_id"])[0]
    report = rebuild_release(nights.dataset, second.version)
    assert report.is_identical and any("dropped-articles" in path for path in report.files)


def test_it_returns_when_what_it_repeats_is_another_text(nights):
    nights.deliver({"a": story(1), "x": story(6)}, duplicates="drop")
    second = nights.deliver({"b": story(1), "c": story(1)}, duplicates="drop")
    assert list_keys(second.release) == ({"a", "x"}, {"b", "c"})
    third = nights.deliver({"a": story(9)}, duplicates="drop")
    published, dropped = list_keys(third.release)
    assert {"a", "x"} < published and len(published) == 3 and published | dropped == {"a", "x", "b", "c"}
    (returned,), (key,) = published - {"a", "x"}, dropped
    assert read_dropped(third.release)[key]["duplicate_of"] == read_rows(third.release)[returned]["article_id"]
    assert third.changes == {"added": 1, "changed": 1, "removed": 0}
    spans = release.load_table(third.release, "spans")["article_id"].to_pylist()
    assert read_rows(third.release)[returned]["article_id"] in spans
    assert rebuild_release(nights.dataset, third.version).is_identical


def test_no_story_is_lost_with_one_that_it_does_not_resemble(nights):
    """A near B, B near C, A not near C: B is dropped with A, then A leaves, and B repeats C no less."""
    nights.deliver({"a": window(0)}, duplicates="drop")
    second = nights.deliver({"b": window(20)}, duplicates="drop")
    assert list_keys(second.release) == ({"a"}, {"b"})
    third = nights.deliver({"a": story(2)}, duplicates="drop")
    assert list_keys(third.release) == ({"a", "b"}, set())


@pytest.mark.parametrize("purge", [False, True])
def test_a_takedown_returns_near_duplicates_and_takes_exact_ones_with_it(nights, purge, monkeypatch):
    nights.deliver({"a": story(2) + "\n" + window(0)}, duplicates="drop")
    near = window(0) + "\nPenutup lain dari redaksi kami untuk pembaca setia."
    nights.deliver({"copy": (story(2) + "\n" + window(0)).upper()}, duplicates="drop")
    nights.deliver({"near": story(2).replace("tahap ke-2 ", "tahap kedua ") + "\n" + near}, duplicates="drop")
    assert list_keys(nights.latest) == ({"a"}, {"copy", "near"})
    for number in (1, 2, 3):
        (nights.folder / f"night{number}.jsonl").unlink()
    monkeypatch.setattr(test_takedown, "WORDS", "tahap ke-2 ")
    take_down(nights, "a", purge=purge)
    if purge:
        assert test_takedown.words_kept(nights.dataset) == []
        assert list_keys(nights.latest) == ({"near"}, set())
        counts = release.read_manifest(nights.latest)["counts"]
        assert counts["published"] == 1 and counts["rejected"] == {"withdrawn": 2} and counts["dropped"] == {}
    outcome = nights.deliver({"z": story(7)}, duplicates="drop")
    assert list_keys(outcome.release) == ({"near", "z"}, set())


def test_a_purge_reaches_dropped_rows(nights, monkeypatch):
    first = nights.deliver({"a": story(2) + "\n" + window(0)}, duplicates="drop")
    other = story(2).replace("tahap ke-2 ", "tahap berikut itu ") + "\n" + window(0)
    nights.deliver({"near": other}, duplicates="drop")
    assert list_keys(nights.latest) == ({"a"}, {"near"})
    (nights.folder / "night2.jsonl").unlink()
    monkeypatch.setattr(test_takedown, "WORDS", "tahap berikut itu")
    take_down(nights, "near", purge=True)
    assert test_takedown.words_kept(nights.dataset) == [] and first.release.exists()
    assert list_keys(nights.latest) == ({"a"}, set())


def test_marking_again_publishes_what_was_dropped_and_dropping_moves_what_was_marked(nights):
    nights.deliver({"a": story(1), "b": story(1)}, duplicates="drop")
    marked = nights.deliver({"c": story(5), "d": story(5)})
    assert list_keys(marked.release) == ({"a", "b", "c", "d"}, set()) and marked.marked == 2
    dropped = nights.deliver({"e": story(4)}, duplicates="drop")
    published, left_out = list_keys(dropped.release)
    assert len(published) == 3 and len(left_out) == 2 and dropped.changes["removed"] == 2
    reasons = release.load_table(dropped.release, "rejects")["reason"].to_pylist()
    assert reasons == ["duplicate", "duplicate"]


def test_a_whole_source_drops_again_what_it_still_holds_and_forgets_the_others(nights):
    first = nights.deliver({"a": story(1), "b": story(1), "c": story(3)}, duplicates="drop", append=False)
    (key,) = read_dropped(first.release)
    texts = {"a": story(1), "b": story(1), "d": story(4)}
    second = nights.deliver(texts, duplicates="drop", append=False)
    assert list_keys(second.release) == ({"a", "b", "d"} - {key}, {key})
    assert rebuild_release(nights.dataset, second.version).is_identical
    third = nights.deliver({key: story(1), "d": story(4)}, duplicates="drop", append=False)
    assert list_keys(third.release) == ({key, "d"}, set())


@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.proof) for seed in (1, 2))])
def test_nothing_is_lost_in_any_order(nights, seed):
    """Deliveries, changed texts and takedowns by lot: each document is published, dropped, or withdrawn."""
    draw = random.Random(seed)
    texts: dict[str, str] = {}
    withdrawn: set[str] = set()  # texts
    for night in range(5):
        delivery = {f"n{night}x{number}": tell(draw.randrange(6)) for number in range(draw.randrange(2, 6))}
        if texts and draw.random() < 0.7:  # one changes, and may have been the original of others
            delivery[draw.choice(sorted(texts))] = tell(draw.randrange(6, 12))
        if texts and night in (2, 4):
            key = draw.choice(sorted(texts))
            take_down(nights, key, purge=night == 4)
            withdrawn.add(texts[key])
            delivery.pop(key, None)
            texts = {key: text for key, text in texts.items() if text not in withdrawn}
            assert nights.count == night and (night != 4 or list_keys(nights.latest)[0])
        outcome = nights.deliver(delivery | {f"filler{night}": tell(40 + night)}, duplicates="drop")
        texts |= {key: text for key, text in delivery.items() if text not in withdrawn}
        texts[f"filler{night}"] = tell(40 + night)
        published, dropped = list_keys(outcome.release)
        assert published | dropped == set(texts) and not published & dropped
        rows, copies = read_rows(outcome.release), read_dropped(outcome.release)
        assert {texts[key] for key in published} == set(texts.values())
        ids = {row["article_id"]: key for key, row in rows.items()}
        assert all(texts[ids[row["duplicate_of"]]] == texts[key] for key, row in copies.items())
        counts = release.read_manifest(outcome.release)["counts"]
        accounted = counts["published"] + sum(counts["dropped"].values()) + sum(counts["rejected"].values())
        assert counts["documents_in"] + counts["carried_over"] == accounted
    assert rebuild_release(nights.dataset, nights.dataset.read_latest_version()).is_identical
