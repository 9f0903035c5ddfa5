"""Record of a refused run; the last good release stays the current one."""

from pathlib import Path

from flows.release import parquet_tables
from flows.release.dataset_index import write_versions
from flows.release.draft import Draft
from flows.release.errors import explain_write_errors
from flows.release.filesystem import encode_json, sync_path, sync_tree
from flows.release.layout import Dataset
from flows.release.manifest import build_entry, build_manifest
from flows.release.stage import make_empty_folder, write_validation


def refuse_run(dataset: Dataset, draft: Draft, why: list[str]) -> Path:
    """Store manifest, rejects and validation of a refused run in refused/<run>/, and list it in versions.json.

    `why` gives the reasons of the refusal as sentences. A run that is refused twice (after a retry) gets a second
    folder, <run>-2. The caller must hold the lock. Returns the folder.
    """
    run_id = draft.facts.run_id
    with explain_write_errors(dataset.root):
        folder = make_empty_folder(dataset.staging_path(run_id))
        table_files = [parquet_tables.write_table(folder, "rejects", draft.rejects)]
        validation_paths = write_validation(folder, draft.validation)
        manifest = build_manifest(folder, draft.facts, None, table_files, validation_paths, {}, why)
        (folder / "manifest.json").write_bytes(encode_json(manifest))
        sync_tree(folder)
        dataset.refused.mkdir(exist_ok=True)
        refused_folder, number = dataset.refused / run_id, 2
        while refused_folder.exists():
            refused_folder, number = dataset.refused / f"{run_id}-{number}", number + 1
        folder.rename(refused_folder)
        sync_path(dataset.refused)
        write_versions(
            dataset, [build_entry(manifest, f"refused/{refused_folder.name}", None), *dataset.read_versions()]
        )
        return refused_folder
