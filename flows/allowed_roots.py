"""Roots: the places that a run started from the web form may read and write. The command line is not restricted.

KLIPING_ROOTS lists folders, relative to the checkout or absolute, and URL prefixes, apart by commas or colons; without
it they are seeds, data and output. Two things hold a form to them: `pattern` refuses a value before there is a run, and
`outside` judges the place itself, links followed, before the run reads or writes it.
"""

import os
import re
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from flows.settings import ROOT

DEFAULT = "seeds,data,output"


def list_roots() -> tuple[str, ...]:
    """Return the roots in the order of KLIPING_ROOTS, without closing slashes."""
    names = re.split(r",|:(?!//)", os.environ.get("KLIPING_ROOTS") or DEFAULT)
    return tuple(root.strip().rstrip("/") or "/" for root in names if root.strip())


def build_form_pattern() -> str:
    """Build the regular expression that a value in the form must match."""
    begun = "|".join(re.escape(root).replace(r"\-", "-") for root in list_roots())
    return rf"^(?!.*\.\.)(?:{begun})(?:/|$)"


def explain_outside_roots(place: str) -> str | None:
    """Return a sentence where a path or URL lies under no root, else None.

    A glob counts by the folder it starts from, unless a file or a link has that very name. A URL is judged as a store
    reads it, with %2e as the dot it stands for, and may not lead on to another one (`::`).
    """
    allowed = list_roots()
    if "://" in place or "::" in place:
        climbs = ".." in unquote(unquote(place)) or "::" in place
        is_inside = not climbs and any(place == root or place.startswith(f"{root}/") for root in allowed)
    else:
        parts = Path(place).parts
        fixed_parts = list(takewhile(lambda part: not re.search(r"[*?\[]", part), parts))
        glob_parts = parts[len(fixed_parts) :]
        exists = os.path.lexists(ROOT / place)
        resolved = (ROOT / (place if exists else Path(*fixed_parts))).resolve()
        is_inside = ".." not in glob_parts and any(
            resolved.is_relative_to((ROOT / root).resolve()) for root in select_folders(allowed)
        )
    if is_inside:
        return None
    return f"{place} may not be named here: it must lie under {name_roots()} (KLIPING_ROOTS lists them)."


def explain_foreign_cluster(workers: int | str) -> str | None:
    """Return a sentence where `workers` is a cluster that KLIPING_CLUSTER does not name, else None.

    A form may not name other clusters: whoever answers at the address runs code here.
    """
    if isinstance(workers, int) or workers == os.environ.get("KLIPING_CLUSTER"):
        return None
    return f"{workers} may not be named here: KLIPING_CLUSTER names the one cluster that a form may ask for."


def select_folders(allowed: tuple[str, ...]) -> list[str]:
    """Return the roots that are folders, not URLs."""
    return [root for root in allowed if "://" not in root]


def name_roots() -> str:
    """Return the roots as words: `seeds, data or output`."""
    *most, last = list_roots()
    return f"{', '.join(most)} or {last}" if most else last
