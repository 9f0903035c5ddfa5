"""Registry of outlets: look up an outlet by name, domain or dateline spelling."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from urllib.parse import urlsplit

from flows.outlets import profiles
from flows.outlets.errors import OutletError
from flows.outlets.profiles import Profile

COLUMNS = ["name", "domains", "spellings", "evidence", "language", "kind", "profile"]
EVIDENCE = {"seen", "partly", "unverified", "none"}
KINDS = {
    "agency", "business", "entertainment", "fact-check", "government", "law", "lifestyle", "online",
    "public-broadcaster", "regional", "religion", "tech", "trade",
}  # fmt: skip
# Public suffixes of two labels: the registered domain has a third one (republika.co.id).
_SECOND_LEVEL = re.compile(r"(?:co|or|go|ac|web|com|org|net|my|desa|sch|gov|edu|mil|biz|ponpes|kop)\.[a-z]{2}")
_MARKS = re.compile(r"[\W_]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+){1,4}(?:/[a-z0-9-]+)?")


@dataclass(frozen=True)
class Outlet:
    """One outlet. `domains` may hold subdomains (aceh.tribunnews.com); `domain` is the registered one of the first."""

    name: str
    domain: str
    domains: tuple[str, ...]
    spellings: tuple[str, ...]
    evidence: str
    language: str
    kind: str
    profile: Profile | None = None


def extract_registered_domain(host: str) -> str:
    """Return the registered part of a host name: `nasional.republika.co.id` -> `republika.co.id`; all of an address."""
    labels = host.split("/")[0].lower().rstrip(".").split(".")
    if labels[-1].isdigit():
        return ".".join(labels)  # 10.0.0.7
    label_count = 3 if len(labels) >= 3 and _SECOND_LEVEL.fullmatch(".".join(labels[-2:])) else 2
    return ".".join(labels[-label_count:])


def normalize_spelling(spelling: str) -> str:
    """Return a spelling with case folded and blanks removed: these differences do not count."""
    return "".join(spelling.split()).casefold()


def _fold_label(label: str) -> str:
    return _MARKS.sub("", label).casefold()


class Registry:
    """Outlets by domain and by spelling."""

    def __init__(self, outlets: Iterable[Outlet]) -> None:
        """Index the outlets. Raises OutletError where two of them claim one name, spelling or domain."""
        self.outlets = tuple(outlets)
        self._domains: dict[str, Outlet] = {}
        self._names: dict[str, Outlet] = {}
        self._labels: dict[str, Outlet | None] = {}  # None where several outlets have one
        self.printed_spellings: dict[str, Outlet] = {}  # dateline spellings as printed
        for outlet in self.outlets:
            for domain in outlet.domains:
                _claim_for_outlet(self._domains, domain, outlet, "domain")
            for spelling in {normalize_spelling(s): s for s in (outlet.name, *outlet.spellings, *outlet.domains)}:
                _claim_for_outlet(self._names, spelling, outlet, "spelling")
            hosts = [d for d in outlet.domains if "/" not in d]
            for spelling in (outlet.name, *outlet.spellings, *hosts, *(host.partition(".")[0] for host in hosts[:1])):
                label = _fold_label(spelling)
                self._labels[label] = outlet if self._labels.get(label, outlet) is outlet else None
            for spelling in (*outlet.spellings, *hosts):
                self.printed_spellings.setdefault(spelling, outlet)

    def find_by_domain(self, host: str) -> Outlet | None:
        """Return the outlet of a host (or host/path) by its longest known suffix, or None."""
        host, _, path = host.lower().partition("/")
        section = f"/{path.partition('/')[0]}" if path else ""
        labels = host.rstrip(".").split(".")
        for first in range(len(labels) - 1):
            domain = ".".join(labels[first:])
            outlet = (section and self._domains.get(domain + section)) or self._domains.get(domain)
            if outlet:
                return outlet
        return None

    def find_by_name(self, spelling: str) -> Outlet | None:
        """Return the outlet of a name, a dateline spelling or a bare domain, or None; case and blanks do not count."""
        return self._names.get(normalize_spelling(spelling))

    def find_by_label(self, label: str) -> Outlet | None:
        """Return the one outlet that a label of data names: its name or the first part of its domain, without marks.

        "detik", "cnn_indonesia" and "Liputan 6" are labels; in a text such words may mean anything.
        """
        return self.find_by_name(label) or self._labels.get(_fold_label(label))

    def find_by_url(self, url: str) -> Outlet | None:
        """Return the outlet whose site a URL leads to, or None."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        return self.find_by_domain(f"{parts.hostname}{parts.path}") if parts.hostname else None


