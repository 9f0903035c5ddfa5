"""datasets.toml: one entry a dataset, each of which becomes a deployment of the flow `publish-dataset`.

    [kabar]
    source = "data/kabar"
    schedule = "nightly"

`schedule` is `nightly` (a minute between 01:00 and 05:00 that follows from the name, so that many datasets are spread
out), `hourly` (likewise), a cron line, or left out. `keep` is how many releases the deployment `prune` leaves. Every
other key is a field of the Run form, `map` and `append` among them; `timezone` and `active` are those of the schedule.
"""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.parameters import NAME, NAME_WORDS, Publish, list_invalid_fields

_OWN_NAMES: Final = frozenset({"schedule", "timezone", "active", "keep"})
_NIGHT_START_HOUR: Final = 1
_NIGHT_MINUTES: Final = 240
# Long enough for a run that somebody started by hand; the next run of the schedule is cancelled meanwhile.
_WAIT_SECONDS: Final = 3600
_CRON: Final = re.compile(r"\S+( \S+){4}")


class DatasetFileError(Exception):
    """datasets.toml cannot be used; the message says what was read, what was expected and what to do."""


class DatasetEntry(BaseModel):
    """One dataset: the parameters of its publish, its schedule and its retention."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    parameters: dict[str, Any]
    schedule: str = ""
    timezone: str = "Asia/Jakarta"
    active: bool = True
    keep: int | None = Field(default=None, ge=1)

    @property
    def cron(self) -> str | None:
        """Return the cron line of the schedule; None where the dataset is published by hand."""
        minute = int.from_bytes(hashlib.blake2b(self.name.encode(), digest_size=4).digest()) % _NIGHT_MINUTES
        match self.schedule:
            case "":
                return None
            case "nightly":
                return f"{minute % 60} {_NIGHT_START_HOUR + minute // 60} * * *"
            case "hourly":
                return f"{minute % 60} * * * *"
            case cron:
                return cron


def load_dataset_entries(path: Path, taken_names: frozenset[str] = frozenset()) -> list[DatasetEntry]:
    """Load the entries in the order of the file; empty where there is no file.

    `taken_names` are deployments that prefect.yaml declares. Raises DatasetFileError.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatasetFileError(f"{path.name} is not TOML: {error}. Correct it and start again.") from None
    return [_parse_entry(path.name, name, fields, taken_names) for name, fields in document.items()]


def _parse_entry(file_name: str, name: str, fields: Any, taken_names: frozenset[str]) -> DatasetEntry:  # noqa: ANN401
    if not isinstance(fields, dict):
        raise DatasetFileError(f"{file_name}: {name} stands outside an entry; an entry begins with [name-of-dataset].")
    if not re.fullmatch(NAME, name):
        raise DatasetFileError(f"{file_name}: [{name}] is no name of a dataset: it has {NAME_WORDS}.")
    if name in taken_names:
        raise DatasetFileError(f"{file_name}: [{name}] is the name of a deployment in prefect.yaml: choose another.")
    if "source" not in fields:
        raise DatasetFileError(f'{file_name}: [{name}] has no source: add one, as source = "data/{name}".')
    publish_fields = {key: value for key, value in fields.items() if key not in _OWN_NAMES}
    if isinstance(publish_fields.get("map"), dict):
        publish_fields["map"] = [f"{column}={key}" for column, key in publish_fields["map"].items()]
    try:
        job = Publish.model_validate({"wait": _WAIT_SECONDS, **publish_fields, "dataset": name})
        entry = DatasetEntry(
            name=name,
            parameters=_nest_parameters(job, {"source", "dataset", "wait", *publish_fields}),
            **{key: value for key, value in fields.items() if key in _OWN_NAMES},
        )
    except ValidationError as error:
        key, reason, value = list_invalid_fields(error)[0]
        raise DatasetFileError(f"{file_name}: [{name}] {key} = {value!r}: {reason}.") from None
    if entry.cron and not _CRON.fullmatch(entry.cron):
        raise DatasetFileError(
            f"{file_name}: [{name}] schedule = {entry.schedule!r}: `nightly`, `hourly` or a cron line of five fields "
            "was expected."
        )
    return entry


def _nest_parameters(job: Publish, names: set[str]) -> dict[str, Any]:
    """Return the fields that were given, as the Run form nests them."""
    nested: dict[str, Any] = {}
    for name, value in job.to_form().items():
        if name == "more":
            rare = {key: each for key, each in value.model_dump(mode="json").items() if key in names}
            nested |= {"more": rare} if rare else {}
        elif name in names:
            nested[name] = value
    return nested
