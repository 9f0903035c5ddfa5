"""Recovery after a power loss: what the server still takes for a running or a due run.

Called when the server answers and before the worker starts. Data needs no recovery: the next publish sees to it.
"""

import contextlib
import os
import socket
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.operate.deployments import POOL

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowRunFilterState
    from prefect.client.schemas.objects import FlowRun

_PAGE: Final = 200


def mark_crashed_runs(client: "SyncPrefectClient") -> list[str]:
    """Mark as crashed the runs of this machine whose process is gone; return a sentence where there were any."""
    from prefect.client.schemas.filters import FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    types = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    started = _read_runs(client, FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))
    crashed = [run for run in started if _is_gone(run)]
    message = (
        "crashed: the machine, or make ui, stopped during this run; nothing is half published, and it can run again"
    )
    for run in crashed:
        client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return [f"Marked as crashed, because they stopped with the machine: {_list_names(crashed)}."] if crashed else []


def cancel_missed_runs(client: "SyncPrefectClient", now: datetime | None = None) -> list[str]:
    """Cancel all overdue runs of each deployment but its latest; return a sentence where there were any."""
    from prefect.client.schemas.filters import FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled

    now = now or datetime.now(UTC)
    overdue = defaultdict(list)
    for run in _read_runs(client, FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))):
        due = run.next_scheduled_start_time
        if run.deployment_id and run.auto_scheduled and due and due < now:
            overdue[run.deployment_id].append((due, run))
    missed = [run for runs in overdue.values() for _, run in sorted(runs, key=lambda pair: pair[0])[:-1]]
    message = (
        "cancelled: it was due while make ui did not run; one run of this deployment stands for all that were missed"
    )
    for run in missed:
        client.set_flow_run_state(run.id, Cancelled(message=message), force=True)
    if not missed:
        return []
    return [f"Cancelled {len(missed):,} runs that were due meanwhile; of each deployment the latest one runs."]


def _read_runs(client: "SyncPrefectClient", state: "FlowRunFilterState") -> list["FlowRun"]:
    """Read all runs of this pool in a state."""
    from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter, WorkPoolFilterName

    runs: list[FlowRun] = []
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    while page := client.read_flow_runs(
        flow_run_filter=FlowRunFilter(state=state), work_pool_filter=pool, limit=_PAGE, offset=len(runs)
    ):
        runs += page
        if len(page) < _PAGE:
            break
    return runs


def _is_gone(run: "FlowRun") -> bool:
    """Return whether the run belongs to this machine and its process does not live; the worker does not run yet."""
    host, _, pid = (run.infrastructure_pid or "").rpartition(":")
    if not host:
        # It was handed out and never started. Other machines have pools of their own.
        return True
    if host != socket.gethostname():
        return False
    environment = Path("/proc") / pid / "environ"
    if environment.parent.parent.is_dir() and Path("/proc/self/environ").exists():
        with contextlib.suppress(OSError):
            return f"PREFECT__FLOW_RUN_ID={run.id}".encode() not in environment.read_bytes()
        return True
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return True
    except PermissionError:
        return True  # a process of somebody else has the number now
    return False


def _list_names(runs: list["FlowRun"]) -> str:
    return ", ".join(sorted(run.name for run in runs))
