"""Rebuild of a release from its recorded inputs and parameters, to compare its bytes. Publishes nothing."""

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
from flows.release.filesystem import hash_file
from flows.run import publish_run
from flows.settings import ROOT
from schemas import SCHEMA_VERSION

# Files that the same inputs, parameters, parent, withdrawn list, code and lock reproduce byte by byte.
REPRODUCIBLE: Final = ("data/", "csv/", "rejects/", "lineage/", "diff/", "validation/")


@dataclass(frozen=True)
class RebuildReport:
    """Result of a rebuild. `files` maps each reproducible file to whether its bytes are the same.

    `differences` names what else is not as it was (code, libraries, ...); bytes may be the same in spite of them.
    """

    version: str
    files: dict[str, bool]
    differences: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Return True if every file has the bytes that were published."""
        return all(self.files.values())

    def format_lines(self) -> Iterator[str]:
        """Yield lines for a terminal."""
        yield from (f"not as it was then: {difference}" for difference in self.differences)
        yield from (f"{path}: other bytes" for path, is_same in self.files.items() if not is_same)
        if self.is_identical:
            yield f"{self.version}: made again, {len(self.files)} files with the same bytes"
        else:
            count = sum(not is_same for is_same in self.files.values())
            hint = (
                "; the above may be why"
                if self.differences
                else ", though code, lock, inputs and parameters are the same"
            )
            yield f"{self.version}: made again, and {count} of {len(self.files)} files differ{hint}"


def rebuild_release(dataset: release.Dataset, version: str) -> RebuildReport:
    """Rebuild a release in a temporary folder and compare its files; the dataset is not changed.

    Raises InvalidRequestError where the release does not exist. Raises RequestDeclinedError where it cannot be rebuilt:
    it is damaged, a purge made it, or its parent or source is gone or changed.
    """
    entry = release.find_release(dataset, version)
    path = dataset.locate_folder(entry)
    if damages := release.verify_release(path, entry.digest):
        raise release.RequestDeclinedError(
            f"The release {version} is damaged ({damages[0]}): there is nothing to compare with."
        )
    manifest = release.read_manifest(path)
    job, survey = _load_publish_job(dataset, manifest)
    withdrawals, is_found = _load_past_withdrawals(dataset, manifest["digests"]["withdrawn"])
    with tempfile.TemporaryDirectory(prefix="kliping-") as folder:
        scratch = release.Dataset(Path(folder) / dataset.name)
        scratch.releases.mkdir(parents=True)
        if dataset.raw.is_dir():  # what `--remake` reads
            scratch.state.mkdir()
            scratch.raw.symlink_to(dataset.raw.resolve(), target_is_directory=True)
        if parent := manifest["parent"]:
            release.find_release(dataset, parent)
            scratch.release_path(parent).symlink_to(dataset.release_path(parent).resolve(), target_is_directory=True)
        facts = replace(
            run.build_facts(
                job,
                manifest["run_id"],
                datetime.fromisoformat(manifest["created_at"]),
                survey.inputs,
                parent,
                withdrawals,
            ),
            withdrawn_digest=manifest["digests"]["withdrawn"],
        )
        work = Path(folder) / "work"
        work.mkdir()
        # `work` is empty: a rebuild uses no cached result.
        cached = run.look_up_cached_results(job, survey, cache.EMPTY_INDEX, work, time.time_ns())
        state, verdicts = publish_run.build_tables(job, facts, scratch, withdrawals, cached, work)
        rebuilt = release.stage_release(
            scratch, run.build_draft(facts, state, verdicts, work), version, report.write_pages
        )
        files = {
            file["path"]: (rebuilt / file["path"]).is_file() and hash_file(rebuilt / file["path"]) == file["sha256"]
            for file in manifest["files"]
            if file["path"].startswith(REPRODUCIBLE)
        }
    differences = tuple(_list_differences(manifest)) + (() if is_found else ("what was taken down",))
    return RebuildReport(version, files, differences)


def _load_publish_job(dataset: release.Dataset, manifest: dict[str, Any]) -> tuple[Publish, read.SourceSurvey]:
    """Return the job and the source of a release, or raise RequestDeclinedError where they are not as recorded."""
    version, past_inputs = manifest["version"], manifest["inputs"]
    if manifest.get("remakes"):
        raise release.RequestDeclinedError(
            f"The release {version} was made from {manifest['remakes']} by a purge, not from a source."
        )
    try:
        job = Publish.model_validate(
            {
                **manifest["parameters"],
                "source": past_inputs["uri"],
                "dataset": dataset.name,
                "output": str(dataset.root.parent),
                "accept_drift": manifest.get("accepted_drift", ""),
                "dry_run": True,
            }
        )
        survey = read.survey_source(past_inputs["uri"])
    except ValidationError as error:
        names = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
        raise release.RequestDeclinedError(
            f"The release {version} was made with parameters that this code does not know: {names}; use its code."
        ) from None
    except read.SourceError as error:
        raise release.RequestDeclinedError(
            f"The source of {version} cannot be read, so the release cannot be built again. {error}"
        ) from None
    inputs = survey.inputs
    if inputs.digest != past_inputs["digest"]:
        raise release.RequestDeclinedError(
            f"The source of {version}, {past_inputs['uri']}, has changed: {inputs.files:,} files of "
            f"{inputs.bytes:,} bytes now, {past_inputs['files']:,} of {past_inputs['bytes']:,} then. "
            "Restore the files."
        )
    return job, survey


def _load_past_withdrawals(dataset: release.Dataset, digest: str) -> tuple[list[release.Withdrawal], bool]:
    """Return the withdrawals as they were at the time, a prefix of today's list, and whether one has this digest.

    Without one, all of today's list is returned.
    """
    withdrawals = release.read_withdrawals(dataset)
    for count in range(len(withdrawals) + 1):
        if release.compute_withdrawn_digest(withdrawals[:count]) == digest:
            return withdrawals[:count], True
    return withdrawals, False


def _list_differences(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield what differs from the recorded code, lock, libraries and schema."""
    if manifest["digests"]["code"] != release.compute_code_digest(ROOT):
        yield "the code (flows/, schemas/, expectations/)"
    if manifest["digests"]["lock"] != release.compute_lock_digest(ROOT):
        yield "requirements.lock"
    for name, past_version in sorted(manifest["libraries"].items()):
        try:
            current_version = metadata.version(name)
        except metadata.PackageNotFoundError:
            current_version = "none"
        if current_version != past_version:
            yield f"{name} {current_version}, then {past_version}"
    if manifest["schema_version"] != SCHEMA_VERSION:
        yield f"the schema: {SCHEMA_VERSION}, then {manifest['schema_version']}"
