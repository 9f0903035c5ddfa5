"""`kliping` with a clock at each step of a publish: the same command, and a file of what its steps took.

    python -m tests.benchmarks.timed_publish STEPS.json publish SOURCE --direct ...

Seconds are those of the clock on the wall: a step's workers are other processes. `cpu` is that of the main process.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def main() -> None:
    """Run the command line after the first word, and write the steps when it ends."""
    from flows.settings import settle_environment

    settle_environment()  # before Arrow is imported, as the command has it
    from flows import cli
    from flows.run import publish_run

    target, steps = Path(sys.argv.pop(1)), []
    begun = time.perf_counter()

    def timed(name: str, step: Callable[[], Result]) -> Result:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return step()
        finally:
            now = time.perf_counter()
            steps.append({"step": name, "at": wall - begun, "seconds": now - wall, "cpu": time.process_time() - cpu})

    publish_run.tell = partial(publish_run.tell, step=timed)  # type: ignore[assignment]
    try:
        cli.main()
    finally:
        target.write_text(json.dumps({"seconds": time.perf_counter() - begun, "steps": steps}))


if __name__ == "__main__":
    main()
