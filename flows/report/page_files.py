"""The files of a release that are made from its tables and its manifest."""

from pathlib import Path
from typing import Any

from flows.report import dataset_card, metadata_files, report_page
from flows.report.article_sample import sample_articles
from flows.report.statistics import collect_statistics

PAGES = ("README.md", "report.html", "schema.json", "codebook.csv", "datapackage.json", "croissant.json")


def write_pages(folder: Path, manifest: dict[str, Any], stored: dict[str, Any] | None = None) -> None:
    """Write the pages of the release in `folder`, from its tables and its manifest.

    Needs the Parquet tables and, for the data package to name them, the CSV files in place. Overwrites pages that are
    there. `stored` holds statistics of segments, as in statistics.collect_statistics. Raises KeyError for a manifest
    without a key the pages need, OSError where the folder cannot be written.
    """
    statistics = collect_statistics(folder, stored)
    pages = {
        "README.md": dataset_card.render_card(statistics, manifest),
        "report.html": report_page.render_report(
            statistics, sample_articles(folder, report_page.MAX_ARTICLES), manifest
        ),
        "schema.json": metadata_files.build_schema_json(),
        "codebook.csv": metadata_files.build_codebook_csv(),
        "datapackage.json": metadata_files.build_datapackage_json(folder, manifest),
        "croissant.json": metadata_files.build_croissant_json(folder, manifest),
    }
    for name in PAGES:
        (folder / name).write_bytes(pages[name].encode())
