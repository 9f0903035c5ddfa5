"""Exceptions of read/."""


class SourceError(Exception):
    """Source that is missing or empty; the message is a sentence for the operator."""


class TableError(Exception):
    """A table that cannot be read on: a reason of schemas.vocabulary, and a sentence's rest behind the file's name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail
