"""The gazetteer: names of places, to tell a dateline's place from an ordinary word."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from flows.outlets.errors import OutletError


@dataclass(frozen=True)
class Gazetteer:
    """Names in lower case. `leading` matches the longest known name at the start of a text, as it is capitalised here."""

    cities: frozenset[str]
    regions: frozenset[str]
    leading: re.Pattern[str]

    def __contains__(self, name: str) -> bool:
        plain = " ".join(name.split()).lower()
        return plain in self.cities or plain in self.regions


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The project's places, read once a process. Raises OutletError for a line outside a section."""
    sections: dict[str, list[str]] = {"cities": [], "regions": []}
    current: list[str] | None = None
    for line in resources.files("flows.outlets").joinpath("places.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.get(line.strip("[]"))
        if not line.startswith(("#", "[")) and line.strip():
            if current is None:
                raise OutletError(f"places.txt: {line[:40]!r} stands outside [cities] and [regions].")
            current += line.strip().split("|")
    names = sorted({form for group in sections.values() for name in group for form in (name, name.upper())})
    by_length = sorted(names, key=len, reverse=True)
    cities, regions = (frozenset(name.lower() for name in sections[kind]) for kind in ("cities", "regions"))
    return Gazetteer(cities, regions, re.compile("|".join(map(re.escape, by_length))))
