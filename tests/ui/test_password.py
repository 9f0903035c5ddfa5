"""Another machine's view: TLS at a reverse proxy, another host name, a password; reports at an address of their own."""

import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.makers import story
from tests.ui.conftest import open_page
from tests.ui.served import Served, free_port
from tests.ui.tls_proxy import tls_proxy, write_certificate

pytestmark = [pytest.mark.flow, pytest.mark.browser, pytest.mark.proof]

HOST = "news.example"
PASSWORD = "operator:dua kali lima"


@pytest.fixture(scope="module")
def guarded(root, tmp_path_factory):
    """`make ui` with a password, and the addresses of its pages and reports behind TLS."""
    home = tmp_path_factory.mktemp("guarded")
    served = Served(root, home, PASSWORD)
    certificate, reports_port = write_certificate(home / "certificate.pem", HOST), free_port()
    with tls_proxy(certificate, served.port) as port, tls_proxy(certificate, reports_port) as public_reports_port:
        reports = f"https://{HOST}:{public_reports_port}/reports"
        served.start(KLIPING_REPORTS=reports, KLIPING_REPORTS_BIND=f"127.0.0.1:{reports_port}")
        yield served, f"https://{HOST}:{port}", reports
        assert served.stop() == 0


def test_without_the_password_the_api_answers_nobody(guarded):
    served, _, _ = guarded
    for headers in ({}, {"Authorization": "Basic b3BlcmF0b3I6d3Jvbmc="}):
        request = urllib.request.Request(f"{served.base}/api/flows/filter", b"{}", headers, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert refused.value.code == 401


def test_behind_tls_the_operator_logs_in_runs_and_reads_the_report(guarded, chromium):
    served, base, reports = guarded
    (served.source / "one.txt").write_text(story(1), encoding="utf-8")
    allowed = tuple(start.replace("https", scheme) for start in (base, reports) for scheme in ("https", "wss"))
    rules = f"MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with open_page(chromium, (*allowed, "data:", "blob:"), rules, ignore_https_errors=True) as page:
        page.goto(f"{base}/deployments")
        page.get_by_placeholder("admin:pass").fill("operator:wrong")
        with page.expect_response(lambda answer: "authorization" in answer.request.headers) as refused:
            page.get_by_role("button", name="Login").click()
        assert refused.value.status == 401
        expect(page.get_by_text("nightly")).to_have_count(0)
        page.get_by_placeholder("admin:pass").fill(PASSWORD)
        page.get_by_role("button", name="Login").click()
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(f"{base}/deployments")
        expect(page.get_by_text("nightly").first).to_be_visible()
        # The worker gives the password too: it takes the run, whose link names the public address.
        run = served.run(source=str(served.source), dataset="guarded", more={"output": str(served.output)})
        assert served.ended(run)["message"].startswith("published")
        page.goto(f"{base}/runs/flow-run/{run}")
        expect(page.get_by_text("Completed").first).to_be_visible()
        link = re.search(r"\((https[^)]+)\)", served.artifacts(run)["report"]["data"])[1]
        assert link.startswith(f"{reports}/")
        page.goto(link)
        version = json.loads((served.output / "guarded" / "latest.json").read_text())["version"]
        expect(page.get_by_text(version).first).to_be_visible()
        assert PASSWORD not in served.said.read_text()
