"""Documents of a release run again with today's rules: from kept bytes, else from the source; nothing is published."""

import json
from datetime import date

import pytest

from flows import pipeline, release
from flows.parameters import Publish
from flows.publish import tell
from flows.rerun import Chosen, replay
from tests.makers import story

DAY = date(2026, 11, 22)
URL = "https://www.republika.co.id/berita/abc123/kota-memulai"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    (folder / "sub").mkdir(parents=True)
    (folder / "0.txt").write_text(story(0), encoding="utf-8")
    (folder / "sub" / "1.txt").write_text(story(1), encoding="utf-8")
    (folder / "sub" / "menu.txt").write_text("Login\nDaftar\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    lines = [
        json.dumps({"text": story(2)}), "", '{"broken', json.dumps({"id": "r4", "text": story(3), "url": URL}),
        json.dumps({"id": 7, "text": story(4)}),
    ]  # fmt: skip
    (folder / "sub" / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def published(source, tmp_path):
    outcome = tell(Publish(source=str(source), output=str(tmp_path / "output")))
    assert outcome.status == "published" and outcome.articles == 5
    return release.Dataset(tmp_path / "output" / "news"), outcome.release


def run(published, **chosen):
    return replay(*published, Chosen(**chosen), DAY)


@pytest.mark.parametrize("gone", ["source", "raw"])
def test_everything_comes_out_as_it_is(published, source, gone):
    dataset, _ = published
    if gone == "source":
        source.rename(source.with_name("elsewhere"))
    else:
        for pack in dataset.raw.iterdir():
            pack.unlink()
    found = run(published, everything=True)
    assert found.comparison.counts() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 5}
    assert found.missing == ()
    assert [(name, before) for name, before, after, _ in found.rejects if before == after] == [
        ("empty.txt", "empty"), ("sub/d.jsonl#L3", "broken_record"), ("sub/menu.txt", "no_article"),
    ]  # fmt: skip
    assert len(dataset.versions()) == 1


def test_a_new_rule_shows_what_it_would_change(published, monkeypatch):
    process = pipeline.process

    def other(raw):
        made = process(raw)
        at = made.articles.schema.get_field_index("place")
        titles = ["Kota" for _ in range(made.articles.num_rows)]
        import pyarrow as pa

        articles = made.articles.set_column(at, made.articles.schema.field(at), pa.array(titles, pa.string()))
        return pipeline.Outcome(articles, made.rejects, made.spans, made.evidence)

    monkeypatch.setattr(pipeline, "process", other)
    found = run(published, outlets=("republika.co.id",))
    assert found.comparison.fields() == {"place": 5} and found.rejects == ()
    assert any("-> Kota" in line for line in found.lines(20))
    key = found.comparison.changes[0].article_id
    assert [change.article_id for change in run(published, articles=(key,)).comparison.changes] == [key]


def test_a_reject_that_becomes_an_article_and_the_other_way_round(published, monkeypatch):
    import pyarrow as pa

    process = pipeline.process

    def swapped(raw):
        menu = raw["source_id"].to_pylist()
        at = raw.schema.get_field_index("raw")
        kept = [story(9).encode() if name == "sub/menu.txt" else row for name, row in
                zip(menu, raw["raw"].to_pylist(), strict=True)]  # fmt: skip
        kept = [b"Login\nDaftar\n" if name == "0.txt" else row for name, row in zip(menu, kept, strict=True)]
        return process(raw.set_column(at, raw.schema.field(at), pa.array(kept, pa.large_binary())))

    monkeypatch.setattr(pipeline, "process", swapped)
    found = run(published, everything=True)
    assert {change.source_id: change.op for change in found.comparison.changes} == {
        "sub/menu.txt": "added", "0.txt": "removed",
    }  # fmt: skip
    assert ("0.txt", "published", "no_article") in [each[:3] for each in found.rejects]
    assert json.loads(json.dumps(found.as_json()))["counts"]["added"] == 1


def test_rejects_of_a_reason(published):
    assert [each[0] for each in run(published, reasons=("no_article",)).rejects] == ["sub/menu.txt"]
    assert len(run(published).rejects) == 3


def test_what_cannot_be_found_is_told(published, source):
    dataset, _ = published
    for pack in dataset.raw.iterdir():
        pack.unlink()
    (source / "sub" / "menu.txt").write_text("Login\nDaftar\nMasuk\n", encoding="utf-8")
    found = run(published)
    assert found.missing == ("sub/menu.txt",)
    assert any("not found: 1" in line for line in found.lines(20))


@pytest.mark.parametrize(
    "chosen", [{"reasons": ("unheard",)}, {"articles": ("0" * 32,)}, {"outlets": ("Nobody",)}, {"reasons": ("binary",)}]
)
def test_a_choice_of_nothing_is_said(published, chosen):
    with pytest.raises(release.Mistaken):
        run(published, **chosen)


def test_a_glob_is_laid_out_as_it_stood(source, tmp_path):
    outcome = tell(Publish(source=f"{source}/**/*.txt", output=str(tmp_path / "output")))
    found = replay(release.Dataset(tmp_path / "output" / "news"), outcome.release, Chosen(everything=True), DAY)
    assert found.comparison.counts()["unchanged"] == outcome.articles == 2 and found.missing == ()
