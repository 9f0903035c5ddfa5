"""The outcome of a run in words for people: the same in the terminal, the flow's state and the artifacts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from flows.parameters import Place, name_parameter
from flows.validate import Check

Status = Literal["published", "nothing_new", "dry_run", "refused", "busy", "wrong_use", "broken"]

EXIT_CODES: dict[Status, int] = {
    "published": 0,
    "nothing_new": 0,
    "dry_run": 0,
    "refused": 1,
    "busy": 1,
    "wrong_use": 2,
    "broken": 3,
}


@dataclass(frozen=True)
class RunOutcome:
    """Outcome of a run. `why` holds one sentence for each reason of a failure; `notes` holds warnings.

    `release` is the folder of the release, `refused` the folder that keeps the evidence of a refused run. No sentence
    here quotes an article, except `examples`, which are for the terminal of whoever ran the command.
    """

    status: Status
    dataset: str
    version: str | None = None
    release: Path | None = None
    refused: Path | None = None
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
    drift_alone: bool = False  # every reason of a refusal is drift, which the operator may accept
    notes: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def exit_code(self) -> int:
        """Exit code of the command for this outcome."""
        return EXIT_CODES[self.status]

    def format_sentence(self, place: Place = "form") -> str:
        """Return the outcome as one line that begins with the status and ends with the next step, if there is one."""
        match self.status:
            case "published":
                return f"published {self.version}: {self.articles:,} articles{self._format_exclusions()}"
            case "nothing_new":
                return f"nothing new: the same source, parameters and code made {self.version}"
            case "dry_run":
                return f"dry run: {self.articles:,} articles would be published{self._format_exclusions()}"
            case _:
                return " ".join([f"{self.status.replace('_', ' ')}:", *self.why, *self.list_next_steps(place)])

    def list_next_steps(self, place: Place) -> list[str]:
        """List what the operator can do about a run that published nothing, one sentence each."""
        steps = []
        if self.status == "refused":
            if self.refused is not None:
                steps.append(f"The evidence is in {self.refused.as_posix()}/: report.html, rejects/ and validation/.")
            if self.drift_alone:
                name = name_parameter("accept_drift", place)
                steps.append(f"If the change is right, run again with the reason for it in {name}.")
            else:
                steps.append("Correct the source, or the rule that the reasons name, and run again.")
        if self.status == "busy":
            steps.append(f"To wait for the other run instead, give seconds in {name_parameter('wait', place)}.")
        return steps

    def _format_exclusions(self) -> str:
        rejected, dropped = sum(self.rejected.values()), sum(self.dropped.values())
        return (f", {rejected:,} rejected" if rejected else "") + (f", {dropped:,} dropped" if dropped else "")

    def format_lines(self) -> list[str]:
        """Return the outcome for a terminal: counts, rejects with examples, where the release is and how to open it."""
        lines = [f"{self.dataset}: {self.format_sentence('terminal')}"]
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
