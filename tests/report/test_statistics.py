"""Statistics equal those of the tables, however these are split into files."""

import datetime as dt
from collections import Counter

import pyarrow.parquet as pq

from flows.report.statistics import EXAMPLES_PER_REASON, collect_statistics


def column(folder, table, name):
    return pq.read_table(folder / table).column(name).to_pylist()


def test_counts_equal_the_tables(release):
    statistics = collect_statistics(release)
    assert statistics.articles == 4
    assert statistics.words == sum(column(release, "data", "word_count"))
    assert statistics.partial_articles == 1 and statistics.duplicates == 1
    assert statistics.outlets == Counter(column(release, "data", "outlet"))
    assert statistics.months == {"2024-03": 1, "2024-02": 1, None: 2}
    assert statistics.languages == {"id": 3, "en": 1}
    kinds = column(release, "lineage/spans.parquet", "kind")
    assert statistics.cuts == Counter(kind for kind in kinds if kind != "body")


def test_every_column_accounts_for_every_article(release):
    statistics = collect_statistics(release)
    for coverage in statistics.coverage:
        present = coverage.stated + coverage.inferred if coverage.present is None else coverage.present
        assert present + coverage.missing == statistics.articles, coverage.column


def test_stated_and_inferred_are_told_apart_and_an_empty_list_is_missing(release):
    coverage = {column_coverage.column: column_coverage for column_coverage in collect_statistics(release).coverage}
    assert (coverage["outlet"].stated, coverage["outlet"].inferred, coverage["outlet"].missing) == (2, 1, 1)
    assert (coverage["authors"].stated, coverage["authors"].inferred, coverage["authors"].missing) == (2, 1, 1)
    assert (coverage["date"].stated, coverage["date"].inferred, coverage["date"].missing) == (1, 1, 2)
    assert (coverage["editors"].present, coverage["editors"].missing) == (1, 3)
    assert (coverage["cited_sources"].present, coverage["cited_sources"].missing) == (1, 3)


def test_rejects_are_counted_with_the_first_sentences(tmp_path, house):
    rejects = [
        {"source_id": f"{n}.txt", "source_uri": f"{n}.txt", "raw_sha256": None, "stage": "read",
         "reason": "empty" if n < 5 else "binary", "detail": f"sentence {n}", "preview": None}
        for n in range(6)
    ]  # fmt: skip
    reasons = collect_statistics(house.lay(tmp_path / "r", [house.row(1)], rejects=rejects)).reasons
    assert {name: reason.count for name, reason in reasons.items()} == {"empty": 5, "binary": 1}
    assert reasons["empty"].examples == [(f"{n}.txt", f"sentence {n}") for n in range(EXAMPLES_PER_REASON)]
    assert reasons["binary"].examples == [("5.txt", "sentence 5")]


def test_changes_are_counted_by_column(release):
    changed = collect_statistics(release).changes
    assert changed["added"] == {"": 1} and changed["removed"] == {"": 1}
    assert changed["changed"] == {"": 2, "title": 1, "text": 2}


def test_the_same_figures_from_one_file_and_from_many(tmp_path, house):
    rows = [
        house.row(n, outlet=f"Outlet {n % 3}", outlet_basis="stated", outlet_domain="example.com") for n in range(9)
    ]
    one, many = house.lay(tmp_path / "one", rows), house.lay(tmp_path / "many", rows, a_file=2)
    assert len(list((many / "data").iterdir())) == 5
    assert collect_statistics(one) == collect_statistics(many)


def test_a_release_without_articles_has_figures(tmp_path, house):
    statistics = collect_statistics(house.lay(tmp_path / "none", []))
    assert statistics.articles == 0 and statistics.words == 0 and not statistics.outlets
    assert {column_coverage.missing for column_coverage in statistics.coverage} == {0}


def test_a_day_long_ago_is_in_its_month(tmp_path, house):
    row = house.row(1, date=dt.date(1994, 12, 31), date_basis="stated")
    assert collect_statistics(house.lay(tmp_path / "old", [row])).months == {"1994-12": 1}
