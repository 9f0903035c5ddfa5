"""Tables that pass from stage to stage. None of them is published.

read      -> RAW, READ_REJECTS
clean     RAW -> DOCUMENTS, MARKS, CANDIDATES (and REJECTS)
describe  DOCUMENTS, MARKS, CANDIDATES -> METADATA, EVIDENCE_FOUND, MARKS
settle    the marks of both, describe's over clean's -> spans that tile every non-blank line
validate  VIEW, a projection of the articles without their text
dedupe    texts -> PRINTS; FINGERPRINTS, PRINTS -> LINKS

`doc` is a row number in the batch's DOCUMENTS table; it means nothing outside its batch.
"""

from typing import Final, NamedTuple

import pyarrow as pa

from schemas import arrow
from schemas.columns import STRINGS, UTC_MICROS


def _field(name: str, type_: pa.DataType, *, null: bool = False) -> pa.Field:
    return pa.field(name, type_, nullable=null)


# Metadata that a record or a page states outside the text of the article: `where` is `record` for a key of a raw JSONL
# record, else `jsonld`, `og`, `meta`, `microdata`, `h1`, `time`, `canonical`, `html_title`, `link`, ...
STATED: Final = pa.struct([_field("field", pa.string()), _field("where", pa.string()), _field("value", pa.string())])

RAW: Final = pa.schema(
    [
        _field("source_id", pa.string()),
        _field("source_uri", pa.string()),
        _field("raw_sha256", pa.string()),
        # The bytes as they stood in the source: the file, the JSONL line, the WARC record's block (HTTP head and body).
        _field("raw", pa.large_binary()),
        # The bytes of the text or page; null where they are `raw` itself.
        _field("content", pa.large_binary(), null=True),
        _field("media", pa.string()),  # text | html
        _field("encoding", pa.string(), null=True),  # declared outside the content, or inferred from its NUL bytes
        _field(
            "identity", pa.string()
        ),  # file path, or file path#record id; article_id is derived from it where no URL is known
        _field("url", pa.string(), null=True),  # canonical, as the record states it
        _field("fetched_at", UTC_MICROS, null=True),
        _field("outlet_hint", pa.string(), null=True),  # registered domain of an outlet of the registry
        _field("stated", pa.list_(_field("item", STATED))),
    ]
)

# A reject of read/ still carries its raw bytes, where there are any: they are stored like all others.
READ_REJECTS: Final = arrow.REJECTS.append(_field("raw", pa.large_binary(), null=True)).remove_metadata()

DOCUMENTS: Final = pa.schema(
    [
        _field("doc", pa.int32()),
        _field("source_id", pa.string()),
        _field("source_uri", pa.string()),
        _field("raw_sha256", pa.string()),
        _field("identity", pa.string()),
        _field("url", pa.string(), null=True),
        _field("fetched_at", UTC_MICROS, null=True),
        _field("media", pa.string()),
        _field("outlet_hint", pa.string(), null=True),
        # The decoded document: every line break is \n. For a page: its blocks, one a line.
        _field("text", pa.large_string()),
        # Where the line breaks of a text were lost and found again: start and end of each line in `text`, one after the
        # other, by the numbers of MARKS. Null: the lines are those of `text`.
        _field("recovered_lines", pa.list_(_field("item", pa.int32())), null=True),
    ]
)

# A mark gives the kind of a span of a non-blank line. `start` and `end` are code points in DOCUMENTS.text, `end`
# exclusive; a span lies within one line and neither begins nor ends with a blank.
MARKS: Final = pa.schema(
    [
        _field("doc", pa.int32()),
        _field("line", pa.int32()),
        _field("start", pa.int32()),
        _field("end", pa.int32()),
        _field("kind", pa.string()),
        _field("rule", pa.string()),
        _field("score", pa.float32(), null=True),
    ]
)


class Mark(NamedTuple):
    """One row of MARKS without its document."""

    line: int
    start: int
    end: int
    kind: str
    rule: str
    score: float | None = None


CANDIDATES: Final = pa.schema(
    [
        _field("doc", pa.int32()),
        _field("field", pa.string()),
        _field("where", pa.string()),
        _field("value", pa.string()),
    ]
)

# What decides between documents of one article_id; never published.
IDENTITY: Final = pa.schema(
    [
        _field("own_url", pa.string(), null=True),  # its URL if the canonical that it declares is not believed
        _field("fallback_id", pa.string()),  # its article_id by own_url, else by its identity
        # When it says that it was modified, else published; the later of both.
        _field("revised_at", UTC_MICROS, null=True),
    ]
)

# One row a document, in the order of DOCUMENTS.
METADATA: Final = pa.schema(
    [
        _field("doc", pa.int32()),
        _field("article_id", pa.string()),
        *IDENTITY,
        *(
            arrow.ARTICLES.field(name).remove_metadata()
            for name in (
                "url", "outlet", "outlet_domain", "outlet_basis", "title", "subtitle", "authors", "author_basis",
                "editors", "agency", "cited_sources", "published_at", "date", "date_basis", "dateline", "place",
                "language", "language_score", "is_partial",
            )
        ),
    ]
)  # fmt: skip

EVIDENCE_FOUND: Final = pa.schema(
    [
        _field("doc", pa.int32()),
        *(arrow.EVIDENCE.field(name).remove_metadata() for name in ("field", "rule", "line", "quote", "sure")),
    ]
)

