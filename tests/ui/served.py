"""`make ui` as a process of its own, and its API."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def eventually(ask, seconds=90):
    """What `ask` answers once that is true; fails with its last answer or error."""
    until, last = time.monotonic() + seconds, None
    while time.monotonic() < until:
        try:
            if last := ask():
                return last
        except Exception as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain; the last answer was {last!r}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """`make ui` as a process of its own, with a home, a source and an output of its own."""

    def __init__(self, root, home, password=""):
        self.root, self.home, self.port, self.password = root, home, free_port(), password
        self.base = f"http://127.0.0.1:{self.port}"
        self.output, self.source, self.said = home / "output", home / "source", home / "said.txt"
        for folder in (self.output, self.source):
            folder.mkdir(exist_ok=True)

    def make_source(self, name):
        """A new folder of a test's own: no test reads what another one wrote."""
        folder = self.source / name
        folder.mkdir()
        return folder

    def start(self, seconds=150, **settings):
        roots = f"seeds,data,{self.output},{self.source}"
        known = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environment = {
            **known, "PORT": str(self.port), "PREFECT_HOME": str(self.home / "prefect"), "KLIPING_ROOTS": roots,
            "PREFECT_SERVER_API_AUTH_STRING": self.password, **settings,
        }  # fmt: skip
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.serve"], cwd=self.root, env=environment, stdout=said, stderr=said
            )
        eventually(lambda: "Ready" in self.said.read_text() or self.process.poll() is not None, seconds)
        assert self.process.poll() is None, self.said.read_text()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def api(self, path, method="POST", **body):
        data = None if method == "GET" else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self.password:
            headers["Authorization"] = f"Basic {base64.b64encode(self.password.encode()).decode()}"
        asked = urllib.request.Request(f"{self.base}/api{path}", data=data, method=method, headers=headers)
        for attempt in range(30):
            try:
                with urllib.request.urlopen(asked, timeout=30) as answer:
                    read = answer.read()
                    return json.loads(read) if read else None
            except urllib.error.HTTPError as error:
                # SQLite is locked for a moment: Prefect's own client asks again too.
                if error.code != 503 or attempt == 29:
                    raise
                time.sleep(1)
        return None

    def deployment(self, name):
        return next(each for each in self.api("/deployments/filter") if each["name"] == name)

    def run(self, **parameters):
        made = self.api(f"/deployments/{self.deployment('manual')['id']}/create_flow_run", parameters=parameters)
        return made["id"]

    def ended(self, run, seconds=120):
        def ask():
            state = self.api(f"/flow_runs/{run}", "GET")["state"]
            return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

        return eventually(ask, seconds)

    def artifacts(self, run):
        return {each["key"]: each for each in self.api("/artifacts/filter", artifacts={"flow_run_id": {"any_": [run]}})}

    def logs(self, run):
        return [each["message"] for each in self.api("/logs/filter", logs={"flow_run_id": {"any_": [run]}}, limit=200)]
