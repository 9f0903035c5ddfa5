"""The flow `verify-releases`: whether the releases of every dataset, or of one, are still what was published."""

import re
from pathlib import Path
from typing import Annotated, Any

from prefect import flow, runtime
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import AfterValidator, Field

from flows import allowed_roots, parameters, release
from flows.maintain.rebuild import rebuild as make_again

Dataset = Annotated[
    str,
    AfterValidator(lambda name: name and parameters.dataset_name(name)),
    Field(
        description="Name of one dataset; empty checks every dataset under output.",
        json_schema_extra=parameters.said_by(f"^({parameters.NAME})?$", f"{parameters.NAMED}, or nothing for all"),
    ),
]


@flow(name="verify-releases", description="Read every release back and check every byte; changes nothing.")
@parameters.explained
def verify_releases(
    dataset: Dataset = "",
    output: parameters.Output = "output",
    version: Annotated[str, Field(description="One release of that dataset; empty checks all that are there.")] = "",
    rebuild: Annotated[
        bool, Field(description="Also make the latest (or the one named) again and compare bytes.")
    ] = False,
) -> State[Any]:
    """Check each release against its checksums, manifest and schema; with `rebuild` against a second making."""
    if runtime.deployment.id and (why_not := allowed_roots.outside(f"{output}/{dataset}")):
        return Failed(name="WrongUse", message=why_not)
    if version and not dataset:
        return Failed(name="WrongUse", message=f"Of which dataset is {version} a release? Name it in `dataset`.")
    if "://" in output and not dataset:
        return Failed(name="WrongUse", message=f"Which dataset of {output}? An object store is verified one at a time.")
    names = [dataset] if dataset else _names(Path(output))
    if not names:
        return Completed(name="NothingYet", message=f"{output} holds no dataset yet; nothing to verify")
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        try:
            checked = _checked(release.at(output, name, reading=True), version, rebuild=rebuild)
        except release.ReleaseError as error:
            if dataset:
                return Failed(message=str(error))
            checked = {"": [str(error)]}  # one broken dataset does not hide the others
        found |= {(name, each): said for each, said in checked.items()}
    rows = [
        {"dataset": name, "version": each, "found": "; ".join(said) or "whole and unchanged"}
        for (name, each), said in found.items()
    ]
    told = f"{len(rows)} release{'s' if len(rows) != 1 else ''} of {', '.join(names)}"
    create_table_artifact(key="verify", table=rows, description=told)
    damaged = [row for row in rows if row["found"] != "whole and unchanged"]
    if damaged:
        which = ", ".join(f"{row['dataset']} {row['version']}".strip() for row in damaged)
        return Failed(name="Damaged", message=f"damaged: {which}; {damaged[0]['found']}", data=found)
    return Completed(name="Whole", message=f"{told}: whole and unchanged", data=found)


def _names(output: Path) -> list[str]:
    """The datasets in a folder: the folders that hold a list of versions."""
    folders = sorted(each for each in output.iterdir() if each.is_dir()) if output.is_dir() else []
    homes = [release.Dataset(each) for each in folders if re.fullmatch(parameters.NAME, each.name)]
    return [home.name for home in homes if home.versions_json.exists() or home.latest_json.exists()]


def _checked(home: release.Dataset, version: str, *, rebuild: bool) -> dict[str, list[str]]:
    """What is wrong with each release: by version, [] where nothing is."""
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
    return found


def _damages(home: release.Dataset, entry: release.Entry) -> list[str]:
    path = home.folder(entry)
    if not path.is_dir():
        return ["its folder is gone"]
    return [str(damage) for damage in release.verify(path, entry.digest)]
