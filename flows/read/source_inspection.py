"""Inspect a source before anything is published: what is there, what each key would state, what would be rejected.

The same readers as a publish are used, on a sample: some files of each kind, the first records of each. Nothing is
written. What is shown of a large source is the sample's; `SourceInspection.sampled` says so.
"""

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Final

from flows.read import file_reader, lenient_decoding, source_walk
from flows.read.field_aliases import normalize_key, plan_keys
from flows.read.raw_documents import Limits, RawDocument, Reject
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadOptions

_FILES: Final = 2000  # that are looked at in all
_FILES_A_SUFFIX: Final = 60  # of each kind of name, beyond the first ones
_RECORDS: Final = 300  # of each file
_BYTES: Final = 24 << 20  # that are read in all
_EXAMPLES: Final = 3
_KEY_CHARS: Final = 48  # of a key that is shown where no word of a document may be
_LISTED: Final = 200_000  # files that are counted
_SHORTEST_STORY: Final = 200  # characters of a value that may be a story


@dataclass(slots=True)
class KeyReport:
    """One key of the records: how many hold a value, what it states and why, one value of it.

    `shortest` and `longest` are characters of its values.
    """

    key: str
    filled: int
    records: int
    states: dict[str, int]
    why: str
    sample: str
    shortest: int
    longest: int

    @property
    def name(self) -> str:
        """Return the key where it can be a key; a long one may be a line of a story, and is told by its length."""
        return self.key if len(self.key) <= _KEY_CHARS else f"(a key of {len(self.key):,} characters)"

    @property
    def length(self) -> str:
        """Return the lengths of its values in words, such as `12 to 4,210 characters`."""
        if not self.longest:
            return ""
        spread = f"{self.longest:,}" if self.shortest == self.longest else f"{self.shortest:,} to {self.longest:,}"
        return f"{spread} character{'' if self.longest == 1 else 's'}"

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "key": self.key, "filled": self.filled, "records": self.records, "states": self.states, "why": self.why,
            "sample": self.sample, "shortest": self.shortest, "longest": self.longest,
        }  # fmt: skip


@dataclass(slots=True)
class SourceInspection:
    """What a source holds, as far as its sample shows."""

    source: str
    files: int = 0
    files_read: int = 0
    bytes: int = 0
    complete: bool = True
    kinds: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    keys: list[KeyReport] = field(default_factory=list)
    rejects: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    not_read: Counter[str] = field(default_factory=Counter)
    fields_missing: list[str] = field(default_factory=list)
    absent_keys: list[str] = field(default_factory=list)  # that --map names and no record has
    options: list[str] = field(default_factory=list)

    @property
    def command(self) -> str:
        """Return the command that publishes the source."""
        return shlex.join(["kliping", "publish", self.source, *self.options])

    def as_json(self) -> dict[str, Any]:
        """Return the inspection as JSON."""
        return {
            "source": self.source, "files": self.files, "files_read": self.files_read, "bytes": self.bytes,
            "complete": self.complete, "kinds": dict(self.kinds), "documents": dict(self.documents),
            "keys": [key.as_json() for key in self.keys], "rejects": dict(self.rejects), "examples": self.examples,
            "not_read": dict(self.not_read), "missing": self.fields_missing, "command": self.command,
        }  # fmt: skip

    def format_lines(self, *, with_values: bool = True) -> Iterator[str]:
        """Yield the inspection as lines for a terminal; without values no word of a document is in them."""
        share = "" if self.complete else f"; a sample was read: {self.files_read:,} files, the first records of each"
        yield f"{self.source}: {self.files:,} file{'' if self.files == 1 else 's'}, {self.bytes:,} bytes{share}"
        yield "kinds of file: " + (", ".join(f"{count:,} {kind}" for kind, count in self.kinds.most_common()) or "none")
        yield "documents: " + (", ".join(f"{count:,} {media}" for media, count in self.documents.items()) or "none")
        if self.keys:
            shown = "a value" if with_values else "the length of its values"
            yield f"keys of the records (filled, what each states, {shown}):"
            width = min(max(len(key.key) for key in self.keys), 32)
            for key in self.keys:
                filled = f"{100 * key.filled // max(key.records, 1):>3} %"
                name, value = (key.key, key.sample[:60]) if with_values else (key.name, key.length)
                yield f"    {lenient_decoding.make_printable(name)[:32]:<{width}} {filled}  {key.why:<34} {value}"
        if self.fields_missing:
            yield f"no key found for: {', '.join(self.fields_missing)}; name one with --map FIELD=KEY"
        for option in self.absent_keys:
            yield f"no record has the key of --map {lenient_decoding.make_printable(option)}: check its spelling"
        for reason, count in self.rejects.most_common():
            yield f"would be rejected: {count:,} {reason}"
            if with_values:
                yield from (f"    {sentence}" for sentence in self.examples.get(reason, []))
        for kind, count in self.not_read.items():
            yield f"not read, because they are no documents: {count:,} {kind}"
        yield f"to publish it: {self.command}" if self.documents.total() else self._explain_no_document()

    def _explain_no_document(self) -> str:
        """Return the sentence on a source of which nothing would be published."""
        longest = max(self.keys, key=lambda key: key.longest, default=None)
        if longest is None or longest.longest < _SHORTEST_STORY or "text" not in self.fields_missing:
            return "nothing of it would be published: see above why"
        guess = shlex.join(["kliping", "inspect", self.source, *self.options, "--map", f"text={longest.name}"])
        return f"nothing of it would be published; if the longest values are the texts, try: {guess}"


