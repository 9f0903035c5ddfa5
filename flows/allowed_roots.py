"""Where a run asked for in the web form may read and write: the roots. The command line is free.

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


def roots() -> tuple[str, ...]:
    """The roots as listed, without closing slashes."""
    listed = re.split(r",|:(?!//)", os.environ.get("KLIPING_ROOTS") or DEFAULT)
    return tuple(root.strip().rstrip("/") or "/" for root in listed if root.strip())


def pattern() -> str:
    """A regular expression that the form's value must match."""
    begun = "|".join(re.escape(root).replace(r"\-", "-") for root in roots())
    return rf"^(?!.*\.\.)(?:{begun})(?:/|$)"


def outside(place: str) -> str | None:
    """A sentence where a place lies under no root, else None.

    A glob counts by the folder it starts from, unless a file or a link has that very name. A URL is judged as a store
    reads it, with %2e as the dot it stands for, and may not lead on to another one (`::`).
    """
    allowed = roots()
    if "://" in place or "::" in place:
        climbs = ".." in unquote(unquote(place)) or "::" in place
        held = not climbs and any(place == root or place.startswith(f"{root}/") for root in allowed)
    else:
        parts = Path(place).parts
        still = list(takewhile(lambda part: not re.search(r"[*?\[]", part), parts))
        moving = parts[len(still) :]
        named = os.path.lexists(ROOT / place)
        real = (ROOT / (place if named else Path(*still))).resolve()
        held = ".." not in moving and any(real.is_relative_to((ROOT / root).resolve()) for root in _folders(allowed))
    if held:
        return None
    return f"{place} may not be named here: it must lie under {listed()} (KLIPING_ROOTS lists them)."


def foreign(workers: int | str) -> str | None:
    """A sentence where a cluster is asked for that KLIPING_CLUSTER does not name: who answers there is obeyed."""
    if isinstance(workers, int) or workers == os.environ.get("KLIPING_CLUSTER"):
        return None
    return f"{workers} may not be named here: KLIPING_CLUSTER names the one cluster that a form may ask for."


def _folders(allowed: tuple[str, ...]) -> list[str]:
    return [root for root in allowed if "://" not in root]


def listed() -> str:
    """The roots in words."""
    *most, last = roots()
    return f"{', '.join(most)} or {last}" if most else last
