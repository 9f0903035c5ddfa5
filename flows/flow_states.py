"""How a flow run ends: Prefect's own state names, a sentence, a tag `outcome:...`; never a traceback or an article.

The deployment's page and automations filter on Prefect's names, so no state has a name of our own. Logs, messages and
artifacts hold counts, paths and our own sentences. A defect is reported by the lines of code where it happened, because
the words of an exception may quote an article; KLIPING_DEBUG=1 lets Prefect show it in full.
"""

import logging
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.exceptions import CancelledRun, FailedRun
from prefect.states import Cancelled, Completed, Failed

from flows.run.run_outcome import Status
from flows.settings import ENDED_WELL, ROOT

# First word of a run's message, and its tag: of publishes those of RunOutcome, of the other flows those here.
Outcome: TypeAlias = Status | Literal["whole", "damaged", "replayed", "incomplete", "pruned", "inspected"]
_ENDS_WELL: Final[frozenset[Outcome]] = frozenset({"published", "nothing_new"})
_MAX_FRAMES: Final = 6

STATES: Final[dict[Outcome, Callable[..., State[Any]]]] = {
    "published": Completed,
    "nothing_new": Completed,
    "dry_run": Completed,
    "refused": Failed,
    "busy": Cancelled,
    "wrong_use": Failed,
    "broken": Failed,
    "whole": Completed,
    "damaged": Failed,
    "replayed": Completed,
    "incomplete": Failed,
    "pruned": Completed,
    "inspected": Completed,
}


def end_run(outcome: Outcome, sentence: str, *, dataset: str = "", name: str = "") -> State[Any]:
    """Tag the flow run with its outcome, rename it where `name` is given, and return its final state.

    A run of a dataset that published or found nothing new emits the event ENDED_WELL, which alerts wait for.
    """
    run_id = runtime.flow_run.id
    with get_client(sync_client=True) as client:
        tags = {*client.read_flow_run(run_id).tags, f"outcome:{outcome}"}
        client.update_flow_run(run_id, tags=sorted(tags))
        if name:
            client.update_flow_run(run_id, name=name)
    if dataset and outcome in _ENDS_WELL:
        resource = {"prefect.resource.id": f"kliping.dataset.{dataset}", "prefect.resource.name": dataset}
        emit_event(ENDED_WELL, resource, payload={"outcome": outcome})
    return STATES[outcome](message=sentence)


def explain_defect(error: Exception) -> str:
    """Return a sentence on a defect: its type and the lines of code where it happened, without its words."""
    if os.environ.get("KLIPING_DEBUG"):
        raise error
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_own_code(frame.filename)]
    places = [f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}" for frame in frames[-_MAX_FRAMES:]]
    return (
        f"broken: {type(error).__name__} at {' > '.join(places) or 'no line of Kliping'}; nothing was published. "
        "This is a defect of Kliping, or of the machine: please report it. KLIPING_DEBUG=1 on the worker shows more."
    )


def _is_own_code(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(ROOT / "flows") and path.name not in ("flow_states.py",)


class _ReturnedStateFilter(logging.Filter):
    """Drops the records by which Prefect's engine reports a returned state as an exception, with its repr.

    Such a record has either no exception at all ("NoneType: None") or FailedRun or CancelledRun. Nothing is lost: the
    record "Finished in state ..." has the sentence.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a record whose exception is a returned state."""
        error = record.exc_info[1] if record.exc_info else record
        return not (error is None or isinstance(error, FailedRun | CancelledRun))


def hide_returned_states() -> None:
    """Keep the engine from logging a traceback for a state that a flow or task returned on purpose."""
    for name in ("prefect.flow_runs", "prefect.task_runs", "prefect.engine"):
        logger = logging.getLogger(name)
        if not any(isinstance(installed, _ReturnedStateFilter) for installed in logger.filters):
            logger.addFilter(_ReturnedStateFilter())
