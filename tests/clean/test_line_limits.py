"""A document of more lines than an article can have is refused, and costs next to nothing."""

import pytest

from flows.clean.line_limits import MAX_LINES, explain_too_many_lines


def test_blank_lines_do_not_count():
    assert explain_too_many_lines("a\n" * MAX_LINES) is None
    assert explain_too_many_lines("a\n" + "\n \t\n" * MAX_LINES) is None
    assert "10,001 lines" in explain_too_many_lines("a\n" * (MAX_LINES + 1))


@pytest.mark.parametrize(("content", "media"), [("kata\n" * (MAX_LINES + 1), "text"), ("<p>kata</p>" * 10_001, "html")])
def test_too_many_lines_are_rejected_and_the_others_go_on(cleaned, content, media):
    story = "Warga menunggu di tepi jalan raya sejak pagi hari. " * 5
    made = cleaned(content, story if media == "text" else f"<html><body><p>{story}</p></body></html>", media=media)
    (reject,) = made.rejects.to_pylist()
    assert reject["source_id"] == "doc-0" and reject["reason"] == "too_large" and "at most 10,000" in reject["detail"]
    assert made.documents["source_id"].to_pylist() == ["doc-1"]
