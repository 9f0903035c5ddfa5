"""Segments of a release: sets of files over the same articles, shared by releases that hold the same rows.

    data/articles-<name>.parquet  lineage/spans-<name>.parquet  lineage/evidence-<name>.parquet
    csv/articles-<name>.csv.gz    csv/metadata-<name>.csv

A segment is never changed: a release that needs one other row of it has another segment. Its name is a number and the
beginning of the SHA-256 of its articles file, so equal names mean equal articles. Releases of layout 1 had articles in
files of 250,000 rows and one file for each other table: such a release counts as one segment without a name.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flows.release.errors import ReleaseError
from flows.release.filesystem import hash_file

LAYOUT: Final = 2
SEGMENT_ROWS: Final = 50_000
# Upper limits of the size classes of small segments. Four segments of one class are merged: at most three remain of
# each, and each row is written about once in each class.
_CLASS_LIMITS: Final = (SEGMENT_ROWS // 64, SEGMENT_ROWS // 16, SEGMENT_ROWS // 4, SEGMENT_ROWS)
_MERGED_AT_ONCE: Final = 4

SEGMENT_PATHS: Final[dict[str, str]] = {
    "articles": "data/articles-{}.parquet",
    "spans": "lineage/spans-{}.parquet",
    "evidence": "lineage/evidence-{}.parquet",
    "articles_csv": "csv/articles-{}.csv.gz",
    "metadata_csv": "csv/metadata-{}.csv",
}
# Duplicates that `--duplicates drop` dropped: the same tables, and no CSV. Names of their tables begin with DROPPED.
DROPPED_PATHS: Final[dict[str, str]] = {
    name: f"rejects/dropped-{name}-{{}}.parquet" for name in ("articles", "spans", "evidence")
}
DROPPED: Final = "dropped_"


@dataclass(frozen=True)
class Segment:
    """A segment in the folder of a release.

    `code` lists the digests of the code that made its rows, `settings` digests of that code with the parameters that
    decide what becomes of a document; both sorted. `is_dropped` tells a segment of dropped duplicates.
    """

    release: Path
    name: str
    rows: int
    code: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    is_dropped: bool = False

    @property
    def number(self) -> int:
        """Return the number in the name; 0 for a release of layout 1."""
        return int(self.name.partition("-")[0]) if self.name else 0

    def list_files(self, table: str) -> list[Path]:
        """List the Parquet files of a table of this segment."""
        if self.name:
            return [self.release / list_segment_paths(is_dropped=self.is_dropped)[table].format(self.name)]
        folder, pattern = {
            "articles": ("data", "articles-*.parquet"),
            "spans": ("lineage", "spans.parquet"),
            "evidence": ("lineage", "evidence.parquet"),
        }[table]
        return sorted((self.release / folder).glob(pattern))

    def list_paths(self) -> list[str]:
        """List the paths of all files of this segment in its release; empty for a release of layout 1."""
        paths = list_segment_paths(is_dropped=self.is_dropped).values()
        return [path.format(self.name) for path in paths] if self.name else []


def list_segment_paths(*, is_dropped: bool) -> dict[str, str]:
    """Return the pattern of the path of each table of a segment."""
    return DROPPED_PATHS if is_dropped else SEGMENT_PATHS


def list_segments(release: Path, manifest: Mapping[str, Any]) -> list[Segment]:
    """List the segments of a release in the order of their names, as its manifest records them."""
    if manifest.get("layout", 1) > LAYOUT:
        raise ReleaseError(
            f"The release {release.name} has layout {manifest['layout']}, and this Kliping reads layouts up to "
            f"{LAYOUT}: use a newer Kliping."
        )
    if "segments" in manifest:
        return [
            Segment(release, one["name"], one["rows"], tuple(one["code"]), tuple(one["settings"]))
            for one in manifest["segments"]
        ]
    return [Segment(release, "", int(manifest["counts"]["published"]), (manifest["digests"]["code"],))]


def list_dropped_segments(release: Path, manifest: Mapping[str, Any]) -> list[Segment]:
    """List the segments of dropped duplicates of a release, in the order of their names; older releases have none."""
    return [
        Segment(release, each["name"], each["rows"], tuple(each["code"]), tuple(each["settings"]), is_dropped=True)
        for each in manifest.get("dropped_segments", ())
    ]


def find_first_free_number(segments: Sequence[Segment]) -> int:
    """Return the parent's greatest segment number plus one."""
    return max((segment.number for segment in segments), default=0) + 1


def name_segment(number: int, articles_file: Path) -> str:
    """Return the name of a segment from its number and the bytes of its articles file."""
    return f"{number:06d}-{hash_file(articles_file)[:12]}"


def plan_merges(row_counts: Sequence[int]) -> list[list[int]]:
    """Group segments that are to be written as one, by their row counts alone: -> indices of each group, in order.

    Segments of SEGMENT_ROWS are never merged. Of the smaller ones, four of a size class become one group, as often as
    there are four. A group may have more rows than a segment: it is then cut, and its last part is the small one.
    """
    groups = {index: [index] for index, rows in enumerate(row_counts) if rows}
    small_rows = {index: rows % SEGMENT_ROWS for index, rows in enumerate(row_counts) if rows and rows % SEGMENT_ROWS}
    while True:
        classes: dict[int, list[int]] = {}
        for index in sorted(small_rows):
            size_class = next(number for number, limit in enumerate(_CLASS_LIMITS) if small_rows[index] < limit)
            classes.setdefault(size_class, []).append(index)
        crowded = next((classes[number] for number in sorted(classes) if len(classes[number]) >= _MERGED_AT_ONCE), None)
        if crowded is None:
            return [sorted(members) for _, members in sorted(groups.items())]
        first, *others = crowded[:_MERGED_AT_ONCE]
        merged_rows = sum(small_rows.pop(index) for index in (first, *others)) % SEGMENT_ROWS
        if merged_rows:
            small_rows[first] = merged_rows
        for index in others:
            groups[first] += groups.pop(index)


def link_file(source: Path, target: Path) -> bool:
    """Make `target` the same file as `source` by a hard link; copy it and return False where linking is refused."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, another owner, too many links, a file system without links
        shutil.copyfile(source, target)
        return False
    return True


def share_equal_files(folder: Path, manifest: Mapping[str, Any], others: Mapping[str, Path]) -> None:
    """Replace files of a staged release by links to equal files: `others` maps the path in a release to such a file."""
    for entry in manifest["files"]:
        other = others.get(entry["path"])
        target = folder / entry["path"]
        if other is None or other.samefile(target) or hash_file(other) != entry["sha256"]:
            continue
        temporary = target.with_name(f".{target.name}.new")
        if link_file(other, temporary):
            temporary.replace(target)
        else:
            temporary.unlink()
