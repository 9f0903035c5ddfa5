"""Check that what was published is still what it was: the flow behind `verify-releases`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from prefect import flow, runtime, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from pydantic import Field

from flows import parameters, release, roots

Datasets = Annotated[
    str,
    Field(
        pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$",
        description="Name of the dataset to check; empty checks every dataset of the output.",
    ),
]
Which = Annotated[Literal["all", "latest"], Field(description="all: every release there is. latest: the current one.")]


@flow(
    name="verify-releases",
    flow_run_name="verify {which} of {output}",
    description="Read every file of the releases again and compare it with what was published. Nothing is changed.",
)
@parameters.explained
def verify_releases(dataset: Datasets = "", which: Which = "all", output: parameters.Output = "output") -> State[Any]:
    """Verify the releases of one dataset or of all; fails where anything is damaged."""
    if runtime.deployment.id and (why_not := roots.outside(output)):
        return Failed(name="WrongUse", message=why_not)
    found = [home for home in _datasets(Path(output), dataset) if home.latest()]
    if not found and dataset:
        return Failed(name="WrongUse", message=f"There is no published dataset {dataset} in {output}.")
    if not found:
        return Completed(name="NothingThere", message=f"Nothing is published in {output} yet.")
    check = task(name="verify", task_run_name="verify {dataset_name}", cache_policy=NO_CACHE, persist_result=False)(
        _check
    )
    rows = [row for home in found for row in check(home, home.name, which)]
    create_table_artifact(key="verified", table=rows, description="Every release that was checked.")
    damaged = [f"{row['dataset']} {row['version']}" for row in rows if row["damages"]]
    if damaged:
        return Failed(name="Damaged", message=f"damaged: {', '.join(damaged)}; restore them from a copy")
    return Completed(name="Whole", message=f"{len(rows)} releases are whole and unchanged")


def _datasets(output: Path, name: str) -> list[release.Dataset]:
    folders = [output / name] if name else sorted(output.iterdir()) if output.is_dir() else []
    return [release.Dataset(folder) for folder in folders if (folder / "latest.json").is_file()]


def _check(home: release.Dataset, dataset_name: str, which: str) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = []
    for entry in home.versions():
        if (
            entry.version is None
            or entry.status != "published"
            or (which == "latest" and entry.version != home.latest())
        ):
            continue
        path = home.root / entry.path
        damages = release.verify(path, entry.digest) if path.is_dir() else [f"{path} is not there"]
        get_run_logger().info(
            "%s %s: %s", dataset_name, entry.version, f"{len(damages)} damages" if damages else "whole"
        )
        said = "; ".join(map(str, damages[:5])) or "whole and unchanged"
        rows.append({"dataset": dataset_name, "version": entry.version, "damages": len(damages), "in words": said})
    return rows
