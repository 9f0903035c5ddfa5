"""The story of a page whose markup holds too few words: read from the data in its scripts.

Candidates are the articleBody of JSON-LD, the longest prose in other JSON and scripts (`__NEXT_DATA__`, `__NUXT__`
and the like): one long text, plain or HTML, or a list of paragraphs; at last the copy of a `noscript` element. A text
beside the page's own title goes first.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.clean.html.blocks import extract_blocks
from flows.clean.html.page_hints import PageHints
from flows.clean.html.page_tree import parse_page
from flows.clean.html.pushed_data import read_pushed_rows
from flows.clean.lines.line_table import normalize_blanks, replace_surrogates
from schemas.word_count import count_words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

JSONLD_RULE, SCRIPT_RULE, NOSCRIPT_RULE = "body.jsonld", "body.script-data", "body.noscript"

_MIN_WORDS: Final = 40  # of a story in data
_MIN_PARAGRAPH_WORDS: Final = 5
_MIN_SCRIPT_CHARS: Final = 200
_MAX_SCRIPT_CHARS: Final = 3_000_000
_MAX_NODES: Final = 200_000  # of parsed data
_MAX_TITLE_LEVELS: Final = 3  # levels above a text in which the page's title may stand
_JSON_START: Final = re.compile(r"[\[{]")
_STRING: Final = re.compile(r'"((?:[^"\\\n]|\\.){80,400000})"|' + r"'((?:[^'\\\n]|\\.){80,400000})'")
_PARSED_STRING: Final = re.compile(r"\bJSON\.parse\(\s*(?:" + _STRING.pattern + r")\s*\)")
_HTML_TAG: Final = re.compile(r"<(?:p|br|div|h[2-6]|li|ul|figure|strong|em|a)\b[^<>]{0,500}>", re.IGNORECASE)
_CODE: Final = re.compile(
    r"[{};]\s*[\w$.]+\s*[=(:]|function\s*\(|=>|</?(?:script|style)|https?://\S{1,500}\.(?:js|css)\b"
)
_NUMBER: Final = re.compile(r"\d+")
_SENTENCE_END: Final = re.compile(r"[.!?。！？។။…][\"'”’»)」』]{0,2}(?:\s|$)")
_APP_ROOT: Final = re.compile(r"(?:root|app|__next|__nuxt|main-app|app-root|react-root|svelte|___gatsby)", re.I)
_MAX_LOADING_WORDS: Final = 6  # of the empty frame of an application


class DataText(NamedTuple):
    """A text found in the data of a page: its paragraphs, and the rule that names where it was found."""

    paragraphs: list[str]
    rule: str

    @property
    def word_count(self) -> int:
        """Count the words of all paragraphs."""
        return sum(map(count_words, self.paragraphs))


def find_data_text(tree: HtmlElement, hints: PageHints) -> DataText | None:
    """Find the story in the data of a page, or return None where no data holds prose of _MIN_WORDS words."""
    titles = {_fold(title) for title in hints.titles}
    if (linked := _read_linked_body(tree)) is not None:
        return linked
    best, best_score = None, 0.0
    for paragraphs, is_titled in _list_candidates(tree, titles):
        candidate = DataText(paragraphs, SCRIPT_RULE)
        score = candidate.word_count * (3.0 if is_titled else 1.0)
        if candidate.word_count >= _MIN_WORDS and score > best_score:
            best, best_score = candidate, score
    return best or _read_plain_copy(tree)


def _list_candidates(tree: HtmlElement, titles: set[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield the texts of all scripts as paragraphs, and whether the page's title stands beside each."""
    scripts = [
        script.text
        for script in tree.iter("script")
        if "ld+json" not in (script.get("type") or "").lower() and 0 < len(script.text or "") <= _MAX_SCRIPT_CHARS
    ]
    rows = read_pushed_rows(scripts)
    for row in rows:
        yield from _list_texts(row, titles)
    for text in scripts:
        if len(text) < _MIN_SCRIPT_CHARS or (rows and "__next_f" in text):
            continue
        data = _parse_data(text)
        yield from _list_texts(data, titles) if data is not None else _list_strings(text, titles)


def _read_plain_copy(tree: HtmlElement) -> DataText | None:
    """Read the story that stands in a `noscript` element, for readers without scripts; None where none does."""
    copies = (split_paragraphs(_print_inner(node)) for node in tree.iter("noscript"))
    candidates = [DataText(paragraphs, NOSCRIPT_RULE) for paragraphs in copies]
    best = max(candidates, key=lambda candidate: candidate.word_count, default=None)
    return best if best is not None and best.word_count >= _MIN_WORDS else None


def _print_inner(node: HtmlElement) -> str:
    """Return the markup within an element."""
    from lxml import html as lxml_html

    return (node.text or "") + "".join(lxml_html.tostring(child, encoding="unicode") for child in node)


def has_script_story(tree: HtmlElement) -> bool:
    """Return True if a page is the empty frame of an application, whose scripts load or hold the story."""
    for node in tree.iter("div", "main", "app-root"):
        name = node.get("id") or ""
        if node.tag == "app-root" or _APP_ROOT.fullmatch(name):
            words = sum(len(text.split()) for text in islice(node.itertext(), 2 * _MAX_LOADING_WORDS))
            if words <= _MAX_LOADING_WORDS:
                return True
    return any(script.get("id") in ("__NEXT_DATA__", "__NUXT_DATA__") for script in tree.iter("script"))


def _read_linked_body(tree: HtmlElement) -> DataText | None:
    """Read the longest articleBody of the JSON-LD, or return None where it is no prose."""
    best: list[str] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if "articleBody" not in text or len(text) > _MAX_SCRIPT_CHARS:
            continue
        data = _parse_data(text)
        bodies = [value for key, value, _ in _walk_strings(data) if key == "articleBody"]
        for body in bodies:
            paragraphs = split_paragraphs(body)
            if sum(map(len, paragraphs)) > sum(map(len, best)):
                best = paragraphs
    linked = DataText(best, JSONLD_RULE)
    return linked if linked.word_count >= _MIN_WORDS else None


