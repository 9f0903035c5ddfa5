"""The marks of one text, for the tests of clean."""

from flows.clean.text.text_marks import mark_texts
from schemas.stage_tables import Mark


def list_marks(text: str, outlet: str | None = None) -> list[Mark]:
    """Return the marks of one text."""
    return list(mark_texts([text], [outlet])[0].marks)
