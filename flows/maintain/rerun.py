"""Run documents of a release again with today's rules, and show what would be different. Publishes nothing.

The bytes come from state/raw, where a file is laid out again as its document stood in the source; what was not kept is
read again from the source, where its digest still matches.
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

from flows import read, release, run
from flows.maintain.comparison import Comparison, compare
from flows.parameters import Publish
from schemas import arrow
from schemas.vocabulary import DROPPED, REASONS

_LINE: Final = re.compile(r"(.*)#L(\d{1,9})", re.DOTALL)
_GLOB: Final = re.compile(r"[*?\[]")
# These became no article for a reason that no rule decides.
_SETTLED: Final = DROPPED | {"withdrawn"}
_KEYS: Final = ["source_id", "source_uri", "raw_sha256"]


@dataclass(frozen=True)
class Chosen:
    """Which documents of a release are run again: rejects of these reasons, articles of these ids, of these outlets.

    `everything` takes all rejects and all articles. With nothing chosen, all rejects.
    """

    reasons: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True)
class Replayed:
    """What today's rules make of the documents.

    `comparison` is of articles. `rejects` holds, for each document that is not published now, its source_id, the reason
    in the release (`published` where it was an article), today's reason and sentence. `missing` could not be found.
    """

    comparison: Comparison
    rejects: tuple[tuple[str, str, str, str], ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        names = ("source_id", "before", "after", "detail")
        return {
            **self.comparison.as_json(),
            "rejects": [dict(zip(names, each, strict=True)) for each in self.rejects],
            "missing": list(self.missing),
        }

    def lines(self, most: int) -> Iterator[str]:
        """For a terminal: what would change, and what would be rejected still or anew."""
        yield from self.comparison.lines(most)
        moved = [each for each in self.rejects if each[1] != each[2]]
        yield f"rejected: {len(self.rejects):,}, of these {len(moved):,} for another reason than before"
        for name, before, after, detail in moved[:most]:
            yield f"    {name}: {before} -> {after}: {detail}"
        if self.missing:
            yield f"not found: {len(self.missing):,}; neither state/raw nor the source has their bytes any more"
            yield from (f"    {name}" for name in self.missing[:most])
        yield "Nothing was published."


def replay(dataset: release.Dataset, path: Path, chosen: Chosen, today: date) -> Replayed:
    """Run the chosen documents of a release again. Raises Mistaken where nothing is chosen by it."""
    manifest = release.read_manifest(path)
    old, old_rejects = _chosen(path, chosen)
    wanted = old.select(_KEYS).to_pylist() + old_rejects.select(_KEYS).to_pylist()
    with tempfile.TemporaryDirectory(prefix="kliping-") as folder:
        laid, work = Path(folder, "laid"), Path(folder, "work")
        laid.mkdir()
        work.mkdir()
        documents, read_rejects, missing = _found(dataset, manifest["inputs"]["uri"], wanted, laid)
        outcomes = run.processed(iter(documents), Publish(dry_run=True), work) if documents else []
        working = run.assembled_of(outcomes, read_rejects, len(wanted))
        working = run.one_row_each(run.withhold(working, release.withdrawals(dataset)))
        working, _ = run.judge_rows(working, today, work)
        new = run.whole(working)
        told_rejects = working.rejects.sort_by("source_id").to_pylist()
    lost = set(missing)
    found = old.filter(pc.invert(pc.is_in(old["source_id"], value_set=pa.array(sorted(lost), pa.string()))))
    before = dict.fromkeys(old["source_id"].to_pylist(), "published")
    before |= dict(zip(*(old_rejects[name].to_pylist() for name in ("source_id", "reason")), strict=True))
    told = tuple(
        (row["source_id"], before.get(row["source_id"], "published"), row["reason"], row["detail"])
        for row in told_rejects
    )
    return Replayed(compare(path.name, found, "today's rules", _linked(new, found)), told, tuple(sorted(lost)))


def _chosen(path: Path, chosen: Chosen) -> tuple[pa.Table, pa.Table]:
    if unknown := sorted({*chosen.reasons} - REASONS.keys()):
        raise release.Mistaken(f"There is no reason {unknown[0]!r}: choose of {', '.join(REASONS)}.")
    articles, rejects = release.load(path, "articles"), release.load(path, "rejects")
    wants_articles = bool(chosen.articles or chosen.outlets)
    rules = pc.invert(pc.is_in(rejects["reason"], value_set=pa.array(sorted(_SETTLED), pa.string())))
    if chosen.reasons:
        rules = pc.is_in(rejects["reason"], value_set=pa.array(chosen.reasons, pa.string()))
    some = rejects.filter(rules) if chosen.everything or chosen.reasons or not wants_articles else rejects.slice(0, 0)
    if not chosen.everything:
        ids, outlets = (pa.array(names, pa.string()) for names in (chosen.articles, chosen.outlets))
        here = pc.is_in(articles["article_id"], value_set=ids)
        if lost := set(chosen.articles) - set(articles.filter(here)["article_id"].to_pylist()):
            raise release.Mistaken(f"The release {path.name} holds no article {sorted(lost)[0]}.")
        known = pc.or_(pc.is_in(articles["outlet"], value_set=outlets), pc.is_in(articles["outlet_domain"], outlets))
        articles = articles.filter(pc.or_(here, known))
    if not articles.num_rows + some.num_rows:
        raise release.Mistaken(f"The release {path.name} has no document that is chosen: nothing to run again.")
    return articles, some


def _linked(new: pa.Table, old: pa.Table) -> pa.Table:
    """The new rows with the old links: what repeats what is told over a whole release, not over a choice."""
    links = dict(zip(*(old[name].to_pylist() for name in ("article_id", "duplicate_of")), strict=True))
    column = pa.array([links.get(key) for key in new["article_id"].to_pylist()], pa.string())
    at = new.schema.get_field_index("duplicate_of")
    return new.set_column(at, new.schema.field(at), column)


def _found(
    dataset: release.Dataset, source: str, rows: list[dict[str, Any]], folder: Path
) -> tuple[list[pa.Table], list[pa.Table], list[str]]:
    """The wanted documents as RAW and REJECTS tables, under the names they had; and the names of those not found."""
    by_digest: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_digest.setdefault(row["raw_sha256"], []).append(row)
    open_: dict[tuple[str, str | None], dict[str, Any]] = {(row["source_uri"], row["raw_sha256"]): row for row in rows}
    documents: list[pa.Table] = []
    rejects: list[pa.Table] = []

    def take(batches: Iterator[read.Batch], uri_of: dict[str, str] | None) -> None:
        for batch in batches:
            for table, kept in ((batch.documents, documents), (batch.rejects, rejects)):
                picked, names = [], []
                for number, (uri, digest) in enumerate(
                    zip(table["source_uri"].to_pylist(), table["raw_sha256"].to_pylist(), strict=True)
                ):
                    was = uri_of.get(uri) if uri_of is not None else uri
                    row = open_.pop((was, digest), None) or open_.pop((was, None), None) if was else None
                    if row is not None:
                        picked.append(number)
                        names.append(row)
                if picked:
                    kept.append(_named(table.take(pa.array(picked)), names))

    laid = _lay(dataset, source, by_digest, folder)
    if laid:
        take(read.read(folder), laid)
    if open_:
        with suppress(read.SourceError):  # then they stay open
            take(read.read(source), None)
    return documents, [_as_rejects(table) for table in rejects], [row["source_id"] for row in open_.values()]


def _named(table: pa.Table, rows: Sequence[dict[str, Any]]) -> pa.Table:
    for name in ("source_id", "source_uri"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.array([row[name] for row in rows], pa.string()))
    return table


def _as_rejects(table: pa.Table) -> pa.Table:
    return table.drop_columns(["raw"]).cast(arrow.REJECTS)


def _lay(
    dataset: release.Dataset, source: str, by_digest: dict[str | None, list[dict[str, Any]]], folder: Path
) -> dict[str, str]:
    """Write the kept bytes below `folder` as they stood below the source; their new source_uri -> the old one."""
    lines: dict[str, dict[int, bytes]] = {}
    uris: dict[str, str] = {}
    for digest, raw in release.fetch_all(dataset, {digest for digest in by_digest if digest}):
        for row in by_digest[digest]:
            relative, line = _relative(row, source)
            if relative is None:
                continue
            target = folder / relative
            if line is None:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)
                uris[target.as_posix()] = row["source_uri"]
            else:
                lines.setdefault(relative, {})[line] = raw
                uris[f"{target.as_posix()}#L{line}"] = row["source_uri"]
    for relative, there in lines.items():
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            last = 0
            for number, raw in sorted(there.items()):
                file.write(b"\n" * (number - last - 1) + raw.rstrip(b"\r\n") + b"\n")
                last = number
    return uris


def _relative(row: dict[str, Any], source: str) -> tuple[str | None, int | None]:
    """Where a document stood below its source, and its line there; None where no path below a folder says it."""
    uri, line = row["source_uri"], None
    if found := _LINE.fullmatch(uri):
        uri, line = found[1], int(found[2])
    base = PurePosixPath(source)
    while _GLOB.search(base.as_posix()):
        base = base.parent
    path = PurePosixPath(uri)
    relative = path.relative_to(base) if path != base and path.is_relative_to(base) else PurePosixPath(path.name)
    # A hidden name would be skipped, and one that climbs would be written elsewhere; a response within a WARC file is
    # no file of its own: its address stands beside its bytes, so it is read from the source.
    inside = line is None and "#" in path.name
    if inside or not relative.parts or any(part.startswith(".") for part in relative.parts):
        return None, line
    return relative.as_posix(), line
