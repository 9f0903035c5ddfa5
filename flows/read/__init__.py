"""Reader of a source: batches of raw documents with their place, and of rejects with a reason.

A source is a file, a folder, a glob (`drops/2026-*/*.jsonl`; `**` matches any number of folders) or an fsspec URL of
one (s3://, gs://, https://, ...). A folder is walked recursively, in the order of the bytes of its paths. Names that
begin with a dot (.git, .DS_Store) are skipped and do not count as documents. A symlink is followed once, and only to a
target inside the source; only regular files are opened. Users, passwords and queries of a URL are never published.

The kind of a file is detected from its first bytes, not from its name:

- gzip and zstd are decompressed, and the content is detected in the same way (one document, one JSONL or one WARC);
- JSONL, one record a line: {"id", "url"?, "text" | "html", "fetched_at"?, ...}. Where a record has both, the page is
  used, because it holds more. Other known keys become rows of `stated`. A blank line is not a document;
- WARC: a response of a text type is a document (HTML, XHTML, plain text; without a type, the bytes decide). Requests,
  pictures, scripts and all other records are skipped. HTTP chunks and codings are decoded. `raw` is the record's block;
- HTML: a page, or a fragment made of tags from its first character to its last. Text with a stray tag is text;
- text, in any encoding: its bytes are passed on and clean/ decodes them. Only JSONL is decoded here;
- every other kind is rejected.

Each document of the source is one row of `documents` or one of `rejects`, in a stable order that does not depend on
the batch size. A folder that cannot be listed, a link that leaves the source and a damaged container count as one
document each; the records before the damage are kept. Ids may repeat: a later stage makes them unique. `Limits` bounds
the memory: about batch_bytes and a few times document_bytes, however large the files are.
"""

from flows.read.input_digest import (
    SURVEYED_FILES,
    DigestLookup,
    SourceDigest,
    SourceSurvey,
    combine_digests,
    digest_source,
    survey_source,
)
from flows.read.raw_documents import (
    Limits,
    OutletGuesser,
    RawDocument,
    Reject,
    add_outlet_hints,
    build_documents_table,
)
from flows.read.source import RawBatch, list_files, read_batches, read_file
from flows.read.source_file import SourceFile
from flows.read.source_walk import SourceError

__all__ = [
    "SURVEYED_FILES",
    "DigestLookup",
    "Limits",
    "OutletGuesser",
    "RawBatch",
    "RawDocument",
    "Reject",
    "SourceDigest",
    "SourceError",
    "SourceFile",
    "SourceSurvey",
    "add_outlet_hints",
    "build_documents_table",
    "combine_digests",
    "digest_source",
    "list_files",
    "read_batches",
    "read_file",
    "survey_source",
]
