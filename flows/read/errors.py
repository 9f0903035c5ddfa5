"""Exceptions of read/."""


class SourceError(Exception):
    """Source that is missing or empty; the message is a sentence for the operator."""
