"""Write docs/explanation/performance.md: every figure of the page comes from performance.json or nightly.json."""

import json
from typing import Any

from flows.settings import ROOT

PAGE = ROOT / "docs" / "explanation" / "performance.md"
NIGHTS = ROOT / "tests" / "benchmarks" / "nightly.json"
_HEAD = """# Performance

`make bench` measures and writes this page; `make bench SIZE=1000000` adds that size. Each run is `kliping publish
--direct` with two workers, from JSONL to a complete release. `tests/benchmarks/corpus.py` generates the source from
a seed: extracted texts (6 in 10, some 3 KB and 40 lines), page dumps (4 in 10, some 13 KB and 300 lines), repeated
wire stories, broken records, listings and login pages.

Ratios carry over to other machines; seconds depend on the machine and its load. CPU seconds count all processes.
Memory is the peak of all processes together (proportional set size, mapped files included); `own` is the anonymous
part of it.
"""


def write(results: dict[str, Any]) -> None:
    """Write the page anew from all that was measured."""
    sizes = sorted(map(int, results))
    parts = [_HEAD, _sizes(results, sizes)]
    if NIGHTS.exists():
        parts.append(_nights(json.loads(NIGHTS.read_text())))
    largest = results[str(sizes[-1])]
    parts += [_steps(sizes[-1], largest["full"])]
    for name, shown in (("stages", _stages), ("peers", _peers)):
        if measured := [size for size in sizes if name in results[str(size)]]:
            parts.append(shown(results[str(measured[-1])][name]))
    parts.append(_storage(sizes[-1], largest["full"]))
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _sizes(results: dict[str, Any], sizes: list[int]) -> str:
    rows = []
    for size in sizes:
        result = results[str(size)]
        full, tenth = result["full"], result["tenth"]
        on = result["machine"]
        rows.append(
            [
                f"{size:,}",
                f"{size / full['seconds']:,.0f}",
                f"{size / full['cpu']:,.0f}",
                f"{full['seconds']:,.0f}",
                f"{full['cpu']:,.0f}",
                f"{full['pss_mb']:,.0f} ({full['own_mb']:,.0f})",
                f"{full['cpu'] / tenth['cpu']:.1f}",
                f"{on['cores']} cores, {on['memory_gb']} GB, {on['machine']}, Python {on['python']}; load {on['load']}",
            ]
        )
    head = [
        "documents",
        "a second",
        "a second of one core",
        "seconds",
        "CPU seconds",
        "MB (own)",
        "times a tenth",
        "on",
    ]
    notes = [f"\n{size:,}: {results[str(size)]['note']}\n" for size in sizes if "note" in results[str(size)]]
    grown = []
    for size in sizes:
        result = results[str(size)]
        if "again" not in result:
            continue
        full, more = result["full"], result["again"]
        row = [f"{size:,}"]
        for name in ("unchanged", "added", "edited"):
            run = more[name]
            row += [f"{run[each]:,.1f} ({100 * run[each] / full[each]:.0f} %)" for each in ("seconds", "cpu")]
        grown.append(row)
    second = [
        "documents", "unchanged: seconds", "CPU seconds", "1 % new: seconds", "CPU seconds", "1 % edited: seconds",
        "CPU seconds",
    ]  # fmt: skip
    return (
        f"\n## A full run\n\n{_table(head, rows)}\n"
        "`times a tenth` compares the CPU seconds with those of a tenth of the documents: 10 is linear, and the fixed "
        "cost of a start makes it less.\nThe load is that of the machine before the run.\n"
        f"{''.join(notes)}"
        "\n## An incremental run\n\nShares of the full run in brackets. New documents are in a file of their own; "
        f"edited ones are spread over\nall files, so every file is read again.\n\n{_table(second, grown)}"
    )


def _nights(nights_by_parent: dict[str, Any]) -> str:
    """Return the section on deliveries that are appended to a large parent."""
    rows = []
    for parent in sorted(nights_by_parent, key=int):
        figures = nights_by_parent[parent]
        pairs = [f"{mean:,.1f} ({most:,.1f})" for mean, most in (figures[n] for n in ("cpu", "own_mb", "written_mb"))]
        fresh = f"{figures['fresh_mb']:,.1f}" if figures["fresh_mb"] else ""
        rows.append(
            [f"{int(parent):,}", f"{figures['delivery']:,}", str(figures["nights"]), *pairs, fresh,
             str(figures["machine"]["load"])]
        )  # fmt: skip
    head = ["articles of the parent", "documents a night", "nights", "CPU seconds", "own MB", "MB written",
            "MB of a fresh segment", "load"]  # fmt: skip
    return (
        "\n## A night\n\n`make bench-nightly` publishes a delivery with `--append`, night after night, one worker; the "
        "parent is written\nfrom tables without cleaning. Mean, and the costliest night in brackets: CPU seconds of "
        "all processes less those of\n`clean and describe`, anonymous memory of all processes, and bytes written "
        f"outside `state/raw` and the cache.\n\n{_table(head, rows)}"
    )


def _steps(size: int, full: dict[str, Any]) -> str:
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
    return f"\n## Step by step, {size:,} documents\n\n" + _table(
        ["step", "seconds", "share", "CPU seconds of the main process", "own MB of all, at most"], rows
    )


def _stages(stages: dict[str, float]) -> str:
    whole = sum(stages.values())
    rows = [[f"`{name}`", f"{cost:.2f}", f"{100 * cost / whole:.0f} %"] for name, cost in stages.items()]
    return (
        "\n## Inside a worker\n\nCPU milliseconds a document of reading and of the functions that "
        "`flows/workers/batch_processing.py` calls.\n\n" + _table(["function", "ms a document", "share"], rows)
    )


def _storage(size: int, full: dict[str, Any]) -> str:
    each = {
        "the source": full["raw_mb"],
        "the release": full["release_mb"],
        "state/ with raw bytes": full["state_mb"],
    }
    each |= {f"of the release, {name}/": mb for name, mb in full["parts_mb"].items()}
    rows = [[name, f"{mb:,.1f}", f"{1e6 * mb / size / 1000:,.2f}"] for name, mb in each.items()]
    return f"\n## On disk, {size:,} documents\n\n" + _table(["what", "MB", "KB a document"], rows)


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
    return (
        f"\n## Compared with other tools, {count:,} valid documents\n\n"
        "The same two files in the same run, each tool on two processes (`tests/benchmarks/loops.py`): datatrove with\n"
        "its reader, C4 and Gopher rules and writer; trafilatura with its extraction of each text as a minimal page.\n"
        "Neither describes, validates, finds near-duplicates or publishes. Kliping does, and its start of some\n"
        "seconds is included.\n\n" + _table(head, rows)
    )
