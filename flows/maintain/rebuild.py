"""Make a release again from its recorded inputs and parameters, and compare bytes. Publishes nothing."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from flows import cache, read, release, report, run
from flows.parameters import Publish
from flows.release.filesystem import sha256
from flows.run import publish_run
from flows.settings import ROOT
from schemas import SCHEMA_VERSION

# What the same inputs, parameters, parent, withdrawn list, code and lock give again byte by byte.
REPRODUCIBLE: Final = ("data/", "csv/", "rejects/", "lineage/", "diff/", "validation/")


@dataclass(frozen=True)
class Rebuilt:
    """`files` maps each reproducible file to whether its bytes are the same; `differs` says what else is not as then.

    Nothing of `differs` need have mattered: with other code the bytes may still be the same.
    """

    version: str
    files: dict[str, bool]
    differs: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every file came out as it was published."""
        return all(self.files.values())

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield from (f"not as it was then: {each}" for each in self.differs)
        yield from (f"{path}: other bytes" for path, same in self.files.items() if not same)
        if self.same:
            yield f"{self.version}: made again, {len(self.files)} files with the same bytes"
        else:
            count = sum(not same for same in self.files.values())
            why = (
                "; the above may be why" if self.differs else ", though code, lock, inputs and parameters are the same"
            )
            yield f"{self.version}: made again, and {count} of {len(self.files)} files differ{why}"


def rebuild(dataset: release.Dataset, version: str) -> Rebuilt:
    """Make a release again beside the dataset, which stays as it is.

    Raises Mistaken where the release is not there, Declined where it cannot be made again: it is damaged, it was made
    from another one by a purge, its parent or its source is gone or is not what it was.
    """
    entry = release.listed(dataset, version)
    path = dataset.folder(entry)
    if damages := release.verify(path, entry.digest):
        raise release.Declined(f"The release {version} is damaged ({damages[0]}): there is nothing to compare with.")
    manifest = release.read_manifest(path)
    job, survey = _asked(dataset, manifest)
    withdrawn, listed = _withdrawn_then(dataset, manifest["digests"]["withdrawn"])
    with tempfile.TemporaryDirectory(prefix="kliping-") as folder:
        beside = release.Dataset(Path(folder) / dataset.name)
        beside.releases.mkdir(parents=True)
        if parent := manifest["parent"]:
            release.listed(dataset, parent)
            beside.release_path(parent).symlink_to(dataset.release_path(parent).resolve(), target_is_directory=True)
        facts = replace(
            run.facts_of(
                job, manifest["run_id"], datetime.fromisoformat(manifest["created_at"]), survey.inputs, parent
            ),
            withdrawn_digest=manifest["digests"]["withdrawn"],
        )
        work = Path(folder) / "work"
        work.mkdir()
        have = run.known(job, survey, cache.NOTHING, work, time.time_ns())  # nothing that was kept is used
        working, verdicts = publish_run.make(job, facts, beside, withdrawn, have, work)
        made = release.stage(beside, run.draft_of(facts, working, verdicts, work), version, report.write_pages)
        files = {
            each["path"]: (made / each["path"]).is_file() and sha256(made / each["path"]) == each["sha256"]
            for each in manifest["files"]
            if each["path"].startswith(REPRODUCIBLE)
        }
    differs = tuple(_differences(manifest)) + (() if listed else ("what was taken down",))
    return Rebuilt(version, files, differs)


def _asked(dataset: release.Dataset, manifest: dict[str, Any]) -> tuple[Publish, read.Survey]:
    version, then = manifest["version"], manifest["inputs"]
    if manifest.get("remakes"):
        raise release.Declined(
            f"The release {version} was made from {manifest['remakes']} by a purge, not from a source."
        )
    try:
        job = Publish.model_validate(
            {
                **manifest["parameters"],
                "source": then["uri"],
                "dataset": dataset.name,
                "output": str(dataset.root.parent),
                "accept_drift": manifest.get("accepted_drift", ""),
                "dry_run": True,
            }
        )
        survey = read.survey(then["uri"])
    except ValidationError as error:
        names = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise release.Declined(
            f"The release {version} was made with parameters that mean nothing now: {names}."
        ) from None
    except read.SourceError as error:
        raise release.Declined(f"The source of {version} is gone, so it cannot be made again. {error}") from None
    inputs = survey.inputs
    if inputs.digest != then["digest"]:
        raise release.Declined(
            f"The source of {version}, {then['uri']}, is not what it was: {inputs.files:,} files of {inputs.bytes:,} "
            f"bytes now, {then['files']:,} of {then['bytes']:,} then. Put back the files as they were."
        )
    return job, survey


def _withdrawn_then(dataset: release.Dataset, digest: str) -> tuple[list[release.Withdrawal], bool]:
    """The list of what was taken down as it was then, which is a beginning of today's; and whether it was found."""
    today = release.withdrawals(dataset)
    for count in range(len(today) + 1):
        if release.withdrawn_digest(today[:count]) == digest:
            return today[:count], True
    return today, False


def _differences(manifest: dict[str, Any]) -> Iterator[str]:
    if manifest["digests"]["code"] != release.code_digest(ROOT):
        yield "the code (flows/, schemas/, expectations/)"
    if manifest["digests"]["lock"] != release.lock_digest(ROOT):
        yield "requirements.lock"
    for name, then in sorted(manifest["libraries"].items()):
        try:
            now = metadata.version(name)
        except metadata.PackageNotFoundError:
            now = "none"
        if now != then:
            yield f"{name} {now}, then {then}"
    if manifest["schema_version"] != SCHEMA_VERSION:
        yield f"the schema: {SCHEMA_VERSION}, then {manifest['schema_version']}"
