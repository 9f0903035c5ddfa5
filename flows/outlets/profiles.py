"""Outlet profiles: what real text of one outlet looks like, as data.

A profile is `profiles/<name>.toml`:

    zone = "WIB"                      # of the clock times it prints without a zone
    url_days = "UTC"                  # the day in its addresses is counted in UTC, not in its own zone
    sign_off = "editor"               # what a name in brackets at the end means: editor | author
    valid_from = 2023-01-01           # when this shape was seen; both ends may be left out
    author_box = ["Verified Writer"]  # labels above an author's name at the foot
    [[bylines]]
    shape = "{names}, Jurnalis-{date}"
    identifies = true                 # no other outlet prints this shape, so it names the outlet (inferred)
    [roles]
    editor = ["Uploader"]
    [cues]                            # kind of span -> how a line of that kind begins
    ad = ["SCROLL TO CONTINUE"]

In a shape, a blank is any run of blanks or none; `{names}` is who wrote, `{date}` is from the day to the time and
`{any}` is a short word; everything else is meant literally, whatever its case.
"""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from flows.outlets.errors import OutletError
from schemas.vocabulary import KINDS

ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "MYT": 8}  # name printed -> hours east of UTC
_KEYS = {"zone", "url_days", "sign_off", "valid_from", "valid_to", "author_box", "bylines", "roles", "cues"}
_PARTS = {
    "names": r"(?P<names>[^\W\d_][^\n|:;()]{1,100}?)",
    "date": r"(?P<date>[^\n]{6,80})",
    "any": r"[\w.]{1,20}",
}


@dataclass(frozen=True)
class Byline:
    """How an outlet prints who wrote a story, and when. `pattern` has the groups `names` and `date`, or one of them."""

    shape: str
    pattern: re.Pattern[str]
    identifies: bool = False


@dataclass(frozen=True)
class Profile:
    """What is known of one outlet. `roles`, `author_box`: in lower case; `cues`: kind of span -> openings of lines."""

    name: str
    zone: str | None = None
    sign_off: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    author_box: frozenset[str] = frozenset()
    bylines: tuple[Byline, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    cues: dict[str, tuple[str, ...]] = field(default_factory=dict)
    url_days: str | None = None

    def valid_on(self, day: dt.date | None) -> bool:
        """Whether the profile speaks for a day; an unknown day is not excluded."""
        return day is None or (self.valid_from or day) <= day <= (self.valid_to or day)


def shape(text: str) -> re.Pattern[str]:
    """A byline shape as a pattern for a whole line. Raises OutletError for a placeholder that does not exist."""
    pieces = []
    for piece in re.split(r"(\{[^}]*\}| +)", text.strip()):
        if piece.startswith("{"):
            if piece[1:-1] not in _PARTS:
                raise OutletError(f"byline shape {text!r}: {piece} is not known; expected one of {sorted(_PARTS)}.")
            pieces.append(_PARTS[piece[1:-1]])
        else:
            pieces.append(r"[^\S\n]{0,12}" if piece.isspace() else re.escape(piece))
    return re.compile(r"[^\S\n]{0,12}" + "".join(pieces), re.IGNORECASE)


def parse(name: str, text: str) -> Profile:
    """A profile from the text of its file. Raises OutletError with a sentence that names the file."""
    where = f"profiles/{name}.toml"
    try:
        found = tomllib.loads(text)
        strange = sorted(set(found) - _KEYS)
        if strange:
            raise OutletError(f"has the keys {strange}; expected only {sorted(_KEYS)}.")
        if found.get("zone") not in {None, *ZONES}:
            raise OutletError(f"zone is {found['zone']!r}; expected one of {sorted(ZONES)}.")
        if found.get("url_days") not in {None, "UTC"}:
            raise OutletError(f"url_days is {found['url_days']!r}; expected `UTC`, or no such key.")
        if found.get("sign_off") not in {None, "editor", "author"}:
            raise OutletError(f"sign_off is {found['sign_off']!r}; expected `editor` or `author`.")
        roles, cues = found.get("roles", {}), found.get("cues", {})
        if not set(roles) <= {"author", "editor"}:
            raise OutletError(f"roles are {sorted(roles)}; expected `author` and `editor`.")
        if not set(cues) <= set(KINDS):
            raise OutletError(f"cues are for {sorted(cues)}; expected kinds of span: {', '.join(KINDS)}.")
        for key in ("valid_from", "valid_to"):
            if type(found.get(key, dt.date.min)) is not dt.date:
                raise OutletError(f"{key} is {found[key]!r}; expected a day, as 2023-01-31 without quotes.")
        return Profile(
            name,
            found.get("zone"),
            found.get("sign_off"),
            found.get("valid_from"),
            found.get("valid_to"),
            frozenset(label.lower() for label in found.get("author_box", [])),
            tuple(Byline(b["shape"], shape(b["shape"]), b.get("identifies", False)) for b in found.get("bylines", [])),
            {word.lower(): role for role, words in roles.items() for word in words},
            {kind: tuple(openings) for kind, openings in cues.items()},
            found.get("url_days"),
        )
    except tomllib.TOMLDecodeError as error:
        raise OutletError(f"{where} is not TOML: {error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise OutletError(f"{where}: a value has another form than the module's example shows ({error}).") from error
    except OutletError as error:
        raise OutletError(f"{where}: {error}") from error


@lru_cache(maxsize=1)
def load() -> dict[str, Profile]:
    """All profiles of the project by name, read once a process."""
    folder = resources.files("flows.outlets").joinpath("profiles")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        name: parse(name, file.read_text(encoding="utf-8"))
        for file in files
        for name in [file.name.removesuffix(".toml")]
    }
