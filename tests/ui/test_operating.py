"""What an operator meets over months, in a real browser against a real server and worker."""

import json
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from flows import release
from tests.makers import story

pytestmark = [pytest.mark.flow, pytest.mark.browser]

WORDS = "Pemerintah kota memulai"


@pytest.fixture(scope="module")
def ended_runs(served):
    """One run of each outcome: its id and its state."""
    folder = served.make_source("outcomes")
    for number in range(6):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    asked = {"source": str(folder), "dataset": "outcomes", "more": {"output": str(served.output)}}

    def run(**changes):
        return served.run(**{**asked, **changes})

    runs = {"published": run()}
    served.ended(runs["published"], 200)
    runs |= {"nothing_new": run(), "dry_run": run(dry_run=True, dataset="dry")}
    for name in ("nothing_new", "dry_run"):
        served.ended(runs[name], 200)
    for number in range(4):
        (folder / f"{number}.txt").unlink()
    runs |= {"refused": run(), "wrong_use": run(source=str(folder / "nowhere"))}
    served.ended(runs["refused"], 200)
    with release.publisher_lock(release.Dataset(served.output / "outcomes"), 0, run_id="first"):
        runs["busy"] = run()
        served.ended(runs["busy"], 200)
    return {name: (run, served.ended(run, 200)) for name, run in runs.items()}


def test_each_outcome_has_prefect_s_own_state_its_word_and_its_tag(served, ended_runs):
    states = {name: (state["type"], state["name"]) for name, (_, state) in ended_runs.items()}
    completed, failed, cancelled = ("COMPLETED", "Completed"), ("FAILED", "Failed"), ("CANCELLED", "Cancelled")
    assert states == {
        "published": completed, "nothing_new": completed, "dry_run": completed, "refused": failed,
        "wrong_use": failed, "busy": cancelled,
    }  # fmt: skip
    for name, (run, state) in ended_runs.items():
        assert state["message"].startswith(name.replace("_", " "))
        assert f"outcome:{name}" in served.api(f"/flow_runs/{run}", "GET")["tags"]


def test_no_log_message_or_artifact_holds_a_traceback_a_repr_or_words_of_an_article(served, ended_runs):
    for run, state in ended_runs.values():
        told = [state["message"], *served.logs(run), *(json.dumps(each) for each in served.artifacts(run).values())]
        for words in told:
            assert not re.search(r"Traceback|NoneType|object at 0x|result=|RunOutcome\(", words), words
            assert WORDS not in words
    worker_log = (served.home / "prefect" / "worker.log").read_text()
    assert "Traceback" not in worker_log and WORDS not in worker_log


def test_a_refused_run_names_the_next_step_and_links_its_report(served, ended_runs, page):
    run, state = ended_runs["refused"]
    assert "more.accept_drift" in state["message"] and "/refused/" in state["message"]
    assert "0.3333" in state["message"] and "0.33333" not in state["message"]
    link = served.artifacts(run)["report"]["data"]
    page.goto(re.search(r"\((http[^)]+)\)", link)[1])
    expect(page.get_by_text("drift.rows-kept").first).to_be_visible()
    expect(page.get_by_text("more.accept_drift").first).to_be_visible()


def test_finished_runs_show_on_the_deployment_s_runs_tab(served, ended_runs, page):
    page.goto(f"{served.base}/deployments/deployment/{served.deployment('manual')['id']}?tab=Runs")
    for run, _ in ended_runs.values():
        name = served.api(f"/flow_runs/{run}", "GET")["name"]
        expect(page.get_by_text(name[:40]).first).to_be_visible()
    for word in ("Completed", "Failed", "Cancelled"):
        expect(page.get_by_text(word).first).to_be_visible()


def test_all_pages_ask_nobody_but_this_machine(served, ended_runs, webhook, page, eventually):
    """The fixture `page` fails where a request left the machine. A block is there, whose logo lies elsewhere."""
    manual = served.deployment("manual")["id"]
    run = ended_runs["published"][0]
    paths = [
        "", "dashboard", "runs", "flows", "deployments", f"deployments/deployment/{manual}",
        f"deployments/deployment/{manual}/run", f"runs/flow-run/{run}", "work-pools", "work-pools/work-pool/kliping",
        "blocks", "blocks/catalog", "variables", "automations", "events", "concurrency-limits", "artifacts", "settings",
        "v2/dashboard",  # the second page, which nobody is led to
    ]  # fmt: skip
    for first in range(0, len(paths), 5):  # some at a time: each is left open for a while
        tabs = [(path, page.context.new_page()) for path in paths[first : first + 5]]
        for path, tab in tabs:
            tab.goto(f"{served.base}/{path}")
            eventually(lambda tab=tab: len(tab.inner_text("body")) > 20)
            assert path.startswith("v2") or "/v2" not in tab.evaluate("location.pathname")
        page.wait_for_timeout(2000)  # a tracker asks after the page is drawn
        for _, tab in tabs:
            tab.close()
    assert len(page.requests) > 50


