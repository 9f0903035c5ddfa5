"""Light markup of a text: front matter and reader headers are metadata; Markdown and lynx marks, wrapped lines go.

Like the tags of a page this is parsed away before anything looks at lines: what is published is quoted from the text
without it. A text that has none of it comes back as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flows.read.field_aliases import FieldMap, knows_key, plan_keys
from flows.read.forum_markup import strip_forum_markup
from flows.read.front_matter import split_front_matter
from flows.read.mail_text import read_mail

_READER: Final = re.compile(r"\A\ufeff?\s{0,20}(?:Title:[^\n]{0,500}\n\s{0,4}){0,1}\s{0,4}URL Source:\s", re.IGNORECASE)
_READER_LINE: Final = re.compile(
    r"(?P<key>Title|URL Source|Source URL|Published Time|Author|Warning|Number of Pages|Description|Image|Markdown Content):[ \t]{0,20}(?P<value>[^\n]{0,3000})",  # noqa: E501
    re.IGNORECASE,
)
_READER_KEYS: Final = {
    "title": "title", "url source": "url", "source url": "url", "published time": "published", "author": "author",
    "description": "description",
}  # fmt: skip

_LABEL: Final = re.compile(r"(?P<key>[^\W\d_][\w ./-]{0,40}?)[ \t]{0,9}:(?:[ \t]{1,9}(?P<value>[^\n]{0,2000}))?")
_LABEL_HEAD: Final = 4000
_LONGEST_LABEL_VALUE: Final = 300
_ADDRESS: Final = re.compile(r"https?://\S+\s*\Z")

_IMAGE: Final = re.compile(r"!\[([^\[\]]{0,1000})\]\((?:[^()\s]|\([^()\s]{0,300}\)){0,3000}(?:\s+\"[^\"]{0,500}\")?\)")
_LINK: Final = re.compile(
    r"(?<!!)\[([^\[\]]{0,1000})\]\((?:<[^<>\n]{0,3000}>|(?:[^()\s]|\([^()\s]{0,300}\)){0,3000})(?:\s+\"[^\"]{0,500}\")?\)"
)
_REFERENCE_LINK: Final = re.compile(r"(?<!!)\[([^\[\]\n]{1,500})\]\[[^\[\]\n]{0,60}\]")
_REFERENCE: Final = re.compile(r"^[ \t]{0,3}\[[^\[\]\n]{1,60}\]:[ \t]+\S+[^\n]{0,500}$", re.MULTILINE)
_HEADING: Final = re.compile(
    r"^[ \t]{0,3}#{1,6}[ \t]{1,20}(\S[^\n]{0,400}?)[ \t]{0,20}#{0,20}[ \t]{0,20}$", re.MULTILINE
)
_BOLD: Final = re.compile(r"(\*\*\*|\*\*|___|__)(?=[^\s*_])([^\n]{1,3000}?)(?<=[^\s])\1")
_EMPHASIS: Final = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]{1,1000}?)(?<=[^\s_])_(?![\w_])"
)
_QUOTE: Final = re.compile(r"^[ \t]{0,3}>[ \t]?(?=\S)", re.MULTILINE)
_RULE: Final = re.compile(r"^[ \t]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$", re.MULTILINE)
_BULLET: Final = re.compile(r"^([ \t]{0,6})[*+-][ \t]+(?=\S)", re.MULTILINE)
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+.!>|~-])")
_AUTOLINK: Final = re.compile(r"<(https?://[^<>\s]{1,2000})>")
_FENCE: Final = re.compile(r"^[ \t]{0,3}(?:```|~~~)[^\n]*$", re.MULTILINE)
_TABLE_RULE: Final = re.compile(
    r"^[ \t]{0,20}\|?(?:[ \t]{0,20}:?-{3,200}:?[ \t]{0,20}\|){1,100}[ \t]{0,20}:?-{0,200}:?[ \t]{0,20}$", re.MULTILINE
)

_LYNX_MARK: Final = re.compile(r"\[\d{1,4}\](?=\S)")
_LYNX_FOOT: Final = re.compile(
    r"\n[ \t]{0,20}(?:References|Referensi)[ \t]{0,20}\n(?:[ \t]{0,20}\n){0,20}(?:[ \t]{0,20}(?:Visible links|Hidden links)?:?[ \t]{0,20}\n)?(?=[ \t]{0,20}1\. (?:https?|file|mailto))",  # noqa: E501
    re.IGNORECASE,
)
_LYNX_WIDGET: Final = re.compile(
    r"\[(?:INS|DEL):?|:(?:INS|DEL)\]|\(BUTTON\)|\[(?:INLINE|IMAGE|LINK|EMBED|BUTTON)\]|_{10,}"
)

_QUOTE_MARK: Final = re.compile(r"^[ \t]{0,3}(?:>[ \t]?){1,5}", re.MULTILINE)
_QUOTED_SHARE: Final = 0.8  # of the lines of a text that is quoted as a whole
_WRAP_LEAST: Final = 45
_WRAP_MOST: Final = 110
_WRAP_LINES: Final = 4
_ENDS: Final = re.compile(r"[.!?…:;\"”’')\]]\s*\Z")
_BROKEN_AT_HYPHEN: Final = re.compile(r"[^\W\d_]-\Z")  # "anak-" above "anak": a line may break behind a hyphen


@dataclass(frozen=True)
class PlainText:
    """A text without its light markup, and what its head states: keys as in the source."""

    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_text(text: str) -> PlainText | None:
    """Read the light markup of a text file; None where it has none."""
    body, metadata = split_front_matter(text)
    if body is None and (mail := read_mail(text)):
        body, metadata = mail
    if body is None:
        body, metadata = _split_reader_head(text)
    if body is None:
        body, metadata = _split_labels(text)
    plain = plain_text(text if body is None else body)
    if body is None and plain == text:
        return None
    return PlainText(plain, metadata)


def plain_text(text: str) -> str:
    """Return a text without Markdown and lynx marks, its wrapped lines joined."""
    if "\r" in text and "\r\n" in text:
        unified = text.replace("\r\n", "\n")
        plain = _plain(unified)
        return text if plain == unified else plain
    return _plain(text)


def _plain(text: str) -> str:
    text = strip_forum_markup(_strip_quote_marks(text))
    if is_markdown(text):
        text = strip_markdown(text)
    elif "[" in text and len(_LYNX_MARK.findall(text, 0, 200_000)) >= 2 and _LYNX_FOOT.search(text):
        text = strip_lynx(text)
    return join_wrapped(text)


def _split_reader_head(text: str) -> tuple[str | None, Mapping[str, Any]]:
    """Return the text after the header that Jina's reader and similar tools write, and what the header states."""
    if "URL Source:" not in text[:2000] or _READER.match(text) is None:
        return None, {}
    metadata: dict[str, Any] = {}
    at = 0
    for _ in range(30):
        line_end = text.find("\n", at)
        line = text[at : line_end if line_end >= 0 else len(text)]
        matched = _READER_LINE.fullmatch(line.strip("\ufeff \t\r"))
        if matched is None and line.strip("\ufeff \t\r"):
            break
        at = line_end + 1 if line_end >= 0 else len(text)
        if matched is not None:
            key = matched["key"].lower()
            if key == "markdown content":
                remaining = matched["value"].strip()
                return (remaining + "\n" if remaining else "") + text[at:], metadata
            if key in _READER_KEYS and matched["value"].strip():
                metadata.setdefault(_READER_KEYS[key], matched["value"].strip())
        if line_end < 0:
            break
    return text[at:], metadata


