"""The figures are those of the tables, whatever they are cut into."""

import datetime as dt
from collections import Counter

import pyarrow.parquet as pq

from flows.report.statistics import SENTENCES, gather


def column(folder, table, name):
    return pq.read_table(folder / table).column(name).to_pylist()


def test_counts_equal_the_tables(release):
    facts = gather(release)
    assert facts.articles == 4
    assert facts.words == sum(column(release, "data", "word_count"))
    assert facts.partial == 1 and facts.duplicates == 1
    assert facts.outlets == Counter(column(release, "data", "outlet"))
    assert facts.months == {"2024-03": 1, "2024-02": 1, None: 2}
    assert facts.languages == {"id": 3, "en": 1}
    kinds = column(release, "lineage/spans.parquet", "kind")
    assert facts.cuts == Counter(kind for kind in kinds if kind != "body")


def test_every_column_accounts_for_every_article(release):
    facts = gather(release)
    for given in facts.given:
        there = given.stated + given.inferred if given.given is None else given.given
        assert there + given.missing == facts.articles, given.column


def test_stated_and_inferred_are_told_apart_and_an_empty_list_is_missing(release):
    given = {g.column: g for g in gather(release).given}
    assert (given["outlet"].stated, given["outlet"].inferred, given["outlet"].missing) == (2, 1, 1)
    assert (given["authors"].stated, given["authors"].inferred, given["authors"].missing) == (2, 1, 1)
    assert (given["date"].stated, given["date"].inferred, given["date"].missing) == (1, 1, 2)
    assert (given["editors"].given, given["editors"].missing) == (1, 3)
    assert (given["cited_sources"].given, given["cited_sources"].missing) == (1, 3)


def test_rejects_are_counted_with_the_first_sentences(tmp_path, house):
    rejects = [
        {"source_id": f"{n}.txt", "source_uri": f"{n}.txt", "raw_sha256": None, "stage": "read",
         "reason": "empty" if n < 5 else "binary", "detail": f"sentence {n}", "preview": None}
        for n in range(6)
    ]  # fmt: skip
    reasons = gather(house.lay(tmp_path / "r", [house.row(1)], rejects=rejects)).reasons
    assert {name: reason.count for name, reason in reasons.items()} == {"empty": 5, "binary": 1}
    assert reasons["empty"].first == [(f"{n}.txt", f"sentence {n}") for n in range(SENTENCES)]
    assert reasons["binary"].first == [("5.txt", "sentence 5")]


def test_changes_are_counted_by_column(release):
    changed = gather(release).changed
    assert changed["added"] == {"": 1} and changed["removed"] == {"": 1}
    assert changed["changed"] == {"": 2, "title": 1, "text": 2}


def test_the_same_figures_from_one_file_and_from_many(tmp_path, house):
    rows = [
        house.row(n, outlet=f"Outlet {n % 3}", outlet_basis="stated", outlet_domain="example.com") for n in range(9)
    ]
    one, many = house.lay(tmp_path / "one", rows), house.lay(tmp_path / "many", rows, a_file=2)
    assert len(list((many / "data").iterdir())) == 5
    assert gather(one) == gather(many)


def test_a_release_without_articles_has_figures(tmp_path, house):
    facts = gather(house.lay(tmp_path / "none", []))
    assert facts.articles == 0 and facts.words == 0 and not facts.outlets
    assert {g.missing for g in facts.given} == {0}


def test_a_day_long_ago_is_in_its_month(tmp_path, house):
    row = house.row(1, date=dt.date(1994, 12, 31), date_basis="stated")
    assert gather(house.lay(tmp_path / "old", [row])).months == {"1994-12": 1}
