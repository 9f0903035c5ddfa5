"""The CSV for spreadsheets, as a release writes it, for the tests of what is read and imported."""

from flows.release.csv_tables import CsvWriter
from schemas import arrow


def write_spreadsheet_csv(folder, articles):
    """Write a table of articles as a release writes its metadata csv; returns the path."""
    metadata = folder / "metadata.csv"
    with CsvWriter(folder / "articles.csv.gz", metadata) as writer:
        for batch in articles.cast(arrow.ARTICLES).to_batches():
            writer.write_rows(batch)
    return metadata
