"""Map the keys of a record to the fields of a document, by the alias table and by what the values are.

The contract: `map_record` takes a record as its source has it (keys and values untouched) and returns a `MappedRecord`
or raises `RecordError` with a reason of schemas.vocabulary and the rest of a sentence. The result depends on the record
and the user's `FieldMap` alone, never on its neighbours. Values are checked: a word for "missing" is null, a URL or a
tool's name is no outlet, of several texts the longest prose counts. Keys that state nothing are returned as unused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.outlets import canonical_urls
from flows.read import field_values, outlet_names
from flows.read.cut_marks import split_cut_mark
from flows.read.field_aliases import FieldMap, KeyPlan, load_aliases, normalize_key, plan_keys, states_text
from flows.read.field_values import clean_scalar, join_paragraphs, list_names, parse_instant, unescape_name
from flows.read.missing_values import is_error_text, is_error_title, is_missing

_DEPTH: Final = 4
_NAMELESS: Final = re.compile(r"(?:Unnamed: \d{1,9}(?:_level_\d+)?|\s*|index|level_\d)\Z")
_NUMBERED_KEY: Final = re.compile(r"(.{0,60}?\D)(\d{1,3})")
_TAGS: Final = re.compile(r"<[^<>]{1,2000}>")
_PROSE_WORDS: Final = 8
_SHARE_OF_LONGEST: Final = 0.8
_SENTENCE_END: Final = re.compile(r"[.!?…。！？।။။][\"”'’)\]]*(?:\s|\Z)")


class RecordError(Exception):
    """A record that is no document: a reason and the rest of a sentence that begins with the name of its place."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """A record's fields as read/ needs them, and which key each came from."""

    media: str
    content: str
    url: str | None
    id: str | None
    fetched_at: datetime | None
    stated: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]  # (key, field) of the keys that were used


def flatten_record(fields: Mapping[str, object]) -> dict[str, object]:
    """Return a record with its nested objects as dotted keys; objects that stand for one value are that value.

    Objects that wrap fields may be JSON strings, as tables hold them.
    """
    for value in fields.values():
        if type(value) is dict or (type(value) is str and value[:1] == "{"):
            return dict(_flattened("", fields, _DEPTH))
    return dict(fields)


def _flattened(prefix: str, fields: Mapping[str, object], depth: int) -> Iterator[tuple[str, object]]:
    for key, value in fields.items():
        path = f"{prefix}{key}"
        if isinstance(value, str) and value[:1] == "{" and normalize_key(str(key)) in load_aliases().wrappers:
            value = field_values.parse_json_string(value) or value
        if isinstance(value, dict) and value:
            inner = field_values.unwrap_extended(value)
            if isinstance(inner, dict) and field_values.is_numbered(inner) and states_text((str(key),), FieldMap()):
                inner = [text for _, text in sorted(inner.items(), key=lambda pair: field_values.number_of(pair[0]))]
            if isinstance(inner, dict) and depth > 1 and not field_values.is_single_value(inner):
                yield from _flattened(f"{path}.", inner, depth - 1)
                continue
            value = inner
        yield path, value


def map_record(fields: Mapping[str, object], field_map: FieldMap) -> tuple[MappedRecord, dict[str, object]]:
    """Map a record; returns it with its flattened keys. Raises RecordError where it holds no text."""
    flat = flatten_record(fields)
    plan = plan_keys(tuple(flat), field_map)
    try:
        return _Mapping(flat, plan, field_map).map(), flat
    except RecursionError:
        raise RecordError("broken_record", "holds lists nested too deep: write its values as plain text.") from None


