"""Marks of a cut: what leaves the text, what is left alone, and that the column `is_partial` says so."""

import json

import pytest

from flows.read import read_batches
from flows.read.cut_marks import split_cut_mark
from flows.workers import batch_processing

STORY = (
    "Warga Desa Merbau menanam seribu bibit mangrove di pesisir utara sejak Senin pagi bersama para nelayan.\n\n"
    "Kepala desa mengatakan penanaman itu akan dilanjutkan pekan depan di dua dusun yang lain"
)


def publish(folder):
    """The articles and the evidence of `is_partial` that a publish would make of a folder."""
    articles, evidence = [], []
    for batch in read_batches(folder):
        assert batch.rejects.num_rows == 0
        outcome = batch_processing.process_batch(batch.documents)
        articles += outcome.articles.to_pylist()
        evidence += [row for row in outcome.evidence.to_pylist() if row["field"] == "is_partial"]
    return articles, evidence


@pytest.mark.parametrize(
    "mark",
    [
        "… [+1234 chars]", " [...]", "[…]", "... [+5 chars]", " [&hellip;]", " [+12 more]", " [Read more…]",
        "… [Baca selengkapnya]", " [truncated]", "[ … ]", "\n\n[dipotong]\n",
    ],
)  # fmt: skip
def test_the_mark_leaves_the_text(mark):
    text, printed = split_cut_mark(STORY + mark)
    assert text == STORY + "…"
    assert printed == mark.strip(" .…\n") or printed == mark.strip()


def test_what_follows_the_mark_in_a_feed_stays():
    footer = "</p>\n<p>The post <a href='https://x.id/a'>Judul</a> appeared first on <a href='https://x.id'>X</a>.</p>"
    text, mark = split_cut_mark(f"<p>{STORY} [&#8230;]{footer}")
    assert (text, mark) == (f"<p>{STORY}…{footer}", "[&#8230;]")


@pytest.mark.parametrize(
    "text",
    [
        STORY + ".",
        STORY + " [1]",
        STORY + "...",
        "“Kami […] menolak,” kata Rukmini. " + STORY,
        STORY + " [+1234 chars] Sumber lain berkata begitu.",
        STORY + " [more about this]",
        "",
    ],
)
def test_a_text_without_a_mark_at_its_end_stays_as_it_is(text):
    assert split_cut_mark(text) == (text, "")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", json.dumps({"text": STORY + "… [+512 chars]"})),
        ("a.json", json.dumps({"articles": [{"title": "Mangrove", "content": STORY + "… [+512 chars]"}]})),
        ("a.csv", f'judul,isi\nMangrove,"{STORY}… [+512 chars]"\n'),
        ("a.txt", STORY + "… [+512 chars]\n"),
        ("a.md", f"---\ntitle: Mangrove\n---\n{STORY}… [+512 chars]\n"),
    ],
)
def test_a_cut_text_is_published_as_partial_with_the_mark_as_evidence(tmp_path, name, data):
    (tmp_path / name).write_text(data, encoding="utf-8")
    [article], [evidence] = publish(tmp_path)
    assert article["is_partial"] is True
    assert "chars" not in article["text"] and article["text"].endswith("dua dusun yang lain…")
    assert (evidence["rule"], evidence["quote"], evidence["sure"]) == ("partial.record", "[+512 chars]", "stated")


def test_a_summary_alone_is_published_as_partial_and_names_its_key(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"title": "Mangrove", "ringkasan": STORY + "."}), encoding="utf-8")
    [article], [evidence] = publish(tmp_path)
    assert article["is_partial"] is True and evidence["quote"] == 'only its "ringkasan" is there'


def test_a_whole_text_is_not_partial(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": STORY + "."}), encoding="utf-8")
    [article], evidence = publish(tmp_path)
    assert article["is_partial"] is False and not evidence