def _split_labels(text: str) -> tuple[str | None, Mapping[str, Any]]:
    """Return the text below the labels that a scraper wrote above it, and what they state; (None, {}) without labels.

    Printed texts have labels too ("Penulis: ..."), and those stay: an address among them is what only a scraper writes.
    """
    if "http" not in text[:_LABEL_HEAD]:
        return None, {}
    metadata: dict[str, str] = {}
    known_keys: list[str] = []
    at = 0
    is_first_block = True
    while at < len(text):
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        line = text[at:line_end].strip("\ufeff \t\r")
        matched = _LABEL.fullmatch(line)
        if not line:
            is_first_block = is_first_block and not metadata
        elif matched is None or matched["key"] in metadata:
            break
        elif knows_key(matched["key"]):
            if "text" in plan_keys((matched["key"],), FieldMap()).candidates:
                at += text[at:line_end].index(":") + 1
                break
            known_keys.append(matched["key"])
            metadata[matched["key"]] = matched["value"] or ""
        elif is_first_block and matched["value"] and len(matched["value"]) <= _LONGEST_LABEL_VALUE:
            metadata[matched["key"]] = matched["value"]
        else:
            break
        at = line_end + 1
    states_address = any(_ADDRESS.match(metadata[key]) for key in known_keys)
    return (text[at:], metadata) if states_address and len(known_keys) >= 2 else (None, {})


def _strip_quote_marks(text: str) -> str:
    """Return a text that is quoted as a whole, as mail quotes, without the marks of the quotation."""
    if not text.lstrip().startswith(">"):
        return text
    lines = [line for line in text.split("\n") if line.strip()]
    is_quoted = sum(line.lstrip().startswith(">") for line in lines) >= _QUOTED_SHARE * len(lines)
    return _QUOTE_MARK.sub("", text) if is_quoted else text


