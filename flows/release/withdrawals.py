"""Takedowns: articles withdrawn on request, in state/withdrawn.json, a list that only grows.

An entry excludes every document with the article's id, and every document with the raw bytes or the text that the
article or an exact duplicate of it had in any release. It holds digests, never words of the article.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import digest_json, encode_json, read_json, write_atomic
from flows.release.layout import Dataset

EMPTY_DIGEST: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of no bytes


@dataclass(frozen=True)
class Withdrawal:
    """A takedown of one article.

    `raw_sha256` and `text_digests` are sorted. `purge` is empty, `asked` (and not finished yet) or `done`.
    """

    article_id: str
    reason: str
    at: str
    raw_sha256: tuple[str, ...]
    text_digests: tuple[str, ...]
    purge: str = ""

    def matches_document(self, article_id: str, raw_sha256: str | None, text_digest: str) -> bool:
        """Return True if a document with this id, raw bytes or text is the article or a duplicate of it."""
        return article_id == self.article_id or raw_sha256 in self.raw_sha256 or text_digest in self.text_digests


def read_withdrawals(dataset: Dataset) -> list[Withdrawal]:
    """Read all withdrawals, oldest first. Raises ReleaseError where the file is damaged."""
    path = dataset.state / "withdrawn.json"
    try:
        return [
            Withdrawal(**{**record, **{name: tuple(record[name]) for name in ("raw_sha256", "text_digests")}})
            for record in read_json(path) or []
        ]
    except (TypeError, KeyError):
        raise ReleaseError(f"{path} is not a list of what was taken down: put back a good copy.") from None


def record_withdrawal(dataset: Dataset, withdrawal: Withdrawal) -> None:
    """Add a withdrawal, or replace the one of the same article_id. The caller must hold the lock."""
    withdrawals = read_withdrawals(dataset)
    is_listed = any(listed.article_id == withdrawal.article_id for listed in withdrawals)
    updated = [withdrawal if listed.article_id == withdrawal.article_id else listed for listed in withdrawals] + (
        [] if is_listed else [withdrawal]
    )
    with explain_write_errors(dataset.root):
        write_atomic(dataset.state / "withdrawn.json", encode_json([asdict(listed) for listed in updated]))


def compute_withdrawn_digest(entries: Iterable[Withdrawal]) -> str:
    """Digest the fields that decide the rejects: id, reason, raw and text digests; hex, 64. Not `at`, not `purge`."""
    digested = [(entry.article_id, entry.reason, entry.raw_sha256, entry.text_digests) for entry in entries]
    return digest_json(digested) if digested else EMPTY_DIGEST
