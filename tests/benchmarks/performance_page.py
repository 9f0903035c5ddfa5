"""Blocks of docs/explanation/performance.md, from what performance.py and nightly.py measured."""

from typing import Any

from tests.benchmarks.figures.result_file import format_table


def render_performance(size: int, result: dict[str, Any]) -> dict[str, str]:
    """Render a full run by size: rate, growth, steps, the inside of a worker, peers and bytes on disk."""
    full, tenth = result["full"], result["tenth"]
    row = [
        f"{size:,}", f"{size / full['seconds']:,.0f}", f"{size / full['cpu']:,.0f}", f"{full['seconds']:,.0f}",
        f"{full['cpu']:,.0f}", f"{full['pss_mb']:,.0f} ({full['own_mb']:,.0f})", f"{full['cpu'] / tenth['cpu']:.1f}",
    ]  # fmt: skip
    head = ["documents", "a second", "a second of one core", "seconds", "CPU seconds", "MB (own)", "times a tenth"]
    blocks = {"run": format_table(head, [row]), "steps": _steps(full), "disk": _storage(size, full)}
    if "again" in result:
        blocks["again"] = _again(size, full, result["again"])
    if "stages" in result:
        blocks["worker"] = _stages(result["stages"])
    if "peers" in result:
        blocks["peers"] = _peers(result["peers"])
    return blocks


def _again(size: int, full: dict[str, Any], again: dict[str, Any]) -> str:
    row = [f"{size:,}"]
    for name in ("unchanged", "added", "edited"):
        run = again[name]
        row += [f"{run[each]:,.1f} ({100 * run[each] / full[each]:.0f} %)" for each in ("seconds", "cpu")]
    head = [
        "documents", "unchanged: seconds", "CPU seconds", "1 % new: seconds", "CPU seconds", "1 % edited: seconds",
        "CPU seconds",
    ]  # fmt: skip
    return format_table(head, [row])


def render_nights(nights_by_parent: dict[str, Any]) -> str:
    """Render what a delivery costs that is appended to a large parent."""
    rows = []
    for parent in sorted(nights_by_parent, key=int):
        figures = nights_by_parent[parent]
        pairs = [f"{mean:,.1f} ({most:,.1f})" for mean, most in (figures[n] for n in ("cpu", "own_mb", "written_mb"))]
        fresh = f"{figures['fresh_mb']:,.1f}" if figures["fresh_mb"] else ""
        rows.append([f"{int(parent):,}", f"{figures['delivery']:,}", str(figures["nights"]), *pairs, fresh])
    head = ["articles of the parent", "documents a night", "nights", "CPU seconds", "own MB", "MB written",
            "MB of a fresh segment"]  # fmt: skip
    return format_table(head, rows)


def _steps(full: dict[str, Any]) -> str:
    rows = [
        [
            one["step"],
            f"{one['seconds']:,.1f}",
            f"{100 * one['seconds'] / full['seconds']:.0f} %",
            f"{one['cpu']:,.1f}",
            f"{one['own_mb']:,.0f}",
        ]
        for one in full["steps"]
    ]
    rest = full["seconds"] - sum(one["seconds"] for one in full["steps"])
    rows.append(["start, and time between steps", f"{rest:,.1f}", f"{100 * rest / full['seconds']:.0f} %", "", ""])
    return format_table(["step", "seconds", "share", "CPU seconds of the main process", "own MB of all, at most"], rows)


def _stages(stages: dict[str, float]) -> str:
    whole = sum(stages.values())
    rows = [[f"`{name}`", f"{cost:.2f}", f"{100 * cost / whole:.0f} %"] for name, cost in stages.items()]
    return format_table(["function", "ms a document", "share"], rows)


def _storage(size: int, full: dict[str, Any]) -> str:
    each = {
        "the source": full["raw_mb"],
        "the release": full["release_mb"],
        "state/ with raw bytes": full["state_mb"],
    }
    each |= {f"of the release, {name}/": mb for name, mb in full["parts_mb"].items()}
    rows = [[name, f"{mb:,.1f}", f"{1e6 * mb / size / 1000:,.2f}"] for name, mb in each.items()]
    return format_table(["what", "MB", "KB a document"], rows)


def _peers(peers: dict[str, Any]) -> str:
    tools, count = peers["tools"], peers["documents"]
    ours = tools["kliping"]
    rows = [
        [
            name,
            f"{count / run['seconds']:,.0f}",
            f"{count / run['cpu']:,.0f}",
            f"{run['cpu'] / ours['cpu']:.2f}",
            f"{run['seconds'] / ours['seconds']:.2f}",
            f"{run['pss_mb']:,.0f}",
        ]
        for name, run in tools.items()
    ]
    head = ["loop", "documents a second", "a second of one core", "CPU, kliping 1", "seconds, kliping 1", "MB"]
    return f"{count:,} valid documents.\n\n{format_table(head, rows)}"
