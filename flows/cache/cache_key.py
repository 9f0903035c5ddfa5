"""Cache key of a document: digest of everything that determines its outcome."""

import json
from hashlib import blake2b

from flows.clean import Effort
from flows.read import RawDocument


def compute_document_key(document: RawDocument, html: Effort) -> bytes:
    """Compute the key of a document, 16 bytes.

    The outlet hint is left out: it follows from the bytes and the URL, by code that has a digest of its own.
    """
    attributes = (
        document.media,
        html if document.media == "html" else "",
        document.encoding,
        document.url,
        document.fetched_at.isoformat() if document.fetched_at else None,
        [(stated.field, stated.where, stated.value) for stated in document.stated],
    )
    digest = blake2b(json.dumps(attributes).encode(), digest_size=16)
    digest.update(b"\0")
    digest.update(document.raw if document.content is None else document.content)
    return digest.digest()
