"""The flow `replay-release`: process documents of a release with today's rules and compare. It publishes nothing."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from pydantic import Field

from flows import allowed_roots, flow_states, parameters, release
from flows.maintain import rerun

# A table to look at, not a place for data: `kliping replay --json` has all of it.
MAX_ROWS_SHOWN = 50


@flow(name="replay-release", description="Run documents of a release again with today's rules; nothing is published.")
@parameters.add_form_help
def replay_release(
    dataset: parameters.DatasetName = "news",
    output: parameters.Output = "output",
    version: Annotated[str, Field(description="The release; empty takes the latest.")] = "",
    reasons: Annotated[list[str], Field(description="Rejects of these reasons.")] = [],  # noqa: B006  never changed
    articles: Annotated[list[str], Field(description="Documents by id, URL or place: news.jsonl#L3.")] = [],  # noqa: B006
    outlets: Annotated[list[str], Field(description="Articles of these outlets, by name or domain.")] = [],  # noqa: B006
    everything: Annotated[bool, Field(description="All rejects and all articles.")] = False,
) -> State[Any]:
    """Run the rejects of a release again, or the documents chosen, and show which rows would change and how."""
    flow_states.hide_returned_states()
    if runtime.deployment.id and (reason := allowed_roots.explain_outside_roots(f"{output}/{dataset}")):
        return flow_states.end_run("wrong_use", f"wrong use: {reason}")
    selection = rerun.ReplaySelection(tuple(reasons), tuple(articles), tuple(outlets), everything)
    try:
        home = release.open_dataset(output, dataset)
        path = home.locate_folder(release.find_release(home, version))
        report = rerun.replay_documents(home, path, selection, datetime.now(UTC).date())
    except release.ReleaseError as error:
        return flow_states.end_run("wrong_use", f"wrong use: {error}")
    except Exception as error:
        return flow_states.end_run("broken", flow_states.explain_defect(error))
    create_replay_artifacts(report)
    counts = ", ".join(f"{n:,} {word}" for word, n in report.comparison.count_changes().items())
    if report.missing:
        return flow_states.end_run(
            "incomplete",
            f"incomplete: {counts}; {len(report.missing):,} documents were not found: neither state/raw nor the source "
            "has their bytes any more",
        )
    return flow_states.end_run("replayed", f"replayed {path.name} with today's rules: {counts}; nothing was published")


def create_replay_artifacts(report: rerun.ReplayReport) -> None:
    """Create two tables, of counts by column and of rows: names, ids and columns, no words of an article."""
    counts = report.comparison.count_changed_fields()
    if counts:
        count_rows = [{"column": name, "articles that would change": count} for name, count in counts.items()]
        create_table_artifact(key="replay-columns", table=count_rows, description="Which columns would change.")
    rows = [
        {
            "op": change.op,
            "document": change.source_id,
            "article_id": change.article_id,
            "columns": ", ".join(change.fields),
        }
        for change in report.comparison.changes[:MAX_ROWS_SHOWN]
    ]
    rows += [
        {"op": f"{before} -> {after}", "document": name, "article_id": "", "columns": ""}
        for name, before, after, _ in report.rejects[:MAX_ROWS_SHOWN]
        if before != after
    ]
    if rows:
        words = "The rows that would change, the first of them; `kliping replay` shows how."
        create_table_artifact(key="replay-rows", table=rows, description=words)
