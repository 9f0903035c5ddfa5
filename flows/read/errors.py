"""What read/ raises."""


class SourceError(Exception):
    """The source is missing or holds nothing; the message is a sentence for the person who named it."""
