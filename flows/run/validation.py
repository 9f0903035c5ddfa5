"""What the suites say: of the rows, of the release, of the release beside its parent."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release, validate
from flows.clean import clutter_hits
from flows.parameters import Publish
from flows.run.external_sort import dealt
from flows.run.run_state import Working
from flows.workers import batch_processing
from schemas import SCHEMA_VERSION, arrow, stage_tables
from schemas.vocabulary import DROPPED

_ROWS: Final = 50_000  # that are judged at a time: Great Expectations takes 0.3 s for each time, whatever it holds
_JUDGED: Final = [
    *(name for name in stage_tables.VIEW.names if name in arrow.ARTICLES.names), "authors", "editors", *stage_tables.MEASURES.names,
]  # fmt: skip


def judge_rows(working: Working, run_day: date, folder: Path) -> tuple[Working, validate.Verdict]:
    """Run the suite over the rows of this run; a row that fails a critical expectation goes to rejects."""
    verdict = validate.check_parts(_views(working, run_day, folder))
    lost = {key: ("expectation_failed", f"{name}: {said}") for key, (name, said) in verdict.failing.items()}
    return working.without(working.rows_of(lost), "validate"), verdict


def _views(working: Working, run_day: date, folder: Path) -> Iterator[pa.Table]:
    """VIEW in parts that follow one another by article_id; at least one."""
    place, parts = _parts(working)

    def pieces() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for table in working.stream(_JUDGED):
            yield validate.measured_view(table, run_day), place[table["row"].to_numpy()]

    if not working.articles.num_rows:
        yield arrow.empty(stage_tables.VIEW)
    for _, view in dealt(pieces(), parts, folder, "view"):
        yield view


def judge_rows_again(working: Working, run_day: date, folder: Path) -> validate.Verdict:
    """The same of a whole release, whose texts are measured once more; nothing is rejected."""
    place, parts = _parts(working)
    schema = arrow.ARTICLES.remove_metadata()

    def views() -> Iterator[pa.Table]:
        ids, of_row = working.articles["article_id"].combine_chunks(), working.articles["row"].to_numpy()
        told = (
            (table.append_column("article_id", ids.take(pa.array(places))), place[of_row[places]])
            for places, table in working.lineage("evidence")
        )
        evidence = iter(dealt(told, parts, folder, "evidence"))
        number, said = next(evidence, (parts, arrow.empty(arrow.EVIDENCE)))
        rows = ((t.select(schema.names).cast(schema), place[t["row"].to_numpy()]) for t in working.stream(schema.names))
        for part, articles in dealt(rows, parts, folder, "articles"):
            while number < part:
                number, said = next(evidence, (parts, said))
            hits = clutter_hits(articles["text"].to_pylist())
            found = said if number == part else said.slice(0, 0)
            yield validate.view_of(articles, found, hits, run_day)

    return validate.check_parts(views() if working.articles.num_rows else [arrow.empty(stage_tables.VIEW)])


def _parts(working: Working) -> tuple[npt.NDArray[np.int64], int]:
    """row -> the part it is judged in, parts being ranges of article_id; and how many there are."""
    ids = working.articles["article_id"].combine_chunks()
    rank = np.empty(len(ids), np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    rows = working.articles["row"].to_numpy()
    place = np.zeros(int(rows.max(initial=-1)) + 1, np.int64)
    place[rows] = rank // _ROWS
    return place, max(1, -(-len(ids) // _ROWS))


def judge_release(
    working: Working, parent: Path | None, accept_drift: str, gone: AbstractSet[str] = frozenset()
) -> validate.Verdict:
    """Run the suite over the whole release: documents accounted for, links resolve, rows against the parent.

    `gone` are the parent's articles that were taken down since; they are not missed.
    """
    articles = None
    if parent is not None:
        articles = release.read_manifest(parent)["counts"]["published"] - len(gone)
    return validate.check_release(
        validate.ReleaseFacts.of(
            working.articles.select(["article_id", "source_id", "duplicate_of"]),
            documents_in=working.documents_in,
            carried_over=working.carried,
            dropped=sum(working.dropped().values()),
            rejected=sum(working.rejected().values()),
            parent_articles=articles,
            schema_version=SCHEMA_VERSION,
            drift_accepted=bool(accept_drift),
        )
    )


def judge_drift(
    job: Publish,
    facts: release.Facts,
    working: Working,
    parent: Path,
    held: pa.ChunkedArray,
    gone: AbstractSet[str] = frozenset(),
) -> validate.Verdict:
    """Compare the release with its parent; `held` are the articles that this source holds.

    What was taken down (`gone`) is left out on both sides. With `append`, what was carried over says nothing of this
    run, so the documents of this run alone are compared. Where only the code changed, they are compared with the same
    documents.
    """
    manifest = release.read_manifest(parent)
    same = manifest["inputs"]["digest"] == facts.inputs.digest and manifest["parameters"] == dict(facts.parameters)
    new = working.articles
    if job.append:
        new = new.filter(pc.is_in(new["article_id"], value_set=held))
    digests = [new["raw_sha256"], working.rejects["raw_sha256"]]
    read = pa.chunked_array([c for column in digests for c in column.chunks], pa.string()) if same else None
    old = pa.concat_tables([validate.NARROW.empty_table(), *_old(parent, gone, read)])
    return validate.check_drift(
        _side(old, release.load(parent, "rejects"), manifest["counts"]["documents_in"]),
        _side(_narrow(new), working.rejects, working.documents_in),
        same_documents=same,
        accepted=bool(job.accept_drift),
    )


def _old(parent: Path, gone: AbstractSet[str], read: pa.ChunkedArray | None) -> Iterator[pa.Table]:
    """What is compared of the parent's articles: without those taken down, and of these documents where it is said."""
    down = pa.array(sorted(gone), pa.string())
    known = pa.chunked_array([pc.unique(read)]) if read is not None else None
    for batch in release.batches(parent, "articles", ["article_id", "raw_sha256", *validate.COLUMNS]):
        kept = pc.invert(pc.is_in(batch.column("article_id"), value_set=down))
        if known is not None:
            kept = pc.and_(kept, pc.is_in(batch.column("raw_sha256"), value_set=known))
        yield validate.narrow(pa.Table.from_batches([batch.filter(kept)]))


def _narrow(keys: pa.Table) -> pa.Table:
    """KEYS as the drift guard compares them."""
    made = {"outlet": pc.cast(keys["outlet"], pa.string()), "has_date": pc.is_valid(keys["date"])}
    return pa.table(
        [made.get(name, keys[name] if name not in made else None) for name in validate.NARROW.names],
        schema=validate.NARROW,
    )


def _side(articles: pa.Table, rejects: pa.Table, documents: int) -> validate.Side:
    counts = batch_processing.reasons(rejects)
    withdrawn = counts.pop("withdrawn", 0)
    rejected = sum(n for reason, n in counts.items() if reason not in DROPPED)
    return validate.Side(articles, max(documents - withdrawn, 0), rejected)
