"""What a dataset's folder says of its releases: versions.json, CHANGELOG.md, latest.json and the link.

Each is replaced whole, and each may be written again without harm.
"""

import contextlib
import html
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from flows.release.filesystem import json_bytes, write_atomic
from flows.release.layout import Dataset, Entry

_MARKUP: Final = re.compile(r"([\\`*\[\]|~])")  # an underscore within a word means nothing to Markdown
# Called with a word after each step of a commit: tests die there.
Step: TypeAlias = Callable[[str], None]


def quiet(_word: str) -> None:
    """No one listens."""


def plural(count: int, noun: str) -> str:
    """`1 document`, `2 documents`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def escaped(sentence: str) -> str:
    """A sentence as one line of Markdown that holds no markup of its own, nor a character that does not print."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(sentence.split()))
    return html.escape(_MARKUP.sub(r"\\\1", flat), quote=False)


def _paragraph(each: Entry) -> str:
    counts = each.counts
    why = " ".join(escaped(sentence) for sentence in each.why)
    day = each.started_at[:10]
    left_out = (
        f"{plural(counts.get('rejected', 0), 'document')} rejected, "
        f"{plural(counts.get('dropped', 0), 'duplicate')} dropped"
    )
    if each.status == "refused":
        return (
            f"## Refused on {day} (run {each.run_id})\n\nNothing was published. {why} {left_out}; see `{each.path}/`.\n"
        )
    since = f" since {each.parent}" if each.parent else "; the first release"
    carried = f" {plural(counts['carried_over'], 'article')} carried over." if counts.get("carried_over") else ""
    states = {"withdrawn": f"**Withdrawn.** {why} ", "pruned": f"**Files removed.** {why} "}
    withdrawn = states.get(each.status, "") + (f"Pinned: {escaped(each.pinned)}. " if each.pinned else "")
    drift = f" Published in spite of drift: {escaped(each.accepted_drift)}." if each.accepted_drift else ""
    return (
        f"## {each.version} ({day})\n\n{withdrawn}{plural(counts.get('published', 0), 'article')}: "
        f"{counts.get('added', 0):,} added, {counts.get('changed', 0):,} changed, "
        f"{counts.get('removed', 0):,} removed{since}. {left_out}.{carried}{drift}\n"
    )


def write_versions(dataset: Dataset, entries: list[Entry], step: Step = quiet) -> None:
    """Replace versions.json, and CHANGELOG.md, which says the same in words."""
    write_atomic(dataset.versions_json, json_bytes([each.as_json() for each in entries]))
    step("listed")
    paragraphs = [f"# Releases of {dataset.name}\n", *(_paragraph(each) for each in entries)]
    write_atomic(dataset.root / "CHANGELOG.md", "\n".join(paragraphs).encode("utf-8", "backslashreplace"))
    step("logged")


def point(dataset: Dataset, version: str, digest: str, step: Step = quiet) -> None:
    """Replace latest.json, which is the commit, and the link beside it."""
    pointer = {"dataset": dataset.name, "version": version, "path": f"releases/{version}", "digest": digest}
    write_atomic(dataset.latest_json, json_bytes(pointer))
    step("pointed")
    aside = dataset.root / ".latest.new"
    with contextlib.suppress(OSError):  # the link is a convenience; some disks have none
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"releases/{version}", target_is_directory=True)
        aside.replace(dataset.root / "latest")
    step("linked")
