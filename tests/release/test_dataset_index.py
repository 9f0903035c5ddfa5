"""versions.json and CHANGELOG.md in plain words."""

from dataclasses import replace

from flows.release.dataset_index import escape_markdown, write_versions


def test_a_withdrawn_release_says_so_in_the_changelog(released):
    (entry,) = released.read_versions()
    write_versions(released, [replace(entry, status="withdrawn", why=("On request.",))])
    assert "**Withdrawn.** On request. 4 articles" in (released.root / "CHANGELOG.md").read_text()


def test_the_changelog_is_a_function_of_the_list(released):
    before = (released.root / "CHANGELOG.md").read_bytes()
    write_versions(released, released.read_versions())
    assert (released.root / "CHANGELOG.md").read_bytes() == before


def test_carried_articles_and_large_counts_are_said(released):
    (entry,) = released.read_versions()
    counts = {"published": 12345, "carried_over": 1, "added": 1000, "rejected": 2, "dropped": 1}
    write_versions(released, [replace(entry, parent="2026.11.21.1", counts=counts)])
    text = (released.root / "CHANGELOG.md").read_text()
    assert "12,345 articles: 1,000 added, 0 changed, 0 removed since 2026.11.21.1." in text
    assert "2 documents rejected, 1 duplicate dropped. 1 article carried over." in text


def test_what_a_person_gives_as_a_reason_is_no_markup_and_no_control():
    escaped = escape_markdown("[k](javascript:x) <img src=x> \x1b[2J\u202e `a` *b* | c")
    assert escaped == "\\[k\\](javascript:x) &lt;img src=x&gt; \ufffd\\[2J\ufffd \\`a\\` \\*b\\* \\| c"
