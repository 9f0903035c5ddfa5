"""`make ui`: run a Prefect server and a worker on this machine, with every deployment, until Ctrl-C.

The deployments are those of prefect.yaml and datasets.toml. The server, the worker and a small server of reports listen
on the loopback address alone. Their state lies in .prefect/ui (PREFECT_HOME names another place): the database of runs,
the logs of both processes, and a lock that this process and its children hold, so that two of them never share a
database. What was published does not lie there.

`--server` runs the server alone, and `--worker` all but the server, for containers.
"""

import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, NoReturn

from flows.operate import alerts, deployments, page_policy, recovery
from flows.operate.child_process import ChildProcess
from flows.operate.dataset_file import DatasetFileError
from flows.operate.declarations import Declaration, load_declarations, select_allowed
from flows.operate.local_ports import HOST, PortError, choose_port, choose_reports_address, parse_port
from flows.operate.report_server import serve_reports
from flows.settings import ROOT, set_default_environment

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

_SECONDS_BETWEEN_ALERT_LOOKS: Final = 60.0
# New deployments that are registered before `make ui` is ready, and in one go afterwards.
_FIRST_DEPLOYMENTS: Final = 20
_NEXT_DEPLOYMENTS: Final = 10
_DEPLOYMENTS_A_LINE: Final = 50
_START_SECONDS = 120
# Folder of the server's copy of its pages, under PREFECT_HOME.
_PAGES = "pages"
_SERVER: Final = "flows.operate.prefect_server"
_SECONDS_BETWEEN_TRIES: Final = 2.0
_MOST_FAILURES: Final = 30  # in a row
Part = Literal["all", "server", "worker"]


class Stop(Exception):
    """Raised to stop; its message, if any, is the sentence for the operator."""


def main(requested_port: str = "", part: Part = "all") -> int:
    """Run until Ctrl-C (exit code 0) or until the server cannot run (3).

    As part `worker` no server is started: PREFECT_API_URL names one that runs elsewhere. Part `server` is that alone.
    """
    home = Path(os.environ.get("PREFECT_HOME") or ROOT / ".prefect" / "ui").resolve()
    os.environ["PREFECT_HOME"] = str(home)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a script may have us ignore the first
        signal.signal(name, _raise_interrupt)
    try:
        with ExitStack() as stack:
            lock = stack.enter_context(_lock_home(home))
            declarations = [] if part == "server" else _load_allowed()
            chosen_port = None if part == "worker" else choose_port(parse_port(requested_port), _print_line)
            reports = ""
            if part != "server":
                reports = stack.enter_context(serve_reports(*choose_reports_address(chosen_port)))
            environment = _build_environment(chosen_port, reports, home, part)
            address = environment["PREFECT_API_URL"].removesuffix("/api")
            write_lock_note(lock, f"{address}, process {os.getpid()}")
            children = []
            if part != "worker":
                _print_line("Starting the Prefect server ...")
                children.append(ChildProcess("server", [_SERVER], environment, home, lock))
                stack.callback(children[-1].stop)
                _wait_until_healthy(children[-1], chosen_port)
                if not page_policy.restrict_pages(home / _PAGES, environment["PREFECT_UI_API_URL"]):
                    _print_line("The pages of Prefect may ask other hosts: their copy is not where it was expected.")
            missing: list[Declaration] = []
            if part != "server":
                _print_line(f"Registering {len(declarations)} deployments ...")
                missing = _prepare_server(environment, home, declarations)
                words = f"prefect worker start --pool {deployments.POOL} --type process --name {socket.gethostname()}"
                children.append(ChildProcess("worker", words.split(), environment, home, lock))
                stack.callback(children[-1].stop)
            _print_line(f"Ready: {address}/deployments (Ctrl-C stops; logs in {home})")
            _register_missing(environment, home, missing, children, len(declarations))
            _watch_children(children, environment, with_alerts=part != "server")
    except (Stop, PortError, DatasetFileError) as stop:
        if str(stop):
            _print_line(str(stop))
            return 3
    except KeyboardInterrupt:
        pass
    _print_line("Stopped. Runs that were under way have ended; what was published stays.")
    return 0


def _load_allowed() -> list[Declaration]:
    declarations, refusals = select_allowed(load_declarations())
    for sentence in refusals:
        _print_line(sentence)
    return declarations


def _register_missing(
    environment: dict[str, str], home: Path, missing: list[Declaration], children: list[ChildProcess], total: int
) -> None:
    """Register what the server does not have yet; the operator may work meanwhile, and interrupt at any place."""
    if missing:
        _print_line(f"{len(missing)} of the {total} deployments are registered meanwhile.")
    failures = 0
    while missing and failures < _MOST_FAILURES:
        try:
            with _open_client(environment) as client:
                for sentence in deployments.create_deployments(client, missing[:_NEXT_DEPLOYMENTS], home):
                    _print_line(sentence)
        except Exception as error:  # a server that was killed is started again below
            failures += 1
            if failures == _MOST_FAILURES:
                _print_line(f"{len(missing)} deployments are not registered ({error!r}): start make ui again.")
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            failures, missing = 0, missing[_NEXT_DEPLOYMENTS:]
            if not missing:
                _print_line(f"All {total} deployments are registered.")
            elif not len(missing) % _DEPLOYMENTS_A_LINE:
                _print_line(f"Registered {total - len(missing)} of {total} deployments.")
        for child in children:
            child.restart_if_dead(_print_line)