def _claim_for_outlet(outlet_by_word: dict[str, Outlet], word: str, outlet: Outlet, word_kind: str) -> None:
    """Assign a word to an outlet. Raises OutletError where another outlet has it."""
    other = outlet_by_word.setdefault(word, outlet)
    if other is not outlet:
        raise OutletError(
            f"registry.csv gives the {word_kind} {word!r} to {other.name} and to {outlet.name}; one outlet may have it."
        )


def parse_registry(text: str, known_profiles: dict[str, Profile]) -> Registry:
    """Return the registry in the text of a CSV file. Raises OutletError with a sentence that names the row."""
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise OutletError(f"registry.csv, line {line}: holds a NUL byte, and text was expected: write the line again.")
    rows = csv.DictReader(text.splitlines())
    try:
        if rows.fieldnames != COLUMNS:
            raise OutletError(f"registry.csv has the columns {rows.fieldnames}; expected {COLUMNS}.")
        return Registry(
            _parse_outlet(row, f"registry.csv, row {n} ({row['name']})", known_profiles)
            for n, row in enumerate(rows, 2)
        )
    except csv.Error as error:
        raise OutletError(f"registry.csv, row {rows.line_num + 1}: is broken CSV ({error}).") from None


def _parse_outlet(row: dict[str, str], where: str, known_profiles: dict[str, Profile]) -> Outlet:
    """Return the outlet of a CSV row. Raises OutletError where a cell is invalid."""
    if None in row or None in row.values():
        raise OutletError(f"{where}: has another number of cells than the header's {len(COLUMNS)}.")
    domains = tuple(filter(None, row["domains"].split("|")))
    spellings = tuple(filter(None, row["spellings"].split("|")))
    checks = [
        (bool(row["name"].strip()), "has no name"),
        (bool(domains), "has no domain"),
        *((_DOMAIN.fullmatch(d) is not None, f"{d!r} is not a domain in lower case") for d in domains),
        (row["evidence"] in EVIDENCE, f"evidence is {row['evidence']!r}; expected one of {sorted(EVIDENCE)}"),
        (bool(spellings) != (row["evidence"] == "none"), "evidence must be `none` exactly where no spelling is given"),
        (
            re.fullmatch("[a-z]{2}", row["language"]) is not None,
            f"language {row['language']!r} is not an ISO 639-1 code",
        ),
        (row["kind"] in KINDS, f"kind is {row['kind']!r}; expected one of {sorted(KINDS)}"),
        (not row["profile"] or row["profile"] in known_profiles, f"there is no profiles/{row['profile']}.toml"),
    ]
    for holds, complaint in checks:
        if not holds:
            raise OutletError(f"{where}: {complaint}.")
    return Outlet(
        row["name"], extract_registered_domain(domains[0]), domains, spellings, row["evidence"], row["language"],
        row["kind"], known_profiles.get(row["profile"]),
    )  # fmt: skip


@lru_cache(maxsize=1)
def load_registry() -> Registry:
    """Return the project's registry, read once per process."""
    text = resources.files("flows.outlets").joinpath("registry.csv").read_text(encoding="utf-8")
    return parse_registry(text, profiles.load_profiles())
