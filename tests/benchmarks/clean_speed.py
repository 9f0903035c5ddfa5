"""How many documents a second of one core clean/ takes, rules included: typical texts, and dumps of 16 KB.

python -m tests.benchmarks.clean_speed

Beside it what others take for the same texts (where they are installed), and how much memory repeated batches add.
"""

import resource
import time
from collections.abc import Callable

import pyarrow as pa

from flows.clean import clean_documents
from flows.clean.models.train.evaluation_sets import load_rows
from schemas.stage_tables import RAW
from tests.benchmarks.figures.result_file import format_table, take_target, write_result
from tests.benchmarks.peers import PEERS

TAKEN, BATCH = 200, 100
REPEATED = 10


def nearest(texts: list[str], size: int) -> list[str]:
    """The texts whose length is nearest to this."""
    return sorted(texts, key=lambda text: abs(len(text) - size))[:TAKEN]


def table(texts: list[str]) -> pa.Table:
    """Texts as rows of RAW."""
    same = {"source_uri": "x", "raw_sha256": "0", "media": "text", "identity": "x", "stated": []}
    row = dict.fromkeys(RAW.names) | same
    made = [row | {"source_id": str(n), "raw": text.encode("utf-8", "replace")} for n, text in enumerate(texts)]
    return pa.Table.from_pylist(made, RAW)


def shapes() -> dict[str, list[str]]:
    """Texts of about 3 KB and 40 lines, whatever they are, and dumps of pages of about 16 KB."""
    every = [row["raw_text"] for name in ("id-html", "id-lines", "id-meta", "web-extracted") for row in load_rows(name)]
    dumps = [row["raw_text"] for row in load_rows("web-pages")]
    typical = sorted([*every, *dumps], key=lambda text: abs(len(text) / 3_000 - 1) + abs(text.count("\n") / 40 - 1))
    return {"typical texts": typical[:TAKEN], "dumps": nearest(dumps, 16_000)}


def best(run: Callable[[], object], times: int = 3) -> float:
    """The least seconds of this process that a run takes."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        run()
        taken.append(time.process_time() - begun)
    return min(taken)


def main() -> None:
    """Print documents a second, the best of three runs in seconds of this process; and the growth of memory."""
    target = take_target()
    speeds: dict[str, dict[str, float]] = {}
    for name, texts in shapes().items():
        raw = table(texts)

        def ours(raw: pa.Table = raw) -> None:
            for start in range(0, raw.num_rows, BATCH):
                clean_documents(raw.slice(start, BATCH))

        ours()
        lines = sum(text.count("\n") + 1 for text in texts) // len(texts)
        size = sum(map(len, texts)) // len(texts)
        print(f"{name}: {len(texts)} of {size:,} characters in {lines} lines, in documents a second of one core")
        label = f"{len(texts)} {name} of {size / 1000:.0f} KB ({lines} lines)"
        speeds[label] = {"Kliping": len(texts) / best(ours)}
        print(f"  {'Kliping':12} {speeds[label]['Kliping']:8,.0f}")
        for peer, function in PEERS.items():
            try:
                taken = best(lambda texts=texts, function=function: [function(text) for text in texts[:50]], 1)
            except ImportError:
                print(f"  {peer:12} not installed")
                continue
            if peer != "left alone":
                speeds[label][peer] = 50 / taken
                print(f"  {peer:12} {50 / taken:8,.0f}")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(REPEATED):
            ours()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"  {REPEATED} more runs over them added {grown / 1024:.1f} MB to the most memory the process held")
    tools = list(dict.fromkeys(tool for by_tool in speeds.values() for tool in by_tool))
    rows = [[label, *(f"{by_tool[tool]:,.0f}" if tool in by_tool else "" for tool in tools)]
            for label, by_tool in speeds.items()]  # fmt: skip
    write_result(target, f"{TAKEN} texts of each size", {"table": format_table(["", *tools], rows)}, speeds)


if __name__ == "__main__":
    main()
