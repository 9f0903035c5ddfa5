"""The outcome of a run in words for people: the same in the terminal, the flow's state and the artifacts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from flows.validate import Check

Status = Literal["published", "nothing_new", "dry_run", "refused", "busy", "wrong_use"]

EXIT_CODES: dict[Status, int] = {
    "published": 0,
    "nothing_new": 0,
    "dry_run": 0,
    "refused": 1,
    "busy": 1,
    "wrong_use": 2,
}


@dataclass(frozen=True)
class RunOutcome:
    """Outcome of a run. `why` holds one sentence for each reason of a failure; `notes` holds warnings."""

    status: Status
    dataset: str
    version: str | None = None
    release: Path | None = None
    articles: int = 0
    carried: int = 0
    documents: int = 0
    cleaned: int = 0
    kept: int = 0
    redone: str = ""
    rejected: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    marked: int = 0
    changes: dict[str, int] = field(default_factory=dict)
    examples: tuple[tuple[str, str, str], ...] = ()  # source_id, reason, sentence
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def exit_code(self) -> int:
        """Exit code of the command for this outcome."""
        return EXIT_CODES[self.status]

    def format_sentence(self) -> str:
        """Return the outcome as one line; its first word is the status."""
        match self.status:
            case "published":
                rejected = f", {_format_total(self.rejected)} rejected" if self.rejected else ""
                return f"published {self.version}: {self.articles:,} articles{rejected}"
            case "nothing_new":
                return f"nothing new: the same source, parameters and code made {self.version}"
            case "dry_run":
                return (
                    f"dry run: {self.articles:,} articles would be published, {_format_total(self.rejected)} rejected"
                )
            case _:
                return f"{self.status.replace('_', ' ')}: " + " ".join(self.why)

    def format_lines(self) -> list[str]:
        """Return the outcome for a terminal: counts, rejects with examples, where the release is and how to open it."""
        lines = [f"{self.dataset}: {self.format_sentence()}"]
        if self.status == "published" and self.changes:
            lines.append("changes: " + ", ".join(f"{n:,} {op}" for op, n in self.changes.items()))
        if self.carried:
            lines.append(f"carried over from the parent release: {self.carried:,}")
        if self.kept:
            lines.append(f"documents processed: {self.cleaned:,}; results reused: {self.kept:,}")
        if self.redone:
            lines.append(f"note: {self.redone}")
        if self.marked:
            lines.append(f"duplicates of another article (duplicate_of): {self.marked:,}")
        counts = {**self.rejected, **self.dropped}
        for reason, count in counts.items():
            lines.append(f"{'dropped' if reason in self.dropped else 'rejected'} {count:,} {reason}")
            lines += [f"    {name}: {detail}" for name, why, detail in self.examples if why == reason]
        lines += [f"note: {note}" for note in self.notes]
        if self.release is not None:
            file = self.release / "data"
            lines += [f"release: {self.release}", f'open it: pandas.read_parquet("{file.as_posix()}")']
        return lines


def _format_total(counts: dict[str, int]) -> str:
    return f"{sum(counts.values()):,}"
