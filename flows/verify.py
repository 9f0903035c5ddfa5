"""The flow `verify-releases`: check that releases still have the bytes that were published."""

import re
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from pydantic import AfterValidator, Field

from flows import allowed_roots, flow_states, parameters, release
from flows.maintain.rebuild import rebuild_release

Dataset = Annotated[
    str,
    AfterValidator(lambda name: name and parameters.check_dataset_name(name)),
    Field(
        description="Name of one dataset; empty checks every dataset under output.",
        json_schema_extra=parameters.refuse_with_words(
            f"^({parameters.NAME})?$", f"{parameters.NAME_WORDS}, or nothing for all"
        ),
    ),
]


@flow(name="verify-releases", description="Read every release back and check every byte; changes nothing.")
@parameters.add_form_help
def verify_releases(
    dataset: Dataset = "",
    output: parameters.Output = "output",
    version: Annotated[str, Field(description="One release of that dataset; empty checks all that are there.")] = "",
    rebuild: Annotated[
        bool, Field(description="Also make the latest release (or the one named) again, and compare the bytes.")
    ] = False,
) -> State[Any]:
    """Check each release against its checksums, manifest and schema; with `rebuild`, also rebuild and compare."""
    flow_states.hide_returned_states()
    if reason := _explain_wrong_use(dataset, output, version):
        return flow_states.end_run("wrong_use", f"wrong use: {reason}")
    dataset_names = [dataset] if dataset else _list_datasets(Path(output))
    if not dataset_names:
        return flow_states.end_run("whole", f"whole: {output} holds no dataset yet; nothing to verify")
    damages_by_release: dict[tuple[str, str], list[str]] = {}
    for name in dataset_names:
        try:
            damages_by_version = _check_releases(
                release.open_dataset(output, name, reading=True), version, rebuild=rebuild
            )
        except release.ReleaseError as error:
            if dataset:
                return flow_states.end_run("wrong_use", f"wrong use: {error}")
            damages_by_version = {"": [str(error)]}  # one broken dataset does not hide the others
        except Exception as error:
            return flow_states.end_run("broken", flow_states.explain_defect(error))
        damages_by_release |= {(name, version_name): damages for version_name, damages in damages_by_version.items()}
    rows = [
        {"dataset": name, "version": version_name, "state": "; ".join(damages) or "complete and unchanged"}
        for (name, version_name), damages in damages_by_release.items()
    ]
    summary = f"{len(rows)} release{'s' if len(rows) != 1 else ''} of {', '.join(dataset_names)}"
    create_table_artifact(key="verify", table=rows, description=summary)
    damaged = [row for row in rows if row["state"] != "complete and unchanged"]
    if damaged:
        which = ", ".join(f"{row['dataset']} {row['version']}".strip() for row in damaged)
        return flow_states.end_run(
            "damaged", f"damaged: {which}; {damaged[0]['state']}. Restore it from a copy; nothing was changed."
        )
    return flow_states.end_run("whole", f"whole: {summary}, unchanged since they were published")


def _explain_wrong_use(dataset: str, output: str, version: str) -> str | None:
    """Return a sentence where these parameters cannot be verified, else None."""
    if runtime.deployment.id and (reason := allowed_roots.explain_outside_roots(f"{output}/{dataset}")):
        return reason
    if version and not dataset:
        return f"Read the version {version} without a dataset: name its dataset in `dataset`."
    if "://" in output and not dataset:
        return f"Name one dataset of {output} in `dataset`: in an object store one dataset is verified at a time."
    return None


def _list_datasets(output: Path) -> list[str]:
    """List the datasets under `output`: the folders that hold versions.json or latest.json."""
    folders = sorted(folder for folder in output.iterdir() if folder.is_dir()) if output.is_dir() else []
    datasets = [release.Dataset(folder) for folder in folders if re.fullmatch(parameters.NAME, folder.name)]
    return [home.name for home in datasets if home.versions_json.exists() or home.latest_json.exists()]


def _check_releases(home: release.Dataset, version: str, *, rebuild: bool) -> dict[str, list[str]]:
    """Return the damages of each release by version; an empty list where a release is whole."""
    if version:
        entries = [release.find_release(home, version)]
    else:
        # Whatever is listed must be there, but for what was pruned.
        entries = [entry for entry in home.read_versions() if entry.version and entry.status != "pruned"]
    damages_by_version = {entry.version or "": _find_damages(home, entry) for entry in entries}
    named = version or home.read_latest_version()
    if rebuild and named and not damages_by_version.get(named):
        rebuilt = rebuild_release(home, named)
        damages_by_version[named] += [] if rebuilt.is_identical else list(rebuilt.format_lines())
    return damages_by_version


def _find_damages(home: release.Dataset, entry: release.VersionEntry) -> list[str]:
    path = home.locate_folder(entry)
    if not path.is_dir():
        return ["its folder is gone"]
    return [str(damage) for damage in release.verify_release(path, entry.digest)]
