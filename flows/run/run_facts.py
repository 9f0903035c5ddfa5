"""Facts of a run: its identity before it starts, the draft of its release, and its summary for people."""

import socket
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from flows import read, release, validate
from flows.parameters import Publish
from flows.run import ordered_tables
from flows.run.run_outcome import RunOutcome
from flows.run.run_state import RunState
from flows.settings import ROOT
from flows.workers import batch_processing

_RECORDED_LIBRARIES: Final = (
    "prefect",
    "pandas",
    "pyarrow",
    "numpy",
    "great-expectations",
    "trafilatura",
    "lxml",
    "py3langid",
    "babel",
)
_KEYS_SHOWN: Final = 12
_EXAMPLES_PER_REASON: Final = 3  # enough to recognise a pattern on a screen


def build_facts(
    job: Publish, run_id: str, started: datetime, inputs: read.SourceDigest, parent: str | None
) -> release.RunFacts:
    """Build the facts that are known before a document is read.

    Their fingerprint tells whether an equal release exists.
    """
    return release.RunFacts(
        dataset=job.dataset,
        run_id=run_id,
        started_at=started,
        inputs=inputs,
        documents_in=0,
        carried_over=0,
        parameters=job.list_result_parameters(),
        code_digest=release.compute_code_digest(ROOT),
        lock_digest=release.compute_lock_digest(ROOT),
        withdrawn_digest=release.compute_withdrawn_digest(
            release.read_withdrawals(release.open_dataset(job.output, job.dataset))
        ),
        host=socket.gethostname(),
        parent=parent,
        libraries={name: metadata.version(name) for name in _RECORDED_LIBRARIES},
        accepted_drift=job.accept_drift,  # build_draft clears it where no drift was accepted
    )


def build_draft(
    facts: release.RunFacts, state: RunState, verdicts: dict[str, validate.Verdict], folder: Path
) -> release.Draft:
    """Build the draft of a release; its rows are read when it is written, by way of partitions in `folder`."""
    expectations = (expectation for verdict in verdicts.values() for expectation in verdict.document["results"])
    has_drift = any(
        expectation["scope"] == "drift" and expectation["severity"] == "critical" and not expectation["passed"]
        for expectation in expectations
    )
    return release.Draft(
        articles=ordered_tables.sort_articles(state, folder),
        rejects=state.rejects,
        spans=ordered_tables.sort_lineage(state, "spans", folder),
        evidence=ordered_tables.sort_lineage(state, "evidence", folder),
        facts=replace(
            facts,
            documents_in=state.documents_in,
            carried_over=state.carried_count,
            not_read=state.key_usage.get("not_read", {}),
            key_usage={name: state.key_usage[name] for name in ("records", "keys") if name in state.key_usage},
            dropped=state.count_dropped(),
            rejected=state.count_rejected(),
            accepted_drift=facts.accepted_drift if has_drift else "",
            checks=tuple(asdict(check) for verdict in verdicts.values() for check in verdict.checks),
        ),
        validation={name: verdict.document for name, verdict in verdicts.items()},
        renamed_ids=state.renamed_ids,
    )


def list_key_notes(key_usage: Mapping[str, Any]) -> tuple[str, ...]:
    """List notes for people: keys of records that state nothing, and files that are no documents."""
    keys = key_usage.get("keys", {})
    unused = [key for key, usage in keys.items() if usage["filled"] and not usage["states"]]
    notes: list[str] = []
    if unused:
        listed = ", ".join(format_key(key) for key in unused[:_KEYS_SHOWN])
        more = f" and {len(unused) - _KEYS_SHOWN} more" if len(unused) > _KEYS_SHOWN else ""
        notes.append(f"unused keys of records: {listed}{more}; use one with --map FIELD=KEY")
    for kind, count in key_usage.get("not_read", {}).items():
        notes.append(f"not read, because they are no documents: {count:,} {kind}")
    return tuple(notes)


def format_key(key: str) -> str:
    """Render a key for a note."""
    return "".join(c if c.isprintable() else " " for c in key)[:60]


def summarize_run(job: Publish, state: RunState, verdicts: dict[str, validate.Verdict]) -> RunOutcome:
    """Summarize a run in counts and sentences, with status `dry_run`: the caller sets how it ended."""
    counts = batch_processing.count_reasons(state.rejects)
    examples: dict[str, list[tuple[str, str, str]]] = {reason: [] for reason in counts}
    for row in state.rejects.select(["reason", "source_id", "detail"]).sort_by("source_id").to_pylist():
        if len(examples[row["reason"]]) < _EXAMPLES_PER_REASON:
            examples[row["reason"]].append((row["source_id"], row["reason"], row["detail"]))
    checks = [check for verdict in verdicts.values() for check in verdict.checks]
    return RunOutcome(
        "dry_run",
        job.dataset,
        articles=state.articles.num_rows,
        carried=state.carried_count,
        documents=state.documents_in,
        rejected=state.count_rejected(),
        dropped=state.count_dropped(),
        marked=state.articles.num_rows - state.articles["duplicate_of"].null_count,
        examples=tuple(example for reason_examples in examples.values() for example in reason_examples),
        notes=(
            *list_key_notes(state.key_usage),
            *(f"{c.name}: {c.summary}" for c in checks if not c.passed and c.severity == "warning"),
        ),
        checks=tuple(checks),
        cleaned=state.cleaned_count,
        kept=state.cached_count,
    )
