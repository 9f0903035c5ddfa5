"""Pages and metadata files of a release.

`write_pages(folder, manifest)` reads the Parquet tables of the release in `folder` and the manifest as a dict, and
writes beside them

    README.md          the dataset card, with Hugging Face front matter
    report.html        statistics, rejects, and a sample of articles with every cut
    schema.json        JSON Schema 2020-12 of one row of each table
    codebook.csv       one line a column
    datapackage.json   Frictionless Data Package
    croissant.json     Croissant 1.0

`write_refused_page` writes report.html of a refused run, `render_index` renders index.html of a dataset from the totals
of its releases (`add_totals`) and a sample of the latest (`merge_samples`), both from the facts of single files.

The pages are functions of the tables and the manifest: no clock, no host, no network, the same bytes each time. Memory
is bounded by one batch of rows and by the sample, whatever the size of the release.

All scraped text is untrusted until `escaping` has handled it. Pages are Jinja templates (templates/), rendered by
`templating` alone, which escapes every value and reveals hidden characters; charts are built by `escaping.tag`, which
does the same.
"""

from flows.report.article_sample import TracedArticle, TracedLine, find_articles
from flows.report.document_query import match_documents
from flows.report.index_page import IndexedRun, render_index
from flows.report.page_files import write_pages
from flows.report.refused_page import write_refused_page
from flows.report.release_totals import (
    FileFacts,
    IndexSample,
    ReleaseTotals,
    add_totals,
    count_articles_file,
    merge_samples,
    sample_rejects_file,
)
from flows.report.statistics import collect_segment_statistics

__all__ = [
    "FileFacts",
    "IndexSample",
    "IndexedRun",
    "ReleaseTotals",
    "TracedArticle",
    "TracedLine",
    "add_totals",
    "collect_segment_statistics",
    "count_articles_file",
    "find_articles",
    "match_documents",
    "merge_samples",
    "render_index",
    "sample_rejects_file",
    "write_pages",
    "write_refused_page",
]
