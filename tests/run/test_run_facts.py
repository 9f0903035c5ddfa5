"""What people are told of a run: keys that state nothing, examples of rejects, counts."""

from dataclasses import replace

import pytest

from flows.run.run_facts import format_key, list_key_notes, summarize_run
from flows.validate import Check, Verdict
from schemas import arrow
from tests.makers import dump, story
from tests.run.test_partitioning import clean_texts


def use(filled, **states):
    return {"filled": filled, "states": states}


def test_keys_that_state_nothing_are_listed_and_so_are_files_that_are_no_documents():
    keys = {"judul": use(3, title=3), "kode": use(3), "kosong": use(0), "a\nb": use(1)}
    assert list_key_notes({"keys": keys, "not_read": {"style sheet": 1_200}}) == (
        "unused keys of records: kode, a b; use one with --map FIELD=KEY",
        "not read, because they are no documents: 1,200 style sheet",
    )
    assert list_key_notes({}) == () and list_key_notes({"keys": {"judul": use(3, title=3)}}) == ()


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, " and 1 more"), (20, " and 8 more")])
def test_of_many_unused_keys_the_first_are_named(count, more):
    (note,) = list_key_notes({"keys": {f"k{number}": use(1) for number in range(count)}})
    listed = ", ".join(f"k{number}" for number in range(12))
    assert note == f"unused keys of records: {listed}{more}; use one with --map FIELD=KEY"


def test_a_key_is_one_printable_line_of_at_most_60_characters():
    assert format_key("a\x1b[2Jb\u202e") == "a [2Jb " and format_key("k" * 61) == "k" * 60


def test_the_summary_counts_and_shows_three_examples_of_each_reason(tmp_path):
    state, job = clean_texts(tmp_path / "run", {number: story(number) for number in range(3)} | {7: dump(7)})
    rows = [
        {"source_id": f"s{number}", "source_uri": "u", "raw_sha256": None, "stage": "clean", "reason": reason,
         "detail": f"Detail {number}.", "preview": None}
        for number, reason in [*((number, "empty") for number in (4, 1, 3, 2)), (5, "same_article"), (0, "binary")]
    ]  # fmt: skip
    state = replace(state, rejects=arrow.build_table(arrow.REJECTS, rows), cleaned_count=4, cached_count=2)
    checks = tuple(
        Check(name, severity, passed, 0 if passed else 2, sentence, crashed=False)
        for name, severity, passed, sentence in (
            ("a.passed", "warning", True, "It is so."), ("b.failed", "warning", False, "It is not so."),
            ("c.failed", "critical", False, "It must not be."),
        )
    )  # fmt: skip
    outcome = summarize_run(job, state, {"articles": Verdict(checks, {}, (), {})})
    assert (outcome.status, outcome.dataset, outcome.articles) == ("dry_run", "news", state.articles.num_rows)
    assert outcome.rejected == {"empty": 4, "binary": 1} and outcome.dropped == {"same_article": 1}
    assert (outcome.cleaned, outcome.kept, outcome.marked, outcome.carried) == (4, 2, 0, 0)
    assert [name for name, reason, _ in outcome.examples if reason == "empty"] == ["s1", "s2", "s3"]
    assert {reason for _, reason, _ in outcome.examples} == {"empty", "binary", "same_article"}
    assert ("s0", "binary", "Detail 0.") in outcome.examples
    assert "b.failed: It is not so." in outcome.notes
    assert not any(note.startswith(("a.passed", "c.failed")) for note in outcome.notes)
    links = [*["x" * 32] * 2, *[None] * (state.articles.num_rows - 2)]
    linked = replace(state, articles=arrow.replace_column(state.articles, "duplicate_of", links))
    assert summarize_run(job, linked, {}).marked == 2
