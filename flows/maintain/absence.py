"""Why a document is no article of a release: rejected, dropped or taken down."""

from pathlib import Path

import pyarrow as pa

from flows import release, report
from schemas.vocabulary import DROPPED, REASONS

_MAX_SENTENCES = 20


def explain_absence(folder: Path, query: str) -> list[str]:
    """Return a sentence for each rejected document that a query names (`match_documents`), and for a takedown.

    Empty where nothing is known of the document. An article_id, of which 6 digits are enough, names a takedown.
    """
    rejects = release.load_table(folder, "rejects")
    matches = report.match_documents(rejects, query)
    sentences = [
        f"{row['source_id']} was {'dropped' if row['reason'] in DROPPED else 'rejected'} as {row['reason']} "
        f"({REASONS.get(row['reason'], 'a reason of a later version')}): {row['detail']}"
        for row in rejects.filter(matches).slice(0, _MAX_SENTENCES).to_pylist()
    ]
    return list(dict.fromkeys([*sentences, *_explain_dropped(folder, query), *explain_takedown(folder, query)]))


def explain_takedown(folder: Path, query: str) -> list[str]:
    """Return a sentence for each takedown that an article_id, or at least 6 digits of it, names."""
    home = release.Dataset(folder.resolve().parent.parent)
    return [
        f"{withdrawal.article_id} was taken down on {withdrawal.at[:10]}: {withdrawal.reason or 'no reason given'}"
        for withdrawal in release.read_withdrawals(home)
        if len(query) >= 6 and withdrawal.article_id.startswith(query)
    ]


def _explain_dropped(folder: Path, query: str) -> list[str]:
    """Return a sentence for each dropped duplicate that a query names (`match_documents`)."""
    sentences = []
    columns = ["article_id", "source_id", "source_uri", "raw_sha256", "url", "duplicate_of"]
    for segment in release.list_dropped_segments(folder, release.read_manifest(folder)):
        for batch in release.read_file_batches(segment.list_files("articles"), "articles", columns):
            table = pa.Table.from_batches([batch])
            sentences += [
                f"{row['source_id']} was dropped as duplicate ({REASONS['duplicate']}): Repeats article "
                f"{row['duplicate_of']}; duplicates are dropped on request."
                for row in table.filter(report.match_documents(table, query)).to_pylist()
            ]
    return sentences[:_MAX_SENTENCES]
