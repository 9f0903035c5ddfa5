"""The flow `inspect-source`: show what a source holds and how it would be read. It publishes nothing."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import ValidationError

from flows import allowed_roots, parameters, read
from flows.read import source_inspection


@flow(
    name="inspect-source", description="Look at a source: files, records, keys and what they state; nothing is written."
)
@parameters.add_form_help
def inspect_source(
    source: parameters.Source = "seeds",
    map: parameters.FieldMapping = [],  # noqa: B006 (never changed)
    split: parameters.Split = "",
    table: parameters.TableName = "",
) -> State[Any]:
    """Inspect a sample of a source and show it as artifacts: a page of text, and a table of the records' keys."""
    if runtime.deployment.id and (reason := allowed_roots.explain_outside_roots(source)):
        return Failed(message=reason)
    try:
        job = parameters.Publish.model_validate({"source": source, "map": map, "split": split, "table": table})
        found = source_inspection.inspect_source(source, job.build_read_options())
    except ValidationError as error:
        return Failed(message="; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors()))
    except read.SourceError as error:
        return Failed(message=str(error))
    create_inspection_artifacts(found)
    documents = sum(found.documents.values())
    return Completed(message=f"{found.files:,} files; {documents:,} documents in the sample. {found.command}")


def create_inspection_artifacts(found: source_inspection.SourceInspection) -> None:
    """Create the artifacts. Scraped words are shown in a table cell or as code, never as markdown."""
    lines = "\n".join(found.format_lines()).replace("```", "'''")
    create_markdown_artifact(key="inspection", markdown=f"```\n{lines}\n```", description="What the source holds.")
    rows = [
        {"key": key.key, "filled": f"{key.filled:,} of {key.records:,}", "states": key.why, "sample": key.sample[:200]}
        for key in found.keys
    ]
    if rows:
        create_table_artifact(key="inspection-keys", table=rows, description="The keys of the records.")
