"""A release reads with every earlier reader of its major version: stored releases, today's and tomorrow's, together.

tests/golden/releases/ keeps one small release of each schema version. A change of the schema without a new version, and
a breaking one without a new major version, fail here; the message says what to do.
"""

import json
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from flows import report
from flows.release import (
    Dataset,
    audit_release,
    diff_articles,
    load_table,
    parquet_tables,
    read_batches,
    stage_release,
    upgrade_batch,
    verify_release,
)
from schemas import SCHEMA_VERSION, columns, reader_schemas
from tests.release import release_drafts as drafts

STORED = Path(__file__).parents[1] / "golden" / "releases"
VERSIONS = sorted(
    (path.name for path in STORED.iterdir() if path.is_dir()), key=lambda v: [int(n) for n in v.split(".")]
)
SAME_MAJOR = [version for version in VERSIONS if version.split(".")[0] == SCHEMA_VERSION.split(".")[0]]
HOW = "raise SCHEMA_VERSION in schemas/__init__.py and run tests/golden/releases/store.py"
ROWS = len(drafts.ARTICLES)


def described(version):
    """Table -> column -> its JSON Schema, as that version's own schema.json says; and the Arrow types beside it."""
    made = json.loads((STORED / version / "schema.json").read_text(encoding="utf-8"))["$defs"]
    return {table: said["properties"] for table, said in made.items()}


def today():
    return {table: reader_schemas.build_json_schema(table)["properties"] for table in columns.PUBLISHED}


def decides(column):
    """What of a column a reader's code can hang on: all but the words that explain it."""
    return {key: value for key, value in column.items() if key != "description"}


def null(column):
    return "null" in column["type"] if isinstance(column["type"], list) else False


def kind(column):
    types = column["type"] if isinstance(column["type"], list) else [column["type"]]
    bounds = {key: column.get(key) for key in ("format", "minimum", "maximum", "items")}
    return sorted(set(types) - {"null"}), bounds


def breaks(old, new):
    """Sentences: what of the new tables breaks a reader of the old ones."""
    found = []
    for table, before in old.items():
        for name, column in before.items():
            now = new.get(table, {}).get(name)
            if now is None:
                found.append(f"{table}.{name} is gone")
                continue
            if kind(now) != kind(column):
                found.append(f"{table}.{name} has another type")
            if null(now) and not null(column):
                found.append(f"{table}.{name} may be null now")
            words = {word for word in column.get("enum", []) if word is not None}
            if words - set(now.get("enum", [])):
                found.append(f"{table}.{name} lost a word of its closed list")
            if column.get("pattern") != now.get("pattern"):
                found.append(f"{table}.{name} has another pattern")
    return found


def test_the_present_version_is_stored_and_nothing_changed_since():
    assert SCHEMA_VERSION in VERSIONS, f"no release of schema {SCHEMA_VERSION} is stored: run {STORED / 'store.py'}"
    stored = {t: {n: decides(c) for n, c in made.items()} for t, made in described(SCHEMA_VERSION).items()}
    now = {t: {n: decides(c) for n, c in made.items()} for t, made in today().items()}
    assert {t: list(made) for t, made in stored.items()} == {t: list(made) for t, made in now.items()}, HOW
    assert stored == now, HOW
    for table, schema in parquet_tables.SCHEMAS.items():
        assert load_table(STORED / SCHEMA_VERSION, table).schema.equals(schema), f"{table}: {HOW}"


@pytest.mark.parametrize("version", SAME_MAJOR)
def test_nothing_since_breaks_a_reader_of_the_same_major_version(version):
    assert breaks(described(version), today()) == [], "a breaking change needs a new major version"


def changed(table="articles", name="title", **values):
    made = today()
    made[table] = dict(made[table])
    made[table][name] = {**made[table].get(name, {"type": "string"}), **values}
    return made


