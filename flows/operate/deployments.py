"""Deployments: from prefect.yaml and datasets.toml to the server, without undoing what was edited on its page.

What was last written lies in deployments.json under PREFECT_HOME. A schedule, the parameters or the limit of a
deployment follow the files while the server still has what was last written; else somebody edited them, they stay, and
the difference is reported. Entrypoint, pull steps, description, tags and form always come from the files.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flows import allowed_roots
from flows.operate.dataset_file import DatasetEntry, load_dataset_entries
from flows.release.filesystem import encode_json, read_json, write_atomic
from flows.settings import ROOT

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.flows import Flow

POOL: Final = "kliping"
POOL_LIMIT: Final = 2
RECORD: Final = "deployments.json"
_PAGE: Final = 200
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
    document = yaml.safe_load((folder / "prefect.yaml").read_text(encoding="utf-8"))
    declarations = [
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
    names = frozenset(declaration.name for declaration in declarations)
    entries = load_dataset_entries(folder / "datasets.toml", names)
    datasets = [_declare_dataset(entry, document["pull"]) for entry in entries]
    return [*declarations, *datasets, *_declare_pruning(entries, document["pull"])]


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


def create_work_pool(client: "SyncPrefectClient") -> None:
    """Create the work pool with its limit, unless it is there: its settings are edited on the page."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.workers.process import ProcessWorker

    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name=POOL, type="process", base_job_template=template, concurrency_limit=POOL_LIMIT)
    try:
        client.create_work_pool(pool)
    except ObjectAlreadyExists:
        return


def sync_deployments(client: "SyncPrefectClient", declarations: list[Declaration], home: Path) -> list[str]:
    """Bring the server's deployments to what the files declare; return a sentence on each difference that stays."""
    record: dict[str, Fields] = read_json(home / RECORD) or {}
    existing = read_deployments(client)
    sentences = []
    flows: dict[str, tuple[Flow[..., Any], Any, Fields]] = {}
    for declaration in declarations:
        if declaration.entrypoint not in flows:
            flows[declaration.entrypoint] = _register_flow(client, declaration.entrypoint)
        _, flow_id, schema = flows[declaration.entrypoint]
        current = existing.pop(declaration.name, None)
        if current is not None and current.flow_id != flow_id:
            client.delete_deployment(current.id)  # another flow has its name: nothing of it can stay
            current = None
        if current is None:
            _create_deployment(client, declaration, flow_id, schema)
            record[declaration.name] = declaration.list_editable()
        else:
            sentences += _update_deployment(client, declaration, current, record, schema)
    for name, deployment in existing.items():
        if name in record:
            if not deployment.paused:
                client.pause_deployment(deployment.id)
            record[name] = {"removed": True}
            sentences.append(f"Paused: {name}, which neither prefect.yaml nor datasets.toml declares any more.")
    write_atomic(home / RECORD, encode_json(record))
    return sentences


def read_deployments(client: "SyncPrefectClient") -> dict[str, "DeploymentResponse"]:
    """Read all deployments of the server by name."""
    deployments: dict[str, DeploymentResponse] = {}
    while page := client.read_deployments(limit=_PAGE, offset=len(deployments)):
        deployments |= {deployment.name: deployment for deployment in page}
        if len(page) < _PAGE:
            break
    return deployments


def _register_flow(client: "SyncPrefectClient", entrypoint: str) -> tuple["Flow[..., Any]", Any, Fields]:
    from prefect.utilities.callables import parameter_schema

    module, _, name = entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(import_module(module), name)
    schema: Fields = parameter_schema(flow).model_dump_for_openapi()
    return flow, client.create_flow_from_name(flow.name), schema


def _create_deployment(client: "SyncPrefectClient", declaration: Declaration, flow_id: Any, schema: Fields) -> None:  # noqa: ANN401
    from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions

    limit = declaration.limit
    options = None
    if limit:
        options = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy(limit["collision_strategy"]))
    client.create_deployment(
        flow_id,
        declaration.name,
        schedules=[_build_schedule(slug, fields) for slug, fields in declaration.schedules.items()],
        concurrency_limit=limit.get("limit"),
        concurrency_options=options,
        parameters=declaration.parameters,
        description=declaration.description,
        work_pool_name=POOL,
        tags=declaration.tags,
        path=str(ROOT),
        entrypoint=declaration.entrypoint,
        parameter_openapi_schema=schema,
        pull_steps=declaration.pull_steps,
        enforce_parameter_schema=True,
    )


