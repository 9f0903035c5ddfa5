"""One text file or page -> its document, its stories, or the reject that says why it is none.

What a browser or a reader wrote beside the text is read here: front matter and reader headers, "saved from url", the
host folder of a mirror. A text that is plainly no prose, or many stories, is a reject.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any, Final

from flows.outlets import canonical_urls
from flows.read import lenient_decoding, light_markup, prose_test, story_split
from flows.read.cut_marks import split_cut_mark
from flows.read.field_mapping import RecordError, map_record
from flows.read.field_values import convert_to_utc
from flows.read.raw_documents import RawDocument, Reject, StatedField, guess_outlet_hint, hash_bytes
from flows.read.source_records import ReadContext

_HEAD: Final = 8192
_SAVED_FROM: Final = re.compile(
    rb"<!--\s{0,5}saved from url=\(\d{1,6}\)(https?://[^\s>]{1,2000})\s{0,5}-->", re.IGNORECASE
)
_SINGLE_FILE: Final = re.compile(
    rb"<!--\s{0,20}Page saved with SingleFile\s{1,20}url:\s{0,5}(https?://\S{1,2000})(?:\s{1,20}saved date:\s{0,5}([^\r\n(]{1,80}))?",  # noqa: E501
    re.IGNORECASE,
)
_MIRRORED: Final = re.compile(
    rb"<!-- Mirrored from (\S{1,2000}\.\S{1,2000}) by HTTrack[^,>]{0,100}(?:, ([^>]{1,60}?))? -->", re.IGNORECASE
)
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,5}[a-z]{2,12}")


@dataclass(frozen=True, slots=True)
class SavedFrom:
    """What a saved page says of itself: where it was, and when it was saved."""

    url: str | None = None
    saved_at: datetime | None = None


def read_text_file(context: ReadContext, document: RawDocument) -> Iterator[RawDocument | Reject]:
    """Read a text file, given as the document that its bytes are, as one document, several, or a reject."""
    content = document.raw if document.content is None else document.content
    text = lenient_decoding.decode_leniently(content, document.encoding)
    if context.options.split:
        yield from _split_document(context, document, text)
        return
    if reason := prose_test.explain_not_prose(text):
        yield _reject_document(context, document, "not_prose", reason)
        return
    marked = light_markup.read_text(text)
    if marked is None:
        if reason := story_split.explain_many_articles(text):
            yield _reject_document(context, document, "many_articles", reason)
            return
        yield _state_cut(replace(document, outlet_hint=document.outlet_hint or guess_mirror_domain(context)), text)
        return
    if reason := story_split.explain_many_articles(marked.text) or (
        story_split.explain_many_articles(text) if marked.metadata else None
    ):
        yield _reject_document(context, document, "many_articles", reason)
        return
    if not any(map(str.isalnum, marked.text)):
        yield _reject_document(context, document, "empty", "has nothing below its header, an article was expected.")
        return
    yield _state_cut(_state_metadata(context, document, marked.text, marked.metadata), marked.text)


def read_page(context: ReadContext, document: RawDocument) -> RawDocument | Reject:
    """Read a page, given as the document that its bytes are: its own words on where it was, or a reject."""
    content = document.raw if document.content is None else document.content
    if b"{%" in content or b"{{" in content or b"<?" in content or b"<%" in content:
        text = lenient_decoding.decode_leniently(content[:200_000], document.encoding)
        if reason := prose_test.explain_template(text):
            return _reject_document(context, document, "not_prose", reason)
    saved = read_saved_from(content)
    if saved.url is None and saved.saved_at is None:
        return replace(document, outlet_hint=document.outlet_hint or guess_mirror_domain(context))
    url = canonical_urls.canonicalize_url(saved.url) if saved.url else None
    hint = guess_outlet_hint(context.guess_outlet, url, content, document.media)
    return replace(document, url=url, fetched_at=saved.saved_at, outlet_hint=hint)


def read_saved_from(content: bytes) -> SavedFrom:
    """Read what browsers, SingleFile and HTTrack write at the head of a page that they save."""
    head = content[:_HEAD]
    if b"<!--" not in head:
        return SavedFrom()
    if match := _SAVED_FROM.search(head):
        return SavedFrom(match[1].decode("utf-8", "replace"))
    if match := _SINGLE_FILE.search(head):
        return SavedFrom(match[1].decode("utf-8", "replace"), _parse_saved_date(match[2]))
    if match := _MIRRORED.search(head):
        return SavedFrom("https://" + match[1].decode("utf-8", "replace"), _parse_saved_date(match[2]))
    return SavedFrom()


def _parse_saved_date(stated: bytes | None) -> datetime | None:
    """Return the instant that a saved page states; None if it states none that can be parsed."""
    text = (stated or b"").decode("ascii", "replace").strip()
    try:
        # SingleFile prints a browser's date, whose zone the parser of mail headers would drop:
        # "Tue Sep 12 2023 14:20:00 GMT+0700".
        moment = datetime.strptime(text, "%a %b %d %Y %H:%M:%S GMT%z")
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
    return convert_to_utc(moment)


def guess_mirror_domain(context: ReadContext) -> str | None:
    """Guess the outlet of a file of a mirror, whose folder is named like the host: its registered domain, or None."""
    parts = PurePosixPath(context.source_file.relative.replace("!", "/")).parts[:-1]
    hosts = [part.lower() for part in parts if _HOST.fullmatch(part.lower())]
    if not hosts:
        return None
    from flows.outlets import load_registry

    outlet = load_registry().find_by_domain(hosts[0])
    return outlet.domain if outlet else None


def _split_document(context: ReadContext, document: RawDocument, text: str) -> Iterator[RawDocument | Reject]:
    count = 0
    for story in story_split.split_stories(text, context.options.split):
        count += 1
        yield build_story(context, story.number, story.text.encode("utf-8", "replace"))
    if not count:
        yield _reject_document(context, document, "empty", "has no story that --split finds, one was expected.")


def build_story(context: ReadContext, number: int, raw: bytes) -> RawDocument:
    """Build the document of one story of a text that was split."""
    source_file, place = context.source_file, f"#S{number}"
    text = raw.decode("utf-8", "replace")
    plain = light_markup.plain_text(text)
    content = plain.encode() if plain != text else None
    return RawDocument(
        source_id=source_file.relative + place,
        source_uri=source_file.uri + place,
        raw=raw,
        content=content,
        media="text",
        identity=source_file.relative + place,
        raw_sha256=hash_bytes(raw),
        encoding="utf-8",
        outlet_hint=guess_outlet_hint(context.guess_outlet, None, content or raw, "text"),
    )


def _state_cut(document: RawDocument, text: str) -> RawDocument:
    """Return the document without the mark of a cut at the end of its text, if there is one, and stated as partial."""
    uncut, mark = split_cut_mark(text)
    if not mark:
        return document
    content = lenient_decoding.replace_surrogates(uncut).encode()
    stated = (*document.stated, StatedField("is_partial", mark))
    return replace(document, content=content, encoding="utf-8", stated=stated)


def _state_metadata(context: ReadContext, document: RawDocument, text: str, metadata: Mapping[str, Any]) -> RawDocument:
    """Return the document with the text below its header, and what the header states."""
    content = lenient_decoding.replace_surrogates(text).encode()
    plain = replace(document, content=content, encoding="utf-8")
    own_fields = {key: value for key, value in metadata.items() if key.lower() not in ("text", "content", "body")}
    if not own_fields:
        hint = guess_outlet_hint(context.guess_outlet, None, content, "text") or guess_mirror_domain(context)
        return replace(plain, outlet_hint=hint)
    try:
        mapped, flat = map_record({**own_fields, "text": text}, context.options.field_map)
    except RecordError:
        return plain
    context.tally.add_record(flat, mapped.sources)
    return replace(
        plain,
        url=mapped.url,
        fetched_at=mapped.fetched_at,
        stated=tuple(StatedField(name, value) for name, value in mapped.stated if name != "is_partial"),
        outlet_hint=guess_outlet_hint(context.guess_outlet, mapped.url, content, "text"),
    )


def _reject_document(context: ReadContext, document: RawDocument, reason: str, detail: str) -> Reject:
    content = document.raw if document.content is None else document.content
    return Reject(
        source_id=document.source_id,
        source_uri=document.source_uri,
        reason=reason,
        detail=lenient_decoding.make_printable(f"{context.source_file.display_path} {detail}"),
        raw_sha256=document.raw_sha256,
        preview=lenient_decoding.make_preview(content) or None,
        raw=document.raw,
    )