def is_markdown(text: str) -> bool:
    """Return whether a text has marks of Markdown that no printed text has."""
    # Looking for one character costs a tenth of looking for two, and most texts have none of these.
    if "]" in text and "](" in text and (_LINK.search(text) or _IMAGE.search(text)):
        return True
    if "*" in text and "**" in text and (bold := _BOLD.search(text)) is not None and any(map(str.isalpha, bold[2])):
        return True
    if "#" in text and "# " in text:
        headings = _HEADING.findall(text)
        return len(headings) >= 2 or (len(headings) == 1 and text.lstrip("\ufeff \n").startswith("#"))
    return False


def strip_markdown(text: str) -> str:
    """Return the words of Markdown: links as their text, without images and rules, headings and emphasis plain."""
    text = _IMAGE.sub("", text)
    for _ in range(2):  # a link around an image is left as an empty one
        text = _LINK.sub(_link_words, text)
    text = _REFERENCE_LINK.sub(r"\1", text)
    text = _REFERENCE.sub("", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _FENCE.sub("", text)
    text = _TABLE_RULE.sub("", text)
    text = _RULE.sub("", text)
    text = _HEADING.sub(r"\1", text)
    text = _QUOTE.sub("", text)
    for _ in range(2):
        text = _BOLD.sub(r"\2", text)
    text = _EMPHASIS.sub(lambda match: match[1] or match[2], text)
    text = _BULLET.sub(r"\1", text)
    text = _ESCAPE.sub(r"\1", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<![ \t])[ \t]+$", "", text, flags=re.MULTILINE))


def _link_words(match: re.Match[str]) -> str:
    return " ".join(match[1].split())


def strip_lynx(text: str) -> str:
    """Return the words of a lynx dump: without numbers before links and the list of addresses at its end."""
    if feet := list(_LYNX_FOOT.finditer(text)):
        text = text[: feet[-1].start()]
    text = _LYNX_WIDGET.sub("", _LYNX_MARK.sub("", text))
    return re.sub(r"^ {2,12}(?=\S)", "", text, flags=re.MULTILINE)


def join_wrapped(text: str) -> str:
    """Join the lines of paragraphs that were wrapped at a column; a text whose lines are its own stays as it is."""
    if "\n" not in text or len(text) < 200:
        return text
    lines = text.split("\n")
    if len(lines) < _WRAP_LINES or len(max(lines, key=len).rstrip()) > _WRAP_MOST:
        return text  # most texts: one long line decides it
    if not _WRAP_LEAST <= max(map(len, map(str.rstrip, lines))) <= _WRAP_MOST:
        return text
    blocks = re.split(r"\n[ \t]*\n+", text)
    split = [[line.rstrip() for line in block.split("\n") if line.strip()] for block in blocks]
    if not _is_wrapped(split):
        return text
    return "\n\n".join("\n".join(_join_block(lines)) for lines in split if lines)


def _is_wrapped(blocks: list[list[str]]) -> bool:
    """Return True if lines break at a column: all but the last of a paragraph are as long as the next word allows."""
    lines = [line for block in blocks for line in block]
    longest = max((len(line) for line in lines), default=0)
    if len(lines) < _WRAP_LINES or not _WRAP_LEAST <= longest <= _WRAP_MOST:
        return False
    inner = [(line, block[at + 1]) for block in blocks for at, line in enumerate(block[:-1])]
    if len(inner) < _WRAP_LINES - 1:
        return False
    full = [len(line) + 1 + len(following.split(None, 1)[0]) > longest - 1 for line, following in inner]
    open_ = [_ENDS.search(line) is None for line, _ in inner]
    begun = [following.lstrip()[:1].islower() for _, following in inner]
    return sum(full) >= 0.8 * len(inner) and sum(open_) >= 0.6 * len(inner) and sum(begun) >= 0.35 * len(inner)


def _join_block(lines: list[str]) -> list[str]:
    """Join the lines of a block to paragraphs: a short line that ends a sentence ends its paragraph."""
    longest = max(map(len, lines))
    joined: list[str] = []
    open_ = False
    for at, line in enumerate(lines):
        stripped = line.strip()
        if open_:
            joined[-1] += (
                stripped if _BROKEN_AT_HYPHEN.search(joined[-1]) and stripped[:1].isalpha() else f" {stripped}"
            )
        else:
            joined.append(stripped)
        following = lines[at + 1].split(None, 1)[0] if at + 1 < len(lines) else ""
        short = len(line) + 1 + len(following) < longest - 12
        open_ = not (short and _ENDS.search(line)) and not (short and len(line) < longest * 0.5)
    return joined
