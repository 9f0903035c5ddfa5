"""What prefect.yaml and datasets.toml declare: one deployment each, and one an output that prunes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

import yaml

from flows import allowed_roots
from flows.operate.dataset_file import DatasetEntry, DatasetFileError, load_dataset_entries
from flows.settings import ROOT

# One run of a scheduled dataset at a time: a later one is cancelled, so that missed runs do not pile up.
_ONE_RUN: Final = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
_PUBLISH: Final = "flows.publish.publish_dataset"
_PRUNE: Final = "flows.prune.prune_releases"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Declaration:
    """One deployment as the files declare it. `schedules` maps slugs to cron, timezone and active."""

    name: str
    entrypoint: str
    description: str
    tags: list[str]
    parameters: Fields
    schedules: dict[str, Fields]
    limit: Fields
    pull_steps: list[Fields]
    origin: str

    def list_editable(self) -> Fields:
        """Return what may be edited on the page, as it is recorded and compared."""
        return {"parameters": self.parameters, "limit": self.limit, "schedules": self.schedules}


def load_declarations(folder: Path = ROOT) -> list[Declaration]:
    """Load the deployments of prefect.yaml and datasets.toml. Raises DatasetFileError."""
    try:
        document = yaml.safe_load((folder / "prefect.yaml").read_text(encoding="utf-8"))
        declarations = _parse_prefect_file(document)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DatasetFileError(f"prefect.yaml is not YAML: {reason}. Correct it and start again.") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetFileError(
            f"prefect.yaml does not declare deployments as Prefect reads them ({error!r}): each has a name and an "
            "entrypoint, each schedule a slug, cron, timezone and active. Correct it and start again."
        ) from None
    names = frozenset(declaration.name for declaration in declarations)
    entries = load_dataset_entries(folder / "datasets.toml", names)
    datasets = [_declare_dataset(entry, document["pull"]) for entry in entries]
    declarations += [*datasets, *_declare_pruning(entries, document["pull"])]
    _check_schedules(declarations)
    return declarations


def _parse_prefect_file(document: Fields) -> list[Declaration]:
    return [
        Declaration(
            name=fields["name"],
            entrypoint=fields["entrypoint"],
            description=fields.get("description", ""),
            tags=fields.get("tags", []),
            parameters=fields.get("parameters", {}),
            schedules={
                schedule["slug"]: {
                    "cron": schedule["cron"],
                    "timezone": schedule["timezone"],
                    "active": schedule["active"],
                }
                for schedule in fields.get("schedules", [])
            },
            limit=fields.get("concurrency_limit", {}),
            pull_steps=document["pull"],
            origin="prefect.yaml",
        )
        for fields in document["deployments"]
    ]


def _check_schedules(declarations: Iterable[Declaration]) -> None:
    """Check cron lines and time zones as the server does. Raises DatasetFileError."""
    from prefect.client.schemas.schedules import CronSchedule

    zones = available_timezones()
    for declaration in declarations:
        for fields in declaration.schedules.values():
            place = f"{declaration.origin}: {declaration.name}:"
            if fields["timezone"] not in zones:
                raise DatasetFileError(
                    f"{place} timezone = {fields['timezone']!r}: a name such as Asia/Jakarta or UTC was expected."
                )
            try:
                CronSchedule(cron=fields["cron"])
            except ValueError:
                raise DatasetFileError(
                    f"{place} schedule = {fields['cron']!r}: a cron line was expected, five fields for minute, hour, "
                    'day of the month, month and day of the week, as "30 1 * * *".'
                ) from None


def _declare_dataset(entry: DatasetEntry, pull_steps: list[Fields]) -> Declaration:
    schedules = {}
    if entry.cron:
        schedules["datasets-toml"] = {"cron": entry.cron, "timezone": entry.timezone, "active": entry.active}
    return Declaration(
        name=entry.name,
        entrypoint=_PUBLISH,
        description=f"Publish {entry.parameters['source']} as dataset {entry.name} (datasets.toml).",
        tags=["publish", f"dataset:{entry.name}"],
        parameters=entry.parameters,
        schedules=schedules,
        limit=_ONE_RUN,
        pull_steps=pull_steps,
        origin="datasets.toml",
    )


def _declare_pruning(entries: list[DatasetEntry], pull_steps: list[Fields]) -> list[Declaration]:
    """Declare one deployment an output that prunes the datasets which say how many releases to keep."""
    keep_by_output: dict[str, dict[str, int]] = {}
    for entry in entries:
        if entry.keep is not None:
            output = entry.parameters.get("more", {}).get("output", "output")
            keep_by_output.setdefault(output, {})[entry.name] = entry.keep
    return [
        Declaration(
            name="prune" if output == "output" else f"prune-{min(keep)}",
            entrypoint=_PRUNE,
            description=f"Remove old releases under {output}, as datasets.toml says by `keep`.",
            tags=["prune"],
            parameters={"keep": keep, "output": output},
            schedules={"datasets-toml": {"cron": "30 5 * * *", "timezone": "Asia/Jakarta", "active": True}},
            limit=_ONE_RUN,
            pull_steps=pull_steps,
            origin="datasets.toml",
        )
        for output, keep in sorted(keep_by_output.items())
    ]


def select_allowed(declarations: Iterable[Declaration]) -> tuple[list[Declaration], list[str]]:
    """Return the deployments that name no place outside the roots, and a sentence on each of the others."""
    allowed, sentences = [], []
    for declaration in declarations:
        fields = {**declaration.parameters, **declaration.parameters.get("more", {})}
        reasons = (allowed_roots.explain_outside_roots(fields[name]) for name in ("source", "output") if name in fields)
        if reason := next(filter(None, reasons), None):
            sentences.append(f"Not registered: {declaration.name}, in {declaration.origin}. {reason}")
        else:
            allowed.append(declaration)
    return allowed, sentences
