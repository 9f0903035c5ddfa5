"""The flow `verify-releases`: whether the releases of a dataset are still what was published."""

from pathlib import Path
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from flows import parameters, release, roots
from flows.rebuild import rebuild as make_again


@flow(name="verify-releases", description="Read every release of a dataset back and check every byte; changes nothing.")
@parameters.explained
def verify_releases(
    dataset: parameters.DatasetName = "news",
    output: parameters.Output = "output",
    version: Annotated[str, Field(description="One release; empty checks all that are there.")] = "",
    rebuild: Annotated[
        bool, Field(description="Also make the latest (or the one named) again and compare bytes.")
    ] = False,
) -> State[Any]:
    """Check each release against its checksums, manifest and schema; with `rebuild` against a second making."""
    if runtime.deployment.id and (why_not := roots.outside(f"{output}/{dataset}")):
        return Failed(name="WrongUse", message=why_not)
    home = release.Dataset(Path(output) / dataset)
    try:
        if version:
            entries = [release.listed(home, version)]
        else:
            # Whatever is listed must be there, but for what was pruned.
            entries = [each for each in home.versions() if each.version and each.status != "pruned"]
        found = {each.version or "": _damages(home, each) for each in entries}
        named = version or home.latest()
        if rebuild and named and not found.get(named):
            made = make_again(home, named)
            found[named] += [] if made.same else list(made.lines())
    except release.ReleaseError as error:
        return Failed(message=str(error))
    rows = [{"version": name, "found": "; ".join(said) or "whole and unchanged"} for name, said in found.items()]
    create_table_artifact(key="verify", table=rows, description=f"{len(rows)} releases of {dataset}")
    damaged = [name for name, said in found.items() if said]
    if damaged:
        message = f"damaged: {', '.join(damaged)}; {found[damaged[0]][0]}"
        return Failed(name="Damaged", message=message, data=found)
    return Completed(name="Whole", message=f"{len(rows)} releases are whole and unchanged", data=found)


def _damages(home: release.Dataset, entry: release.Entry) -> list[str]:
    path = home.root / entry.path
    if not path.is_dir():
        return ["its folder is gone"]
    return [str(damage) for damage in release.verify(path, entry.digest)]
