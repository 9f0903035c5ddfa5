"""What an operator is told to do next, in the words of the place where it is read."""

from pathlib import Path

import pytest

from flows.parameters import MoreOptions, Publish, name_parameter
from flows.run.run_outcome import RunOutcome

OUTCOMES = {
    "accept_drift": RunOutcome("refused", "news", why=("drift.date: fewer.",), drift_alone=True),
    "wait": RunOutcome("busy", "news", why=("Another publisher is at work.",)),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_step_names_the_flag_on_the_command_line_and_the_field_in_the_form(name):
    outcome, flag = OUTCOMES[name], f"--{name.replace('_', '-')}"
    terminal, form = " ".join(outcome.format_lines()), outcome.format_sentence()
    assert flag in terminal and f"more.{name}" not in terminal
    assert f"more.{name}" in form and flag not in form
    page = " ".join(outcome.list_next_steps("page"))
    assert flag in page and f"more.{name}" in page


@pytest.mark.parametrize("name", Publish.model_fields)
def test_every_parameter_has_a_name_in_the_form_and_one_on_the_command_line(name):
    assert name_parameter(name, "form") == (f"more.{name}" if name in MoreOptions.model_fields else name)
    assert name_parameter(name, "terminal").startswith("--") and "_" not in name_parameter(name, "terminal")


@pytest.mark.parametrize(
    ("outcome", "code", "sentence"),
    [
        (RunOutcome("published", "news", "v", articles=1_200), 0, "published v: 1,200 articles"),
        (RunOutcome("published", "news", "v", articles=2, rejected={"empty": 1_002}, dropped={"copy": 3}), 0,
         "published v: 2 articles, 1,002 rejected, 3 dropped"),
        (RunOutcome("nothing_new", "news", "v"), 0, "nothing new: the same source, parameters and code made v"),
        (RunOutcome("dry_run", "news", articles=5, dropped={"duplicate": 1}), 0,
         "dry run: 5 articles would be published, 1 dropped"),
        (RunOutcome("wrong_use", "news", why=("No such file.", "Give another.")), 2,
         "wrong use: No such file. Give another."),
        (RunOutcome("broken", "news", why=("A defect.",)), 3, "broken: A defect."),
        (RunOutcome("refused", "news", why=("Too few.",)), 1,
         "refused: Too few. Correct the source, or the rule that the reasons name, and run again."),
        (RunOutcome("refused", "news", why=("Too few.",), refused=Path("a/refused/1")), 1,
         "refused: Too few. The evidence is in a/refused/1/: report.html, rejects/ and validation/. "
         "Correct the source, or the rule that the reasons name, and run again."),
        (RunOutcome("busy", "news", why=("Another runs.",)), 1,
         "busy: Another runs. To wait for the other run instead, give seconds in more.wait."),
    ],
)  # fmt: skip
def test_each_outcome_is_a_sentence_and_an_exit_code(outcome, code, sentence):
    assert (outcome.exit_code, outcome.format_sentence()) == (code, sentence)


def test_a_terminal_shows_counts_examples_and_where_the_release_is():
    outcome = RunOutcome(
        "published", "news", "v", Path("out/v"), articles=3, carried=1_000, cleaned=4, kept=5, redone="New rules.",
        rejected={"empty": 1}, dropped={"duplicate": 2}, marked=6, changes={"added": 1_500, "removed": 0},
        examples=(("a.txt", "empty", "It is empty."), ("b.txt", "duplicate", "It repeats a.")), notes=("A note.",),
    )  # fmt: skip
    assert outcome.format_lines() == [
        "news: published v: 3 articles, 1 rejected, 2 dropped",
        "changes: 1,500 added, 0 removed",
        "carried over from the parent release: 1,000",
        "documents processed: 4; results reused: 5",
        "note: New rules.",
        "duplicates of another article (duplicate_of): 6",
        "rejected 1 empty",
        "    a.txt: It is empty.",
        "dropped 2 duplicate",
        "    b.txt: It repeats a.",
        "note: A note.",
        "release: out/v",
        'open it: pandas.read_parquet("out/v/data")',
    ]
    assert RunOutcome("dry_run", "news", changes={"added": 1}).format_lines() == [
        "news: dry run: 0 articles would be published"
    ]
