"""Index of a dataset's releases: versions.json, CHANGELOG.md, latest.json and the link.

Each file is replaced atomically, and writing it again is harmless.
"""

import contextlib
import html
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from flows.release.filesystem import encode_json, write_atomic
from flows.release.layout import Dataset, VersionEntry

_MARKUP: Final = re.compile(r"([\\`*\[\]|~])")  # an underscore within a word is no markup
# Called with a word after each step of a commit: tests simulate a crash there.
StepCallback: TypeAlias = Callable[[str], None]


def ignore_step(_word: str) -> None:
    """Ignore the word: the default callback."""


def format_count(count: int, noun: str) -> str:
    """Format a count with its noun: `1 document`, `2 documents`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def escape_markdown(sentence: str) -> str:
    """Return a sentence as one line of Markdown with markup escaped and unprintable characters replaced."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(sentence.split()))
    return html.escape(_MARKUP.sub(r"\\\1", flat), quote=False)


def _format_changelog_entry(entry: VersionEntry) -> str:
    counts = entry.counts
    why = " ".join(escape_markdown(sentence) for sentence in entry.why)
    start_day = entry.started_at[:10]
    exclusions = (
        f"{format_count(counts.get('rejected', 0), 'document')} rejected, "
        f"{format_count(counts.get('dropped', 0), 'duplicate')} dropped"
    )
    if entry.status == "refused":
        return (
            f"## Refused on {start_day} (run {entry.run_id})\n\n"
            f"Nothing was published. {why} {exclusions}; see `{entry.path}/`.\n"
        )
    parent_note = f" since {entry.parent}" if entry.parent else "; the first release"
    carried_note = (
        f" {format_count(counts['carried_over'], 'article')} carried over." if counts.get("carried_over") else ""
    )
    status_notes = {"withdrawn": f"**Withdrawn.** {why} ", "pruned": f"**Files removed.** {why} "}
    notes = status_notes.get(entry.status, "") + (f"Pinned: {escape_markdown(entry.pinned)}. " if entry.pinned else "")
    drift_note = (
        f" Published in spite of drift: {escape_markdown(entry.accepted_drift)}." if entry.accepted_drift else ""
    )
    return (
        f"## {entry.version} ({start_day})\n\n{notes}{format_count(counts.get('published', 0), 'article')}: "
        f"{counts.get('added', 0):,} added, {counts.get('changed', 0):,} changed, "
        f"{counts.get('removed', 0):,} removed{parent_note}. {exclusions}.{carried_note}{drift_note}\n"
    )


def write_versions(dataset: Dataset, entries: list[VersionEntry], step: StepCallback = ignore_step) -> None:
    """Replace versions.json, and CHANGELOG.md, which is generated from it."""
    write_atomic(dataset.versions_json, encode_json([entry.to_json() for entry in entries]))
    step("listed")
    paragraphs = [f"# Releases of {dataset.name}\n", *(_format_changelog_entry(entry) for entry in entries)]
    write_atomic(dataset.root / "CHANGELOG.md", "\n".join(paragraphs).encode("utf-8", "backslashreplace"))
    step("logged")


def update_latest(dataset: Dataset, version: str, digest: str, step: StepCallback = ignore_step) -> None:
    """Replace latest.json (this is the commit) and the link beside it."""
    pointer = {"dataset": dataset.name, "version": version, "path": f"releases/{version}", "digest": digest}
    write_atomic(dataset.latest_json, encode_json(pointer))
    step("pointed")
    temporary_link = dataset.root / ".latest.new"
    with contextlib.suppress(OSError):  # the link is a convenience; some file systems do not support it
        temporary_link.unlink(missing_ok=True)
        temporary_link.symlink_to(f"releases/{version}", target_is_directory=True)
        temporary_link.replace(dataset.root / "latest")
    step("linked")
