"""Comparison of two releases, or of a release and a replay: what `diff` and `replay` show."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from schemas.vocabulary import OPS

_MAX_CELL_LENGTH: Final = 100  # code points of a cell on a terminal


@dataclass(frozen=True)
class Change:
    """One changed article. `fields` maps a column to (before, after); it is empty for op added and removed."""

    op: str
    article_id: str
    source_id: str
    outlet: str | None
    title: str | None
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """Changes from `before` to `after` (labels for people), and the number of unchanged articles."""

    before: str
    after: str
    unchanged: int
    changes: tuple[Change, ...]

    def count_changes(self) -> dict[str, int]:
        """Count the articles added, changed, removed and unchanged."""
        by_op = Counter(change.op for change in self.changes)
        return {**{op: by_op[op] for op in OPS}, "unchanged": self.unchanged}

    def count_changed_fields(self) -> dict[str, int]:
        """Count the changed articles by column, most frequent first."""
        return dict(Counter(name for change in self.changes for name in change.fields).most_common())

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as JSON. A text is given as its removed and added paragraphs."""
        return {
            "from": self.before,
            "to": self.after,
            "counts": self.count_changes(),
            "fields": self.count_changed_fields(),
            "changes": [
                {
                    "op": change.op,
                    "article_id": change.article_id,
                    "source_id": change.source_id,
                    "outlet": change.outlet,
                    "title": change.title,
                    "fields": {name: _encode_field_change(name, *pair) for name, pair in change.fields.items()},
                }
                for change in self.changes
            ],
        }

    def format_lines(self, most: int) -> Iterator[str]:
        """Yield lines for a terminal: the counts, then at most `most` articles of each op."""
        counts = self.count_changes()
        yield f"{self.before} -> {self.after}: " + ", ".join(f"{n:,} {word}" for word, n in counts.items())
        if fields := self.count_changed_fields():
            yield "columns: " + ", ".join(f"{name} {n:,}" for name, n in fields.items())
        for op in OPS:
            op_changes = [change for change in self.changes if change.op == op]
            for change in op_changes[:most]:
                label = " | ".join(part for part in (change.source_id, change.outlet, change.title) if part)
                yield f"{op:<8} {change.article_id}  {label}"
                for name, pair in change.fields.items():
                    yield from _format_field_change(name, *pair)
            if len(op_changes) > most:
                yield f"{op:<8} and {len(op_changes) - most:,} more; --limit shows more of them, --json all"


def compare_articles(before: str, old: pa.Table, after: str, new: pa.Table) -> Comparison:
    """Compare two tables of articles by article_id."""
    differences = release.diff_articles(old, new).to_pylist()
    ids = pa.array([row["article_id"] for row in differences], pa.string())
    old_rows, new_rows = _select_rows(old, ids), _select_rows(new, ids)
    changes = []
    for row in differences:
        key = row["article_id"]
        article = new_rows.get(key) or old_rows[key]
        pairs = {name: (old_rows[key][name], new_rows[key][name]) for name in row["fields"]}
        changes.append(Change(row["op"], key, article["source_id"], article["outlet"], article["title"], pairs))
    touched_count = sum(row["op"] != "added" for row in differences)
    return Comparison(before, after, old.num_rows - touched_count, tuple(changes))


def _select_rows(articles: pa.Table, ids: pa.Array) -> dict[str, dict[str, Any]]:
    """Return the rows of these ids, by article_id."""
    return {row["article_id"]: row for row in articles.filter(pc.is_in(articles["article_id"], ids)).to_pylist()}


def diff_paragraphs(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the removed and the added paragraphs."""
    old_lines, new_lines = old.split("\n"), new.split("\n")
    removed, added = [], []
    for op, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, old_lines, new_lines, autojunk=False
    ).get_opcodes():
        if op != "equal":
            removed += old_lines[old_start:old_end]
            added += new_lines[new_start:new_end]
    return removed, added


def _encode_field_change(name: str, old: Any, new: Any) -> dict[str, Any]:  # noqa: ANN401  a value of any column
    """Encode the change of one column as JSON."""
    if name == "text":
        return dict(zip(("removed", "added"), diff_paragraphs(old, new), strict=True))
    return {"before": _encode_cell(old), "after": _encode_cell(new)}


def _encode_cell(value: Any) -> Any:  # noqa: ANN401
    """Encode a cell as JSON: dates and times as ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _format_field_change(name: str, old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield lines for a terminal on the change of one column."""
    if name == "text":
        removed, added = diff_paragraphs(old, new)
        yield from (f"    - {_shorten_cell(line)}" for line in removed)
        yield from (f"    + {_shorten_cell(line)}" for line in added)
    else:
        yield f"    {name}: {_shorten_cell(old)} -> {_shorten_cell(new)}"


def _shorten_cell(value: Any) -> str:  # noqa: ANN401
    """Format a cell in at most `_MAX_CELL_LENGTH` code points."""
    words = "nothing" if value is None or value == [] else str(_encode_cell(value))
    return words if len(words) <= _MAX_CELL_LENGTH else words[: _MAX_CELL_LENGTH - 1] + "…"
