"""The key of a document: a digest of everything that decides what it becomes."""

import json
from hashlib import blake2b

from flows.clean import Effort
from flows.read import Document


def key_of(document: Document, html: Effort) -> bytes:
    """16 bytes. The outlet hint is left out: it is made of the same bytes and URL by code that has its own digest."""
    said = (
        document.media,
        html if document.media == "html" else "",
        document.encoding,
        document.url,
        document.fetched_at.isoformat() if document.fetched_at else None,
        [(one.field, one.where, one.value) for one in document.stated],
    )
    digest = blake2b(json.dumps(said).encode(), digest_size=16)
    digest.update(b"\0")
    digest.update(document.raw if document.content is None else document.content)
    return digest.digest()
