"""What a run hands over: the tables, and the facts about how they came to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from flows.release.filesystem import canonical_digest
from flows.release.parquet_tables import Sorted
from schemas import SCHEMA_VERSION

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None


class Inputs(Protocol):
    """What the run read: where, the digest over it, how many files and bytes. flows.read's Inputs is one."""

    @property
    def uri(self) -> str: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def files(self) -> int: ...  # noqa: D102
    @property
    def bytes(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Facts:
    """How a draft came to be. All of it goes into manifest.json.

    `parameters` are those alone that may change the result. `dropped` and `rejected` count documents by reason;
    the reasons of `dropped` are schemas.vocabulary.DROPPED. `started_at` must know its time zone. `accepted_drift` is
    the operator's reason for publishing in spite of drift, `remakes` the release that this one takes the place of.
    """

    dataset: str
    run_id: str
    started_at: datetime
    inputs: Inputs
    documents_in: int
    carried_over: int
    parameters: Mapping[str, JSON]
    code_digest: str
    lock_digest: str
    withdrawn_digest: str
    host: str
    parent: str | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Mapping[str, JSON], ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    accepted_drift: str = ""
    remakes: str | None = None

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError("started_at must know its time zone")

    def fingerprint(self) -> str:
        """What makes two runs equal: inputs, parameters, withdrawn list, code, schema; hex, 64.

        Not the clock, the version, the run's id, the host or the parent.
        """
        return canonical_digest(
            {
                "inputs": self.inputs.digest,
                "parameters": dict(self.parameters),
                "withdrawn": self.withdrawn_digest,
                "code": self.code_digest,
                "schema": SCHEMA_VERSION,
            }
        )

    def started(self) -> str:
        """started_at as ISO 8601 in UTC, whole seconds, `Z`."""
        return self.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Draft:
    """The tables of a run before they are a release, of the schemas in schemas.arrow.

    A table's rows may stand in any order; rows that come in pieces (Sorted) are sorted, and can be read once.

    `validation` holds the full result of each suite by its name; it becomes validation/<name>.json.
    """

    articles: pa.Table | Sorted
    rejects: pa.Table
    spans: pa.Table | Sorted
    evidence: pa.Table | Sorted
    facts: Facts
    validation: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
