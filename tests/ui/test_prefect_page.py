"""An operator's first day: the real pages of a real Prefect server in a real browser."""

import json

import pytest

from tests.makers import story

pytestmark = [pytest.mark.flow, pytest.mark.browser]

AREA = "[...document.querySelectorAll('textarea')].find(e => e.value === {})"


def area(value):
    return AREA.format(json.dumps(value))


def test_the_form_refuses_then_runs_and_the_run_page_tells_the_story(served, page, eventually):
    (served.source / "one.txt").write_text(story(1), encoding="utf-8")
    (served.source / "empty.txt").write_bytes(b"")
    manual = served.deployment("manual")["id"]
    page.go(f"{served.base}/deployments")
    for name in ("manual", "inspect", "nightly", "weekly"):
        page.sees(name, 60)
    page.go(f"{served.base}/deployments/deployment/{manual}/run")
    page.sees("a folder (read recursively), a file, a glob", 60)
    page.sees("Processes that clean and describe at the same time; or a Dask cluster")

    page.fill(area("seeds"), "/etc")
    page.fill(area("output"), str(served.output))
    page.click_text("Submit")
    page.sees("'a place under seeds, data")
    assert "does not match" not in page.text()
    assert served.api("/flow_runs/filter", flow_runs={"deployment_id": {"any_": [manual]}}) == []

    page.go(f"{served.base}/deployments/deployment/{manual}/run")
    page.sees(
        "Processes that clean and describe at the same time; or a Dask cluster", 60
    )  # else it forgets what it is given
    page.fill(area("seeds"), str(served.source))
    page.fill(area("output"), str(served.output))
    page.click_text("Submit")
    of_manual = {"deployment_id": {"any_": [manual]}}
    run = eventually(lambda: served.api("/flow_runs/filter", flow_runs=of_manual))[0]["id"]
    state = served.ended(run)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed")
    version = json.loads((served.output / "news" / "latest.json").read_text())["version"]

    page.go(f"{served.base}/runs/flow-run/{run}")
    page.sees("Completed")
    page.sees(f"news {version} from")
    page.sees("clean and describe: 1 articles so far, 1 documents rejected")
    page.click_text("Artifacts")
    for words in (f"published {version}: 1 articles, 1 rejected", "rejects", "validation", "report", "progress"):
        page.sees(words)
    link = served.artifacts(run)["report"]["data"]
    page.go(link[link.index("http") : link.index(")")])
    page.sees(version)
    assert page.problems == []


def test_the_schedule_is_switched_on_and_then_plans_runs(served, page, eventually):
    nightly = served.deployment("nightly")
    assert [each["active"] for each in nightly["schedules"]] == [False]
    assert nightly["schedules"][0]["schedule"]["timezone"] == "Asia/Jakarta"
    page.go(f"{served.base}/deployments/deployment/{nightly['id']}")
    page.click("document.querySelector('[role=switch]')")
    eventually(lambda: served.deployment("nightly")["schedules"][0]["active"])
    planned = {"deployment_id": {"any_": [nightly["id"]]}, "state": {"type": {"any_": ["SCHEDULED"]}}}
    runs = eventually(lambda: served.api("/flow_runs/filter", flow_runs=planned), 120)
    assert "T18:30:00" in runs[0]["expected_start_time"]  # 01:30 in Jakarta


def test_what_the_form_lets_through_the_run_refuses(served):
    """The page's own check can be switched off; links can lead out of a root."""
    out = served.source / "out"
    out.symlink_to("/etc")
    run = served.run(source=str(out), more={"output": str(served.output)})
    state = served.ended(run)
    assert (state["type"], state["name"]) == ("FAILED", "Failed") and "KLIPING_ROOTS" in state["message"]


def test_logs_hold_no_words_of_an_article(served):
    words = "Pemerintah kota memulai"
    (served.source / "two.txt").write_text(story(2), encoding="utf-8")
    run = served.run(source=str(served.source / "two.txt"), dataset="quiet", more={"output": str(served.output)})
    assert served.ended(run)["message"].startswith("published")
    assert words in story(2) and not [line for line in served.logs(run) if words in line]
    assert not [key for key, each in served.artifacts(run).items() if words in str(each["data"])]
