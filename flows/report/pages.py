"""Writes every page of a release."""

from pathlib import Path
from typing import Any

from flows.report import card, catalogue, page
from flows.report.facts import gather
from flows.report.sample import draw

PAGES = ("README.md", "report.html", "schema.json", "codebook.csv", "datapackage.json", "croissant.json")


def write_pages(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the pages of the release in `folder`, from its tables and its manifest.

    Needs the Parquet tables and, for the data package to name them, the CSV files in place. Overwrites pages that are
    there. Raises KeyError for a manifest without a key the pages need, OSError where the folder cannot be written.
    """
    facts = gather(folder)
    made = {
        "README.md": card.render(facts, manifest),
        "report.html": page.render(facts, draw(folder, page.MOST_ARTICLES), manifest),
        "schema.json": catalogue.schema_json(),
        "codebook.csv": catalogue.codebook_csv(),
        "datapackage.json": catalogue.datapackage_json(folder, manifest),
        "croissant.json": catalogue.croissant_json(folder, manifest),
    }
    for name in PAGES:
        (folder / name).write_bytes(made[name].encode())
