"""The container's files are enough: what the Dockerfile copies publishes and verifies, and writes only where it may."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request

import pytest
import yaml

from tests.ui.served import eventually, free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(root, tmp_path_factory):
    """The files that the Dockerfile copies into /app, read-only but for its volumes."""
    folder = tmp_path_factory.mktemp("container") / "app"
    folder.mkdir()
    for line in re.findall(r"^COPY (?!--from)(.*)", (root / "Dockerfile").read_text().split("FROM ${BASE}\n")[1], re.M):
        *names, target = shlex.split(line)
        for name in names:
            if (root / name).is_dir():
                shutil.copytree(root / name, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(root / name, folder / target)
    for name in ("data", "output", ".prefect", ".stores"):
        (folder / name).mkdir()
    return folder


def run(app, *words):
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(app), "HOME": str(app.parent), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "flows.cli", *words]
    return subprocess.run(command, cwd=app, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_what_is_copied_publishes_verifies_and_names_its_version(app):
    before = {path.relative_to(app) for path in app.rglob("*")}
    published = run(app, "publish", "seeds", "--dataset", "seeds", "--direct")
    assert published.returncode == 0 and "5 articles" in published.stdout, published.stderr
    assert run(app, "verify", "--dataset", "seeds").returncode == 0
    version = run(app, "--version")
    assert version.stdout.startswith("kliping 0."), version.stderr
    written = {path.relative_to(app).parts[0] for path in app.rglob("*")} - {path.parts[0] for path in before}
    outside = {path for path in app.rglob("*") if path.relative_to(app) not in before}
    assert written == set() and {path.relative_to(app).parts[0] for path in outside} == {"output"}


def start_service(app, folder, name, **settings):
    """Start the command of a service of compose.yaml with its environment, but on loopback and in `folder`."""
    service = yaml.safe_load((app / "compose.yaml").read_text())["services"][name]
    declared = {key: str(value) for key, value in service["environment"].items() if value and "$" not in str(value)}
    folder.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(app), "HOME": str(app.parent), "PYTHONDONTWRITEBYTECODE": "1",
        **declared, "PREFECT_HOME": str(folder), "PREFECT_SERVER_API_HOST": "127.0.0.1", **settings,
    }  # fmt: skip
    words = [sys.executable, *service["entrypoint"][1:], *service["command"]]
    with (folder / "said.txt").open("w") as said:
        return subprocess.Popen(words, cwd=app, env=environment, stdout=said, stderr=said)


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


@pytest.mark.flow
@pytest.mark.proof
def test_the_services_of_compose_serve_pages_with_a_policy_and_register_deployments(app, root, tmp_path):
    """The same commands in a folder instead of a container, with SQLite instead of Postgres."""
    shutil.copy(root / "compose.yaml", app)
    port, reports = free_port(), free_port()
    server = start_service(app, tmp_path / "server", "server", PORT=str(port))
    try:
        eventually(lambda: "Ready" in (tmp_path / "server" / "said.txt").read_text(), 200)
        page = fetch(f"http://127.0.0.1:{port}/")
        assert "Content-Security-Policy" in page and "default-src 'self'" in page
        worker = start_service(
            app, tmp_path / "worker", "worker", PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
            KLIPING_REPORTS_BIND=f"127.0.0.1:{reports}",
        )  # fmt: skip
        try:
            eventually(lambda: "Ready" in (tmp_path / "worker" / "said.txt").read_text(), 200)
            assert "Traceback" not in (tmp_path / "worker" / "said.txt").read_text()
            assert json.loads(
                urllib.request.urlopen(
                    urllib.request.Request(f"http://127.0.0.1:{port}/api/deployments/count", method="POST"), timeout=30
                ).read()
            ) == len(yaml.safe_load((root / "prefect.yaml").read_text())["deployments"])
        finally:
            worker.terminate()
            assert worker.wait(60) == 0
    finally:
        server.terminate()
        assert server.wait(60) == 0


def test_only_what_is_copied_is_sent_to_the_daemon(root):
    sent = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = set()
    for line in re.findall(r"^COPY (?!--from)(.*)", (root / "Dockerfile").read_text(), re.M):
        copied |= set(shlex.split(line)[:-1])
    assert copied == sent and all((root / name).exists() for name in sent)


def test_services_are_read_only_without_rights_and_on_loopback(root):
    services = yaml.safe_load((root / "compose.yaml").read_text())["services"]
    assert set(services) == {"postgres", "server", "worker"}
    for name in ("server", "worker"):
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "ports" not in services["postgres"]
    # Without a value it is not set: an empty one would lock everybody out.
    assert services["server"]["environment"]["PREFECT_SERVER_API_AUTH_STRING"] is None
    assert re.search(r"^USER kliping$", (root / "Dockerfile").read_text(), re.M)
