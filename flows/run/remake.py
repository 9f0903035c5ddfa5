"""Carried rows of the parent made again with today's code: their documents are read from state/raw.

Such a document counts as read. It keeps source_id, source_uri and, where its id follows from its place and not from a
URL, its article_id. A row whose bytes are not stored, or do not say alone what the document was (a record of a WARC
file), is carried over as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pyarrow as pa

from flows import cache, read, release
from flows.describe import compute_article_id
from flows.parameters import Publish
from flows.run.assembly import assemble_from_index
from flows.run.cached_results import CachedResults
from flows.run.collect import clean_uncached
from flows.run.parent_rows import ParentRows, Positions
from flows.run.run_state import RunState
from schemas import arrow, stage_tables

_COLUMNS: Final = ["article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "url"]
_PLACE: Final = re.compile(r"(?P<path>.*?)(?P<place>(#[^/#]*)*)", re.DOTALL)
_Row = dict[str, Any]


@dataclass(frozen=True)
class _Document:
    """A document that was read again: its row in the parent, by segment and row, and what is to be cleaned."""

    place: tuple[int, int]
    row: _Row
    raw: read.RawDocument


def remake_carried(
    job: Publish,
    state: RunState,
    parent: ParentRows,
    cached: CachedResults,
    work: Path,
    dataset: release.Dataset,
    withdrawn: Sequence[tuple[int, Positions]],
    settings: str,
) -> tuple[RunState, list[tuple[int, Positions]]]:
    """Make the rows again that `--append` would carry over and that other code or parameters made.

    Returns the state with their documents, and the rows of the parent that these replace. `settings` is the digest of
    today's code and parameters, `work` a folder for the documents, `dataset` the one that has the raw bytes.
    """
    rows_by_digest = _list_rows(state, parent, withdrawn, settings)
    arrivals: list[tuple[Any, ...]] = []
    places: list[tuple[int, int]] = []

    def iterate_documents() -> Iterator[tuple[bytes, read.RawDocument]]:
        for document in _read_again(job, dataset, rows_by_digest):
            row, raw = document.row, document.raw
            key = cache.compute_document_key(raw, job.html)
            bare_id = compute_article_id(None, raw.identity) if row["url"] else row["article_id"]
            arrivals.append((raw.source_id, raw.source_uri, raw.raw_sha256, raw.fetched_at, bare_id, key))
            places.append(document.place)
            yield key, raw

    folder = work / "remade"
    folder.mkdir()
    cleaned_count = clean_uncached(job, cached.store, iterate_documents(), folder)
    order = sorted(range(len(places)), key=places.__getitem__)  # not that of the packs of raw bytes
    rows = [dict(zip(stage_tables.ARRIVALS.names, arrivals[number], strict=True)) for number in order]
    index = replace(cache.EMPTY_INDEX, arrivals=pa.Table.from_pylist(rows, stage_tables.ARRIVALS))
    return _join_states(state, assemble_from_index(cached.store, index, cleaned_count, folder)), _group_places(places)


def list_remake_notes(state: RunState, settings: str) -> tuple[str, ...]:
    """List a note on the carried rows that could not be made again, if there are any."""
    parent = state.parent
    if parent is None:
        return ()
    count = sum(
        int(stays.sum())
        for segment, stays in zip(parent.segments, parent.stays, strict=True)
        if segment.settings != (settings,)
    )
    if not count:
        return ()
    return (
        f"{count:,} carried articles were not made again: their bytes are not in state/raw, or do not say "
        "by themselves what the document was",
    )


def _list_rows(
    state: RunState, parent: ParentRows, withdrawn: Sequence[tuple[int, Positions]], settings: str
) -> dict[str, list[tuple[tuple[int, int], _Row]]]:
    """List the rows that are to be made again, by the digest of their raw bytes."""
    read_places = parent.find_ids(state.articles["article_id"])
    excluded = dict(withdrawn)
    rows_by_digest: dict[str, list[tuple[tuple[int, int], _Row]]] = {}
    for number, segment in enumerate(parent.segments):
        if segment.settings == (settings,):
            continue
        is_wanted = np.ones(len(parent.stays[number]), bool)
        is_wanted[excluded.get(number, [])] = False
        is_wanted[read_places.rows[read_places.segments == number]] = False
        row_number = 0
        for batch in release.read_file_batches(segment.list_files("articles"), "articles", _COLUMNS):
            for row in batch.to_pylist():
                if is_wanted[row_number]:
                    rows_by_digest.setdefault(row["raw_sha256"], []).append(((number, row_number), row))
                row_number += 1
    return rows_by_digest


def _read_again(
    job: Publish, dataset: release.Dataset, rows_by_digest: dict[str, list[tuple[tuple[int, int], _Row]]]
) -> Iterator[_Document]:
    """Read the documents of rows from their stored bytes; those that cannot be read alone are left out."""
    options = job.build_read_options()
    limits = read.Limits(document_bytes=job.max_mb * 1_000_000, record_bytes=job.max_mb * 1_000_000)
    for digest, raw in release.iterate_raw_bytes(dataset, rows_by_digest.keys()):
        for place, row in rows_by_digest.pop(digest, ()):
            documents = [
                document
                for document in read.read_stored_bytes(locate_document(row), row["source_uri"], raw, limits, options)
                if isinstance(document, read.RawDocument) and document.raw_sha256 == digest
            ]
            if len(documents) == 1:
                names = {name: row[name] for name in ("source_id", "source_uri")}
                fetched_at = documents[0].fetched_at or row["fetched_at"]
                yield _Document(place, row, replace(documents[0], **names, fetched_at=fetched_at))


def locate_document(row: _Row) -> str:
    """Return the path that a document had below its source, with its place in the file: its source_id names it."""
    match = _PLACE.fullmatch(row["source_uri"])
    path, place = (match["path"], match["place"]) if match else (row["source_uri"], "")
    source_id = row["source_id"].removesuffix(f"~{row['article_id']}")
    for candidate in (source_id.removesuffix(place), source_id.rpartition("#")[0], source_id):
        if candidate and (path == candidate or path.endswith(f"/{candidate}")):
            return f"{candidate}{place}"
    return f"{PurePosixPath(path).name}{place}"


def _group_places(places: list[tuple[int, int]]) -> list[tuple[int, Positions]]:
    """Group rows by segment."""
    return [
        (number, np.array(sorted(row for segment, row in places if segment == number), np.int64))
        for number in sorted({segment for segment, _ in places})
    ]


def _join_states(state: RunState, remade: RunState) -> RunState:
    """Append the documents that were made again to those of the source."""
    first_row = state.documents_in
    rows = pa.array(remade.articles["row"].to_numpy() + first_row)
    articles = remade.articles.set_column(0, stage_tables.KEYS.field("row"), rows)
    used_places = {
        number: np.concatenate([part.used_places.get(number, np.empty(0, np.int32)) for part in (state, remade)])
        for number in state.used_places.keys() | remade.used_places.keys()
    }
    return replace(
        state,
        articles=pa.concat_tables([state.articles, articles]).unify_dictionaries().combine_chunks(),
        rejects=pa.concat_tables([state.rejects, remade.rejects.cast(arrow.REJECTS)]),
        documents_in=state.documents_in + remade.documents_in,
        shards=remade.shards,
        used_places=used_places,
        cleaned_count=state.cleaned_count + remade.cleaned_count,
        cached_count=state.cached_count + remade.cached_count,
    )
