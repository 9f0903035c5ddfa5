"""What changed: added, changed with fields, removed; where a document came from does not count."""

import pyarrow as pa
import release_drafts as drafts

from flows.release import VALUE_COLUMNS, diff_articles, parquet_tables
from flows.release.changes_table import diff_releases
from schemas import arrow


def articles(*rows):
    return arrow.build_table(arrow.ARTICLES, list(rows))


def shown(table):
    assert table.schema.equals(arrow.CHANGES)
    return {row["article_id"]: (row["op"], row["fields"]) for row in table.to_pylist()}


def test_without_a_parent_everything_is_added():
    got = diff_articles(None, articles(drafts.article("a"), drafts.article("b")))
    assert shown(got) == {drafts.key("a"): ("added", []), drafts.key("b"): ("added", [])}
    assert got.column("article_id").to_pylist() == sorted([drafts.key("a"), drafts.key("b")])


def test_releases_without_an_article_in_common_have_removed_and_added_ones_alone():
    parent, now = articles(drafts.article("a")), articles(drafts.article("b"))
    assert shown(diff_articles(parent, now)) == {drafts.key("a"): ("removed", []), drafts.key("b"): ("added", [])}
    assert shown(diff_articles(parent, articles())) == {drafts.key("a"): ("removed", [])}
    assert shown(diff_articles(articles(), now)) == {drafts.key("b"): ("added", [])}


def test_each_op_and_the_fields_that_changed():
    parent = articles(
        drafts.article("tetap"), drafts.article("ubah"), drafts.article("hilang"), drafts.article("kosong", place=None)
    )
    now = articles(
        drafts.article("kosong", place="Solo"),
        drafts.article("ubah", authors=["Sari Dewi", "Budi"], date=None, text="Lain."),
        drafts.article("baru"),
        drafts.article("tetap"),
    )
    assert shown(diff_articles(parent, now)) == {
        drafts.key("hilang"): ("removed", []),
        drafts.key("baru"): ("added", []),
        drafts.key("ubah"): ("changed", ["authors", "date", "text"]),
        drafts.key("kosong"): ("changed", ["place"]),
    }


def test_where_it_came_from_is_no_change():
    moved = drafts.article(
        "a", source_id="x", source_uri="file:///x", raw_sha256="0" * 64, fetched_at=None, raw_char_count=5,
        boilerplate_share=0.5, content_hash="0" * 32,
    )  # fmt: skip
    assert diff_articles(articles(drafts.article("a")), articles(moved)).num_rows == 0


def test_every_published_value_is_compared():
    other = {
        "authors": ["X"], "editors": ["X"], "cited_sources": ["X"], "published_at": None, "date": None,
        "language_score": 0.5, "is_partial": True, "word_count": 1, "char_count": 1,
    }  # fmt: skip
    for name in VALUE_COLUMNS:
        changed = articles(drafts.article("a", **{name: other.get(name, "lain")}))
        assert shown(diff_articles(articles(drafts.article("a")), changed)) == {drafts.key("a"): ("changed", [name])}


def test_order_and_pieces_do_not_matter():
    old = [drafts.article(f"n{n}", word_count=n) for n in range(200)]
    new = [drafts.article(f"n{n}", word_count=n + (n % 7 == 0)) for n in reversed(range(50, 250))]
    first = diff_articles(articles(*old), articles(*new))
    parts = [pa.Table.from_batches(articles(*rows).to_batches(max_chunksize=9)) for rows in (old[::-1], new)]
    assert diff_articles(*parts).equals(first)
    ops = first.column("op").to_pylist()
    changed = len([n for n in range(50, 200) if n % 7 == 0])
    assert {op: ops.count(op) for op in ops} == {"removed": 50, "added": 50, "changed": changed}


def test_a_column_the_parent_had_not_is_not_compared():
    parent = articles(drafts.article("a")).drop_columns(["agency", "place"])
    assert diff_articles(parent, articles(drafts.article("a", agency="AP", place="Solo"))).num_rows == 0


def test_releases_of_the_same_code_are_compared_by_digest(tmp_path):
    def folder(name, *rows):
        parquet_tables.write_table(tmp_path / name, "articles", articles(*rows))
        return tmp_path / name

    same, copied = drafts.article("tetap"), drafts.article("sama")
    before = folder("before", same, copied, drafts.article("ubah"), drafts.article("tiruan"))
    changed = drafts.article("ubah", title="Lain"), drafts.article("tiruan", duplicate_of=drafts.key("tetap"))
    now = folder("now", same, *changed, {**copied, "title": "Digest yang sama"})
    expected = {drafts.key("ubah"): ("changed", ["title"]), drafts.key("tiruan"): ("changed", ["duplicate_of"])}
    assert shown(diff_releases(before, now, same_code=True)) == expected
    assert shown(diff_releases(before, now)) == {**expected, drafts.key("sama"): ("changed", ["title"])}
