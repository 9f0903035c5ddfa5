"""Pages and metadata files of a release.

`write_pages(folder, manifest)` reads the Parquet tables of the release in `folder` and the manifest as a dict, and
writes beside them

    README.md          the dataset card, with Hugging Face front matter
    report.html        statistics, rejects, and a sample of articles with every cut
    schema.json        JSON Schema 2020-12 of one row of each table
    codebook.csv       one line a column
    datapackage.json   Frictionless Data Package
    croissant.json     Croissant 1.0

The pages are functions of the tables and the manifest: no clock, no host, no network, the same bytes each time. Memory
is bounded by one batch of rows and by the sample, whatever the size of the release.

All scraped text is untrusted until `escaping` has handled it. Pages are Jinja templates (templates/), rendered by
`templating` alone, which escapes every value and reveals hidden characters; charts are built by `escaping.tag`, which
does the same.
"""

from flows.report.article_sample import TracedArticle, TracedLine, find_articles
from flows.report.page_files import write_pages

__all__ = ["TracedArticle", "TracedLine", "find_articles", "write_pages"]
