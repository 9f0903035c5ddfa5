"""Writes every page of a release."""

from pathlib import Path
from typing import Any

from flows.report import dataset_card, metadata_files, report_page
from flows.report.article_sample import draw
from flows.report.statistics import gather

PAGES = ("README.md", "report.html", "schema.json", "codebook.csv", "datapackage.json", "croissant.json")


def write_pages(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the pages of the release in `folder`, from its tables and its manifest.

    Needs the Parquet tables and, for the data package to name them, the CSV files in place. Overwrites pages that are
    there. Raises KeyError for a manifest without a key the pages need, OSError where the folder cannot be written.
    """
    facts = gather(folder)
    made = {
        "README.md": dataset_card.render(facts, manifest),
        "report.html": report_page.render(facts, draw(folder, report_page.MOST_ARTICLES), manifest),
        "schema.json": metadata_files.schema_json(),
        "codebook.csv": metadata_files.codebook_csv(),
        "datapackage.json": metadata_files.datapackage_json(folder, manifest),
        "croissant.json": metadata_files.croissant_json(folder, manifest),
    }
    for name in PAGES:
        (folder / name).write_bytes(made[name].encode())
