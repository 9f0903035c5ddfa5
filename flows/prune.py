"""The flow `prune-releases`: remove old releases and refused runs of every dataset that says how many to keep."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from pydantic import Field

from flows import allowed_roots, flow_states, parameters, release, run

_WAIT_SECONDS = 600


@flow(name="prune-releases", description="Remove the files of old releases; the latest and pinned ones always stay.")
@parameters.add_form_help
def prune_releases(
    keep: Annotated[
        dict[str, int], Field(description="Dataset -> how many of its newest releases and refused runs stay.")
    ],
    output: parameters.Output = "output",
) -> State[Any]:
    """Remove old releases, and what was kept of documents that no release needs, dataset by dataset."""
    flow_states.hide_returned_states()
    rows = []
    for dataset, count in sorted(keep.items()):
        if runtime.deployment.id and (reason := allowed_roots.explain_outside_roots(f"{output}/{dataset}")):
            return flow_states.end_run("wrong_use", f"wrong use: {reason}")
        if count < 1:
            return flow_states.end_run("wrong_use", f"wrong use: {dataset} = {count}; at least 1 release stays.")
        try:
            rows.append(_prune_dataset(output, dataset, count))
        except release.ReleaseError as error:
            rows.append({"dataset": dataset, "kept at most": count, "removed": 0, "why not": str(error)})
        except Exception as error:
            return flow_states.end_run("broken", flow_states.explain_defect(error))
    if rows:
        create_table_artifact(key="prune", table=rows, description="What was removed, and where it could not be.")
    removed = sum(int(str(row["removed"])) for row in rows)
    failed = [row for row in rows if row["why not"]]
    if failed:
        sentence = f"incomplete: {removed:,} releases removed; {failed[0]['dataset']}: {failed[0]['why not']}"
        return flow_states.end_run("incomplete", sentence)
    return flow_states.end_run("pruned", f"pruned: {removed:,} releases and refused runs of {len(rows):,} datasets")


def _prune_dataset(output: str, dataset: str, keep: int) -> dict[str, Any]:
    home = release.open_dataset(output, dataset)
    today = datetime.now(UTC)
    removed: list[str] = []
    if home.versions_json.exists():
        with release.publisher_lock(home, _WAIT_SECONDS, run_id=release.make_run_id(today)):
            reason = f"Pruned on {today:%Y-%m-%d}, when the newest {keep} were kept."
            removed = release.prune_releases(home, keep, reason)
            run.prune_unreferenced_outcomes(home)
            run.update_indexes(home)
    return {"dataset": dataset, "kept at most": keep, "removed": len(removed), "why not": ""}