class _Mapping:
    """One record being mapped."""

    def __init__(self, flat: dict[str, object], plan: KeyPlan, field_map: FieldMap) -> None:
        self._flat, self._plan, self._map = flat, plan, field_map
        self._sources: list[tuple[str, str]] = []
        self._forced = {key for _, key in field_map.keys}

    def map(self) -> MappedRecord:
        media, content, partial = self._choose_content()
        stated: list[tuple[str, str]] = []
        url = self._choose_url()
        record_id = self._choose_id()
        self._state_first("title", stated)
        self._state_first("subtitle", stated)
        self._state_names("authors", stated)
        self._state_names("editors", stated)
        if "published_at" in self._plan.candidates:
            self._state_dates(stated)
        if "outlet" in self._plan.candidates:
            self._state_outlet(stated, url)
        self._state_first("dateline", stated)
        self._state_first("language", stated)
        if partial:
            stated.append(("is_partial", partial))
        return MappedRecord(media, content, url, record_id, self._choose_fetched(), tuple(stated), tuple(self._sources))

    def _values(self, name: str) -> Iterator[tuple[str, Any]]:
        """Return the keys that may state a field, with their values; a record has no key for most fields."""
        candidates = self._plan.candidates.get(name)
        return self._iterate_present(candidates) if candidates else iter(())

    def _iterate_present(self, candidates: Sequence[tuple[int, str]]) -> Iterator[tuple[str, Any]]:
        for _, path in candidates:
            value = self._flat[path]
            if value is not None and not is_missing(value):
                yield path, value

    def _choose_content(self) -> tuple[str, str, str]:
        """Return media, words, and what says that the words are incomplete, if anything."""
        for path, value in self._values("html"):
            if isinstance(value, str) and ("<" in value or path in self._forced):
                self._sources.append((path, "html"))
                return "html", *split_cut_mark(value)
        texts = [(path, joined) for path, value in self._values("text") if (joined := join_paragraphs(value)).strip()]
        if not texts:
            texts = [(path, value) for path, value in self._values("html") if isinstance(value, str) and value.strip()]
        texts = [pair for pair in texts if not _is_address(pair[1]) and not is_error_text(pair[1])]
        texts = _join_numbered(texts)
        if texts:
            path, content = texts[0] if len(texts) == 1 else _choose_longest(texts)
            self._sources.append((path, "text"))
            return "text", *split_cut_mark(content)
        return self._choose_summary()

    def _choose_summary(self) -> tuple[str, str, str]:
        # What is described without a title, an address or a day is a package or a data set, not an article.
        names: tuple[str, ...] = ("title", "url", "published_at")
        if not load_aliases().package_keys.isdisjoint(map(normalize_key, self._flat)):
            names = names[1:2]
        is_described = any(True for name in names for _ in self._values(name))
        for path, value in self._values("summary") if is_described else ():
            content = join_paragraphs(value)
            if is_prose(content):
                self._sources.append((path, "text"))
                return "text", split_cut_mark(content)[0], f'only its "{field_values.show_key(path)}" is there'
        raise self._no_content()

    def _no_content(self) -> RecordError:
        keys = [*self._flat]
        blank = [path for name in ("text", "html") for _, path in self._plan.candidates.get(name, ())]
        if blank:
            return RecordError(
                "empty"
                if all(isinstance(self._flat[p], str) or self._flat[p] is None for p in blank)
                else "no_content",
                f"has no text in {_quote_keys(blank)}: put the article there, or name another key: --map text=KEY.",
            )
        return RecordError(
            "no_content",
            f"has no key that is known to hold a text; its keys are {_quote_keys(keys)}: "
            "say which one does, with --map text=KEY.",
        )

    def _choose_url(self) -> str | None:
        for name in ("url", "outlet", "id"):
            for path, value in self._values(name):
                text = clean_scalar(value)
                if name == "url" and _BARE_ADDRESS.match(text):
                    text = f"https://{text.removeprefix('//')}"
                if not _is_address(text):
                    continue
                url = canonical_urls.canonicalize_url(text)
                if url and has_article_path(url):
                    self._sources.append((path, "url"))
                    return url
        return None

    def _choose_id(self) -> str | None:
        for path, value in self._values("id"):
            if isinstance(value, bool) or not isinstance(value, str | int):
                continue
            text = field_values.make_encodable(str(value)).strip()
            if text and not _NAMELESS.match(path):
                self._sources.append((path, "id"))
                return text
        return None

    def _state_first(self, name: str, stated: list[tuple[str, str]]) -> None:
        for path, value in self._values(name):
            text = field_values.decode_line(clean_scalar(value))
            if text and not is_missing(text) and not _is_address(text) and not is_error_title(text):
                self._sources.append((path, name))
                stated.append((name, text))
                return

    def _state_names(self, name: str, stated: list[tuple[str, str]]) -> None:
        stated_names: set[str] = set()
        for path, value in self._values(name):
            used = False
            for printed_name in list_names(value):
                person = _remove_outlet(unescape_name(printed_name))
                if (
                    person not in stated_names
                    and not is_missing(person)
                    and not _is_address(person)
                    and not person.isdigit()
                ):
                    stated_names.add(person)
                    stated.append((name, person))
                    used = True
            if used:
                self._sources.append((path, name))

    def _state_dates(self, stated: list[tuple[str, str]]) -> None:
        if self._plan.crawl_date:
            return
        local = {normalize_key(path.rpartition(".")[2]): value for path, value in self._values("published_at")}
        zoned = field_values.combine_local_and_utc(local.get("date"), local.get("dategmt"))
        if zoned:
            self._sources.append(("date", "published_at"))
            stated.append(("published_at", zoned))
            return
        for path, value in self._values("published_at"):
            gmt = normalize_key(path.rpartition(".")[2]) == "dategmt"
            text = field_values.format_date(value, utc=gmt)
            if text:
                self._sources.append((path, "published_at"))
                stated.append(("published_at", text))

    def _state_outlet(self, stated: list[tuple[str, str]], url: str | None) -> None:
        from flows.outlets import load_registry

        registry = load_registry()
        for path, value in self._values("outlet"):
            text = _strip_slash(unescape_name(field_values.decode_line(clean_scalar(value))))
            if not text or is_missing(text) or _is_address(text) or text.isdigit():
                continue
            is_forced = path in self._forced
            outlet = outlet_names.find_registered(text, registry)
            is_weak = path in self._plan.weak
            if outlet is None and not is_forced:
                is_host = outlet_names.is_host(text)
                if not is_host and (
                    path in self._plan.strict or not outlet_names.may_name_outlet(text, is_weak=is_weak)
                ):
                    continue
                text = text.lower().removeprefix("www.") if is_host else text
            elif outlet is not None:
                text = outlet.name
            if is_weak and url:
                of_url = registry.find_by_url(url)
                if of_url is not None and outlet is not of_url:
                    continue  # a section or a collection: the address says who published it
                if outlet_names.is_host(clean_scalar(value)):
                    continue  # says no more than the address does
            self._sources.append((path, "outlet"))
            stated.append(("outlet", text))
            return

    def _choose_fetched(self) -> datetime | None:
        dates = self._values("published_at") if self._plan.crawl_date else iter(())
        for path, value in (*self._values("fetched_at"), *dates):
            instant = parse_instant(value)
            if instant is not None:
                self._sources.append((path, "fetched_at"))
                return instant
        return None


