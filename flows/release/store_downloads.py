"""Downloads from a store into its mirror: releases and refused runs."""

from pathlib import Path
from uuid import uuid4

from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import hash_file, make_read_only, remove_tree
from flows.release.layout import Dataset, VersionEntry, validate_run_id
from flows.release.object_store import ObjectStore
from flows.release.stage import SUMS
from flows.release.store_lists import locate_object


def download_release(store: ObjectStore, entry: VersionEntry, path: Path, temporary: Path) -> None:
    """Download a release, verify every digest, and rename it into releases/."""
    prefix = f"{entry.path}/"
    with explain_write_errors(temporary):
        for name in store.list_names(prefix):
            file = locate_object(temporary, name.removeprefix(prefix))
            file.parent.mkdir(parents=True, exist_ok=True)
            store.download_file(name, file)
        if read_release_digest(temporary) != entry.digest or not _is_complete(temporary):
            remove_tree(temporary)
            raise ReleaseError(f"{store.url}/{entry.path} is not what was published there: see `kliping verify`.")
        make_read_only(temporary)
        temporary.chmod(0o700)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.rename(path)
        path.chmod(0o500)


def fetch_refused_runs(store: ObjectStore, dataset: Dataset) -> list[str]:
    """List the refused runs of the store, and download missing ones, because a purge must read them."""
    runs: dict[str, list[str]] = {}
    for name in store.list_names("refused/"):
        runs.setdefault(name.split("/")[1], []).append(name)
    with explain_write_errors(dataset.root):
        for run_id, names in runs.items():
            if not (dataset.refused / validate_run_id(run_id)).is_dir():
                temporary = dataset.staging / f"fetch-{uuid4().hex[:12]}"
                for name in names:
                    file = locate_object(temporary, name.removeprefix(f"refused/{run_id}/"))
                    file.parent.mkdir(parents=True, exist_ok=True)
                    store.download_file(name, file)
                dataset.refused.mkdir(exist_ok=True)
                temporary.rename(dataset.refused / run_id)
    return sorted(runs)


def read_release_digest(folder: Path) -> str | None:
    """Return the SHA-256 of the SHA256SUMS of a release; None where its folder has none."""
    return hash_file(folder / SUMS) if (folder / SUMS).is_file() else None


def _is_complete(folder: Path) -> bool:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return all((folder / line[66:]).is_file() and hash_file(folder / line[66:]) == line[:64] for line in lines)
