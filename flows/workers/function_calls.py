"""Calls of functions in worker processes: a request is a JSON file, its answer is another, and both are paths.

    {"function": "flows.run.row_checks:check_view_files", "arguments": {...}}   ->   what the function returned

Arguments and answers are small; tables travel as files that they name. A function may be called again after its worker
died, perhaps while the first call still runs: it writes to temporary names, and renames.
"""

import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from flows.release import ReleaseError


class FunctionCall(NamedTuple):
    """Paths of one call: its request, and where its answer is written."""

    request: Path
    answer: Path


class CallFailedError(ReleaseError):
    """Call that could not be completed; the message says what was called, what happened and what to do."""


def write_call(folder: Path, name: str, function: Callable[..., Any], arguments: Mapping[str, Any]) -> FunctionCall:
    """Write the request of a call as `<name>.json` in a folder; `function` is one of a module of flows."""
    call = FunctionCall(folder / f"{name}.json", folder / f"{name}.answer.json")
    path = f"{function.__module__}:{function.__qualname__}"
    call.request.write_text(json.dumps({"function": path, "arguments": arguments}))
    return call


def run_call(call: FunctionCall) -> None:
    """Run a call in this process and write its answer, put in place by rename."""
    request = json.loads(call.request.read_text())
    module, _, name = request["function"].partition(":")
    answer = getattr(importlib.import_module(module), name)(**request["arguments"])
    temporary = call.answer.with_name(f".{call.answer.name}.{uuid4().hex[:12]}")
    temporary.write_text(json.dumps(answer))
    temporary.rename(call.answer)


def read_answer(call: FunctionCall) -> Any:  # noqa: ANN401  (what the function returned)
    """Read the answer of a finished call."""
    return json.loads(call.answer.read_text())
