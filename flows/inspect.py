"""The flow `inspect-source`: show what a source holds and how it would be read. It publishes nothing."""

from typing import Any

from prefect import flow, runtime
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from pydantic import ValidationError

from flows import allowed_roots, flow_states, parameters, read
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
    flow_states.hide_returned_states()
    if runtime.deployment.id and (reason := allowed_roots.explain_outside_roots(source)):
        return flow_states.end_run("wrong_use", f"wrong use: {reason}")
    try:
        job = parameters.Publish.model_validate({"source": source, "map": map, "split": split, "table": table})
        inspection = source_inspection.inspect_source(source, job.build_read_options())
    except ValidationError as error:
        reasons = "; ".join(f"{name}: {reason}" for name, reason, _ in parameters.list_invalid_fields(error))
        return flow_states.end_run("wrong_use", f"wrong use: {reasons}")
    except read.SourceError as error:
        return flow_states.end_run("wrong_use", f"wrong use: {error}")
    except Exception as error:
        return flow_states.end_run("broken", flow_states.explain_defect(error))
    create_inspection_artifacts(inspection)
    documents = sum(inspection.documents.values())
    next_step = f"To publish it: {inspection.command}" if documents else "The artifact `inspection` says why."
    files = f"{inspection.files:,} file{'' if inspection.files == 1 else 's'}"
    sentence = f"inspected: {files}; articles or pages in the sample: {documents:,}. {next_step}"
    return flow_states.end_run("inspected", sentence)


def create_inspection_artifacts(inspection: source_inspection.SourceInspection) -> None:
    """Create the artifacts: kinds, counts, names of keys and lengths of values, but no word of a document."""
    lines = "\n".join(inspection.format_lines(with_values=False)).replace("```", "'''")
    create_markdown_artifact(key="inspection", markdown=f"```\n{lines}\n```", description="What the source holds.")
    rows = [
        {"key": key.name, "filled": f"{key.filled:,} of {key.records:,}", "states": key.why, "length": key.length}
        for key in inspection.keys
    ]
    if rows:
        create_table_artifact(key="inspection-keys", table=rows, description="The keys of the records.")
