"""Comparison of two releases, for people and programs."""

import json

from flows.maintain.comparison import compare_articles
from schemas import arrow
from tests.release.release_drafts import article, key

OLD = arrow.build_table(arrow.ARTICLES, [article("banjir"), article("pasar"), article("pemilu")])
NEW = arrow.build_table(
    arrow.ARTICLES,
    [
        article("banjir", title=None, text="Warga banjir bergotong royong.\nAcara itu diundur."),
        article("pasar"),
        article("baru", title="Judul\x1b[31m"),
    ],
)
FOUND = compare_articles("1", OLD, "2", NEW)


def test_counts_and_columns():
    assert FOUND.count_changes() == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert FOUND.count_changed_fields() == {"title": 1, "text": 1}


def test_for_programs():
    document = json.loads(json.dumps(FOUND.as_json()))
    changed = {change["op"]: change for change in document["changes"]}
    assert changed["changed"]["fields"] == {
        "title": {"before": "Judul banjir", "after": None},
        "text": {"removed": ["Acara itu selesai sore hari."], "added": ["Acara itu diundur."]},
    }
    assert changed["removed"]["article_id"] == key("pemilu") and changed["added"]["article_id"] == key("baru")


def test_for_people():
    lines = "\n".join(FOUND.format_lines(20))
    assert "1 -> 2: 1 added, 1 changed, 1 removed, 1 unchanged" in lines
    assert "title: Judul banjir -> nothing" in lines
    assert "- Acara itu selesai sore hari." in lines and "+ Acara itu diundur." in lines
    assert any("1 more" in line for line in FOUND.format_lines(0))


def test_the_same_twice_is_nothing():
    same = compare_articles("1", OLD, "1", OLD)
    assert same.changes == () and same.count_changes()["unchanged"] == 3
