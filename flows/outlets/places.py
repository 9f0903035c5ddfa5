"""The gazetteer: names of places, to tell a dateline's place from an ordinary word."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Gazetteer:
    """Place names in lower case. `leading` matches the longest known name at an offset, in capitals or as listed."""

    cities: frozenset[str]
    regions: frozenset[str]
    leading: re.Pattern[str]
    land_words: frozenset[str]  # first words of names of places, such as that for a bay

    def __contains__(self, name: str) -> bool:
        plain = " ".join(name.split()).lower()
        return plain in self.cities or plain in self.regions


@lru_cache(maxsize=1)
def load_gazetteer() -> Gazetteer:
    """Return the gazetteer of places.toml, read once per process."""
    name_lists = tomllib.loads(resources.files("flows.outlets").joinpath("places.toml").read_text(encoding="utf-8"))
    cities, regions = (
        [name for name in name_lists[kind].replace("\n", "|").split("|") if name] for kind in ("cities", "regions")
    )
    forms = {form for name in cities + regions for form in (name, name.upper())}
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return Gazetteer(
        frozenset(name.lower() for name in cities),
        frozenset(name.lower() for name in regions),
        re.compile("|".join(map(re.escape, longest_first))),
        frozenset(name_lists["land_words"].lower().split()),
    )