_SIGNED_FOR: Final = re.compile(r"(?P<person>\S.{1,100}?)\s+[-–|/]\s+(?P<outlet>\S.{1,60})")
# An address without its scheme: a host and the path of a page.
_BARE_ADDRESS: Final = re.compile(
    r"(?://)?(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,5}[a-z]{2,12}/\S{3,3000}\Z", re.IGNORECASE
)
_MEDIA_FILE: Final = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|mp[34]|webm|m3u8|css|js|woff2?)\Z", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"(?:https?:)?//\S+\Z|https?:\S+\Z", re.IGNORECASE)


def _remove_outlet(name: str) -> str:
    """Return a person's name without the outlet printed behind it: "Ani Budi - detikNews"."""
    from flows.outlets import load_registry

    signed = _SIGNED_FOR.fullmatch(name)
    return signed["person"] if signed and load_registry().find_by_name(signed["outlet"]) else name


def _strip_slash(text: str) -> str:
    """Return a host without the slash behind it: "detik.com/"."""
    return text[:-1] if text.endswith("/") and text.count("/") == 1 else text


def _is_address(text: str) -> bool:
    return len(text) < 4096 and _ADDRESS.match(text.strip()) is not None


def has_article_path(url: str) -> bool:
    """Return whether a URL leads below a site's front page, and not to a picture or a script."""
    path, _, query = url.split("/", 3)[-1].partition("?")
    if _MEDIA_FILE.search(path):
        return False
    return bool(query) or path.strip("/").lower() not in ("", "index.html", "index.php", "index.htm")


def is_prose(text: str) -> bool:
    """Return whether some words read as a sentence or more."""
    words = _TAGS.sub(" ", text) if "<" in text else text
    return len(words.split(None, _PROSE_WORDS)) > _PROSE_WORDS and _SENTENCE_END.search(words) is not None


def _join_numbered(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join texts whose keys differ in their number alone ("paragraf_1", "paragraf_2"), in its order."""
    numbered = [(*match.groups(), text) for path, text in texts if (match := _NUMBERED_KEY.fullmatch(path))]
    stems = {stem for stem, _, _ in numbered}
    if len(numbered) < 2 or len(numbered) != len(texts) or len(stems) != 1:
        return texts
    ordered = sorted(numbered, key=lambda part: int(part[1]))
    return [(ordered[0][0] + ordered[0][1], "\n\n".join(text for _, _, text in ordered))]


def _choose_longest(texts: list[tuple[str, str]]) -> tuple[str, str]:
    """Choose the first text that is nearly as long as the longest, without tags and blanks."""
    sizes = [len(_TAGS.sub("", text) if "<" in text else text) for _, text in texts]
    enough = max(sizes) * _SHARE_OF_LONGEST
    near = [pair for pair, size in zip(texts, sizes, strict=True) if size >= enough]
    # Of equals the one that kept its paragraphs: `raw_text` often stands beside `text` as one line.
    return next((pair for pair in near if "\n" in pair[1].strip() or "</p>" in pair[1]), near[0])


def _quote_keys(keys: Sequence[str]) -> str:
    quoted = ", ".join(f'"{field_values.show_key(key)}"' for key in keys[:20])
    return quoted + (f" and {len(keys) - 20} more" if len(keys) > 20 else "") if keys else "none at all"
