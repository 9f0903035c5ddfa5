"""What is known of a run: before it, of what a release is made, and in numbers for people."""

import socket
from dataclasses import asdict, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from flows import read, release, validate
from flows.parameters import Publish
from flows.run import ordered_tables
from flows.run.run_result import Outcome
from flows.run.run_state import Working
from flows.settings import ROOT
from flows.workers import batch_processing

_LIBRARIES: Final = ("prefect", "pandas", "pyarrow", "numpy", "great-expectations", "trafilatura", "lxml", "py3langid")
_EXAMPLES: Final = 3  # of each reason: enough to recognise a pattern on a screen


def facts_of(job: Publish, run_id: str, started: datetime, inputs: read.Inputs, parent: str | None) -> release.Facts:
    """What is known of a run before it has read a document; its fingerprint says whether anything is new."""
    return release.Facts(
        dataset=job.dataset,
        run_id=run_id,
        started_at=started,
        inputs=inputs,
        documents_in=0,
        carried_over=0,
        parameters=job.result_parameters(),
        code_digest=release.code_digest(ROOT),
        lock_digest=release.lock_digest(ROOT),
        withdrawn_digest=release.withdrawn_digest(release.withdrawals(release.at(job.output, job.dataset))),
        host=socket.gethostname(),
        parent=parent,
        libraries={name: metadata.version(name) for name in _LIBRARIES},
        accepted_drift=job.accept_drift,  # kept only where there was drift to accept, see draft_of
    )


def draft_of(
    facts: release.Facts, working: Working, verdicts: dict[str, validate.Verdict], folder: Path
) -> release.Draft:
    """All that a release is made of, its rows still to be fetched. `folder`: for what does not fit into memory."""
    judged = (one for verdict in verdicts.values() for one in verdict.document["results"])
    drifted = any(one["scope"] == "drift" and one["severity"] == "critical" and not one["passed"] for one in judged)
    return release.Draft(
        articles=ordered_tables.articles(working, folder),
        rejects=working.rejects,
        spans=ordered_tables.lineage(working, "spans", folder),
        evidence=ordered_tables.lineage(working, "evidence", folder),
        facts=replace(
            facts,
            documents_in=working.documents_in,
            carried_over=working.carried,
            dropped=working.dropped(),
            rejected=working.rejected(),
            accepted_drift=facts.accepted_drift if drifted else "",
            checks=tuple(asdict(check) for verdict in verdicts.values() for check in verdict.checks),
        ),
        validation={name: verdict.document for name, verdict in verdicts.items()},
    )


def outcome_of(job: Publish, working: Working, verdicts: dict[str, validate.Verdict]) -> Outcome:
    """The run in numbers and sentences; where it ended is for the caller to say."""
    counts = batch_processing.reasons(working.rejects)
    first: dict[str, list[tuple[str, str, str]]] = {reason: [] for reason in counts}
    for row in working.rejects.select(["reason", "source_id", "detail"]).sort_by("source_id").to_pylist():
        if len(first[row["reason"]]) < _EXAMPLES:
            first[row["reason"]].append((row["source_id"], row["reason"], row["detail"]))
    checks = [check for verdict in verdicts.values() for check in verdict.checks]
    return Outcome(
        "dry_run",
        job.dataset,
        articles=working.articles.num_rows,
        carried=working.carried,
        documents=working.documents_in,
        rejected=working.rejected(),
        dropped=working.dropped(),
        marked=working.articles.num_rows - working.articles["duplicate_of"].null_count,
        examples=tuple(one for examples in first.values() for one in examples),
        notes=tuple(f"{c.name}: {c.sentence}" for c in checks if not c.passed and c.severity == "warning"),
        checks=tuple(checks),
        cleaned=working.cleaned,
        kept=working.kept,
    )
