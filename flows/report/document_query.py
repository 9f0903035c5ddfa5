"""What a user calls a document of a release: an id, an address, a digest, or its place in the source."""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_ID_PREFIX: Final = re.compile(r"[0-9a-f]{6,32}")
# Columns that a query may equal; a table has some of them.
QUERY_COLUMNS: Final = ("article_id", "source_id", "source_uri", "raw_sha256", "url")


def match_documents(table: pa.Table, query: str) -> pa.Array:
    """Return for each row whether a query names it, of the columns in QUERY_COLUMNS that the table has.

    A query is an article_id or 6 or more of its first digits, a source_id, URI, digest or URL, or where none of these
    fits, the end of a URI behind a slash: `news.jsonl#L3` is the third line of such a file, whatever id it states.
    """
    is_exact = match_exactly(table, query)
    return is_exact if pc.any(is_exact).as_py() else match_place(table, query)


def match_exactly(table: pa.Table, query: str) -> pa.Array:
    """Return for each row whether a query is one of its ids, its digest or its address."""
    names = set(table.schema.names)
    is_match = pa.array([False] * table.num_rows, pa.bool_())
    for name in QUERY_COLUMNS:
        if name in names:
            is_match = pc.or_(is_match, _fill_nulls(pc.equal(table[name], query)))
    if "article_id" in names and _ID_PREFIX.fullmatch(query):
        is_match = pc.or_(is_match, _fill_nulls(pc.starts_with(table["article_id"], query)))
    return is_match


def match_place(table: pa.Table, query: str) -> pa.Array:
    """Return for each row whether its URI ends in a query behind a slash."""
    if "source_uri" not in table.schema.names or not query:
        return pa.array([False] * table.num_rows, pa.bool_())
    return _fill_nulls(pc.ends_with(table["source_uri"], f"/{query.lstrip('/')}"))


def _fill_nulls(matches: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pc.fill_null(matches.combine_chunks() if isinstance(matches, pa.ChunkedArray) else matches, False)
