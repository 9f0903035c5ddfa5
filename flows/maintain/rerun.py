"""Replay: documents of a release are cleaned again with today's rules and compared. Publishes nothing.

The bytes come from state/raw and are restored as files at the places they had in the source. Documents whose bytes were
not stored are read from the source, if their digest still matches.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import read, release, report, run
from flows.maintain.comparison import Comparison, compare_articles
from flows.parameters import Publish
from schemas import arrow
from schemas.vocabulary import DROPPED, REASONS

_BATCH_DOCUMENTS: Final = 256
_GLOB_CHARACTERS: Final = re.compile(r"[*?\[]")
# Rejects of these reasons do not depend on rules, so they are not replayed by default.
_FINAL_REASONS: Final = DROPPED | {"withdrawn"}
_LOCATION_COLUMNS: Final = ["source_id", "source_uri", "raw_sha256"]


@dataclass(frozen=True)
class ReplaySelection:
    """Documents of a release to replay: rejects of these reasons, articles and rejects that queries name, outlets.

    `articles` are queries of `report.match_documents`: ids, URLs, or places such as `news.jsonl#L3`.
    `everything` selects all rejects and all articles. An empty selection selects all rejects.
    """

    reasons: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True)
class ReplayReport:
    """Outcome of a replay.

    `comparison` compares the articles. `rejects` has a row for each document that is no article today: source_id,
    reason in the release (`published` where it was an article), today's reason, today's detail. `missing` are documents
    whose bytes were not found.
    """

    comparison: Comparison
    rejects: tuple[tuple[str, str, str, str], ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        names = ("source_id", "before", "after", "detail")
        return {
            **self.comparison.as_json(),
            "rejects": [dict(zip(names, reject, strict=True)) for reject in self.rejects],
            "missing": list(self.missing),
        }

    def format_lines(self, most: int) -> Iterator[str]:
        """Yield lines for a terminal: changes of articles, then changes of rejects."""
        yield from self.comparison.format_lines(most)
        moved = [reject for reject in self.rejects if reject[1] != reject[2]]
        yield f"rejected: {len(self.rejects):,}, of these {len(moved):,} for another reason than before"
        for name, before, after, detail in moved[:most]:
            yield f"    {name}: {before} -> {after}: {detail}"
        if self.missing:
            yield f"not found: {len(self.missing):,}; neither state/raw nor the source has their bytes any more"
            yield from (f"    {name}" for name in self.missing[:most])
        yield "Nothing was published."


def replay_documents(dataset: release.Dataset, path: Path, selection: ReplaySelection, today: date) -> ReplayReport:
    """Replay the selected documents of a release.

    Raises InvalidRequestError for an unknown reason or article, and where the selection is empty.
    """
    manifest = release.read_manifest(path)
    selected, old_rejects = _select_documents(path, selection)
    locations = selected.select(_LOCATION_COLUMNS).to_pylist() + old_rejects.select(_LOCATION_COLUMNS).to_pylist()
    with tempfile.TemporaryDirectory(prefix="kliping-") as folder:
        work = Path(folder)
        documents, read_rejects, missing = _load_documents(dataset, manifest, locations)
        outcomes = run.clean_raw_tables(iter(documents), Publish(dry_run=True), work) if documents else []
        state = run.assemble_from_outcomes(outcomes, read_rejects, len(locations))
        state = run.resolve_id_conflicts(run.reject_withdrawn(state, release.read_withdrawals(dataset)), path)
        state, _ = run.validate_rows(state, today, work)
        new = run.load_articles(state)
        new_rejects = state.rejects.sort_by("source_id").to_pylist()
    missing_ids = set(missing)
    located = selected.filter(
        pc.invert(pc.is_in(selected["source_id"], value_set=pa.array(sorted(missing_ids), pa.string())))
    )
    past_reasons = dict.fromkeys(selected["source_id"].to_pylist(), "published")
    past_reasons |= dict(zip(*(old_rejects[name].to_pylist() for name in ("source_id", "reason")), strict=True))
    rejects = tuple(
        (row["source_id"], past_reasons.get(row["source_id"], "published"), row["reason"], row["detail"])
        for row in new_rejects
    )
    return ReplayReport(
        compare_articles(path.name, located, "today's rules", _copy_duplicate_links(new, located)),
        rejects,
        tuple(sorted(missing_ids)),
    )


def _select_documents(path: Path, selection: ReplaySelection) -> tuple[pa.Table, pa.Table]:
    """Return the articles and the rejects that the selection names."""
    if unknown := sorted({*selection.reasons} - REASONS.keys()):
        raise release.InvalidRequestError(f"There is no reason {unknown[0]!r}: choose of {', '.join(REASONS)}.")
    articles, rejects = release.load_table(path, "articles"), release.load_table(path, "rejects")
    wants_articles = bool(selection.articles or selection.outlets)
    is_selected = pc.invert(pc.is_in(rejects["reason"], value_set=pa.array(sorted(_FINAL_REASONS), pa.string())))
    if selection.reasons:
        is_selected = pc.is_in(rejects["reason"], value_set=pa.array(selection.reasons, pa.string()))
    if not (selection.everything or selection.reasons or not wants_articles):
        is_selected = _match_nothing(rejects)
    if not selection.everything:
        is_listed = _match_nothing(articles)
        for query in selection.articles:
            matches = report.match_documents(articles, query), report.match_documents(rejects, query)
            if not any(pc.any(match).as_py() for match in matches):
                raise release.InvalidRequestError(
                    f"The release {path.name} holds no article or reject {query}: give an article_id, a source_id, a "
                    "URL, or its file and place, as news.jsonl#L3."
                )
            is_listed, is_selected = pc.or_(is_listed, matches[0]), pc.or_(is_selected, matches[1])
        outlets = pa.array(selection.outlets, pa.string())
        is_outlet = pc.or_(
            pc.is_in(articles["outlet"], value_set=outlets), pc.is_in(articles["outlet_domain"], outlets)
        )
        articles = articles.filter(pc.or_(is_listed, is_outlet))
    selected_rejects = rejects.filter(is_selected)
    if not articles.num_rows + selected_rejects.num_rows:
        is_default = selection == ReplaySelection()
        raise release.InvalidRequestError(
            f"The release {path.name} holds no reject, and only rejects are tried unless you name articles or outlets, "
            "or all."
            if is_default
            else f"The release {path.name} holds no document of this selection; choose others."
        )
    return articles, selected_rejects


def _match_nothing(table: pa.Table) -> pa.Array:
    return pa.array([False] * table.num_rows, pa.bool_())


def _copy_duplicate_links(new: pa.Table, old: pa.Table) -> pa.Table:
    """Copy `duplicate_of` of the old rows: duplicates are found over a whole release, not over a selection."""
    links = dict(zip(*(old[name].to_pylist() for name in ("article_id", "duplicate_of")), strict=True))
    return arrow.replace_column(new, "duplicate_of", [links.get(key) for key in new["article_id"].to_pylist()])


def _load_documents(
    dataset: release.Dataset, manifest: dict[str, Any], rows: list[dict[str, Any]]
) -> tuple[list[pa.Table], list[pa.Table], list[str]]:
    """Load the documents as RAW and REJECTS tables under their old names, and list the missing ones.

    Stored bytes are taken first, the source second.
    """
    source = manifest["inputs"]["uri"]
    limits, options = _load_reading(manifest["parameters"])
    by_digest: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_digest.setdefault(row["raw_sha256"], []).append(row)
    unmatched: dict[tuple[str, str | None], dict[str, Any]] = {
        (row["source_uri"], row["raw_sha256"]): row for row in rows
    }
    documents: list[pa.Table] = []
    rejects: list[pa.Table] = []

    def collect_matches(batches: Iterator[read.RawBatch]) -> None:
        for batch in batches:
            for table, tables in ((batch.documents, documents), (batch.rejects, rejects)):
                indices, matched_rows = [], []
                for number, (uri, digest) in enumerate(
                    zip(table["source_uri"].to_pylist(), table["raw_sha256"].to_pylist(), strict=True)
                ):
                    row = unmatched.pop((uri, digest), None) or unmatched.pop((uri, None), None)
                    if row is not None:
                        indices.append(number)
                        matched_rows.append(row)
                if indices:
                    tables.append(_restore_names(table.take(pa.array(indices)), matched_rows))

    collect_matches(_reread_stored(dataset, source, by_digest, limits, options))
    if unmatched:
        with suppress(read.SourceError):  # then they stay unmatched
            collect_matches(read.read_batches(source, limits=limits, options=options))
    return documents, [_cast_rejects(table) for table in rejects], [row["source_id"] for row in unmatched.values()]


def _load_reading(parameters: dict[str, Any]) -> tuple[read.Limits, read.ReadOptions]:
    """Return the limits and options that a release was read with, as recorded in its manifest."""
    max_bytes = int(parameters.get("max_mb", 10)) * 1_000_000
    recorded = {name: parameters[name] for name in ("map", "split", "table") if name in parameters}
    job = Publish.model_validate({**recorded, "dry_run": True})
    return read.Limits(document_bytes=max_bytes, record_bytes=max_bytes), job.build_read_options()


def _restore_names(table: pa.Table, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Set source_id and source_uri of each row to those of the release."""
    for name in ("source_id", "source_uri"):
        table = arrow.replace_column(table, name, [row[name] for row in rows])
    return table