def _update_deployment(
    client: "SyncPrefectClient",
    declaration: Declaration,
    current: "DeploymentResponse",
    record: dict[str, Fields],
    schema: Fields,
) -> list[str]:
    """Update what the files decide and what was not edited; return a sentence on each edit that stays."""
    from prefect.client.schemas.actions import DeploymentUpdate

    last = record.get(declaration.name, {})
    edits: list[str] = []
    changes: Fields = {
        name: value
        for name, value in (
            ("entrypoint", declaration.entrypoint),
            ("pull_steps", declaration.pull_steps),
            ("description", declaration.description),
            ("tags", declaration.tags),
            ("path", str(ROOT)),
        )
        if getattr(current, name) != value
    }
    if _normalize(current.parameter_openapi_schema) != _normalize(schema):
        changes["parameter_openapi_schema"] = schema
    if current.work_pool_name != POOL:
        edits.append(f"work pool {current.work_pool_name} (the files say {POOL})")
    if last.get("removed") and current.paused:
        changes["paused"] = False
    if _may_follow(current.parameters, declaration.parameters, last.get("parameters")):
        if current.parameters != declaration.parameters:
            changes["parameters"] = declaration.parameters
    else:
        edits.append(f"parameters {_describe_edits(current.parameters, declaration.parameters)}")
    current_limit = _read_limit(current)
    if _may_follow(current_limit, declaration.limit, last.get("limit")):
        if current_limit != declaration.limit:
            changes |= _build_limit_change(declaration.limit)
    else:
        limits = current_limit.get("limit", "none"), declaration.limit.get("limit", "none")
        edits.append("limit {} (the files say {})".format(*limits))
    if changes:
        client.update_deployment(current.id, DeploymentUpdate(**changes))
    edits += _sync_schedules(client, declaration, current, last.get("schedules", {}))
    record[declaration.name] = declaration.list_editable()
    return [f"Edited on the page, and left so: {declaration.name}, {edit}." for edit in edits]


def _may_follow(current: Fields, declared: Fields, last: Fields | None) -> bool:
    """Return whether a value is as it was last written, or as declared anyway."""
    return current in (declared, last)


def _sync_schedules(
    client: "SyncPrefectClient", declaration: Declaration, current: "DeploymentResponse", last: dict[str, Fields]
) -> list[str]:
    edits = []
    current_schedules = {schedule.slug: schedule for schedule in current.schedules if schedule.slug}
    for slug, declared in declaration.schedules.items():
        schedule = current_schedules.pop(slug, None)
        if schedule is None:
            if slug in last:
                edits.append(f"schedule {slug} removed (the files say {declared['cron']})")
            else:
                client.create_deployment_schedules(current.id, [_build_schedule(slug, declared)])
            continue
        fields = _read_schedule(schedule)
        if not _may_follow(fields, declared, last.get(slug)):
            edits.append(f"schedule {_describe_schedule(fields)} (the files say {_describe_schedule(declared)})")
        elif fields != declared:
            client.update_deployment_schedule(
                current.id, schedule.id, active=declared["active"], schedule=_build_cron(declared)
            )
    for slug, schedule in current_schedules.items():
        if slug in last:
            client.delete_deployment_schedule(current.id, schedule.id)
    return edits


def _build_schedule(slug: str, fields: Fields) -> "DeploymentScheduleCreate":
    from prefect.client.schemas.actions import DeploymentScheduleCreate

    return DeploymentScheduleCreate(slug=slug, schedule=_build_cron(fields), active=fields["active"])


def _build_cron(fields: Fields) -> Any:  # noqa: ANN401
    from prefect.client.schemas.schedules import CronSchedule

    return CronSchedule(cron=fields["cron"], timezone=fields["timezone"])


def _read_schedule(schedule: Any) -> Fields:  # noqa: ANN401
    fields = schedule.schedule.model_dump(mode="json")
    if "cron" in fields:
        return {"cron": fields["cron"], "timezone": fields.get("timezone"), "active": schedule.active}
    return {**fields, "active": schedule.active}


def _describe_schedule(fields: Fields) -> str:
    when = f"{fields['cron']} {fields['timezone']}" if "cron" in fields else f"every {fields.get('interval', '?')} s"
    return f"{when}, {'on' if fields['active'] else 'off'}"


def _read_limit(deployment: "DeploymentResponse") -> Fields:
    limit = deployment.global_concurrency_limit
    if limit is None:
        return {}
    options = deployment.concurrency_options
    strategy = options.collision_strategy.value if options else "ENQUEUE"
    return {"limit": limit.limit, "collision_strategy": strategy}


def _build_limit_change(limit: Fields) -> Fields:
    if not limit:
        return {"concurrency_limit": None, "concurrency_options": None}
    return {
        "concurrency_limit": limit["limit"],
        "concurrency_options": {"collision_strategy": limit["collision_strategy"]},
    }


def _describe_edits(current: Fields, declared: Fields) -> str:
    names = sorted(name for name in {*current, *declared} if current.get(name) != declared.get(name))
    pairs = (f"{name} = {current.get(name)!r} (the files say {declared.get(name)!r})" for name in names)
    return ", ".join(pairs)


def _normalize(value: Any) -> Any:  # noqa: ANN401
    return json.loads(json.dumps(value, sort_keys=True, default=str))
