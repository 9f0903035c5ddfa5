"""What the Prefect UI shows of a run: its steps in words, its progress, and its outcome.

Log lines hold counts and places, never words of an article. Artifacts hold sentences of ours with names from the
source, shown as table cells or escaped.
"""

import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger

from flows import read, run, validate
from flows.progress import Pace
from flows.report.escaping import markdown
from flows.run.run_result import Outcome
from flows.settings import ROOT

_SECONDS_BETWEEN_UPDATES = 2.0
_SECONDS_BETWEEN_LINES = 60.0


def show(outcome: Outcome) -> None:
    """Create the artifacts of a run that ended. Scraped words stand in table cells or escaped, never as markdown."""
    create_markdown_artifact(key="summary", markdown=_summary(outcome), description=outcome.sentence()[:500])
    if counts := {**outcome.rejected, **outcome.dropped}:
        first = {reason: f"{name}: {detail}" for name, reason, detail in reversed(outcome.examples)}
        rows = [
            {
                "reason": reason,
                "documents": count,
                "became": "dropped" if reason in outcome.dropped else "rejected",
                "for example": first.get(reason, ""),
            }
            for reason, count in counts.items()
        ]
        create_table_artifact(key="rejects", table=rows, description="Documents that did not become articles, and why.")
    if outcome.checks:
        found = [
            {
                "expectation": check.name,
                "passed": "yes" if check.passed else "NO",
                "severity": check.severity,
                "rows that failed": check.failed_rows,
                "in words": check.sentence,
            }
            for check in sorted(outcome.checks, key=lambda check: check.passed)
        ]
        create_table_artifact(key="validation", table=found, description=_verdict(outcome.checks))
    if outcome.release is not None:
        url = report_url(outcome.release)
        create_link_artifact(key="report", link=url, link_text="Open the report", description=f"The report, at {url}.")


def report_url(release: Path) -> str:
    """Where a browser finds the report of a release: at the address that KLIPING_REPORTS names, else as a file."""
    report = (ROOT / release / "report.html").resolve()
    base = os.environ.get("KLIPING_REPORTS")
    return f"{base}{quote(report.as_posix())}" if base else report.as_uri()


def tell(name: str, result: object) -> None:
    """Log what came of a step, in counts."""
    get_run_logger().info("%s: %s", name, _said(result))


class Bar:
    """A progress artifact of the task it is made in, brought up to date every other second; `then` hears all.

    Its description says how many documents were read, how fast, and how long the rest will take; so does a line of the
    log every minute.
    """

    def __init__(self, then: run.Progress | None = None) -> None:
        self.then = then
        self.id: UUID | None = None
        self.due = 0.0
        self.log_due = time.monotonic() + _SECONDS_BETWEEN_LINES
        self.pace = Pace()

    def __call__(self, documents: int, seen: int, total: int) -> None:
        """Show that so many documents, and `seen` of `total` bytes, were read."""
        if self.then is not None:
            self.then(documents, seen, total)
        said = self.pace.hear(documents, seen, total)
        now = time.monotonic()
        if now < self.due and seen < total:
            return
        self.due = now + _SECONDS_BETWEEN_UPDATES
        if now >= self.log_due:
            self.log_due = now + _SECONDS_BETWEEN_LINES
            get_run_logger().info("%s", said)
        share = 100.0 * seen / total if total else 100.0
        if self.id is None:
            made: Any = create_progress_artifact(share, key="progress", description=said)
            self.id = made
        else:
            update_progress_artifact(self.id, share, description=said)


def _said(result: object) -> str:
    match result:
        case read.Survey(inputs=read.Inputs(files=files, bytes=size)):
            return f"{files:,} files, {size:,} bytes"
        case run.Known():
            return result.sentence()
        case run.Working():
            lost = sum(result.rejected().values())
            return f"{result.articles.num_rows:,} articles so far, {lost:,} documents rejected"
        case validate.Verdict(checks=checks):
            return _verdict(checks)
        case (run.Working() as working, validate.Verdict() as verdict):
            return f"{_verdict(verdict.checks)}; {working.articles.num_rows:,} articles go on"
        case Outcome():
            return result.sentence()
        case _:
            return "done"


def _verdict(checks: tuple[validate.Check, ...]) -> str:
    failed = [check.name for check in checks if not check.passed]
    if not failed:
        return f"all {len(checks)} expectations met"
    return (
        f"{len(failed)} of {len(checks)} expectations not met: {', '.join(failed[:5])}{', ...' if failed[5:] else ''}"
    )


def _summary(outcome: Outcome) -> str:
    told = [f"## {markdown(outcome.dataset)} {outcome.version or ''}", "", f"**{markdown(outcome.sentence())}**", ""]
    if outcome.documents or outcome.articles:
        counts: dict[str, int] = {
            "documents read": outcome.documents,
            "carried over from the parent release": outcome.carried,
            "articles": outcome.articles,
            "of these, repeats of another": outcome.marked,
            "dropped as duplicates": sum(outcome.dropped.values()),
            "rejected": sum(outcome.rejected.values()),
        }
        told += [
            "| documents | count |",
            "| --- | ---: |",
            *(f"| {name} | {count:,} |" for name, count in counts.items()),
            "",
        ]
    if outcome.changes:
        told += ["Since the last release: " + ", ".join(f"{n:,} {op}" for op, n in outcome.changes.items()) + ".", ""]
    told += [f"- {markdown(note)}" for note in outcome.notes]
    if outcome.release is not None:
        told += ["", f"Report: <{report_url(outcome.release)}>", "", "```", *outcome.lines()[-2:], "```"]
    return "\n".join(told)
