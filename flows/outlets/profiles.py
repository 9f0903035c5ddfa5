"""Outlet profiles: text conventions of one outlet as data.

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
    [cues]                            # kind of span -> how a line of that kind begins, or `...` and words in it
    ad = ["SCROLL TO CONTINUE"]
    promo = ["... unduh aplikasi kami"]

In a shape, a blank matches any run of blanks or none; `{names}` matches the authors, `{date}` the text from day to
time, `{any}` a short word; everything else matches literally, ignoring case.
A cue that begins with `...` matches a line of at most 24 words that has the words after it anywhere.
"""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from flows.outlets.errors import OutletError
from schemas.vocabulary import KINDS

ZONES = ("MYT", "WIB", "WIT", "WITA")
ANYWHERE = "..."  # begins a cue whose words may stand anywhere in a line
_KEYS = {"zone", "url_days", "sign_off", "valid_from", "valid_to", "author_box", "bylines", "roles", "cues"}
_PLACEHOLDERS = {
    "names": r"(?P<names>[^\W\d_][^\n|:;()]{1,100}?)",
    "date": r"(?P<date>[^\n]{6,80})",
    "any": r"[\w.]{1,20}",
}


@dataclass(frozen=True)
class Byline:
    """A byline shape of an outlet. `pattern` has the groups `names` and `date`, or one of them."""

    shape: str
    pattern: re.Pattern[str]
    identifies: bool = False


@dataclass(frozen=True)
class Profile:
    """Text conventions of an outlet. `roles`, `author_box`: in lower case; `cues`: kind of span -> words of lines."""

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

    def is_valid_on(self, day: dt.date | None) -> bool:
        """Check whether the profile holds for a day; an unknown day is not excluded."""
        return day is None or (self.valid_from or day) <= day <= (self.valid_to or day)


def compile_byline_shape(text: str) -> re.Pattern[str]:
    """Return the regex of a byline shape for a whole line.

    Raises OutletError for an unknown or repeated placeholder, and for a shape that nearly any line has.
    """
    pieces = []
    for piece in re.split(r"(\{[^}]*\}| +)", text.strip()):
        if piece.startswith("{"):
            if piece[1:-1] not in _PLACEHOLDERS:
                raise OutletError(
                    f"byline shape {text!r}: {piece} is not known; expected one of {sorted(_PLACEHOLDERS)}."
                )
            pieces.append(_PLACEHOLDERS[piece[1:-1]])
        else:
            pieces.append(r"[^\S\n]{0,12}" if piece.isspace() else re.escape(piece))
    counts = {name: text.count(f"{{{name}}}") for name in ("names", "date")}
    if sorted(counts.values()) not in ([0, 1], [1, 1]) or not re.sub(r"\{[^}]*\}", "", text).strip():
        raise OutletError(
            f"byline shape {text!r}: expected words, and {{names}} or {{date}} or both of them, each once."
        )
    return re.compile(r"[^\S\n]{0,12}" + "".join(pieces), re.IGNORECASE)


def _check_settings(settings: dict[str, Any]) -> None:
    """Check the settings of a profile but for its byline shapes. Raises OutletError, TypeError or AttributeError."""
    unknown_keys = sorted(set(settings) - _KEYS)
    if unknown_keys:
        raise OutletError(f"has the keys {unknown_keys}; expected only {sorted(_KEYS)}.")
    if settings.get("zone") not in {None, *ZONES}:
        raise OutletError(f"zone is {settings['zone']!r}; expected one of {', '.join(ZONES)}.")
    if settings.get("url_days") not in {None, "UTC"}:
        raise OutletError(f"url_days is {settings['url_days']!r}; expected `UTC`, or no such key.")
    if settings.get("sign_off") not in {None, "editor", "author"}:
        raise OutletError(f"sign_off is {settings['sign_off']!r}; expected `editor` or `author`.")
    roles, cues = settings.get("roles", {}), settings.get("cues", {})
    if not set(roles) <= {"author", "editor"}:
        raise OutletError(f"roles are {sorted(roles)}; expected `author` and `editor`.")
    if not set(cues) <= set(KINDS):
        raise OutletError(f"cues are for {sorted(cues)}; expected kinds of span: {', '.join(KINDS)}.")
    for key, words in (("author_box", settings.get("author_box", [])), *roles.items(), *cues.items()):
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            raise OutletError(f'{key} is {words!r}; expected a list of words, as ["one", "another"].')
    if any(not words.removeprefix(ANYWHERE).strip() for openings in cues.values() for words in openings):
        raise OutletError("a cue has no words; expected how a line begins, or `...` and words that it has.")
    for byline in settings.get("bylines", []):
        if not set(byline) <= {"shape", "identifies"} or type(byline.get("identifies", False)) is not bool:
            raise OutletError(f"a byline is {byline!r}; expected `shape`, and `identifies` as true or false.")
    for key in ("valid_from", "valid_to"):
        if type(settings.get(key, dt.date.min)) is not dt.date:
            raise OutletError(f"{key} is {settings[key]!r}; expected a day, as 2023-01-31 without quotes.")
    if settings.get("valid_from", dt.date.min) > settings.get("valid_to", dt.date.max):
        raise OutletError(f"valid_from is {settings['valid_from']}, after valid_to, {settings['valid_to']}.")


def parse_profile(name: str, text: str) -> Profile:
    """Return the profile in the text of its file. Raises OutletError with a sentence that names the file."""
    where = f"profiles/{name}.toml"
    try:
        settings = tomllib.loads(text)
        _check_settings(settings)
        return Profile(
            name,
            settings.get("zone"),
            settings.get("sign_off"),
            settings.get("valid_from"),
            settings.get("valid_to"),
            frozenset(label.lower() for label in settings.get("author_box", [])),
            tuple(
                Byline(b["shape"], compile_byline_shape(b["shape"]), b.get("identifies", False))
                for b in settings.get("bylines", [])
            ),
            {word.lower(): role for role, words in settings.get("roles", {}).items() for word in words},
            {kind: tuple(openings) for kind, openings in settings.get("cues", {}).items()},
            settings.get("url_days"),
        )
    except tomllib.TOMLDecodeError as error:
        raise OutletError(f"{where} is not TOML: {error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise OutletError(f"{where}: a value has another form than the module's example shows ({error}).") from error
    except OutletError as error:
        raise OutletError(f"{where}: {error}") from error


@lru_cache(maxsize=1)
def load_profiles() -> dict[str, Profile]:
    """Return all profiles of the project by name, read once per process."""
    folder = resources.files("flows.outlets").joinpath("profiles")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return {
        name: parse_profile(name, file.read_text(encoding="utf-8"))
        for file in files
        for name in [file.name.removesuffix(".toml")]
    }
