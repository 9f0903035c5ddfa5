"""Where the seconds of a worker go: the functions that flows/workers/batch_processing.py calls, each with a clock.

python -m tests.benchmarks.step_times [COUNT]
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows import read
from flows.workers import batch_processing
from tests.benchmarks import corpus

SEED = 7
CLOCKED = (
    "clean_documents", "describe_documents", "overlay_marks", "extract_body_texts", "compute_prints",
    "count_clutter_lines", "hash_content",
)  # fmt: skip


def seconds_of(count: int) -> dict[str, float]:
    """CPU milliseconds a document in each function, in `read`, and in the `rest` of the pipeline; one core."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "raw.jsonl"
        corpus.write(count, SEED, source)
        begun = time.process_time()
        batches = [batch.documents for batch in read.read_batches(str(source))]
        reading = time.process_time() - begun
    batch_processing.process_batch(batches[0].slice(0, 20))  # what is loaded once is not counted
    spent, before = (
        Counter[str](),
        {name: getattr(batch_processing, name) for name in CLOCKED if hasattr(batch_processing, name)},
    )

    def clocked(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return function(*args, **named)
            finally:
                spent[name] += time.process_time() - begun

        return call

    try:
        for name, function in before.items():
            setattr(batch_processing, name, clocked(name, function))
        begun = time.process_time()
        for batch in batches:
            batch_processing.process_batch(batch)
        whole = time.process_time() - begun
    finally:
        for name, function in before.items():
            setattr(batch_processing, name, function)
    each = {"read": reading, **spent, "rest": whole - sum(spent.values())}
    return {name: round(1000 * seconds / count, 4) for name, seconds in each.items()}


def main() -> None:
    """Print milliseconds a document."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for name, cost in seconds_of(count).items():
        sys.stdout.write(f"{name:<14} {cost:8.3f} ms a document\n")


if __name__ == "__main__":
    main()