# The published tables as a run holds them. `row` numbers the articles of one shard, so that the lineage of two
# documents that claim the same article_id stays separate until one of them is chosen. `doc` is the row of RAW that the
# article was made of. The other columns are the measures of texts and evidence that VIEW needs, computed once.
_ROW: Final = _field("row", pa.int64())
_DOC: Final = _field("doc", pa.int32())
_PROFILES: Final = _field("profiles", pa.string())  # names of the outlet profiles that were applied, joined by commas
MEASURES: Final = pa.schema(
    [
        _field("clutter_hits", pa.int32()),  # lines of text that a clutter cue still matches
        _field("line_count", pa.int32()),
        _field("longest_line", pa.int32()),
        _field("unevidenced", STRINGS),  # columns that claim a value without a row of evidence
    ]
)
RUN_ARTICLES: Final = pa.schema([*arrow.ARTICLES.remove_metadata(), *MEASURES, *IDENTITY, _PROFILES, _DOC, _ROW])
RUN_REJECTS: Final = arrow.REJECTS.append(_PROFILES).append(_DOC).remove_metadata()
RUN_SPANS: Final = arrow.SPANS.append(_ROW).remove_metadata()
RUN_EVIDENCE: Final = arrow.EVIDENCE.append(_ROW).remove_metadata()

# The documents of the source without their bytes: one row for each, in the source's order.
ARRIVALS: Final = pa.schema(
    [
        _field("source_id", pa.string()),
        _field("source_uri", pa.string()),
        _field("raw_sha256", pa.string()),
        _field("fetched_at", UTC_MICROS, null=True),
        _field("bare_id", pa.string()),  # its article_id, should no URL be found for it
        _field("key", pa.binary(16)),  # digest of everything that decides its outcome, see flows.cache
    ]
)

# The articles of a run in memory: the columns that decide which of them are published. All other columns of an article
# are in row `at` of its shard; shard PARENT - n is segment n of the parent release, where `at` counts its rows.
PARENT: Final = -1
KEYS: Final = pa.schema(
    [
        _field("row", pa.int64()),  # the documents of the run in the source's order, then the articles carried over
        *(
            arrow.ARTICLES.field(name).remove_metadata()
            for name in (
                "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "published_at", "date",
                "date_basis", "char_count", "boilerplate_share", "duplicate_of", "content_hash",
            )
        ),
        _field("fallback_id", pa.string(), null=True),  # where the URL is a declared canonical and not its own
        _field("has_own_url", pa.bool_()),  # false: its article_id without declared canonical follows from its place
        _field("outlet", pa.dictionary(pa.int32(), pa.string()), null=True),
        _field("has_title", pa.bool_()),
        _field("has_author", pa.bool_()),
        _field("shard", pa.int32()),
        _field("at", pa.int32()),
    ]
)  # fmt: skip

# The input of expectations/articles.json: the published values without the text, and counts that need the text.
VIEW: Final = pa.schema(
    [
        *(
            arrow.ARTICLES.field(name).remove_metadata()
            for name in arrow.ARTICLES.names
            if name not in ("text", "authors", "editors", "cited_sources", "raw_sha256", "content_hash")
        ),
        _field("author_count", pa.int32()),
        _field("editor_count", pa.int32()),
        *(MEASURES.field(name) for name in ("line_count", "longest_line", "clutter_hits", "unevidenced")),
        _field("latest_day", pa.date32()),  # the day of fetched_at, else the run's day: no date may be after it
    ]
)

# Near-duplicate fingerprints of a text, keyed by the content_hash of its article, so that they can be cached and the
# text need not be read again. `bands` and `shingles` are null where a text has too few letters to be compared.
PRINTS: Final = pa.schema(
    [
        _field("content_hash", pa.string()),
        _field("text_digest", pa.string()),  # of the normalised text; empty where it is too short
        _field(
            "bands", pa.binary(256), null=True
        ),  # 32 keys of 64 bits; two texts with an equal key are a candidate pair
        _field("shingles", pa.large_binary(), null=True),  # its 5-word shingles as sorted 64-bit digests, each once
    ]
)

# Index of a published segment: one row an article, in the order of its articles file. Its near-duplicate prints are row
# `print_row` of file `print_file` of the list in the metadata of the schema.
SEGMENT_INDEX: Final = pa.schema(
    [
        _field("article_id", pa.binary(16)),
        _field("source_hash", pa.uint64()),  # of source_id
        _field("origin_digest", pa.binary(16)),  # of the values and the origin: equal rows have equal ones
        _field("raw_sha256", pa.binary(32)),
        _field("text_digest", pa.binary(16), null=True),  # as in PRINTS; null where the text is too short
        _field("duplicate_of", pa.binary(16), null=True),
        _field("date", pa.date32(), null=True),
        _field("date_basis", pa.string(), null=True),
        _field("published_at", UTC_MICROS, null=True),
        _field("char_count", pa.int32()),
        _field("print_file", pa.int32()),
        _field("print_row", pa.int32()),
    ]
)
# Keys of the articles of a segment, sorted: its near-duplicate bands, or the lowest shingle digests of each text.
SEGMENT_KEYS: Final = pa.schema([_field("key", pa.uint64()), _field("row", pa.int32())])

# The input of dedupe/: one row for each article of the coming release.
FINGERPRINTS: Final = pa.schema(
    [
        _field("article_id", pa.string()),
        _field("text_digest", pa.string()),  # as in PRINTS
        _field("date", pa.date32(), null=True),
        _field("date_basis", pa.string(), null=True),
        _field("published_at", UTC_MICROS, null=True),
        _field("char_count", pa.int32()),
        _field("print", pa.int64(), null=True),  # its row in a table of PRINTS
        # 0: was published first and keeps its role; 1: was published as a duplicate; 2: is new
        _field("generation", pa.int8()),
    ]
)

LINKS: Final = pa.schema([_field("article_id", pa.string()), _field("duplicate_of", pa.string())])
