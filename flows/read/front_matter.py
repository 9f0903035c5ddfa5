"""Front matter of a text: YAML, TOML or JSON above it, or the keywords of Org mode."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from flows.read.field_aliases import FieldMap, states_text

_FRONT: Final = re.compile(
    r"\A\ufeff?(?:---|\+\+\+)[ \t]*\r?\n(?P<head>.{1,20000}?)\r?\n(?:---|\.\.\.|\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_FRONT_LINE: Final = re.compile(r"[\w:.@-]{1,40}[ \t]*[:=]")
_JSON_FENCE: Final = re.compile(r"---json[ \t]*\r?\n")
_JSON_END: Final = re.compile(r"\s{0,20}---[ \t]*(?:\r?\n|\Z)")
_KEYWORD: Final = re.compile(r"\s{0,20}#\+(?P<key>[A-Za-z_]{2,30}):[ \t]*(?P<value>[^\n]{0,1000})(?:\n|\Z)")
_DECODER: Final = json.JSONDecoder(strict=False)
_LONGEST_HEAD: Final = 20_000  # characters
_SHORTEST_STORY: Final = 100  # characters below a JSON object


def split_front_matter(text: str) -> tuple[str | None, Mapping[str, Any]]:
    """Return the text after its front matter, and what that states; (None, {}) if there is none."""
    start = text.lstrip("\ufeff")
    if start.startswith(("{", "---json")):
        return _split_json(start)
    if start.startswith("#+"):
        return _split_keywords(start)
    if not start.startswith(("---", "+++")):
        return None, {}
    matched = _FRONT.match(text)
    if matched is None:
        return None, {}
    head = matched["head"]
    if _FRONT_LINE.match(head.lstrip()) is None:
        return None, {}
    metadata = _load_toml(head) if start.startswith("+++") else _load_yaml(head)
    return (None, {}) if metadata is None else (text[matched.end() :], metadata)


def _load_yaml(head: str) -> Mapping[str, Any] | None:
    """Load YAML with a loader that builds only plain values; line by line if it is broken."""
    import yaml

    if "&" not in head and "*" not in head:  # an anchor can grow without bound; no front matter needs one
        try:
            loaded = yaml.load(head, Loader=_plain_loader())  # noqa: S506 (a safe loader, without time stamps)
            if isinstance(loaded, dict):
                return {str(key): value for key, value in loaded.items()}
        except (yaml.YAMLError, ValueError, RecursionError):
            pass
    pairs = [line.partition(":") for line in head.splitlines() if _FRONT_LINE.match(line)]
    return {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon} or None


def _plain_loader() -> type:
    """Return a safe loader that keeps dates as strings."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        pass

    Loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in pairs
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")
        ]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _load_toml(head: str) -> Mapping[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(head)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _split_json(text: str) -> tuple[str | None, Mapping[str, Any]]:
    """Return the text behind a JSON object that stands above it, fenced or not, and what the object states."""
    opening = _JSON_FENCE.match(text)
    try:
        value, end = _DECODER.raw_decode(text[:_LONGEST_HEAD], opening.end() if opening else 0)
    except (ValueError, RecursionError):
        return None, {}
    fence = _JSON_END.match(text, end) if opening else None
    end = fence.end() if fence else end
    behind = text[end:].lstrip()
    is_story = behind[:1] not in ("", "{", "[", ",", "]", ";") and len(behind) >= _SHORTEST_STORY
    is_head = isinstance(value, dict) and bool(value) and not states_text(tuple(map(str, value)), FieldMap())
    return (text[end:], value) if is_story and is_head else (None, {})


def _split_keywords(text: str) -> tuple[str | None, Mapping[str, Any]]:
    """Return the text below the keywords of Org mode ("#+TITLE: ..."), and what they state."""
    metadata: dict[str, str] = {}
    position = 0
    while matched := _KEYWORD.match(text, position):
        metadata.setdefault(matched["key"].lower(), matched["value"].strip())
        position = matched.end()
    return (text[position:], metadata) if metadata else (None, {})


def has_json_head(text: str) -> bool:
    """Return whether a text begins with a JSON object that only states what stands below it."""
    return _split_json(text.lstrip("\ufeff \r\n"))[0] is not None
