"""pytest in forked processes: a process that has imported the libraries, and nothing of ours, is forked for each run.

It reads orders from its standard input and writes one answer a line, both JSON:

    {"files": [...], "seconds": 120, "durations": {...}, "first": [...], "log": "pytest.log"}
    {"code": 1, "seconds": 3.2, "failed": "tests/read/test_source.py::test_x", "durations": {...}, "stopped": false}

The working directory is the checkout whose tests run. Tests run shortest first, behind those named in `first`, until
one fails or `seconds` of wall time passed (`stopped`). A test that takes more than five times its known time (60 s
where none is known), and 60 s, ends the run: code -14.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

LIBRARIES = (
    "numpy", "pandas", "pyarrow.parquet", "pyarrow.csv", "pyarrow.compute", "pyarrow.dataset", "pyarrow.json",
    "lxml.html", "trafilatura", "ftfy", "charset_normalizer", "py3langid", "courlan", "babel", "hypothesis", "fsspec",
    "jinja2", "duckdb", "pydantic", "typer", "rich", "yaml", "great_expectations", "pytest",
    "_pytest.assertion.rewrite",
)  # fmt: skip
MOST_MEMORY = 12 << 30  # of addresses, in bytes


class Watch:
    """A plugin of pytest: order of tests, their time, the first that fails, and limits."""

    def __init__(self, order: dict) -> None:
        self.durations, self.seconds = order.get("durations", {}), order["seconds"]
        self.rank = {test: rank for rank, test in enumerate(order.get("first", []))}
        self.begun, self.begun_test, self.stopped, self.failed = time.monotonic(), 0.0, False, ""
        self.measured = dict[str, float]()

    def pytest_collection_modifyitems(self, items: list) -> None:
        """Run the named tests first, then the shortest; leave out those that need a server, a browser or minutes."""
        left_out = ("flow", "proof", "browser")
        items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in left_out)]
        items.sort(key=lambda item: (self.rank.get(item.nodeid, len(self.rank)), self.durations.get(item.nodeid, 1.0)))

    def pytest_runtest_protocol(self, item) -> None:
        """Stop where the time is over; else start the limit of one test."""
        if time.monotonic() - self.begun > self.seconds:
            self.stopped = True
            item.session.shouldstop = "the time is over"
        signal.alarm(int(60 + 5 * self.durations.get(item.nodeid, 60.0)))
        self.begun_test = time.monotonic()

    def pytest_runtest_logreport(self, report) -> None:
        """Note the time of a test, and the first that fails."""
        if report.failed and not self.failed:
            self.failed = report.nodeid
        if report.when == "teardown":
            self.measured[report.nodeid] = round(time.monotonic() - self.begun_test, 2)

    def pytest_collectreport(self, report) -> None:
        """Note a module that cannot be imported."""
        if report.failed and not self.failed:
            self.failed = report.nodeid or "collection"


def run_order(order: dict, answer: Path) -> None:
    """Run pytest in this process, write the answer, and end."""
    import pytest

    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    log = os.open(order.get("log", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(log, stream)
    watch = Watch(order)
    words = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:warnings", "--basetemp", order["scratch"], *order["files"]]
    code = int(pytest.main(words, plugins=[watch]))
    signal.alarm(0)
    answer.write_text(json.dumps({"code": code, "failed": watch.failed, "durations": watch.measured,
                                  "stopped": watch.stopped}))  # fmt: skip
    os._exit(0)


def serve() -> None:
    """Import the libraries, then fork for each order."""
    sys.path.insert(0, str(Path.cwd()))
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        order, begun = json.loads(line), time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kliping-mutant-", ignore_cleanup_errors=True) as folder:
            order["scratch"], answer = f"{folder}/scratch", Path(folder, "answer")
            pid = os.fork()
            if pid == 0:
                try:
                    run_order(order, answer)
                finally:
                    os._exit(70)
            _, status = os.waitpid(pid, 0)
            # What the tests started ends with them.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(status)
            answered = (
                json.loads(answer.read_text()) if answer.exists() else {"code": code, "failed": "", "durations": {}}
            )
        print(json.dumps({**answered, "seconds": round(time.monotonic() - begun, 1)}), flush=True)


if __name__ == "__main__":
    serve()
