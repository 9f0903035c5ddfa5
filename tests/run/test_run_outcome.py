"""What an operator is told to do next, in the words of the place where it is read."""

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
