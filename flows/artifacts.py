"""Artifacts and log lines of a flow run: its steps in counts, its progress, its outcome.

Log lines hold counts and paths, never words of an article. Artifacts hold our own sentences; names from the source
stand in table cells or are escaped.
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
from flows.report.escaping import escape_markdown
from flows.run.progress import RateEstimator
from flows.run.run_outcome import RunOutcome
from flows.settings import ROOT
from schemas.vocabulary import REASONS

_SECONDS_BETWEEN_UPDATES = 2.0
_SECONDS_BETWEEN_LINES = 60.0


def create_outcome_artifacts(outcome: RunOutcome) -> None:
    """Create the artifacts of a run that ended: counts, paths and our own sentences; no words of an article."""
    create_markdown_artifact(
        key="summary", markdown=_render_summary(outcome), description=outcome.format_sentence()[:500]
    )
    if counts := {**outcome.rejected, **outcome.dropped}:
        first = {reason: name for name, reason, _ in reversed(outcome.examples)}
        rows = [
            {
                "reason": reason,
                "documents": count,
                "outcome": "dropped" if reason in outcome.dropped else "rejected",
                "in words": REASONS.get(reason, ""),
                "first document": first.get(reason, ""),
            }
            for reason, count in counts.items()
        ]
        create_table_artifact(key="rejects", table=rows, description="Documents that did not become articles, and why.")
    if outcome.checks:
        check_rows = [
            {
                "expectation": check.name,
                "passed": "yes" if check.passed else "NO",
                "severity": check.severity,
                "rows that failed": check.failed_rows,
                "sentence": check.summary,
            }
            for check in sorted(outcome.checks, key=lambda check: check.passed)
        ]
        create_table_artifact(key="validation", table=check_rows, description=_describe_checks(outcome.checks))
    if folder := outcome.release or outcome.refused:
        url = find_report_url(folder)
        create_link_artifact(key="report", link=url, link_text="Open the report", description=f"The report, at {url}.")


def find_report_url(folder: Path) -> str:
    """Return the URL of the report of a release or refused run: under the address in KLIPING_REPORTS, else a file."""
    report = (ROOT / folder / "report.html").resolve()
    base = os.environ.get("KLIPING_REPORTS")
    return f"{base}{quote(report.as_posix())}" if base else report.as_uri()


def log_step(name: str, output: object) -> None:
    """Log the output of a step, in counts."""
    get_run_logger().info("%s: %s", name, _describe_output(output))


class ProgressArtifact:
    """Progress artifact of the task that creates it, updated every two seconds; `next_callback` receives every call.

    Its description says how many documents were read, how fast, and how long the rest will take; so does a line of the
    log every minute.
    """

    def __init__(self, then: run.ProgressCallback | None = None) -> None:
        self.next_callback = then
        self.id: UUID | None = None
        self.next_update = 0.0
        self.next_log_line = time.monotonic() + _SECONDS_BETWEEN_LINES
        self.estimator = RateEstimator()

    def __call__(self, documents: int, bytes_read: int, bytes_total: int) -> None:
        """Show how many documents, and how many of all bytes, were read."""
        if self.next_callback is not None:
            self.next_callback(documents, bytes_read, bytes_total)
        description = self.estimator.describe_progress(documents, bytes_read, bytes_total)
        now = time.monotonic()
        if now < self.next_update and bytes_read < bytes_total:
            return
        self.next_update = now + _SECONDS_BETWEEN_UPDATES
        if now >= self.next_log_line:
            self.next_log_line = now + _SECONDS_BETWEEN_LINES
            get_run_logger().info("%s", description)
        share = 100.0 * bytes_read / bytes_total if bytes_total else 100.0
        if self.id is None:
            artifact_id: Any = create_progress_artifact(share, key="progress", description=description)
            self.id = artifact_id
        else:
            update_progress_artifact(self.id, share, description=description)


def _describe_output(output: object) -> str:
    match output:
        case read.SourceSurvey(inputs=read.SourceDigest(files=files, bytes=size)):
            return f"{files:,} file{'' if files == 1 else 's'}, {size:,} bytes"
        case run.CachedResults():
            return output.describe_work()
        case run.RunState():
            rejected_count = sum(output.count_rejected().values())
            return f"{output.articles.num_rows:,} articles so far, {rejected_count:,} documents rejected"
        case validate.Verdict(checks=checks):
            return _describe_checks(checks)
        case (run.RunState() as working, validate.Verdict() as verdict):
            return f"{_describe_checks(verdict.checks)}; {working.articles.num_rows:,} articles go on"
        case RunOutcome():
            return output.format_sentence()
        case _:
            return "done"


def _describe_checks(checks: tuple[validate.Check, ...]) -> str:
    failed = [check.name for check in checks if not check.passed]
    if not failed:
        return f"all {len(checks)} expectations met"
    return (
        f"{len(failed)} of {len(checks)} expectations not met: {', '.join(failed[:5])}{', ...' if failed[5:] else ''}"
    )


def _render_summary(outcome: RunOutcome) -> str:
    lines = [
        f"## {escape_markdown(outcome.dataset)} {outcome.version or ''}".rstrip(),
        "",
        f"**{escape_markdown(outcome.format_sentence())}**",
        "",
    ]
    if outcome.documents or outcome.articles:
        counts: dict[str, int] = {
            "documents read": outcome.documents,
            "carried over from the parent release": outcome.carried,
            "articles": outcome.articles,
            "of these, duplicates of another": outcome.marked,
            "dropped as duplicates": sum(outcome.dropped.values()),
            "rejected": sum(outcome.rejected.values()),
        }
        lines += [
            "| documents | count |",
            "| --- | ---: |",
            *(f"| {name} | {count:,} |" for name, count in counts.items()),
            "",
        ]
    if outcome.changes:
        lines += ["Since the last release: " + ", ".join(f"{n:,} {op}" for op, n in outcome.changes.items()) + ".", ""]
    lines += [f"- {escape_markdown(note)}" for note in outcome.notes]
    if outcome.release is not None:
        lines += ["", f"Report: <{find_report_url(outcome.release)}>", "", "```", *outcome.format_lines()[-2:], "```"]
    if outcome.refused is not None:
        lines += ["", f"Report of the refused run: <{find_report_url(outcome.refused)}>"]
    return "\n".join(lines)
