"""What an operator meets over months, in a real browser against a real server and worker."""

import json
import re
import socket
import threading
import time
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
    folder = served.source / "outcomes"
    folder.mkdir()
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


def test_all_pages_ask_nobody_but_this_machine(served, ended_runs, page, eventually):
    """The fixture `page` fails where a request left the machine."""
    manual = served.deployment("manual")["id"]
    run = ended_runs["published"][0]
    for path in (
        "", "dashboard", "runs", "flows", "deployments", f"deployments/deployment/{manual}",
        f"deployments/deployment/{manual}/run", f"runs/flow-run/{run}", "work-pools", "work-pools/work-pool/kliping",
        "blocks", "variables", "automations", "events", "concurrency-limits", "artifacts", "settings",
    ):  # fmt: skip
        page.goto(f"{served.base}/{path}")
        eventually(lambda: len(page.inner_text("body")) > 20)
        time.sleep(1)  # a tracker asks after the page is drawn
        assert "/v2" not in page.evaluate("location.pathname")
    assert len(page.requests) > 50


def test_a_webhook_hears_of_a_refused_run_once_the_block_is_there(served, ended_runs, eventually):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        schemas = served.api("/block_schemas/filter")
        schema = next(each for each in schemas if each["block_type"]["slug"] == "custom-webhook")
        served.api(
            "/block_documents/", name="kliping-alerts", block_schema_id=schema["id"],
            block_type_id=schema["block_type_id"],
            data={"name": "kliping", "url": f"http://127.0.0.1:{port}/hook", "method": "POST",
                  "json_data": {"text": "{{subject}}: {{body}}"}},
        )  # fmt: skip

        def is_on():
            automations = served.api("/automations/filter")
            return all(each["enabled"] for each in automations if each["name"].startswith("kliping:"))

        eventually(is_on, 100)
        run = served.run(source=str(served.source / "nowhere-at-all"), more={"output": str(served.output)})
        assert served.ended(run)["name"] == "Failed"
        listener.settimeout(60)
        connection, _ = listener.accept()
        connection.settimeout(10)
        heard = connection.recv(65536)
        while b"}" not in heard:
            heard += connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert b"/hook" in heard and b"wrong use" in heard and b"nowhere-at-all" in heard


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