class WebhookHandler(BaseHTTPRequestHandler):
    """Keeps the bodies that were posted."""

    bodies: list[str]

    def do_POST(self):
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def webhook(served, eventually):
    """The bodies that a webhook on loopback hears, once its block has switched the alerts on."""
    handler = type("Handler", (WebhookHandler,), {"bodies": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert not any(each["enabled"] for each in list_alerts(served))
        schemas = served.api("/block_schemas/filter")
        schema = next(each for each in schemas if each["block_type"]["slug"] == "custom-webhook")
        served.api(
            "/block_documents/", name="kliping-alerts", block_schema_id=schema["id"],
            block_type_id=schema["block_type_id"],
            data={"name": "kliping", "url": f"http://127.0.0.1:{server.server_address[1]}/hook", "method": "POST",
                  "json_data": {"text": "{{subject}}: {{body}}"}},
        )  # fmt: skip
        eventually(lambda: all(each["enabled"] for each in list_alerts(served)), 100)
        eventually(lambda: "Alerts go to the block kliping-alerts" in served.said.read_text())
        yield handler.bodies
        server.shutdown()


def list_alerts(served):
    return [each for each in served.api("/automations/filter") if each["name"].startswith("kliping:")]


def hear(webhook, eventually, *words):
    """The first body that holds all these words."""
    return eventually(lambda: next((body for body in webhook if all(word in body for word in words)), None), 120)


def test_a_webhook_hears_of_a_run_that_failed(served, webhook, eventually):
    run = served.run(source=str(served.source / "nowhere-at-all"), more={"output": str(served.output)})
    assert served.ended(run)["name"] == "Failed"
    name = served.api(f"/flow_runs/{run}", "GET")["name"]
    assert "Failed" in hear(webhook, eventually, name, "wrong use", "nowhere-at-all")


def test_a_webhook_hears_of_a_run_that_does_not_start(served, webhook, eventually):
    source = served.make_source("late")
    (source / "one.txt").write_text(story(78), encoding="utf-8")
    served.api("/work_pools/kliping", "PATCH", is_paused=True)  # as if the worker were down
    try:
        run = served.run(source=str(source), dataset="late", dry_run=True, more={"output": str(served.output)})
        name = served.api(f"/flow_runs/{run}", "GET")["name"]
        assert "None" not in hear(webhook, eventually, name, "Late")
    finally:
        served.api("/work_pools/kliping", "PATCH", is_paused=False)
    assert served.ended(run)["type"] == "COMPLETED"


def test_a_webhook_hears_of_a_dataset_in_which_nothing_ended_well(served, webhook, eventually):
    (silence,) = (each for each in list_alerts(served) if each["name"] == "kliping: no run ended well")
    assert silence["trigger"]["within"] == 36 * 3600
    names = ("name", "description", "enabled", "trigger", "actions", "actions_on_trigger", "actions_on_resolve")
    edited = {**{name: silence[name] for name in names}, "trigger": {**silence["trigger"], "within": 20}}
    served.api(f"/automations/{silence['id']}", "PUT", **edited)
    folder = served.make_source("silent")
    (folder / "one.txt").write_text(story(77), encoding="utf-8")
    run = served.run(source=str(folder), dataset="silent", more={"output": str(served.output)})
    assert served.ended(run)["message"].startswith("published")
    hear(webhook, eventually, "No run ended well", "silent")


class ProxyHandler(BaseHTTPRequestHandler):
    """A reverse proxy as small as can be: another address before the server, HTTP alone."""

    target = ""

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        skipped = ("host", "content-length", "connection", "accept-encoding", "upgrade")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
        asked = urllib.request.Request(
            self.target + self.path, data=self.rfile.read(length) or None, method=self.command, headers=headers
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                status, content, kind = answer.status, answer.read(), answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            status, content, kind = error.code, error.read(), error.headers.get("Content-Type", "")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def test_behind_a_reverse_proxy_the_page_asks_the_proxy_alone(served, ended_runs, page):
    handler = type("Handler", (ProxyHandler,), {"target": served.base})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{proxy.server_address[1]}"
        page.goto(f"{base}/deployments")
        expect(page.get_by_text("nightly").first).to_be_visible()
        run, _ = ended_runs["refused"]
        page.goto(f"{base}/runs/flow-run/{run}")
        expect(page.get_by_text("Failed").first).to_be_visible()
        asked = [url for url in page.requests if url.startswith(("http:", "ws:"))]
        assert [url for url in asked if not url.startswith((base, base.replace("http", "ws")))] == []
        assert any("/api/deployments" in url for url in asked)
        proxy.shutdown()
