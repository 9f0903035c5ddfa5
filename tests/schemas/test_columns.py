"""The one description: names that can be relied on, meanings that can be read, words that are in the vocabulary."""

import re

import pyarrow as pa
import pytest

from schemas import SCHEMA_VERSION, arrow, vocabulary
from schemas.columns import ARTICLES, EVIDENCE, PUBLISHED, STRINGS, Column

EVERY = [(table, column) for table, columns in PUBLISHED.items() for column in columns]
# What readers of schema 1 rely on: columns are only added, behind or between these.
FIRST = [
    "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "url", "outlet", "outlet_domain",
    "outlet_basis", "title", "subtitle", "authors", "author_basis", "editors", "agency", "cited_sources",
    "published_at", "date", "date_basis", "dateline", "place", "language", "language_score", "text",
    "is_partial", "word_count", "char_count", "raw_char_count", "boilerplate_share", "duplicate_of",
    "content_hash",
]  # fmt: skip


def test_schema_1_keeps_the_columns_it_began_with():
    names = [column.name for column in ARTICLES]
    assert [name for name in names if name in FIRST] == FIRST
    assert re.fullmatch(r"1\.\d+\.\d+", SCHEMA_VERSION)


def test_a_column_that_was_added_has_a_value_for_older_rows():
    for column in ARTICLES:
        assert column.name in FIRST or column.nullable or column.older is not None, (
            f"{column.name} may not be null: say in schemas/columns.py which value holds for older rows (`older`)"
        )


@pytest.mark.parametrize(("table", "column"), EVERY, ids=lambda part: getattr(part, "name", part))
def test_a_column_has_a_plain_name_and_a_sentence(table: str, column: Column):
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,40}", column.name)
    assert column.meaning[0].isupper() or column.meaning[0] in "`"
    assert column.meaning.endswith(".") and "\n" not in column.meaning and "|" not in column.meaning


def test_no_table_names_a_column_twice():
    for columns in PUBLISHED.values():
        assert len({column.name for column in columns}) == len(columns)


def test_lists_are_never_null():
    assert all(not column.nullable for _, column in EVERY if column.type == STRINGS)
    assert all(not column.type.value_field.nullable for _, column in EVERY if pa.types.is_list(column.type))


def test_a_basis_may_be_null_exactly_where_its_value_may():
    by_name = {column.name: column for column in ARTICLES}
    for basis in ("outlet_basis", "author_basis", "date_basis"):
        assert by_name[basis].one_of == tuple(vocabulary.BASES) and by_name[basis].nullable


def test_evidence_names_its_field_and_its_words_always():
    assert [column.name for column in EVIDENCE if column.nullable] == ["line"]


def test_dropped_reasons_are_reasons():
    assert set(vocabulary.REASONS) >= vocabulary.DROPPED


def test_a_schema_in_a_file_says_which_it_is():
    assert arrow.ARTICLES.metadata == {
        b"kliping.table": b"articles",
        b"kliping.schema_version": SCHEMA_VERSION.encode(),
    }


def test_rows_that_do_not_fit_are_refused():
    row = {"op": "added", "article_id": "0" * 32, "fields": []}
    assert arrow.build_table(arrow.CHANGES, [row]).schema == arrow.CHANGES
    with pytest.raises(ValueError, match="op may not be null"):
        arrow.build_table(arrow.CHANGES, [row | {"op": None}])
    with pytest.raises(pa.ArrowInvalid):
        arrow.build_table(arrow.SPANS, [dict.fromkeys(arrow.SPANS.names) | {"line": "one"}])
    assert arrow.make_empty_table(arrow.SPANS).num_rows == 0
