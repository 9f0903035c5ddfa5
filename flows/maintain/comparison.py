"""Two states of a dataset side by side, for people and for programs: what `diff` and `replay` show."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from schemas.vocabulary import OPS

_SHOWN: Final = 100  # code points of a value on a screen


@dataclass(frozen=True)
class Change:
    """One article that differs. `fields` maps a column to its value before and after; empty unless it is changed."""

    op: str
    article_id: str
    source_id: str
    outlet: str | None
    title: str | None
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Comparison:
    """What differs from `before` to `after` (names for people), and how many articles do not."""

    before: str
    after: str
    unchanged: int
    changes: tuple[Change, ...]

    def counts(self) -> dict[str, int]:
        """Articles added, changed, removed and unchanged."""
        by_op = Counter(change.op for change in self.changes)
        return {**{op: by_op[op] for op in OPS}, "unchanged": self.unchanged}

    def fields(self) -> dict[str, int]:
        """Of the changed articles, in how many each column differs; the most frequent first."""
        return dict(Counter(name for change in self.changes for name in change.fields).most_common())

    def as_json(self) -> dict[str, Any]:
        """For programs. A text is given as the paragraphs that went and came, other values whole."""
        return {
            "from": self.before,
            "to": self.after,
            "counts": self.counts(),
            "fields": self.fields(),
            "changes": [
                {
                    "op": change.op,
                    "article_id": change.article_id,
                    "source_id": change.source_id,
                    "outlet": change.outlet,
                    "title": change.title,
                    "fields": {name: _pair(name, *pair) for name, pair in change.fields.items()},
                }
                for change in self.changes
            ],
        }

    def lines(self, most: int) -> Iterator[str]:
        """For a terminal: the counts, and the first `most` articles of each kind with what changed."""
        counts = self.counts()
        yield f"{self.before} -> {self.after}: " + ", ".join(f"{n:,} {word}" for word, n in counts.items())
        if fields := self.fields():
            yield "columns: " + ", ".join(f"{name} {n:,}" for name, n in fields.items())
        for op in OPS:
            each = [change for change in self.changes if change.op == op]
            for change in each[:most]:
                about = " | ".join(part for part in (change.source_id, change.outlet, change.title) if part)
                yield f"{op:<8} {change.article_id}  {about}"
                for name, pair in change.fields.items():
                    yield from _told(name, *pair)
            if len(each) > most:
                yield f"{op:<8} and {len(each) - most:,} more; --limit shows more of them, --json all"


def compare(before: str, old: pa.Table, after: str, new: pa.Table) -> Comparison:
    """Two tables of articles -> what differs, sorted by article_id. An article is the same by its article_id."""
    found = release.diff(old, new).to_pylist()
    ids = pa.array([row["article_id"] for row in found], pa.string())
    olds, news = _rows(old, ids), _rows(new, ids)
    changes = []
    for row in found:
        key = row["article_id"]
        shown = news.get(key) or olds[key]
        pairs = {name: (olds[key][name], news[key][name]) for name in row["fields"]}
        changes.append(Change(row["op"], key, shown["source_id"], shown["outlet"], shown["title"], pairs))
    touched = sum(row["op"] != "added" for row in found)
    return Comparison(before, after, old.num_rows - touched, tuple(changes))


def _rows(articles: pa.Table, ids: pa.Array) -> dict[str, dict[str, Any]]:
    return {row["article_id"]: row for row in articles.filter(pc.is_in(articles["article_id"], ids)).to_pylist()}


def paragraphs(old: str, new: str) -> tuple[list[str], list[str]]:
    """The paragraphs that went, and those that came."""
    a, b = old.split("\n"), new.split("\n")
    went, came = [], []
    for op, i, j, m, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op != "equal":
            went += a[i:j]
            came += b[m:n]
    return went, came


def _pair(name: str, old: Any, new: Any) -> dict[str, Any]:  # noqa: ANN401  a value of any column
    if name == "text":
        return dict(zip(("removed", "added"), paragraphs(old, new), strict=True))
    return {"before": _plain(old), "after": _plain(new)}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.isoformat() if hasattr(value, "isoformat") else value


def _told(name: str, old: Any, new: Any) -> Iterator[str]:  # noqa: ANN401
    if name == "text":
        went, came = paragraphs(old, new)
        yield from (f"    - {_short(line)}" for line in went)
        yield from (f"    + {_short(line)}" for line in came)
    else:
        yield f"    {name}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:  # noqa: ANN401
    said = "nothing" if value is None or value == [] else str(_plain(value))
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"
