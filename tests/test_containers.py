"""The container's files are enough: what the Dockerfile copies publishes and verifies, and writes only where it may."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

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
