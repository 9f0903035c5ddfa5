"""Description of every published column.

A table is a tuple of `Column`, in the order of the file. `arrow`, `reader_schemas` and the dataset card are generated
from it, so a column is added in this file and nowhere else.
"""

from dataclasses import dataclass, field

import pyarrow as pa

from schemas import vocabulary

UTC_MICROS = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.field("item", pa.string(), nullable=False))


@dataclass(frozen=True)
class Column:
    """A published column: name, Arrow type, meaning for readers, nullability, closed list of words, regex.

    `older` is the value of rows that were published before the column was added; None stands for null.
    """

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False
    one_of: tuple[str, ...] = field(default=())
    pattern: str = ""
    older: object = None


def _string(name: str, meaning: str, *, null: bool = False, one_of: tuple[str, ...] = (), pattern: str = "") -> Column:
    return Column(name, pa.string(), meaning, null, one_of, pattern)


_BASES, _KINDS = tuple(vocabulary.BASES), tuple(vocabulary.KINDS)
_HEX32, _HEX64 = "^[0-9a-f]{32}$", "^[0-9a-f]{64}$"

ARTICLES: tuple[Column, ...] = (
    _string("article_id", "Stable key: blake2b-128 of the URL, else of file path and record id.", pattern=_HEX32),
    _string("source_id", "The record's own id, else the file's path in the source, else path#Lnn; unique."),
    _string("source_uri", "Where the raw bytes were when they were read."),
    _string("raw_sha256", "SHA-256 of the raw bytes; hex.", pattern=_HEX64),
    Column("fetched_at", UTC_MICROS, "When the raw bytes were fetched, where that is said.", nullable=True),
    _string("url", "Canonical URL, tracking parameters removed.", null=True),
    _string("outlet", "Canonical name of the outlet that published the article.", null=True),
    _string("outlet_domain", "Registered domain of the outlet.", null=True),
    _string("outlet_basis", "Whether the document states its outlet or it is inferred.", null=True, one_of=_BASES),
    _string("title", "The headline as printed.", null=True),
    _string("subtitle", "The standfirst as printed.", null=True),
    Column("authors", STRINGS, "Names of the writers as printed; empty where none is named."),
    _string("author_basis", "`stated`, or `inferred` where a sign-off has no stated role.", null=True, one_of=_BASES),
    Column("editors", STRINGS, "Names of the editors as printed; empty where none is named."),
    _string("agency", "The wire service the text is credited to.", null=True),
    Column("cited_sources", STRINGS, "Outlets and agencies the story says it quotes; never its own outlet."),
    Column("published_at", UTC_MICROS, "Instant of publication, where day, hour and minute are stated.", nullable=True),
    Column("date", pa.date32(), "Best known day of publication, in the outlet's own time zone.", nullable=True),
    _string("date_basis", "`stated` by the document, or `inferred` from the story.", null=True, one_of=_BASES),
    _string("dateline", "The dateline as printed; it is cut from text.", null=True),
    _string("place", "The place in the dateline, as printed.", null=True),
    _string("language", "ISO 639-1 code of its language, 639-3 for some rare ones; `und` where it cannot be told."),
    Column("language_score", pa.float32(), "How sure the language is, 0 to 1."),
    _string("text", "The article: one paragraph a line, blanks normalised, quotes and dashes as printed."),
    Column("is_partial", pa.bool_(), "The text says that it goes on elsewhere (paywall, next page)."),
    Column("word_count", pa.int32(), "Words in text."),
    Column("char_count", pa.int32(), "Unicode code points in text."),
    Column("raw_char_count", pa.int32(), "Unicode code points in the decoded document."),
    Column("boilerplate_share", pa.float32(), "Share of the document's non-blank code points that were cut, 0 to 1."),
    _string("duplicate_of", "The article_id of this release whose story this row repeats.", null=True, pattern=_HEX32),
    _string("content_hash", "Digest over the published values, not over where they came from; hex.", pattern=_HEX32),
)  # fmt: skip

REJECTS: tuple[Column, ...] = (
    _string("source_id", "As in articles."),
    _string("source_uri", "As in articles."),
    _string("raw_sha256", "As in articles; null where the bytes could not be read.", null=True, pattern=_HEX64),
    _string("stage", "The stage that rejected it.", one_of=vocabulary.STAGES),
    _string("reason", "A code of the closed list of reasons.", one_of=tuple(vocabulary.REASONS)),
    _string("detail", "A sentence: what was read, what was expected, what to do."),
    _string("preview", "The first 200 characters, for a person to recognise it.", null=True),
)

CHANGES: tuple[Column, ...] = (
    _string("op", "What happened since the parent release.", one_of=vocabulary.OPS),
    _string("article_id", "The article it happened to.", pattern=_HEX32),
    Column("fields", STRINGS, "The columns whose values changed; empty unless op is `changed`."),
)

SPANS: tuple[Column, ...] = (
    _string("article_id", "The article whose document this span is of.", pattern=_HEX32),
    Column(
        "line",
        pa.int32(),
        "Line of the decoded document, from 1; where it had lost its line breaks, of its recovered lines.",
    ),
    Column("start", pa.int32(), "First code point of the span in the decoded document, from 0."),
    Column("end", pa.int32(), "One past its last code point."),
    _string("kind", "What the span is.", one_of=_KINDS),
    _string("rule", "Stable id of the rule or model that said so."),
    Column(
        "score",
        pa.float32(),
        "The model's probability that the line is body; null where none judged it.",
        nullable=True,
    ),
    _string("text", "The words that were cut; null where the span was kept as body.", null=True),
)

EVIDENCE: tuple[Column, ...] = (
    _string("article_id", "The article whose value this supports.", pattern=_HEX32),
    _string("field", "The column of articles."),
    _string("rule", "Stable id of the rule that found it."),
    Column("line", pa.int32(), "Line of the decoded document; null where it is not in its text.", nullable=True),
    _string("quote", "The words that say it, as they stand in the document."),
    _string("sure", "How sure the rule is.", one_of=vocabulary.SURENESS),
)  # fmt: skip

# Table name -> its columns. The name is also the stem of its file in a release.
PUBLISHED: dict[str, tuple[Column, ...]] = {
    "articles": ARTICLES,
    "rejects": REJECTS,
    "changes": CHANGES,
    "spans": SPANS,
    "evidence": EVIDENCE,
}