def without(table, name):
    made = today()
    made[table] = {key: value for key, value in made[table].items() if key != name}
    return made


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (without("articles", "place"), "articles.place is gone"),
        ({"articles": today()["articles"]}, "rejects.source_id is gone"),
        (changed(type=["integer", "null"]), "articles.title has another type"),
        (changed(name="word_count", minimum=-(2**63), maximum=2**63 - 1), "articles.word_count has another type"),
        (changed(name="text", type=["string", "null"]), "articles.text may be null now"),
        (changed("spans", "kind", enum=["body"]), "spans.kind lost a word of its closed list"),
        (changed(name="article_id", pattern="^[0-9a-f]{64}$"), "articles.article_id has another pattern"),
    ],
)
def test_what_breaks_is_seen(new, said):
    assert said in breaks(today(), new)


@pytest.mark.parametrize(
    "new",
    [
        changed(name="mood", type=["string", "null"]),
        changed(type="string"),
        changed("rejects", "reason", enum=[*today()["rejects"]["reason"]["enum"], "stale"]),
        changed(description="Said in other words."),
    ],
)
def test_what_only_adds_or_narrows_breaks_nothing(new):
    assert breaks(today(), new) == []


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Every stored release of this major version, today's, and one of a version to come with a column more."""
    dataset = Dataset(tmp_path_factory.mktemp("output") / "news")
    made = stage_release(dataset, drafts.draft(checks=()), "2026.11.22.1", report.write_pages)
    audit_release(made)
    later = tmp_path_factory.mktemp("later") / "data"
    later.mkdir()
    articles = load_table(made, "articles")
    more = articles.append_column("mood", pa.array(["calm"] * articles.num_rows))
    pq.write_table(more, later / "articles-00000-of-00001.parquet")
    return [*(STORED / version for version in SAME_MAJOR), made, later.parent]


def paths(releases):
    return [path.as_posix() for release in releases for path in sorted((release / "data").glob("*.parquet"))]


def told(rows):
    """What is compared: one value of each type, for each article once a release."""
    names = ("article_id", "title", "authors", "date", "is_partial", "word_count", "text")
    return sorted(tuple(str(row[name]) for name in names) for row in rows)


@pytest.fixture
def expected(releases):
    rows = [row for release in releases[:1] for row in load_table(release, "articles").to_pylist()]
    return told(rows * len(releases))


def test_pandas_reads_them_together(releases, expected):
    frame = pd.concat([pd.read_parquet(path, dtype_backend="pyarrow") for path in paths(releases)])
    assert told(pa.Table.from_pandas(frame, preserve_index=False).to_pylist()) == expected
    assert frame["mood"].notna().sum() == ROWS


def test_polars_reads_them_together(releases, expected):
    frame = pl.scan_parquet(paths(releases), missing_columns="insert", extra_columns="ignore").collect()
    assert told(frame.to_dicts()) == expected


def test_duckdb_reads_them_together(releases, expected):
    found = duckdb.sql(f"SELECT * FROM read_parquet({paths(releases)!r}, union_by_name=true)")
    assert told(found.to_arrow_table().to_pylist()) == expected
    assert found.filter("mood IS NOT NULL").to_arrow_table().num_rows == ROWS


@pytest.mark.parametrize("version", SAME_MAJOR)
def test_pyarrow_reads_them_together_with_an_earlier_schema(releases, expected, version):
    schema = load_table(STORED / version, "articles").schema
    table = ds.dataset(paths(releases), schema=schema).to_table()
    assert table.schema.names == schema.names and told(table.to_pylist()) == expected


@pytest.mark.parametrize("version", SAME_MAJOR)
def test_kliping_itself_reads_a_stored_release(version):
    stored = STORED / version
    assert verify_release(stored) == []
    articles = load_table(stored, "articles")
    upgraded = [upgrade_batch("articles", batch, stored) for batch in read_batches(stored, "articles")]
    assert pa.concat_tables(upgraded).num_rows == ROWS
    assert diff_articles(articles, load_table(stored, "articles")).num_rows == 0


def test_rewording_a_description_does_not_damage_what_is_published(monkeypatch):
    schema = parquet_tables.SCHEMAS["articles"]
    reworded = pa.schema([f.with_metadata({"description": "Otherwise."}) for f in schema], schema.metadata)
    monkeypatch.setitem(parquet_tables.SCHEMAS, "articles", reworded)
    assert verify_release(STORED / SCHEMA_VERSION) == []
