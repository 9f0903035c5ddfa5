"""Audit of a staged release before it is published: the checks of `verify_release`, and checks of the rows.

Each new file is read once, a part of a row group at a time. Only the key columns of _KEY_COLUMNS stay in memory. Files
of kept segments were audited when they were written: of these only the sizes are compared, and the article_ids read.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from flows.release.errors import AuditError
from flows.release.integrity import ReleaseDamage, verify_release
from flows.release.manifest import Manifest, read_manifest
from flows.release.segments import DROPPED
from schemas import columns, vocabulary

_MAX_EXAMPLES: Final = 3
_READ_PARTS: Final = 4  # of a row group: other tables are written at the same time and need memory
# Table -> the columns that are compared with other tables -> whether only their distinct values are kept.
_KEY_COLUMNS: Final[dict[str, dict[str, bool]]] = {
    "spans": {"article_id": True},
    "articles": {"article_id": False, "source_id": False, "duplicate_of": False},
    "evidence": {"article_id": True},
    "changes": {"op": False},
    "rejects": {"reason": False},
}


@dataclass(frozen=True)
class TableFindings:
    """Findings of one pass over a table: its damages, and its columns of _KEY_COLUMNS."""

    damages: list[ReleaseDamage]
    key_columns: dict[str, pa.Array]


def inspect_table(release: Path, name: str, path: str) -> TableFindings:
    """Check the sort order, the null values and the closed lists of words of one file of a table in one pass.

    Raises the errors of Arrow and OSError where the file cannot be read.
    """
    name = name.removeprefix(DROPPED)
    keys, columns_by_name = (
        list(parquet_tables.SORT_KEYS[name]),
        {column.name: column for column in columns.PUBLISHED[name]},
    )
    read_columns = [
        c.name for c in columns_by_name.values() if not c.nullable or c.one_of or c.name in (*keys, *_KEY_COLUMNS[name])
    ]
    damages, key_chunks = [], {column: [pa.array([], pa.string())] for column in _KEY_COLUMNS[name]}
    last_row: pa.Table | None = None
    sorted_so_far = True
    for batch in parquet_tables.read_file_batches([release / path], name, read_columns, _READ_PARTS):
        chunk = pa.Table.from_batches([batch]).select(keys)
        if last_row is not None:
            chunk = pa.concat_tables([last_row, chunk]).combine_chunks()
        if sorted_so_far and not _is_in_order(chunk.slice(0, chunk.num_rows - 1), chunk.slice(1)):
            sorted_so_far = False
            damages.append(ReleaseDamage(path, f"is not sorted by {', '.join(keys)}"))
        last_row = chunk.slice(chunk.num_rows - 1)
        damages += [ReleaseDamage(path, problem) for problem in _find_invalid_values(batch, columns_by_name)]
        for column, unique in _KEY_COLUMNS[name].items():
            values = batch.column(column)
            key_chunks[column].append(values.unique() if unique else values)
    return TableFindings(damages, {column: pa.concat_arrays(values) for column, values in key_chunks.items()})


def _is_in_order(rows: pa.Table, following: pa.Table) -> bool:
    """Return True if each row is less than or equal to the row that follows it; nulls come last."""
    tied = np.ones(rows.num_rows, bool)  # rows that are equal in the columns compared so far
    for column, next_column in zip(rows.columns, following.columns, strict=True):
        if not tied.any():
            return True
        is_null, next_is_null = (np.asarray(pc.is_null(each_column)) for each_column in (column, next_column))
        greater, equal = (
            np.asarray(pc.fill_null(compare(column, next_column), False)) for compare in (pc.greater, pc.equal)
        )
        if np.any(tied & ~next_is_null & (greater | is_null)):
            return False
        tied &= equal | (is_null & next_is_null)
    return True


def _find_invalid_values(batch: pa.RecordBatch, columns_by_name: dict[str, columns.Column]) -> Iterator[str]:
    for column in (columns_by_name[field] for field in batch.schema.names):
        values = batch.column(column.name)
        if values.null_count and not column.nullable:
            yield f"column {column.name} has {values.null_count} nulls"
        if column.one_of:
            unknown_words = set(pc.unique(values.drop_null()).to_pylist()) - set(column.one_of)
            if unknown_words:
                yield f"column {column.name} says {sorted(unknown_words)[:_MAX_EXAMPLES]}"


def _check_keys(articles: dict[str, pa.Array]) -> Iterator[str]:
    for key in ("article_id", "source_id"):
        key_counts = pc.value_counts(articles[key])
        repeated_keys = key_counts.filter(pc.greater(key_counts.field("counts"), 1)).field("values").to_pylist()
        if repeated_keys:
            yield f"{key} should be unique, and {repeated_keys[:_MAX_EXAMPLES]} stand twice"
    ids = articles["article_id"]
    self_duplicates = ids.filter(pc.fill_null(pc.equal(ids, articles["duplicate_of"]), False))
    if len(self_duplicates):
        yield f"{self_duplicates[0]} is named as its own duplicate"


def _check_references(name: str, column: str, referenced: pa.Array, ids: pa.Array) -> Iterator[str]:
    """Check that each article_id that a column of a file refers to is published beside it."""
    missing_ids = pc.unique(referenced.drop_null())
    missing_ids = missing_ids.filter(pc.invert(pc.is_in(missing_ids, value_set=ids)))
    if len(missing_ids):
        examples = missing_ids.slice(0, _MAX_EXAMPLES).to_pylist()
        yield f"{column} names {examples}, which are not articles of this {name}"


def _check_counts(manifest: Manifest, findings: Mapping[str, TableFindings]) -> Iterator[ReleaseDamage]:
    """Compare the rejects with the manifest's counts by reason, and the changes with its counts by op."""
    counts = manifest["counts"]
    for count, misplaced_reasons in (
        ("dropped", counts["dropped"].keys() - vocabulary.DROPPED),
        ("rejected", counts["rejected"].keys() & vocabulary.DROPPED),
    ):
        if misplaced_reasons:
            yield ReleaseDamage("manifest.json", f"counts {sorted(misplaced_reasons)} as {count}")
    manifest_counts = {
        "reason": Counter({**counts["dropped"], **counts["rejected"]})
        - Counter({"duplicate": counts.get("dropped_before", 0)}),
        "op": Counter(manifest["changes"]),
    }
    for name, column in (("rejects", "reason"), ("changes", "op")):
        path = _list_paths(manifest, name)[0]
        row_counts = Counter(
            {row["values"]: row["counts"] for row in findings[path].key_columns[column].value_counts().to_pylist()}
        )
        for word in sorted(row_counts.keys() | manifest_counts[column].keys()):
            if row_counts[word] != manifest_counts[column][word]:
                problem = (
                    f"has {row_counts[word]} rows {word}, where manifest.json counts {manifest_counts[column][word]}"
                )
                yield ReleaseDamage(path, problem)


