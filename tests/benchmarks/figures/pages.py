"""Blocks of figures in the pages: `<!-- figures:PROOF.PART --> ... <!-- end -->`, in a line or over several."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from flows.settings import ROOT

RESULTS: Final = Path(__file__).parent / "results"
PAGES: Final = (*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")))
BLOCK: Final = re.compile(r"(?<!`)<!-- figures:([\w-]+)\.([\w-]+) -->(.*?)<!-- end -->", re.DOTALL)


def read_result(proof: str) -> dict[str, Any] | None:
    """Read the result of a proof; None where it was not measured."""
    path = RESULTS / f"{proof}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def store_result(proof: str, result: dict[str, Any]) -> None:
    """Store the result of a proof."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{proof}.json"
    path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def fill_pages() -> list[Path]:
    """Fill the blocks of all pages from the results; return the pages that changed."""
    changed = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        filled = BLOCK.sub(lambda match: _fill_block(*match.groups()), text)
        if filled != text:
            page.write_text(filled, encoding="utf-8")
            changed.append(page)
    return changed


def list_blocks() -> Iterator[tuple[Path, str, str, str, str]]:
    """Yield page, proof and part of each block, what stands in it, and what should."""
    for page in PAGES:
        for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield page, match[1], match[2], match[0], _fill_block(*match.groups())


def _fill_block(proof: str, part: str, inside: str) -> str:
    is_inline = "\n" not in inside
    result = read_result(proof)
    text = None if result is None else result["blocks"].get(part)
    if text is None:
        words = "not measured" if is_inline else f"*Not measured on this code: `make figures ONLY={proof}` does.*"
    else:
        words = text if is_inline else f"{text}\n\n*{describe_result(result)}*"
    around = "" if is_inline else "\n"
    return f"<!-- figures:{proof}.{part} -->{around}{words}{around}<!-- end -->"


def describe_result(result: dict[str, Any] | None) -> str:
    """Describe what was measured, when and where, in a sentence or two."""
    assert result is not None
    machine = result["machine"]
    where = f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']}" if machine else ""
    words = [f"{result['size']}; measured at commit {result['commit']}", *([where] if where else [])]
    sentence = f"{', '.join(words)}."
    if result["form"] == "short":
        sentence = f"Short form: {sentence}"
    if skipped := result.get("skipped"):
        sentence += f" The code was changed since, and it was not measured again: {skipped['reason']}."
    return sentence[0].upper() + sentence[1:]
