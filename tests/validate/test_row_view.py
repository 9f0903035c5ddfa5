from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from flows.validate.row_view import build_row_view, build_view_frame
from schemas import arrow, stage_tables
from tests.makers import complete_row

RUN_DAY = date(2024, 6, 1)
A, B = "a" * 32, "b" * 32


def articles(*changes: dict[str, Any]) -> pa.Table:
    base = {
        "article_id": A, "source_id": "drop/1.txt", "source_uri": "file:drop/1.txt", "raw_sha256": "0" * 64,
        "authors": [], "editors": [], "cited_sources": [], "language": "id", "language_score": 0.9,
        "text": "Pasar dibuka lagi.\nPedagang kembali.", "is_partial": False, "word_count": 5, "char_count": 36,
        "raw_char_count": 60, "boilerplate_share": 0.4, "content_hash": "0" * 32,
    }  # fmt: skip
    return arrow.build_table(arrow.ARTICLES, [complete_row("articles", base) | change for change in changes])


def evidence(*pairs: tuple[str, str]) -> pa.Table:
    blank = {"rule": "byline.plain", "line": 1, "quote": "Sari Wulandari", "sure": "stated"}
    return arrow.build_table(arrow.EVIDENCE, [blank | {"article_id": a, "field": field} for a, field in pairs])


def row(change: dict[str, Any], *fields: str) -> dict[str, Any]:
    table = articles(change)
    made: dict[str, Any] = build_row_view(table, evidence(*((A, field) for field in fields)), [0], RUN_DAY).to_pylist()[
        0
    ]
    return made


def test_a_view_has_its_schema_and_the_order_of_the_articles() -> None:
    made = build_row_view(articles({"article_id": B}, {"source_id": "2"}), evidence(), [3, 0], RUN_DAY)
    assert made.schema.equals(stage_tables.VIEW)
    assert made["article_id"].to_pylist() == [B, A]
    assert made["clutter_hits"].to_pylist() == [3, 0]


def test_no_article_makes_an_empty_view() -> None:
    made = build_row_view(arrow.make_empty_table(arrow.ARTICLES), arrow.make_empty_table(arrow.EVIDENCE), [], RUN_DAY)
    assert made.schema.equals(stage_tables.VIEW)
    assert made.num_rows == 0
    assert len(build_view_frame(made)) == 0


def test_lines_and_names_are_counted() -> None:
    made = row({"authors": ["Sari", "Budi"], "editors": ["Tono"]})
    assert (made["author_count"], made["editor_count"]) == (2, 1)
    assert (made["line_count"], made["longest_line"]) == (2, 18)


@pytest.mark.parametrize(
    ("change", "told", "bare"),
    [
        ({}, [], []),
        ({"title": "Pasar Dibuka"}, [], ["title"]),
        ({"title": "Pasar Dibuka"}, ["title"], []),
        ({"title": "Pasar Dibuka"}, ["subtitle"], ["title"]),
        ({"authors": ["Sari"], "editors": ["Budi"]}, ["authors"], ["editors"]),
        ({"cited_sources": ["CNN"], "agency": "ANTARA"}, [], ["agency", "cited_sources"]),
        ({"date": date(2024, 5, 1)}, ["published_at"], []),
        ({"published_at": datetime(2024, 5, 1, tzinfo=UTC)}, ["date"], ["published_at"]),
        ({"place": "AMBON", "dateline": "AMBON -"}, ["dateline"], []),
        ({"url": "https://contoh.id/1", "language": "en"}, [], []),
    ],
)
def test_a_value_without_evidence_is_named(change: dict[str, Any], told: list[str], bare: list[str]) -> None:
    assert row(change, *told)["unevidenced"] == bare


def test_the_evidence_of_another_article_supports_nothing() -> None:
    table = articles({"title": "Satu"}, {"article_id": B, "source_id": "2", "title": "Dua"})
    made = build_row_view(table, evidence((B, "title")), [0, 0], RUN_DAY)
    assert made["unevidenced"].to_pylist() == [["title"], []]


@pytest.mark.parametrize(
    ("fetched_at", "latest"),
    [
        pytest.param(datetime(2024, 5, 1, 9, tzinfo=UTC), date(2024, 5, 1), id="the day of fetching"),
        pytest.param(datetime(2024, 5, 1, 18, tzinfo=UTC), date(2024, 5, 2), id="already tomorrow in Jakarta"),
        pytest.param(None, date(2024, 6, 2), id="unknown: the run's day, wherever it is furthest"),
        pytest.param(datetime(2024, 6, 1, 23, tzinfo=UTC), date(2024, 6, 2), id="fetched during the run"),
        pytest.param(datetime(9999, 12, 31, 23, tzinfo=UTC), date(2024, 6, 2), id="never later than the run"),
    ],
)
def test_latest_day(fetched_at: datetime | None, latest: date) -> None:
    assert row({"fetched_at": fetched_at})["latest_day"] == latest


def test_counts_of_rows_must_agree() -> None:
    with pytest.raises(ValueError, match="1 articles, but 2 numbers"):
        build_row_view(articles({}), evidence(), [0, 0], RUN_DAY)


def test_the_frame_names_what_is_empty_or_not_a_number() -> None:
    table = articles({"title": "\u00a0 ", "agency": "", "language_score": float("nan")})
    frame = build_view_frame(build_row_view(table, evidence(), [0], RUN_DAY))
    assert frame["empty_values"].tolist() == ["title, agency, language_score"]


def test_the_frame_is_sorted_by_article_id() -> None:
    made = build_row_view(articles({"article_id": B}, {"source_id": "2"}), evidence(), [3, 0], RUN_DAY)
    assert build_view_frame(made)["article_id"].tolist() == [A, B]


@pytest.mark.parametrize(("day", "gap"), [(date(2024, 5, 1), 0), (date(2024, 5, 2), 1), (date(2024, 4, 29), -2)])
def test_the_gap_between_day_and_instant(day: date, gap: int) -> None:
    table = articles({"published_at": datetime(2024, 5, 1, 23, 59, tzinfo=UTC), "date": day})
    assert build_view_frame(build_row_view(table, evidence(), [0], RUN_DAY))["published_day_gap"].tolist() == [gap]


def test_tables_joined_from_many_batches_make_the_same_view() -> None:
    first = articles({"title": "Satu"}, {"article_id": B, "source_id": "2", "title": "Dua", "agency": " "})
    then = articles({"article_id": "c" * 32, "source_id": "3", "title": "Tiga", "date": date(2024, 5, 1)})
    told = [evidence((B, "title")), evidence(("c" * 32, "date"))]
    joined = build_row_view(pa.concat_tables([first, then]), pa.concat_tables(told), [0, 1, 2], RUN_DAY)
    apart = [build_row_view(first, told[0], [0, 1], RUN_DAY), build_row_view(then, told[1], [2], RUN_DAY)]
    assert joined.equals(pa.concat_tables(apart))
    assert joined["unevidenced"].to_pylist() == [["title"], ["agency"], ["title"]]
    assert build_view_frame(pa.concat_tables(apart))["empty_values"].tolist() == ["", "agency", ""]
