"""Files that releases share: which releases hold a file, and a good copy put back into all of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import hash_file, sync_path
from flows.release.integrity import ReleaseDamage
from flows.release.layout import Dataset
from flows.release.manifest import read_manifest
from flows.release.segments import link_file


@dataclass(frozen=True)
class RestoredFiles:
    """Outcome of a restore: paths that were put back, and damages for which no good copy was found."""

    restored: tuple[str, ...]
    remaining: tuple[ReleaseDamage, ...]


def find_sharing_releases(dataset: Dataset, version: str, path: str) -> list[str]:
    """Return the other versions, newest first, whose file of this path is to have the same bytes as in `version`."""
    digest = _read_digests(dataset.release_path(version)).get(path)
    return [
        entry.version
        for entry in dataset.read_versions()
        if entry.version
        and entry.version != version
        and digest is not None
        and dataset.has_files(entry)
        and _read_digests(dataset.locate_folder(entry)).get(path) == digest
    ]


def restore_files(dataset: Dataset, version: str, damages: list[ReleaseDamage], source: Path) -> RestoredFiles:
    """Put good copies of damaged files back, in every release that shares them.

    `source` is a folder that holds copies anywhere below it, for example a backup of output/. A copy is good if it has
    the digest of the manifest. The caller must hold the lock.
    """
    digests = _read_digests(dataset.release_path(version))
    restored, remaining = [], []
    for damage in damages:
        copy = _find_copy(source, damage.file, digests[damage.file]) if damage.file in digests else None
        if copy is None:
            remaining.append(damage)
            continue
        versions = [version, *find_sharing_releases(dataset, version, damage.file)]
        with explain_write_errors(dataset.root):
            _replace_in_releases(copy, [dataset.release_path(one) / damage.file for one in versions])
        restored.append(damage.file)
    return RestoredFiles(tuple(dict.fromkeys(restored)), tuple(remaining))


def _find_copy(source: Path, file: str, digest: str) -> Path | None:
    """Find a file of this name and digest below a folder."""
    copies = (path for path in source.rglob(Path(file).name) if path.is_file() and not path.is_symlink())
    return next((path for path in copies if hash_file(path) == digest), None)


def _replace_in_releases(copy: Path, targets: list[Path]) -> None:
    """Write a copy of a file once, and put it in place of each target by a link."""
    first: Path | None = None
    for target in targets:
        if not target.parent.is_dir():  # it was removed with all its files
            with _open_for_writing(target.parent.parent):
                target.parent.mkdir()
                target.parent.chmod(0o555)
        with _open_for_writing(target.parent):
            temporary = target.with_name(f".{target.name}.new")
            temporary.unlink(missing_ok=True)
            if first is None:
                shutil.copyfile(copy, temporary)
            else:
                link_file(first, temporary)
            temporary.chmod(0o444)
            sync_path(temporary)
            temporary.replace(target)
        sync_path(target.parent)
        first = first or target


@contextmanager
def _open_for_writing(folder: Path) -> Iterator[None]:
    """Make a folder of a release writable, and read-only as before at the end."""
    mode = folder.stat().st_mode
    folder.chmod(0o700)
    try:
        yield
    finally:
        folder.chmod(mode)


def _read_digests(release: Path) -> dict[str, str]:
    """Return the digests that a manifest lists, by path; none where the manifest itself is damaged."""
    if not (release / "manifest.json").is_file():
        return {}
    try:
        return {file["path"]: file["sha256"] for file in read_manifest(release)["files"]}
    except (ReleaseError, OSError, KeyError, TypeError):
        return {}
