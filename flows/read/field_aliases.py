"""Which key of a record may state which field: the alias table, and the user's own assignments.

The table is data (field_aliases.toml), reviewed by hand: a key that is not in it states nothing and is listed as
unused. Case, blanks, "_" and "-" do not count, nor do a prefix or suffix that only says that it is news. What a key
states in the end is settled by its value, in field_mapping.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

FIELDS: Final = (
    "text", "html", "summary", "url", "id", "title", "subtitle", "authors", "editors", "published_at", "outlet",
    "dateline", "language", "fetched_at",
)  # fmt: skip
_KEY_BLANKS: Final = re.compile(r"[\s_\-\u200b\ufeff]+")
_KEY_REMARK: Final = re.compile(r"(?<=\w)\s{0,3}[(\[][^()\[\]]{0,60}[)\]]\s{0,3}\Z")
_SYNONYMS: Final = {
    "author": "authors",
    "editor": "editors",
    "date": "published_at",
    "link": "url",
    "published": "published_at",
}
_AFFIX_PENALTY: Final = 50
_QUALIFIER_PENALTY: Final = 70
_MOST_QUALIFIERS: Final = 2
_NESTING_PENALTY: Final = 100


class FieldMapError(ValueError):
    """A `--map` that cannot be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """The user's own assignments, field -> dotted key; they override the alias table."""

    keys: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, options: Sequence[str]) -> "FieldMap":
        """Read `FIELD=KEY` options. Raises FieldMapError where one is no such pair or names no field."""
        pairs: dict[str, str] = {}
        for option in options:
            name, equals, key = option.partition("=")
            name = _SYNONYMS.get(name.strip(), name.strip())
            if not equals or not key.strip():
                raise FieldMapError(f"{option!r} is no FIELD=KEY, such as text=isi.")
            if name not in FIELDS:
                raise FieldMapError(f"{name!r} is no field; one of {', '.join(FIELDS)} was expected.")
            pairs[name] = key.strip()
        return cls(tuple(sorted(pairs.items())))


@dataclass(frozen=True)
class KeyPlan:
    """For the keys of a record: which may state which field, best first; and which state none."""

    candidates: Mapping[str, tuple[tuple[int, str], ...]]
    unused: tuple[str, ...]
    crawl_date: bool = False
    weak: frozenset[str] = frozenset()
    strict: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AliasTable:
    """The alias table as look-ups: normalised key -> (field, rank)."""

    fields: Mapping[str, tuple[tuple[str, int], ...]]
    wrappers: frozenset[str]
    values: frozenset[str]
    crawl_dates: tuple[frozenset[str], ...]
    tools: frozenset[str]
    containers: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    qualifiers: tuple[str, ...]
    qualified: frozenset[str]
    strict_outlets: frozenset[str]
    package_keys: frozenset[str]

    def find_fields(self, key: str) -> tuple[tuple[str, int], ...]:
        """Find the fields of a normalised key with their ranks: as it is, else without what only qualifies it."""
        if columns := self.fields.get(key):
            return columns
        if key.count("/") == 1:  # "penulis/wartawan"
            columns = next((self.fields[part] for part in key.split("/") if part in self.fields), ())
            return _lower_ranks(columns, _AFFIX_PENALTY)
        bare_keys = _strip_affixes(key, self.prefixes, self.suffixes)
        columns = next((self.fields[bare_key] for bare_key in bare_keys if bare_key in self.fields), ())
        return _lower_ranks(columns, _AFFIX_PENALTY) if columns else self._find_qualified(key)

    def _find_qualified(self, key: str) -> tuple[tuple[str, int], ...]:
        """Find the fields of a key without its number and qualifiers: "judul_asli", "isi_1"."""
        keys = [key.rstrip("0123456789")]
        affixes = (*self.qualifiers, *self.prefixes)
        for _ in range(_MOST_QUALIFIERS):
            for bare_key in keys:
                columns = tuple(pair for pair in self.fields.get(bare_key, ()) if pair[0] in self.qualified)
                if columns:
                    return _lower_ranks(columns, _QUALIFIER_PENALTY)
            keys = [shorter for bare_key in keys for shorter in _strip_affixes(bare_key, affixes, affixes)]
        columns = next((self.fields[bare_key] for bare_key in keys if bare_key in self.fields), ())
        return _lower_ranks(tuple(pair for pair in columns if pair[0] in self.qualified), _QUALIFIER_PENALTY)


def _lower_ranks(columns: tuple[tuple[str, int], ...], penalty: int) -> tuple[tuple[str, int], ...]:
    """Return fields with their ranks lowered."""
    return tuple((name, rank + penalty) for name, rank in columns)


