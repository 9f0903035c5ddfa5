"""`kliping` with a clock at each step of a publish: the same command, and a file of what its steps took.

    python -m tests.benchmarks.timed_publish STEPS.json publish SOURCE --direct ...

Seconds are those of the clock on the wall: a step's workers are other processes. `cpu` is that of the main process.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any


def main() -> None:
    """Run the command line after the first word, and write the times of its steps when it ends."""
    from flows.settings import set_default_environment

    set_default_environment()  # before Arrow is imported, as the command has it
    from flows import cli
    from flows.run import publish_run
    from flows.run.steps import PLAIN_STEPS, Steps

    target, times = Path(sys.argv.pop(1)), []
    started = time.perf_counter()

    def time_step(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run_step(*args: Any, **kwargs: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return step(*args, **kwargs)
            finally:
                now = time.perf_counter()
                spent = {"seconds": now - wall, "cpu": time.process_time() - cpu}
                times.append({"step": name.replace("_", " "), "at": wall - started, **spent})

        return run_step

    steps = Steps(**{each.name: time_step(each.name, getattr(PLAIN_STEPS, each.name)) for each in fields(Steps)})
    publish_run.run_publish = partial(publish_run.run_publish, steps=steps)  # type: ignore[assignment]
    try:
        cli.main()
    finally:
        target.write_text(json.dumps({"seconds": time.perf_counter() - started, "steps": times}))


if __name__ == "__main__":
    main()
