"""Reader of a source: batches of raw documents with their place, and of rejects with a reason.

A source is a file, a folder, a glob (`drops/2026-*/*.jsonl`; `**` matches any number of folders) or an fsspec URL of
one (s3://, gs://, https://, ...). A folder is walked recursively, in the order of the bytes of its paths. Names that
begin with a dot (.git, .DS_Store) are skipped and do not count as documents. A symlink is followed once, and only to
a target inside the source; only regular files are opened. Users, passwords and queries of a URL are never published.

The kind of a file is detected from its first bytes, not from its name:

- gzip, zstd, bzip2 and xz are decompressed, and the content is detected in the same way;
- zip and tar archives: each member is a file of the source, named `archive!member` (archive_members);
- records: JSONL, other JSON (json_records), CSV and its kin (csv_records), Parquet and Arrow (parquet_records),
  SQLite (sqlite_records), spreadsheets (excel_records), feeds (feed_records). All reach `source_records.build_row`,
  where the alias table and `FieldMap` say which key states what. Where a record has a text and a page, the page is
  used, because it holds more. A blank line or row is not a document;
- WARC and ARC: a response, resource or conversion of a text type is a document (HTML, XHTML, plain text; without a
  type, the bytes decide). Requests, pictures, scripts and all other records are skipped. HTTP chunks and codings are
  decoded. `raw` is the record's block;
- HTML: a page, or a fragment made of tags from its first character to its last; MHTML, the page in it;
- text, in any encoding: its bytes are passed on and clean/ decodes them, unless light markup was read out of it
  (light_markup). A text that is plainly no prose (prose_test) or many stories (story_split) is a reject;
- every other kind is rejected.

Each document of the source is one row of `documents` or one of `rejects`, in a stable order that does not depend on
the batch size. A folder that cannot be listed, a link that leaves the source and a damaged container count as one
document each; the records before the damage are kept. Ids may repeat: a later stage makes them unique. `Limits`
bounds the memory: about batch_bytes and a few times document_bytes, however large the files are.
"""

from flows.read.field_aliases import FIELDS, FieldMap, FieldMapError
from flows.read.input_digest import (
    SURVEYED_FILES,
    DigestLookup,
    SourceDigest,
    SourceSurvey,
    combine_digests,
    survey_source,
)
from flows.read.line_ranges import LineFile, LineRange, LineRangeError, open_line_file, read_line_range
from flows.read.raw_documents import (
    Limits,
    OutletGuesser,
    RawDocument,
    Reject,
    add_outlet_hints,
    build_documents_table,
    build_rejects_table,
)
from flows.read.source import (
    RawBatch,
    group_into_batches,
    list_files,
    read_batches,
    read_file,
    read_stored_bytes,
)
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadOptions, merge_tallies
from flows.read.source_walk import SourceError
from flows.read.story_split import SplitError, check_split

__all__ = [
    "FIELDS",
    "SURVEYED_FILES",
    "DigestLookup",
    "FieldMap",
    "FieldMapError",
    "KeyTally",
    "Limits",
    "LineFile",
    "LineRange",
    "LineRangeError",
    "OutletGuesser",
    "RawBatch",
    "RawDocument",
    "ReadOptions",
    "Reject",
    "SourceDigest",
    "SourceError",
    "SourceFile",
    "SourceSurvey",
    "SplitError",
    "add_outlet_hints",
    "build_documents_table",
    "build_rejects_table",
    "check_split",
    "combine_digests",
    "group_into_batches",
    "list_files",
    "merge_tallies",
    "open_line_file",
    "read_batches",
    "read_file",
    "read_line_range",
    "read_stored_bytes",
    "survey_source",
]
