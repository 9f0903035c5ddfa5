"""The server of reports gives pages of datasets under the roots and nothing else."""

import http.client
import urllib.error
import urllib.request

import pytest

from flows.operate.local_ports import PortError, parse_port
from flows.operate.report_server import PREFIX, serve_reports


@pytest.fixture
def output(tmp_path, monkeypatch):
    monkeypatch.setenv("KLIPING_ROOTS", str(tmp_path / "output"))
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
    monkeypatch.delenv("KLIPING_REPORTS", raising=False)
    for home in (
        tmp_path / "output" / "news",
        tmp_path / "stores" / "s3-abc" / "news",
        tmp_path / "elsewhere" / "news",
    ):
        for folder in ("releases/2026.11.22.1", "refused/20261122T000000-abc"):
            (home / folder).mkdir(parents=True)
            (home / folder / "report.html").write_text(f"<p>{folder}</p>")
        (home / "index.html").write_text("<p>index</p>")
        (home / "versions.json").write_text("[]")
        (home / "releases/2026.11.22.1/manifest.json").write_text("{}")
    (tmp_path / "output" / "index.html").write_text("no index of a dataset")
    return tmp_path


def fetch(base, path):
    try:
        with urllib.request.urlopen(f"{base}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, "", error.headers


def test_reports_of_releases_refused_runs_and_indexes_are_given(output):
    with serve_reports("127.0.0.1", 0) as base:
        assert base.endswith(PREFIX)
        for home in (output / "output" / "news", output / "stores" / "s3-abc" / "news"):
            for page in ("releases/2026.11.22.1/report.html", "refused/20261122T000000-abc/report.html", "index.html"):
                status, text, headers = fetch(base, f"{home}/{page}")
                assert status == 200 and text.startswith("<p>")
                assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_nothing_else_is_given(output):
    home = output / "output" / "news"
    link = home / "releases" / "out"
    link.symlink_to(output / "elsewhere" / "news" / "releases" / "2026.11.22.1")
    with serve_reports("127.0.0.1", 0) as base:
        for path in (
            f"{output}/elsewhere/news/releases/2026.11.22.1/report.html",
            f"{home}/releases/2026.11.22.1/manifest.json",
            f"{home}/versions.json",
            f"{output}/output/index.html",
            f"{link}/report.html",
            f"{home}/releases/../../../elsewhere/news/releases/2026.11.22.1/report.html",
            f"{home}/releases/%2e%2e/%2e%2e/%2e%2e/elsewhere/news/releases/2026.11.22.1/report.html",
            "/etc/passwd",
            f"{home}/releases/2026.11.22.9/report.html",
        ):
            assert fetch(base, path)[0] == 404, path


def test_the_operator_names_the_address_behind_a_proxy(output, monkeypatch):
    monkeypatch.setenv("KLIPING_REPORTS", "https://news.example/reports")
    with serve_reports("127.0.0.1", 0) as base:
        assert base == "https://news.example/reports"


def fetch_as(base, path, *hosts):
    address = base.removesuffix(PREFIX).removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.putrequest("GET", f"{PREFIX}{path}", skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


LOOPBACK = (
    "127.0.0.1", "127.0.0.1:5200", "localhost", "LOCALHOST:80", "localhost.", "[::1]", "[::1]:5200", "127.8.8.8",
)  # fmt: skip
FOREIGN = (
    "jahat.example", "jahat.example:5200", "127.0.0.1.jahat.example", "localhost.jahat.example", "localhost@jahat.id",
    "jahat.id@localhost", "", "[::1", "127.0.0.1:x", "localhost:5200:1", "2130706433.example",
)  # fmt: skip


@pytest.mark.parametrize(("bind", "right", "wrong"), [
    ("127.0.0.1", LOOPBACK, (*FOREIGN, "192.0.2.7", "10.0.0.1:5200", "news.example")),
    ("0.0.0.0", (*LOOPBACK, "192.0.2.7", "10.0.0.1:5200"), (*FOREIGN, "news.example")),
])  # fmt: skip
def test_a_request_for_another_host_is_refused(output, monkeypatch, bind, right, wrong):
    page = f"{output / 'output' / 'news'}/index.html"
    with serve_reports(bind, 0) as base:
        here = base.replace("0.0.0.0", "127.0.0.1")
        assert {host: fetch_as(here, page, host) for host in right} == dict.fromkeys(right, 200)
        assert {host: fetch_as(here, page, host) for host in wrong} == dict.fromkeys(wrong, 421)
        assert fetch_as(here, page) == fetch_as(here, page, "localhost", "localhost") == 421
        monkeypatch.setenv("KLIPING_REPORTS", "https://news.example/reports")
        assert (fetch_as(here, page, "news.example"), fetch_as(here, page, "jahat.example")) == (200, 421)


def test_a_null_byte_is_no_report(output):
    with serve_reports("127.0.0.1", 0) as base:
        assert fetch(base, "/%00/releases/2026.11.22.1/report.html")[0] == 404


@pytest.mark.parametrize("port", [99_999, None])
def test_an_address_that_cannot_be_taken_is_a_sentence(output, port):
    with serve_reports("127.0.0.1", 0) as base, pytest.raises(PortError, match="KLIPING_REPORTS_BIND"):
        taken = int(base.removesuffix(PREFIX).rpartition(":")[2])
        with serve_reports("127.0.0.1", port or taken):
            pass


@pytest.mark.parametrize("words", ["satu", "-1", "0", "70000", "4200.5"])
def test_a_port_that_is_no_port_is_a_sentence(words):
    with pytest.raises(PortError, match="a number from 1 to 65535"):
        parse_port(words)
    assert (parse_port(""), parse_port("4300")) == (None, 4300)