def inspect_source(source: str, options: ReadOptions | None = None, limits: Limits | None = None) -> SourceInspection:
    """Inspect a source by a sample of it. Raises SourceError where it is missing or holds no file."""
    applied, bounds = options or ReadOptions(), limits or Limits()
    inspection = SourceInspection(source_walk.format_source(source))
    inspection.options = [word for name, key in applied.field_map.keys for word in ("--map", f"{name}={key}")]
    inspection.options += ["--split", applied.split] if applied.split else []
    inspection.options += ["--table", applied.table] if applied.table else []
    total = KeyTally(samples={})
    read_bytes = 0
    for file in _sample_files(source, inspection):
        if read_bytes >= _BYTES:
            inspection.complete = False
            continue  # the others are counted
        tally = KeyTally(samples=total.samples)
        rows = file_reader.read_documents(file, bounds, None, applied, tally)
        for count, row in enumerate(islice(rows, _RECORDS + 1)):
            if count == _RECORDS:
                inspection.complete = False
                break
            read_bytes += row.byte_count
            _count_row(inspection, row)
        inspection.files_read += 1
        if not file.not_read:
            inspection.kinds[tally.kind or "unreadable"] += 1
        _add_tally(total, tally)
    inspection.not_read = Counter(total.not_read)
    inspection.keys = list(_report_keys(total, applied))
    inspection.absent_keys = [
        f"{name}={key}" for name, key in applied.field_map.keys if total.records and key not in total.filled
    ]
    if total.records:
        states = {name for uses in total.columns.values() for name in uses}
        shown_fields = ("text", "title", "url", "published_at", "authors", "outlet")
        inspection.fields_missing = [
            name for name in shown_fields if name not in states and not (name == "text" and "html" in states)
        ]
    return inspection


def _sample_files(source: str, inspection: SourceInspection) -> Iterator[SourceFile]:
    """Yield some files of a source, each kind of name among them; all are counted."""
    by_suffix: Counter[str] = Counter()
    sampled = 0
    for file in islice(source_walk.find_files(source), _LISTED):
        inspection.files += 1
        inspection.bytes += file.stamp[0] if file.stamp else 0
        suffix = PurePosixPath(file.relative).suffix.lower()
        by_suffix[suffix] += 1
        if sampled >= _FILES or by_suffix[suffix] > _FILES_A_SUFFIX:
            inspection.complete = False
            continue
        sampled += 1
        yield file


def _count_row(inspection: SourceInspection, row: RawDocument | Reject) -> None:
    if isinstance(row, RawDocument):
        inspection.documents[{"html": "pages", "text": "texts"}.get(row.media, row.media)] += 1
        return
    inspection.rejects[row.reason] += 1
    examples = inspection.examples.setdefault(row.reason, [])
    if len(examples) < _EXAMPLES:
        examples.append(row.detail)


def _add_tally(total: KeyTally, tally: KeyTally) -> None:
    total.records += tally.records
    for key, count in tally.filled.items():
        total.filled[key] = total.filled.get(key, 0) + count
    for key, uses in tally.columns.items():
        entry = total.columns.setdefault(key, {})
        for name, count in uses.items():
            entry[name] = entry.get(name, 0) + count
    for key, (shortest, longest) in tally.lengths.items():
        least, most = total.lengths.get(key, (shortest, longest))
        total.lengths[key] = [min(least, shortest), max(most, longest)]
    for kind, count in tally.not_read.items():
        total.skip_file(kind, count)


def _report_keys(total: KeyTally, options: ReadOptions) -> Iterator[KeyReport]:
    forced = {key: name for name, key in options.field_map.keys}
    plan = plan_keys(tuple(total.filled), options.field_map)
    candidates: dict[str, list[str]] = {}
    for name, keys in plan.candidates.items():
        for _, key in keys:
            candidates.setdefault(key, []).append(name)
    for key, filled in total.filled.items():
        states = total.columns.get(key, {})
        if total.columns or not candidates.get(key):
            why = _explain_key(key, filled, states, candidates.get(key, []), forced)
        else:
            why = f"{'/'.join(candidates[key])}, once there is a text"
        sample = (total.samples or {}).get(key, "")
        yield KeyReport(key, filled, total.records, states, why, sample, *total.lengths.get(key, (0, 0)))


def _explain_key(key: str, filled: int, states: dict[str, int], candidates: list[str], forced: dict[str, str]) -> str:
    """Explain in a few words what a key states, and why."""
    names = "/".join(states)
    if key in forced:
        return f"{names or forced[key]} (by --map)"
    if not states:
        if not filled:
            return "always empty"
        if candidates:
            return f"unused: another key, or no {'/'.join(candidates)} by its values"
        return "unused: not in the alias table"
    if filled and sum(states.values()) < filled:
        return f"{names} (some values are none)"
    return f"{names} (known key)" if normalize_key(key) != names else names