def _parse_data(text: str) -> object | None:
    """Parse the first JSON value of a script that is data or assigns data; return None where there is none.

    The data may also be the text of a string that the script parses.
    """
    if literal := _PARSED_STRING.search(text):
        text = _decode_literal(literal)
    start = _JSON_START.search(text)
    if start is None:
        return None
    before = text[: start.start()].rstrip()
    if before and not before.endswith(("=", "(", ">", ":")):
        return None
    try:
        data, _ = json.JSONDecoder(strict=False).raw_decode(text, start.start())
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict | list) and data else None


def _walk_strings(data: object) -> Iterator[tuple[str, str, tuple[object, ...]]]:
    """Yield (key, string, containers around it, innermost last) of parsed data, in order."""
    stack: list[tuple[str, object, tuple[object, ...]]] = [("", data, ())]
    for _ in range(_MAX_NODES):
        if not stack:
            return
        key, value, around = stack.pop()
        if isinstance(value, str):
            yield key, value, around
        elif isinstance(value, dict):
            stack += [(str(name), item, (*around[-5:], value)) for name, item in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(key, item, (*around[-5:], value)) for item in reversed(value)]


def _list_texts(data: object, titles: set[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield the texts of parsed data as paragraphs, and whether the page's title stands beside each.

    A text of several paragraphs is one candidate. Texts of one paragraph are joined with those of the same list.
    """
    joined: dict[int, list[str]] = defaultdict(list)  # by list
    inner_lists: dict[int, set[int]] = defaultdict(set)  # by list: the innermost lists with the texts
    is_titled: dict[int, bool] = defaultdict(bool)
    for _, value, around in _walk_strings(data):
        if len(value) < 2 * _MIN_PARAGRAPH_WORDS:
            continue
        if (inner := _parse_inner_data(value)) is not None:
            yield from _list_texts(inner, titles)
            continue
        if not (paragraphs := split_paragraphs(value)):
            continue
        holders = [holder for holder in around if isinstance(holder, dict)][-_MAX_TITLE_LEVELS:]
        beside_title = any(
            isinstance(item, str) and _fold(item) in titles for holder in holders for item in holder.values()
        )
        lists = [holder for holder in reversed(around) if isinstance(holder, list)]
        if len(paragraphs) > 1 or count_words(paragraphs[0]) >= 4 * _MIN_WORDS or not lists:
            yield paragraphs, beside_title
            continue
        for holder in lists[:2]:
            joined[id(holder)] += paragraphs
            inner_lists[id(holder)].add(id(lists[0]))
            is_titled[id(holder)] |= beside_title
    for holder_id, paragraphs in joined.items():
        # A list of lists is one text only if each inner list is one paragraph, as in rich text.
        if len(paragraphs) < 2 * len(inner_lists[holder_id]) or inner_lists[holder_id] == {holder_id}:
            yield paragraphs, is_titled[holder_id]


def _parse_inner_data(text: str) -> object | None:
    """Parse a string that is JSON itself: its first character opens it, as its last one closes it; else None."""
    if len(text) < _MIN_SCRIPT_CHARS or text[0] not in "[{" or text.rstrip()[-1] not in "]}":
        return None
    return _parse_data(text)


def _list_strings(script: str, titles: set[str]) -> Iterator[tuple[list[str], bool]]:
    """Yield the string literals of a script that are prose: long texts alone, single paragraphs in their lists.

    Paragraphs belong to one list if the same code stands between each two, apart from numbers.
    """
    listed: list[str] = []
    previous_gap, previous_end = "", -1
    for literal in _STRING.finditer(script):
        text = _decode_literal(literal)
        if (inner := _parse_inner_data(text)) is not None:
            yield from _list_texts(inner, titles)
            continue
        paragraphs = split_paragraphs(text)
        if len(paragraphs) > 1:
            yield paragraphs, False
        if len(paragraphs) != 1:
            continue
        gap = _NUMBER.sub("", script[previous_end : literal.start()]) if previous_end >= 0 else ""
        if len(listed) > 1 and gap != previous_gap:
            yield listed, False
            listed = []
        listed, previous_gap, previous_end = [*listed, *paragraphs], gap, literal.end()
    if listed:
        yield listed, False


def _decode_literal(literal: re.Match[str]) -> str:
    """Return the text of a string literal, empty if its escapes are wrong."""
    double_quoted, single_quoted = literal.groups()
    quoted = double_quoted or single_quoted.replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return ""


def split_paragraphs(text: str) -> list[str]:
    """Split a plain or HTML text into its paragraphs; return no paragraph where it is no prose."""
    if "&lt;" in text and _HTML_TAG.search(unescape(text)):
        text = unescape(text)
    if _HTML_TAG.search(text):
        tree = parse_page(text)
        lines: Sequence[str] = extract_blocks(tree).texts if tree is not None else ()
    else:
        lines = unescape(text).split("\n")
    paragraphs = [words for line in lines if (words := normalize_blanks(replace_surrogates(line)))]
    prose_words = sum(
        count_words(line)
        for line in paragraphs
        if count_words(line) >= _MIN_PARAGRAPH_WORDS and _SENTENCE_END.search(line) and not _CODE.search(line)
    )
    return paragraphs if 2 * prose_words >= sum(map(count_words, paragraphs)) > 0 else []


def _fold(text: str) -> str:
    """Return a text in small letters, without blanks and punctuation."""
    return "".join(filter(str.isalnum, text.casefold()))
