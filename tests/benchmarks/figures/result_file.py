"""What the command of a proof writes: the size of the proof, blocks of Markdown by name, and the figures behind them.

Only the standard library is imported: some proofs run in environments without the packages of the project.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OPTION = "--json"


def take_target() -> Path | None:
    """Take `--json FILE` from the command line; None where it is not given."""
    if OPTION not in sys.argv:
        return None
    at = sys.argv.index(OPTION)
    path = Path(sys.argv[at + 1])
    del sys.argv[at : at + 2]
    return path


def write_result(target: Path | None, size: str, blocks: dict[str, str], figures: Any) -> None:
    """Write the result of a proof, where a target was given."""
    if target is not None:
        target.write_text(json.dumps({"size": size, "blocks": blocks, "figures": figures}), encoding="utf-8")


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a table as Markdown: the first column left, the others right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
