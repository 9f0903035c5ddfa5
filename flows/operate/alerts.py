"""Alerts: automations that are off until a notification block named `kliping-alerts` says where to send.

Each is registered once; what the operator changes on the page stays. The first alerts are switched on when the block
appears. What they send is our own sentence, with the run's name and message, which hold no words of an article.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from flows.operate.deployments import POOL
from flows.settings import ENDED_WELL

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.events.schemas.automations import AutomationCore

BLOCK: Final = "kliping-alerts"
DEFAULT_HOURS: Final = 36.0
_RUN_SENTENCE: Final = "{{ flow.name }}, {{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message }}"
_SILENCE_SENTENCE: Final = (
    "No run ended well for {hours:g} h: neither a new release nor `nothing new` of "
    "{{{{ event.resource['prefect.resource.id'] }}}}. Look at the deployment's runs, and whether make ui runs."
)
# Name of the automation -> the states of a run that fire it.
_RUN_ALERTS: Final = {
    "kliping: a run failed": ("Failed", "TimedOut"),
    "kliping: a run crashed": ("Crashed",),
    "kliping: a run is late": ("Late",),
}
_SILENCE_ALERT: Final = "kliping: no run ended well"


def register_alerts(client: "SyncPrefectClient", hours: float = DEFAULT_HOURS) -> list[str]:
    """Register the alerts that are not there, and switch on those that waited for the block; return sentences."""
    from prefect.events.actions import DoNothing

    block_id = find_block(client)
    action = _build_action(block_id)
    existing = {automation.name: automation for automation in client.read_automations()}
    switched_on = []
    for alert in _build_alerts(action, hours, enabled=block_id is not None):
        automation = existing.get(alert.name)
        if automation is None:
            client.create_automation(alert)
            switched_on += [alert.name] if block_id else []
        elif block_id and isinstance(automation.actions[0], DoNothing):
            client.update_automation(automation.id, alert)
            switched_on.append(alert.name)
    if switched_on:
        return [f"Alerts go to the block {BLOCK}: {', '.join(switched_on)}."]
    if block_id is None:
        return [f"Alerts are off: create a notification block named {BLOCK} to switch them on (docs/how-to/alerts.md)."]
    return []


def find_block(client: "SyncPrefectClient") -> UUID | None:
    """Return the id of the block to which alerts are sent; None where the operator has made none."""
    from prefect.client.schemas.filters import BlockSchemaFilter, BlockSchemaFilterCapabilities

    schema_filter = BlockSchemaFilter(block_capabilities=BlockSchemaFilterCapabilities(all_=["notify"]))
    response = client.request(
        "POST",
        "/block_documents/filter",
        json={"block_schemas": schema_filter.model_dump(mode="json"), "include_secrets": False, "limit": 200},
    )
    return next((UUID(document["id"]) for document in response.json() if document["name"] == BLOCK), None)


def _build_action(block_id: UUID | None) -> Any:  # noqa: ANN401
    from prefect.events.actions import DoNothing, SendNotification

    if block_id is None:
        return DoNothing()
    return SendNotification(block_document_id=block_id, subject="Kliping", body=_RUN_SENTENCE)


def _build_alerts(action: Any, hours: float, *, enabled: bool) -> list["AutomationCore"]:  # noqa: ANN401
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
    from prefect.events.schemas.events import ResourceSpecification

    alerts = [
        AutomationCore(
            name=name,
            description=f"Off until a notification block named {BLOCK} exists.",
            enabled=enabled,
            trigger=EventTrigger(
                expect={f"prefect.flow-run.{state}" for state in states},
                match=ResourceSpecification.model_validate({"prefect.resource.id": "prefect.flow-run.*"}),
                match_related=ResourceSpecification.model_validate(
                    {"prefect.resource.role": "work-pool", "prefect.resource.name": POOL}
                ),
                for_each={"prefect.resource.id"},
                posture=Posture.Reactive,
                threshold=1,
            ),
            actions=[action],
        )
        for name, states in _RUN_ALERTS.items()
    ]
    silence_action = action
    if hasattr(action, "body"):
        silence_action = action.model_copy(update={"body": _SILENCE_SENTENCE.format(hours=hours)})
    silence = AutomationCore(
        name=_SILENCE_ALERT,
        description=f"No release and no `nothing new` of a dataset for {hours:g} h after one that ended well.",
        enabled=enabled,
        trigger=EventTrigger(
            after={ENDED_WELL},
            expect={ENDED_WELL},
            match=ResourceSpecification.model_validate({"prefect.resource.id": "kliping.dataset.*"}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(hours=hours),
        ),
        actions=[silence_action],
    )
    return [*alerts, silence]
