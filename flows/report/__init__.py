"""The pages of a release: for the person who reads it, and for the tools that catalogue it.

`write_pages(folder, manifest)` reads the Parquet tables of the release in `folder` and the manifest as a dict, and
writes beside them

    README.md          the dataset card, with Hugging Face front matter
    report.html        what is in it, what was left out and why, and a sample of articles with every cut shown
    schema.json        JSON Schema 2020-12 of one row of each table
    codebook.csv       one line a column
    datapackage.json   Frictionless Data Package
    croissant.json     Croissant 1.0

The pages are functions of the tables and the manifest: no clock, no host, no network, the same bytes twice. Memory
is bounded by one batch of rows and by the sample, however large the release is.

Everything that came from a scraped page is hostile until `markup` has shown it: HTML is made by `markup.tag` alone,
which escapes what is not markup already and makes invisible controls visible; Markdown by `markup.markdown`.
"""

from flows.report.article_sample import Article, Line, find
from flows.report.page_files import write_pages

__all__ = ["Article", "Line", "find", "write_pages"]