def _cast_rejects(table: pa.Table) -> pa.Table:
    """Cast READ_REJECTS to REJECTS."""
    return table.drop_columns(["raw"]).cast(arrow.REJECTS)


def _reread_stored(
    dataset: release.Dataset,
    source: str,
    by_digest: dict[str | None, list[dict[str, Any]]],
    limits: read.Limits,
    options: read.ReadOptions,
) -> Iterator[read.RawBatch]:
    """Read documents again from their stored bytes, under the paths that they had below the source."""
    rows = (
        document
        for digest, raw in release.iterate_raw_bytes(dataset, {digest for digest in by_digest if digest})
        for row in by_digest[digest]
        if (relative := _locate_in_source(row, source)) is not None
        for document in read.read_stored_bytes(relative, row["source_uri"], raw, limits, options)
    )
    yield from read.group_into_batches(rows, _BATCH_DOCUMENTS, limits.batch_bytes)


def _locate_in_source(row: dict[str, Any], source: str) -> str | None:
    """Return the path of a document below its source, with its place behind `#`; None where it has none."""
    base = PurePosixPath(source)
    while _GLOB_CHARACTERS.search(base.as_posix()):
        base = base.parent
    uri: str = row["source_uri"]
    if uri.startswith(f"{base.as_posix()}!") or uri.startswith(f"{base.as_posix()}#"):
        return uri[len(base.parent.as_posix()) :].lstrip("/") if base.parent.as_posix() != "." else uri
    path = PurePosixPath(uri)
    relative = path.relative_to(base) if path != base and path.is_relative_to(base) else PurePosixPath(path.name)
    return relative.as_posix() if relative.parts else None
