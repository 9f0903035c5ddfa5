"""Identity of a record without a URL."""

from collections.abc import Iterable
from hashlib import blake2b


def build_record_identity(path: str, record_id: str | None, words: Iterable[str | bytes]) -> str:
    """Return the identity of a record: the path of its file, `#` and its id, else `rec:` and a digest of its `words`.

    `words` are its title, date and text as the record has them. The place of a record without an id is no identity: a
    record added above it would change it.
    """
    if record_id:
        return f"{path}#{record_id}"
    digest = blake2b(digest_size=16)
    for word in words:
        encoded = word if isinstance(word, bytes) else word.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return f"rec:{digest.hexdigest()}"
