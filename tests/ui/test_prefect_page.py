"""An operator's first day: the real pages of a real Prefect server in a real browser."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.makers import story

pytestmark = [pytest.mark.flow, pytest.mark.browser]

RARE_OPTIONS_HELP = "Processes that clean and describe at the same time; or a Dask cluster"


def open_form(served, page, deployment):
    """Open the Run form and wait until it is whole: what is filled in before that is forgotten."""
    page.goto(f"{served.base}/deployments/deployment/{deployment}/run")
    expect(page.get_by_text(RARE_OPTIONS_HELP)).to_be_visible()
    page.wait_for_load_state("networkidle")


def fill_form(page, fields):
    """Fill in the fields, by label, and wait until the form holds them all."""
    areas = {
        # The innermost of the properties that show the label comes last.
        page.locator(".p-label")
        .filter(has=page.get_by_text(re.compile(rf"^{label}( \(Optional\))?$")))
        .last.locator("textarea")
        .first: words
        for label, words in fields.items()
    }
    for area, words in areas.items():
        area.fill(words)
    for area, words in areas.items():
        expect(area).to_have_value(words)


def test_the_form_refuses_then_runs_and_the_run_page_tells_the_story(served, page):
    source = served.make_source("first-day")
    (source / "one.txt").write_text(story(1), encoding="utf-8")
    (source / "empty.txt").write_bytes(b"")
    manual = served.deployment("manual")["id"]

    def runs_of_manual():
        found = served.api("/flow_runs/filter", flow_runs={"deployment_id": {"any_": [manual]}})
        return {each["id"] for each in found}

    before = runs_of_manual()  # other tests may have used this server
    page.goto(f"{served.base}/deployments")
    for name in ("manual", "inspect", "nightly", "weekly"):
        expect(page.get_by_text(name).first).to_be_visible()
    open_form(served, page, manual)
    expect(page.get_by_text("a folder (read recursively), a file, a glob")).to_be_visible()

    fill_form(page, {"source": "/etc", "Output": str(served.output)})
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("'a place under seeds, data").first).to_be_visible()
    assert "does not match" not in page.inner_text("body")
    assert runs_of_manual() == before

    open_form(served, page, manual)
    fill_form(page, {"source": str(source), "Output": str(served.output)})
    with page.expect_response(lambda answer: answer.url.endswith("/create_flow_run")) as sent:
        page.get_by_role("button", name="Submit").click()
    assert sent.value.ok, sent.value.text()
    parameters = sent.value.request.post_data_json["parameters"]
    assert (parameters["source"], parameters["more"]["output"]) == (str(source), str(served.output))
    run = sent.value.json()["id"]
    state = served.ended(run)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed")
    version = json.loads((served.output / parameters["dataset"] / "latest.json").read_text())["version"]

    page.goto(f"{served.base}/runs/flow-run/{run}")
    for words in (
        "Completed",
        f"{parameters['dataset']} {version} from",
        "clean and describe: 1 articles so far, 1 documents rejected",
    ):
        expect(page.get_by_text(words).first).to_be_visible()
    page.locator("button:visible, a:visible, li:visible").filter(
        has_text=re.compile(r"^\s*Artifacts\s*$")
    ).first.click()
    for words in (f"published {version}: 1 articles, 1 rejected", "rejects", "validation", "report", "progress"):
        expect(page.get_by_text(words).first).to_be_visible()
    link = served.artifacts(run)["report"]["data"]
    page.goto(link[link.index("http") : link.index(")")])
    expect(page.get_by_text(version).first).to_be_visible()
    assert page.problems == []


def test_the_schedule_is_switched_on_and_then_plans_runs(served, page, eventually):
    nightly = served.deployment("nightly")
    assert [each["active"] for each in nightly["schedules"]] == [False]
    assert nightly["schedules"][0]["schedule"]["timezone"] == "Asia/Jakarta"
    page.goto(f"{served.base}/deployments/deployment/{nightly['id']}")
    page.get_by_role("switch").first.click()
    eventually(lambda: served.deployment("nightly")["schedules"][0]["active"])
    planned = {"deployment_id": {"any_": [nightly["id"]]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
    runs = eventually(lambda: served.api("/flow_runs/filter", flow_runs=planned), 120)
    assert "T18:30:00" in runs[0]["expected_start_time"]  # 01:30 in Jakarta


def test_what_the_form_lets_through_the_run_refuses(served):
    """The page's own check can be switched off; links can lead out of a root."""
    out = served.make_source("links") / "out"
    out.symlink_to("/etc")
    run = served.run(source=str(out), more={"output": str(served.output)})
    state = served.ended(run)
    assert (state["type"], state["name"]) == ("FAILED", "Failed") and "KLIPING_ROOTS" in state["message"]