def _strip_affixes(key: str, prefixes: Sequence[str], suffixes: Sequence[str]) -> list[str]:
    """Return a key without each of the prefixes and suffixes that it has, one at a time."""
    bare_keys = [key.removeprefix(prefix) for prefix in prefixes if key.startswith(prefix)]
    return bare_keys + [key.removesuffix(suffix) for suffix in suffixes if key.endswith(suffix)]


@cache
def load_aliases() -> AliasTable:
    """Load the alias table, once a process."""
    table = tomllib.loads(resources.files("flows.read").joinpath("field_aliases.toml").read_text(encoding="utf-8"))
    aliases: dict[str, list[tuple[str, int]]] = {}
    for name, keys in table["fields"].items():
        for rank, key in enumerate(keys):
            aliases.setdefault(key, []).append((name, rank))
    return AliasTable(
        {key: tuple(fields) for key, fields in aliases.items()},
        frozenset(table["wrappers"]),
        frozenset(table["values"]),
        tuple(map(frozenset, table["crawl_dates"])),
        frozenset(table["tools"]),
        frozenset(table["containers"]),
        tuple(table["prefixes"]),
        tuple(table["suffixes"]),
        tuple(table["qualifiers"]),
        frozenset(table["qualified"]),
        frozenset(table["strict_outlets"]),
        frozenset(table["package_keys"]),
    )


@lru_cache(maxsize=65_536)
def normalize_key(key: str) -> str:
    """Write a key as the alias table does: small, without blanks, "_", "-", a remark in brackets and closing marks."""
    return _KEY_BLANKS.sub("", _KEY_REMARK.sub("", key)).lower().rstrip(".:;*?!")


def knows_key(key: str) -> bool:
    """Return whether the alias table has a key (one level of it)."""
    return bool(load_aliases().find_fields(normalize_key(key)))


def states_text(keys: Sequence[str], field_map: FieldMap) -> bool:
    """Return whether one of these keys may hold a text or a page."""
    plan = plan_keys(tuple(keys), field_map)
    return bool({"text", "html", "summary"} & plan.candidates.keys())


@lru_cache(maxsize=4096)
def plan_keys(paths: tuple[str, ...], field_map: FieldMap) -> KeyPlan:
    """Decide which keys may state which field."""
    table = load_aliases()
    candidates: dict[str, list[tuple[int, str]]] = {}
    weak: set[str] = set()
    unused: list[str] = []
    mapped = {key: name for name, key in field_map.keys}
    overridden = {name for name, key in field_map.keys if key in paths}
    last = frozenset(normalize_key(path.rpartition(".")[2]) for path in paths)
    for path in paths:
        if path in mapped:
            candidates.setdefault(mapped[path], []).append((0, path))
            continue
        fields = [(name, rank) for name, rank in _look_up(path, table) if name.removeprefix("weak_") not in overridden]
        for name, rank in fields:
            if name == "weak_outlet":
                weak.add(path)
                name, rank = "outlet", rank + 1000
            candidates.setdefault(name, []).append((rank, path))
        if not fields:
            unused.append(path)
    crawl_date = any(signature <= last for signature in table.crawl_dates)
    ordered = {name: tuple(sorted(keys, key=lambda pair: pair[0])) for name, keys in candidates.items()}
    strict = frozenset(path for path in weak if normalize_key(path.rpartition(".")[2]) in table.strict_outlets)
    return KeyPlan(ordered, tuple(unused), crawl_date, frozenset(weak), strict)


def _look_up(path: str, table: AliasTable) -> tuple[tuple[str, int], ...]:
    """Look up the fields that a path may state, with their ranks; nested ones rank below those of the record."""
    # Elasticsearch keeps a record under "_source": a wrapper, not the outlet.
    parts = [normalize_key("hit" if part == "_source" else part) for part in path.split(".") if part.strip()]
    parts = parts or [normalize_key(path)]
    parts = parts[:1] + [part for part in parts[1:] if part not in table.containers]
    penalty = 0
    while parts:
        columns = table.find_fields(".".join(parts))
        if not columns and len(parts) > 1 and parts[-1] in table.values:
            columns = table.find_fields(".".join(parts[:-1]))
        if columns:
            return tuple((name, rank + penalty) for name, rank in columns)
        holds_text = any(name == "text" for name, _ in table.find_fields(parts[0]))
        if len(parts) == 1 or (parts[0] not in table.wrappers and not holds_text):
            return ()
        parts = parts[1:]
        penalty += _NESTING_PENALTY
    return ()
