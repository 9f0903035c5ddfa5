"""What was taken down on request: state/withdrawn.json, a list that only grows.

An entry keeps out every document that has the article's id, or the raw bytes or the text that the article, or an exact
duplicate of it, had in any release. It holds digests, never words of the article.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from flows.release.errors import ReleaseError, writing
from flows.release.filesystem import canonical_digest, json_bytes, read_json, write_atomic
from flows.release.layout import Dataset

NOTHING: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of no bytes


@dataclass(frozen=True)
class Withdrawal:
    """One article that was taken down.

    `raw_sha256` and `text_digests` are sorted. `purge` is empty, `asked` (and not finished yet) or `done`.
    """

    article_id: str
    reason: str
    at: str
    raw_sha256: tuple[str, ...]
    text_digests: tuple[str, ...]
    purge: str = ""

    def keeps_out(self, article_id: str, raw_sha256: str | None, text_digest: str) -> bool:
        """Whether a document of this id, these bytes, this text is the article or a duplicate of it."""
        return article_id == self.article_id or raw_sha256 in self.raw_sha256 or text_digest in self.text_digests


def withdrawals(dataset: Dataset) -> list[Withdrawal]:
    """All there are, the oldest first."""
    path = dataset.state / "withdrawn.json"
    try:
        return [
            Withdrawal(**{**each, **{name: tuple(each[name]) for name in ("raw_sha256", "text_digests")}})
            for each in read_json(path) or []
        ]
    except (TypeError, KeyError):
        raise ReleaseError(f"{path} is not a list of what was taken down: put back a good copy.") from None


def withdraw(dataset: Dataset, new: Withdrawal) -> None:
    """Add an entry, or replace that of the same article_id. Call it while holding the lock."""
    old = withdrawals(dataset)
    known = any(each.article_id == new.article_id for each in old)
    made = [new if each.article_id == new.article_id else each for each in old] + ([] if known else [new])
    with writing(dataset.root):
        write_atomic(dataset.state / "withdrawn.json", json_bytes([asdict(each) for each in made]))


def withdrawn_digest(entries: Iterable[Withdrawal]) -> str:
    """Digest over all that decides what is kept out and what its reject says; hex, 64. Not the clock, not purging."""
    said = [(each.article_id, each.reason, each.raw_sha256, each.text_digests) for each in entries]
    return canonical_digest(said) if said else NOTHING