def _watch_children(children: list[ChildProcess], environment: dict[str, str], *, with_alerts: bool) -> NoReturn:
    """Start again what died, and look for the alerts' block, until Ctrl-C."""
    next_look = time.monotonic() + _SECONDS_BETWEEN_ALERT_LOOKS
    while True:
        time.sleep(1)
        for child in children:
            child.restart_if_dead(_print_line)
        if with_alerts and time.monotonic() >= next_look:
            next_look = time.monotonic() + _SECONDS_BETWEEN_ALERT_LOOKS
            _switch_on_alerts(environment)


def _raise_interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _lock_home(home: Path) -> Iterator[IO[str]]:
    """Open the lock of this home. Children inherit it, so it is held while one of them lives."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "ui.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise Stop(
                f"It already runs: {holder}. Open that, or stop it first; another PREFECT_HOME runs a second one."
            ) from None
        yield lock


def write_lock_note(lock: IO[str], words: str) -> None:
    """Write into the lock for whoever finds it held."""
    lock.truncate(0)
    lock.write(words)
    lock.flush()


def _build_environment(port: int | None, reports: str, home: Path, part: Part) -> dict[str, str]:
    """Build the environment of the children; settings that the operator has set stay, but for the server's address.

    The host on which a server alone listens stays, too. Without a port the server is one that runs elsewhere, which
    PREFECT_API_URL must name.
    """
    set_default_environment(show_prefect_logs=True)
    if port is not None:
        os.environ["PREFECT_API_URL"] = f"http://{HOST}:{port}/api"
        # `--port` would leave the page calling port 4200.
        os.environ["PREFECT_SERVER_API_PORT"] = str(port)
        if part == "all" or not os.environ.get("PREFECT_SERVER_API_HOST"):
            os.environ["PREFECT_SERVER_API_HOST"] = HOST
    elif not os.environ.get("PREFECT_API_URL"):
        raise Stop("A worker alone needs a server: name it in PREFECT_API_URL, as http://server:4200/api.")
    for name in ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"):
        if os.environ.get(name) == "":
            del os.environ[name]  # Prefect takes an empty one for a password that nobody can give
    if password := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        os.environ.setdefault("PREFECT_API_AUTH_STRING", password)
    return {
        # The page asks the host that it came from, so that it works behind a reverse proxy too.
        "PREFECT_UI_API_URL": "/api",
        # The second page asks a tracking host; the first one asks nobody.
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        **os.environ,
        "PREFECT_UI_STATIC_DIRECTORY": str(home / _PAGES),
        "PREFECT_CLI_PROMPT": "false",
        "KLIPING_REPORTS": reports,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }


def _wait_until_healthy(server: ChildProcess, port: int | None) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"http://{HOST}:{port}/api/health", timeout=2),
        ):
            return
        time.sleep(0.3)
    raise Stop(f"The Prefect server did not start; the end of {server.log} says why.")


def _prepare_server(environment: dict[str, str], home: Path, declarations: list[Declaration]) -> list[Declaration]:
    """Make the work pool, the first deployments and the alerts, and settle the runs that a power loss left.

    Returns the declarations of deployments that are not registered yet.
    """
    with _open_client(environment) as client:
        deployments.create_work_pool(client)
        sentences, missing = deployments.update_deployments(client, declarations, home)
        sentences += deployments.create_deployments(client, missing[:_FIRST_DEPLOYMENTS], home)
        sentences += recovery.mark_crashed_runs(client)
        sentences += recovery.cancel_missed_runs(client)
        sentences += alerts.register_alerts(client, _read_alert_hours())
        for sentence in sentences:
            _print_line(sentence)
    return missing[_FIRST_DEPLOYMENTS:]


def _switch_on_alerts(environment: dict[str, str]) -> None:
    """Switch the alerts on once the operator has made their block; a server that does not answer is asked later."""
    with contextlib.suppress(Exception), _open_client(environment) as client:
        if alerts.find_block(client) is not None:
            for sentence in alerts.register_alerts(client, _read_alert_hours()):
                _print_line(sentence)


@contextmanager
def _open_client(environment: dict[str, str]) -> Iterator["SyncPrefectClient"]:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: environment["PREFECT_API_URL"]}), get_client(sync_client=True) as client:
        yield client


def _read_alert_hours() -> float:
    hours = os.environ.get("KLIPING_ALERT_HOURS") or str(alerts.DEFAULT_HOURS)
    try:
        return float(hours)
    except ValueError:
        raise Stop(f"KLIPING_ALERT_HOURS is {hours!r}; a number of hours was expected.") from None


def _print_line(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    part: Part = "worker" if "--worker" in sys.argv else "server" if "--server" in sys.argv else "all"
    sys.exit(main(os.environ.get("PORT", ""), part))
