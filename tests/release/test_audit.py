"""The audit finds in the rows what checksums cannot: it is shown one broken draft for each of its rules."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import release_drafts as drafts

from flows.release import AuditError, audit_release, parquet_tables, stage_release
from flows.release.audit import inspect_table
from schemas import arrow

VERSION = "2026.11.22.1"
GONE = drafts.key("tiada")
DROPPED = drafts.REJECTS[0] | {"source_id": "kembar.txt", "reason": "same_article", "stage": "dedupe"}

BROKEN = {
    "a key twice": (
        {"articles": [*drafts.ARTICLES, drafts.article("pasar", source_id="lain")]},
        "article_id should be",
    ),
    "a source_id twice": (
        {"articles": [*drafts.ARTICLES, drafts.article("baru", source_id="pasar.txt")]},
        r"source_id should be unique, and \['pasar.txt'\]",
    ),
    "a duplicate of nothing": (
        {"articles": [*drafts.ARTICLES, drafts.article("baru", duplicate_of=GONE)]},
        f"duplicate_of names .*{GONE}",
    ),
    "a duplicate of itself": (
        {"articles": [*drafts.ARTICLES, drafts.article("baru", duplicate_of=drafts.key("baru"))]},
        "named as its own duplicate",
    ),
    "a document lost": ({"documents_in": 7}, "7 documents in and 0 carried over are 7, but 4 published"),
    "a reject without its row": ({"rejected": {"empty": 2}, "documents_in": 6}, "the table rejects has 1 rows"),
    "another reason": ({"rejected": {"binary": 1}}, "has 0 rows binary, where manifest.json counts 1"),
    "dropped as rejected": (
        {"rejects": [DROPPED], "rejected": {"same_article": 1}},
        r"counts \['same_article'\] as rejected",
    ),
    "a word of no list": (
        {"articles": [*drafts.ARTICLES, drafts.article("baru", date_basis="kira-kira")]},
        r"column date_basis says \['kira-kira'\]",
    ),
}


@pytest.mark.parametrize(("values", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_must_not_be_published(dataset, values, said):
    folder = stage_release(dataset, drafts.draft(**values), VERSION)
    with pytest.raises(AuditError, match=said):
        audit_release(folder)


@pytest.mark.parametrize(("table", "path"), [("spans", "lineage/spans"), ("evidence", "lineage/evidence")])
def test_lineage_of_an_article_that_is_not_there(dataset, table, path):
    draft = drafts.draft()
    (segment,) = draft.segments
    row = {"spans": drafts.span("tiada", 0), "evidence": drafts.proof("tiada", "title")}[table]
    more = pa.concat_tables([getattr(segment, table), arrow.build_table(parquet_tables.SCHEMAS[table], [row])])
    folder = stage_release(dataset, replace(draft, segments=[replace(segment, **{table: more})]), VERSION)
    with pytest.raises(AuditError, match=rf"{path}-000001-.*\.parquet: article_id names .*{GONE}"):
        audit_release(folder)


def test_rows_out_of_order_even_across_row_groups(tmp_path, monkeypatch):
    from flows.release.audit import inspect_table

    monkeypatch.setitem(parquet_tables._GROUP_ROWS, "articles", 2)
    rows = [drafts.article(f"n{n}") for n in range(6)]
    rows.sort(key=lambda row: row["article_id"])
    path = tmp_path / "articles.parquet"
    for order, sound in (([0, 1, 2, 3, 4, 5], True), ([0, 2, 1, 3, 4, 5], False), ([0, 1, 2, 3, 5, 4], False)):
        pq.write_table(arrow.build_table(arrow.ARTICLES, [rows[n] for n in order]), path, row_group_size=2)
        assert (inspect_table(tmp_path, "articles", path.name).damages == []) == sound


def test_dropped_documents_and_carried_articles_are_accounted_for(dataset):
    draft = drafts.draft(
        rejects=[*drafts.REJECTS, DROPPED], dropped={"same_article": 1}, carried_over=2, documents_in=4
    )
    audit_release(stage_release(dataset, draft, VERSION))


def test_a_file_changed_since_staging(dataset):
    folder = stage_release(dataset, drafts.draft(), VERSION)
    drafts.find_file(folder, "csv/metadata.csv").write_text("x")
    with pytest.raises(AuditError, match=r"csv/metadata-.*\.csv: is not what was published"):
        audit_release(folder)


@pytest.mark.parametrize(
    ("order", "is_sound"), [([0], True), ([0, 1], True), ([1, 0], False), ([0, 2, 1], False), ([0, 0, 1], True)]
)
def test_the_last_row_and_equal_rows_count_in_the_order(tmp_path, order, is_sound):
    rows = sorted((drafts.article(f"n{n}") for n in range(3)), key=lambda row: row["article_id"])
    pq.write_table(arrow.build_table(arrow.ARTICLES, [rows[n] for n in order]), tmp_path / "a.parquet")
    findings = inspect_table(tmp_path, "articles", "a.parquet")
    assert [damage.problem for damage in findings.damages] == ["is not sorted by date, article_id"] * (not is_sound)
    assert findings.key_columns["article_id"].to_pylist() == [rows[n]["article_id"] for n in order]


def test_of_lineage_each_article_id_is_kept_once_and_nulls_are_damages(tmp_path):
    rows = [drafts.span("pasar", 0), drafts.span("pasar", 1), drafts.span("kapal", 0)]
    rows.sort(key=lambda row: (row["article_id"], row["start"]))
    pq.write_table(arrow.build_table(parquet_tables.SCHEMAS["spans"], rows), tmp_path / "s.parquet")
    findings = inspect_table(tmp_path, "spans", "s.parquet")
    assert findings.damages == [] and len(findings.key_columns["article_id"]) == 2
    table = arrow.build_table(arrow.ARTICLES, [drafts.article("pasar")])
    nullable = pa.schema([field.with_nullable(True) for field in table.schema])
    at = table.schema.get_field_index("source_id")
    table = pa.table(table.columns, nullable).set_column(at, nullable.field(at), pa.nulls(1, pa.string()))
    pq.write_table(table, tmp_path / "a.parquet")
    [damage] = inspect_table(tmp_path, "articles", "a.parquet").damages
    assert damage.problem == "column source_id has 1 nulls"
