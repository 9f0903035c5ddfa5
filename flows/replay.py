"""The flow `replay-release`: process documents of a release with today's rules and compare. It publishes nothing."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from flows import parameters, release
from flows.maintain import rerun

# A table to look at, not a place for data: `kliping replay --json` has all of it.
MAX_ROWS_SHOWN = 50


@flow(name="replay-release", description="Run documents of a release again with today's rules; nothing is published.")
def replay_release(
    dataset: parameters.DatasetName = "news",
    output: parameters.Output = "output",
    version: Annotated[str, Field(description="The release; empty takes the latest.")] = "",
    reasons: Annotated[list[str], Field(description="Rejects of these reasons.")] = [],  # noqa: B006  never changed
    articles: Annotated[list[str], Field(description="Articles with these ids.")] = [],  # noqa: B006
    outlets: Annotated[list[str], Field(description="Articles of these outlets, by name or domain.")] = [],  # noqa: B006
    everything: Annotated[bool, Field(description="All rejects and all articles.")] = False,
) -> State[Any]:
    """Run the rejects of a release again, or the documents chosen, and show which rows would change and how."""
    try:
        home = release.open_dataset(output, dataset)
        path = home.locate_folder(release.find_release(home, version))
        selection = rerun.ReplaySelection(tuple(reasons), tuple(articles), tuple(outlets), everything)
        report = rerun.replay_documents(home, path, selection, datetime.now(UTC).date())
    except release.ReleaseError as error:
        return Failed(message=str(error))
    create_replay_artifacts(report)
    counts = ", ".join(f"{n:,} {word}" for word, n in report.comparison.count_changes().items())
    if report.missing:
        return Failed(
            name="Incomplete", message=f"{counts}; {len(report.missing):,} documents were not found", data=report
        )
    return Completed(name="Replayed", message=counts, data=report)


def create_replay_artifacts(report: rerun.ReplayReport) -> None:
    """Create the artifacts. Scraped words are shown in a table cell or as code, never as markdown."""
    lines = "\n".join(report.format_lines(MAX_ROWS_SHOWN)).replace("```", "'''")
    create_markdown_artifact(key="replay", markdown=f"```\n{lines}\n```", description="What would change.")
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
        {"op": f"{before} -> {after}", "document": name, "article_id": "", "columns": detail}
        for name, before, after, detail in report.rejects[:MAX_ROWS_SHOWN]
        if before != after
    ]
    if rows:
        create_table_artifact(
            key="replay-rows", table=rows, description="The rows that would change, the first of them."
        )
