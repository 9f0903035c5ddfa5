"""Deployments: from prefect.yaml and datasets.toml to the server, without undoing what was edited on its page.

What was last written lies in deployments.json under PREFECT_HOME. A schedule, the parameters or the limit of a
deployment follow the files while the server still has what was last written; else somebody edited them, they stay, and
the difference is reported. Entrypoint, pull steps, description, tags and form always come from the files.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.operate.declarations import Declaration, Fields
from flows.release.filesystem import encode_json, read_json, write_atomic
from flows.settings import ROOT

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.exceptions import PrefectHTTPStatusError
    from prefect.flows import Flow

POOL: Final = "kliping"
POOL_LIMIT: Final = 2
RECORD: Final = "deployments.json"
_PAGE: Final = 200


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


def update_deployments(
    client: "SyncPrefectClient", declarations: list[Declaration], home: Path
) -> tuple[list[str], list[Declaration]]:
    """Bring the deployments that the server has to what the files declare, and pause those that they do not.

    Returns a sentence on each difference that stays or is refused, and the declarations of which the server has no
    deployment.
    """
    from prefect.exceptions import PrefectHTTPStatusError

    existing = read_deployments(client)
    sentences, missing = [], []
    with _open_record(home) as record:
        flows = _register_flows(client, declarations)
        for declaration in declarations:
            flow_id, schema = flows[declaration.entrypoint]
            current = existing.pop(declaration.name, None)
            if current is not None and current.flow_id != flow_id:
                client.delete_deployment(current.id)  # another flow has its name: nothing of it can stay
                current = None
            if current is None:
                missing.append(declaration)
                continue
            try:
                sentences += _update_deployment(client, declaration, current, record, schema)
            except PrefectHTTPStatusError as error:
                sentences.append(_explain_refusal(declaration, error))
        for name, deployment in existing.items():
            if name in record:
                if not deployment.paused:
                    client.pause_deployment(deployment.id)
                record[name] = {"removed": True}
                sentences.append(f"Paused: {name}, which neither prefect.yaml nor datasets.toml declares any more.")
    return sentences, missing


def create_deployments(client: "SyncPrefectClient", declarations: list[Declaration], home: Path) -> list[str]:
    """Create deployments; return a sentence on each that the server refuses.

    May be interrupted at any place: what was created is in the record.
    """
    from prefect.exceptions import PrefectHTTPStatusError

    sentences = []
    with _open_record(home) as record:
        flows = _register_flows(client, declarations)
        for declaration in declarations:
            record[declaration.name] = declaration.list_editable()
            try:
                _create_deployment(client, declaration, *flows[declaration.entrypoint])
            except PrefectHTTPStatusError as error:
                sentences.append(_explain_refusal(declaration, error))
    return sentences


def _explain_refusal(declaration: Declaration, error: "PrefectHTTPStatusError") -> str:
    """Return the sentence on a deployment that the server refuses; raise where the fault is the server's."""
    if error.response.status_code >= 500:
        raise error
    answer = error.response.json()
    reason = answer.get("detail") or "; ".join(str(each.get("msg")) for each in answer.get("exception_detail", []))
    return f"Not registered: {declaration.name}, in {declaration.origin}. {reason}"


@contextmanager
def _open_record(home: Path) -> Iterator[dict[str, Fields]]:
    """Open what was last written, by name of deployment; store it at the end, however the block ends."""
    record: dict[str, Fields] = read_json(home / RECORD) or {}
    try:
        yield record
    finally:
        write_atomic(home / RECORD, encode_json(record))


def read_deployments(client: "SyncPrefectClient") -> dict[str, "DeploymentResponse"]:
    """Read all deployments of the server by name."""
    deployments: dict[str, DeploymentResponse] = {}
    while page := client.read_deployments(limit=_PAGE, offset=len(deployments)):
        deployments |= {deployment.name: deployment for deployment in page}
        if len(page) < _PAGE:
            break
    return deployments


def _register_flows(client: "SyncPrefectClient", declarations: list[Declaration]) -> dict[str, tuple["UUID", Fields]]:
    """Register the flows of deployments; return the id and the form of each by its entrypoint."""
    from prefect.utilities.callables import parameter_schema

    flows = {}
    for entrypoint in dict.fromkeys(declaration.entrypoint for declaration in declarations):
        module, _, name = entrypoint.rpartition(".")
        flow: Flow[..., Any] = getattr(import_module(module), name)
        schema: Fields = parameter_schema(flow).model_dump_for_openapi()
        flows[entrypoint] = (client.create_flow_from_name(flow.name), schema)
    return flows


def _create_deployment(client: "SyncPrefectClient", declaration: Declaration, flow_id: "UUID", schema: Fields) -> None:
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
        # The server compares each run's parameters with the form, unless it is said not to. Saying that it should costs
        # as much again as the rest of the request; parameters of datasets.toml were compared when they were read.
        enforce_parameter_schema=True if declaration.origin == "prefect.yaml" else None,
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