def _list_paths(manifest: Manifest, name: str) -> list[str]:
    """List the files of a table."""
    return [file["path"] for file in manifest["files"] if file.get("table") == name]


def _check_articles(
    folder: Path, manifest: Manifest, kept_paths: frozenset[str], findings: Mapping[str, TableFindings]
) -> Iterator[ReleaseDamage]:
    """Check that keys are unique, and that links and lineage name articles of this release."""
    empty = pa.array([], pa.string())
    published_paths, dropped_paths = (_list_paths(manifest, name) for name in ("articles", f"{DROPPED}articles"))
    new_paths = [path for path in (*published_paths, *dropped_paths) if path not in kept_paths]
    keys = {
        column: pa.concat_arrays([empty, *(findings[path].key_columns[column] for path in new_paths)])
        for column in _KEY_COLUMNS["articles"]
    }
    named_path = new_paths[0] if new_paths else "manifest.json"
    yield from (ReleaseDamage(named_path, problem) for problem in _check_keys(keys))
    missing_links = pc.unique(keys["duplicate_of"].drop_null())
    published_ids = [findings[path].key_columns["article_id"] for path in new_paths if path not in dropped_paths]
    missing_links = missing_links.filter(
        pc.invert(pc.is_in(missing_links, value_set=pa.concat_arrays([empty, *published_ids])))
    )
    for path in (path for path in (*published_paths, *dropped_paths) if path in kept_paths):
        for batch in parquet_tables.read_file_batches([folder / path], "articles", ["article_id", "source_id"]):
            for column in ("article_id", "source_id"):
                is_repeated = pc.is_in(batch.column(column), value_set=keys[column])
                if pc.any(is_repeated).as_py():
                    examples = batch.column(column).filter(is_repeated).slice(0, _MAX_EXAMPLES).to_pylist()
                    yield ReleaseDamage(named_path, f"{column} should be unique, and {examples} stand twice")
            if len(missing_links) and path not in dropped_paths:
                is_missing = pc.invert(pc.is_in(missing_links, value_set=batch.column("article_id")))
                missing_links = missing_links.filter(is_missing)
    yield from (
        ReleaseDamage(named_path, problem)
        for problem in _check_references("release", "duplicate_of", missing_links, empty)
    )
    for path in new_paths:
        for name in ("spans", "evidence"):
            lineage_path = (
                path.replace("dropped-articles", f"dropped-{name}")
                if path in dropped_paths
                else path.replace("data/articles", f"lineage/{name}")
            )
            yield from (
                ReleaseDamage(lineage_path, problem)
                for problem in _check_references(
                    "segment",
                    "article_id",
                    findings[lineage_path].key_columns["article_id"],
                    findings[path].key_columns["article_id"],
                )
            )


def audit_release(
    folder: Path,
    read_findings: Mapping[str, Callable[[], TableFindings]] | None = None,
    kept_paths: Iterable[str] = (),
    checked_paths: Iterable[str] = (),
) -> None:
    """Read a staged release back and check it. Raises AuditError that names each file and its problem.

    `read_findings` maps the path of each new Parquet file to a call that returns the findings of `inspect_table`,
    where the pass over the file was started earlier. `kept_paths` are files of other releases that were linked;
    `checked_paths` were read and digested again after they were written: of both only the sizes are compared.
    """
    kept = frozenset(kept_paths)
    damages = verify_release(folder, unread_paths=kept | frozenset(checked_paths))
    if not damages:  # a damaged file may not be a table at all
        manifest = read_manifest(folder)
        findings: dict[str, TableFindings] = {}
        for file in manifest["files"]:
            path = file["path"]
            if "table" in file and path not in kept:
                findings[path] = read_findings[path]() if read_findings else inspect_table(folder, file["table"], path)
        damages = [damage for table_findings in findings.values() for damage in table_findings.damages]
        damages += _check_articles(folder, manifest, kept, findings)
        damages += _check_counts(manifest, findings)
    if damages:
        raise AuditError(f"The release is not published: {'; '.join(str(damage) for damage in damages)}.")
