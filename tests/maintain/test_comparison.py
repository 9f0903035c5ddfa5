"""What differs between two releases, as people and programs get it."""

import json

from flows.maintain.comparison import compare
from schemas import arrow
from tests.release.release_drafts import article, key

OLD = arrow.table(arrow.ARTICLES, [article("banjir"), article("pasar"), article("pemilu")])
NEW = arrow.table(
    arrow.ARTICLES,
    [
        article("banjir", title=None, text="Warga banjir bergotong royong.\nAcara itu diundur."),
        article("pasar"),
        article("baru", title="Judul\x1b[31m"),
    ],
)
FOUND = compare("1", OLD, "2", NEW)


def test_counts_and_columns():
    assert FOUND.counts() == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert FOUND.fields() == {"title": 1, "text": 1}


def test_for_programs():
    made = json.loads(json.dumps(FOUND.as_json()))
    changed = {change["op"]: change for change in made["changes"]}
    assert changed["changed"]["fields"] == {
        "title": {"before": "Judul banjir", "after": None},
        "text": {"removed": ["Acara itu selesai sore hari."], "added": ["Acara itu diundur."]},
    }
    assert changed["removed"]["article_id"] == key("pemilu") and changed["added"]["article_id"] == key("baru")


def test_for_people():
    said = "\n".join(FOUND.lines(20))
    assert "1 -> 2: 1 added, 1 changed, 1 removed, 1 unchanged" in said
    assert "title: Judul banjir -> nothing" in said
    assert "- Acara itu selesai sore hari." in said and "+ Acara itu diundur." in said
    assert any("1 more" in line for line in FOUND.lines(0))


def test_the_same_twice_is_nothing():
    same = compare("1", OLD, "1", OLD)
    assert same.changes == () and same.counts()["unchanged"] == 3
