"""A source -> batches of raw documents, each with where it lay, and of rejects, each with a reason.

A source is a file, a folder, a glob (`drops/2026-*/*.jsonl`; `**` is any number of folders) or an fsspec URL of one
(s3://, gs://, https://, ...). A folder is walked whole, in the order of its paths' bytes. Names that begin with a dot
(.git, .DS_Store) are skipped and are no documents. A symlink is followed once, and only to what lies inside the source;
what is no regular file is never opened. No user, password or query of a URL stands in what is read from it.

What a file is, its first bytes say and not its name:

- gzip and zstd are unpacked, and what is inside is judged in the same way (one document, one JSONL or one WARC);
- JSONL, one record a line: {"id", "url"?, "text" | "html", "fetched_at"?, ...}. Where a record has both, the page
  speaks, since it says more. Other known keys become rows of `stated`. A blank line is no document;
- WARC: a response of a text type (HTML, XHTML, plain text; without a type: by its bytes) is a document; requests,
  pictures, scripts and all other records are none. Chunks and codings of HTTP are undone. `raw` is the record's block;
- HTML: a page, or a fragment that is tags from its first character to its last. Text with a stray tag is text;
- text, in any encoding: its bytes are passed on, and clean/ decodes them. Only JSONL is decoded here;
- anything else is rejected.

Every document that goes in is one row of `documents` or one of `rejects`, in a stable order, whatever the size of the
batches. A folder that may not be listed, a link that leads out and a container that breaks off count as one document;
the records before the break are kept. Ids may repeat: telling them apart is not this stage's work. Memory is bounded
by `Limits`: some batch_bytes and a few times document_bytes, however large the files are.
"""

from flows.read.input_digest import FILES, Inputs, Known, Survey, changed, fingerprint, survey
from flows.read.raw_documents import Document, Hint, Limits, Reject, documents_table
from flows.read.source import Batch, files_of, hinted, read, rows_of
from flows.read.source_file import Found
from flows.read.source_walk import SourceError

__all__ = [
    "FILES",
    "Batch",
    "Document",
    "Found",
    "Hint",
    "Inputs",
    "Known",
    "Limits",
    "Reject",
    "SourceError",
    "Survey",
    "changed",
    "documents_table",
    "files_of",
    "fingerprint",
    "hinted",
    "read",
    "rows_of",
    "survey",
]
