"""Keep what a refused run has to say; the last good release stays."""

from pathlib import Path

from flows.release import parquet_tables
from flows.release.dataset_index import write_versions
from flows.release.draft import Draft
from flows.release.errors import writing
from flows.release.filesystem import json_bytes, sync, sync_tree
from flows.release.layout import Dataset
from flows.release.manifest import build, entry
from flows.release.stage import fresh, write_validation


def refuse(dataset: Dataset, draft: Draft, why: list[str]) -> Path:
    """Keep manifest, rejects and validation of a refused run in refused/<run>/, and list it in versions.json.

    `why` says in sentences what kept it from being published. A run refused twice (one that was tried again) gets a
    second folder, <run>-2. Call it while holding the lock. Returns the folder.
    """
    run = draft.facts.run_id
    with writing(dataset.root):
        folder = fresh(dataset.staged_path(run))
        written = parquet_tables.write(folder, "rejects", draft.rejects)
        files = write_validation(folder, draft.validation)
        manifest = build(folder, draft.facts, None, written, files, {}, why)
        (folder / "manifest.json").write_bytes(json_bytes(manifest))
        sync_tree(folder)
        dataset.refused.mkdir(exist_ok=True)
        kept, number = dataset.refused / run, 2
        while kept.exists():
            kept, number = dataset.refused / f"{run}-{number}", number + 1
        folder.rename(kept)
        sync(dataset.refused)
        write_versions(dataset, [entry(manifest, f"refused/{kept.name}", None), *dataset.versions()])
        return kept
