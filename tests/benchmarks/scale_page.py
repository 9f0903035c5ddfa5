"""Blocks of docs/explanation/scale.md: what more documents would cost, extrapolated from a run and its tenth.

The work of the workers is shared by all cores; the main process uses one core. Memory and seconds grow as they did from
a tenth of the documents to all of them.
"""

from typing import Any

from tests.benchmarks.figures.result_file import format_table

SIZES = (1_000_000, 10_000_000, 1_000_000_000)
LEAST = 100_000
DOLLARS_A_CORE_HOUR, DOLLARS_A_GB_MONTH = 0.04, 0.02


def render_scale(size: int, result: dict[str, Any]) -> dict[str, str]:
    """Render cost, time, memory, storage and money; memory is not reckoned from a run too small to tell."""
    full, tenth = result["full"], result["tenth"]
    slope = _slopes(size, full, tenth)
    cost = (
        f"From a run of {size:,} documents: one more document costs {1000 * slope['worker']:.2f} ms of CPU in the "
        f"workers, and {1000 * slope['main']:.2f} ms in the main process, which uses one core. With more than some "
        f"{slope['worker'] / slope['main']:,.0f} cores the workers would wait for the main process."
    )
    return {
        "cost": cost, "time": _time(slope), "memory": _memory(size, full, tenth), "storage": _storage(size, full),
        "money": _money(size, slope, full),
    }  # fmt: skip


def _slopes(size: int, full: dict[str, Any], tenth: dict[str, Any]) -> dict[str, float]:
    """CPU seconds that one more document takes, in workers and in the main process."""
    more = size - size // 10
    mains = [sum(step["cpu"] for step in run["steps"]) for run in (full, tenth)]
    main = max((mains[0] - mains[1]) / more, 1e-6)
    return {"main": main, "worker": max((full["cpu"] - tenth["cpu"]) / more - main, 1e-6)}


def _time(slope: dict[str, float]) -> str:
    rows = []
    for size in SIZES:
        worker, main = size * slope["worker"] / 3600, size * slope["main"] / 3600
        hours = [_hours(worker / cores + main) for cores in (2, 32, 512)]
        rows.append([f"{size:,}", f"{worker:,.1f}", f"{main:,.1f}", *hours])
    head = ["documents", "core hours of workers", "hours of the main process", "on 2 cores", "on 32", "on 512"]
    return format_table(head, rows)


def _hours(hours: float) -> str:
    return f"{hours:,.1f} h" if hours < 72 else f"{hours / 24:,.1f} d"


def _memory(size: int, full: dict[str, Any], tenth: dict[str, Any]) -> str:
    if size < LEAST:
        return (
            f"Not extrapolated: with {size:,} documents nearly all memory is that of libraries. It needs a run of\n"
            f"{LEAST:,} or more; [performance.md](performance.md) has the measured figures."
        )
    before = {step["step"]: step["own_mb"] for step in tenth["steps"]}
    rows = []
    for step in full["steps"]:
        most, least = step["own_mb"], before.get(step["step"], 0.0)
        grown = max(most - least, 0.0) / (size - size // 10)
        rows.append([step["step"], *(f"{(most + grown * (wanted - size)) / 1000:,.1f}" for wanted in SIZES)])
    return format_table(["step", *(f"GB at {wanted:,}" for wanted in SIZES)], rows)


def _storage(size: int, full: dict[str, Any]) -> str:
    each = (("source", full["raw_mb"]), ("release", full["release_mb"]), ("state/", full["state_mb"]))
    rows = [[name, *(f"{mb / size * wanted / 1000:,.0f}" for wanted in SIZES)] for name, mb in each]
    return format_table(["", *(f"GB at {wanted:,}" for wanted in SIZES)], rows)


def _money(size: int, slope: dict[str, float], full: dict[str, Any]) -> str:
    kept = (full["release_mb"] + full["state_mb"]) / size / 1000
    rows = [
        [
            f"{wanted:,}",
            f"{wanted * (slope['worker'] + slope['main']) / 3600 * DOLLARS_A_CORE_HOUR:,.2f}",
            f"{wanted * kept * DOLLARS_A_GB_MONTH:,.2f}",
        ]
        for wanted in SIZES
    ]
    return format_table(["documents", "dollars to process", "dollars a month to store"], rows)
