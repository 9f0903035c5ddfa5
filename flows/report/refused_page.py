"""report.html of a refused run: why nothing was published, what to do, what was left out, every check."""

from pathlib import Path
from typing import Any

from flows.report.report_page import list_reasons, render_page, split_checks
from flows.report.statistics import collect_statistics


def write_refused_page(folder: Path, manifest: dict[str, Any], next_steps: list[str]) -> None:
    """Write report.html of the refused run whose evidence is in `folder`. Raises OSError where it cannot."""
    counts = manifest["counts"]
    checks = split_checks(manifest["checks"])
    page = render_page(
        "refused.html.j2",
        f"{manifest['dataset']}: refused run {manifest['run_id']}",
        manifest=manifest,
        rejected=sum(counts["rejected"].values()),
        dropped=sum(counts["dropped"].values()),
        next_steps=next_steps,
        reasons=list_reasons(collect_statistics(folder)),
        failed=checks["failed"],
        passed=checks["passed"],
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
