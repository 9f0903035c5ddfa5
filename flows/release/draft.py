"""Input of a release: the tables of a run, and the facts about the run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import pyarrow as pa

from flows.release.filesystem import digest_json
from flows.release.parquet_tables import SortedRows
from flows.release.segments import Segment
from schemas import SCHEMA_VERSION

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

# Parameters that decide which documents are published, and not what becomes of one.
_SELECTING_PARAMETERS: Final = frozenset({"append", "duplicates", "limit", "remake"})


class InputSummary(Protocol):
    """Source of a run: its URI, the digest over it, its number of files and bytes. flows.read provides one."""

    @property
    def uri(self) -> str: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def files(self) -> int: ...  # noqa: D102
    @property
    def bytes(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class RunFacts:
    """Facts about the run that made a draft. All of them go into manifest.json.

    `parameters` holds only those that may change the published rows. `dropped` and `rejected` count documents by
    reason; the reasons of `dropped` are schemas.vocabulary.DROPPED. `started_at` must have a time zone.
    `accepted_drift` is the operator's reason for publishing despite drift, `remakes` the release that this one
    replaces. `dropped_before` counts dropped duplicates that an earlier release dropped: they have no row in this
    release's rejects. `not_read` counts files that are no documents, `key_usage` the keys of records and what they
    state.
    """

    dataset: str
    run_id: str
    started_at: datetime
    inputs: InputSummary
    documents_in: int
    carried_over: int
    parameters: Mapping[str, JSON]
    code_digest: str
    lock_digest: str
    withdrawn_digest: str
    host: str
    parent: str | None = None
    dropped_before: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Mapping[str, JSON], ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    not_read: Mapping[str, int] = field(default_factory=dict)
    key_usage: Mapping[str, JSON] = field(default_factory=dict)
    accepted_drift: str = ""
    remakes: str | None = None

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError("started_at must know its time zone")

    def compute_fingerprint(self) -> str:
        """Compute the digest that is equal for equal runs: inputs, parameters, withdrawn list, code, schema; hex, 64.

        The clock, the version, the run's id, the host and the parent are not part of it.
        """
        return digest_json(
            {
                "inputs": self.inputs.digest,
                "parameters": dict(self.parameters),
                "withdrawn": self.withdrawn_digest,
                "code": self.code_digest,
                "schema": SCHEMA_VERSION,
            }
        )

    def compute_settings_digest(self) -> str:
        """Compute the digest of what decides the outcome of a document: the code, and parameters such as `html`."""
        parameters = {name: value for name, value in self.parameters.items() if name not in _SELECTING_PARAMETERS}
        return digest_json({"code": self.code_digest, "parameters": parameters})

    def format_started_at(self) -> str:
        """Format started_at as ISO 8601 in UTC, whole seconds, `Z`."""
        return self.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class SegmentTables:
    """Tables of a segment to be written, with the schemas of schemas.arrow.

    The rows of a table may be in any order; SortedRows must be sorted already, and can be read once. `code`,
    `settings` and `is_dropped` are as in Segment.
    """

    number: int
    articles: pa.Table | SortedRows
    spans: pa.Table | SortedRows
    evidence: pa.Table | SortedRows
    code: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    is_dropped: bool = False


@dataclass(frozen=True)
class Draft:
    """Tables of a run before they are a release.

    `segments` are written in their order, each read when the one before it is complete; `kept_segments` are those of
    other releases that are shared. `validation` maps the name of each suite to its full validation output; it becomes
    validation/<name>.json. `renamed_ids` maps article_ids of the parent to those of the same documents in the draft,
    where the identity rule changed. `compute_changes` returns the CHANGES table from the articles files of the written
    segments of published articles; without it the whole release is compared with its parent.
    """

    segments: Iterable[SegmentTables]
    rejects: pa.Table
    facts: RunFacts
    kept_segments: Sequence[Segment] = ()
    validation: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    renamed_ids: Mapping[str, str] = field(default_factory=dict)
    compute_changes: Callable[[list[Path]], pa.Table] | None = None
