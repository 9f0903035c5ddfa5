"""The CSVs say what the Parquet says, to every reader."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import release_drafts as drafts
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.release import csv_tables, load_table, parquet_tables, stage_release
from schemas import arrow

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60)


def write(folder, rows):
    parquet_tables.write_table(folder, "articles", arrow.build_table(arrow.ARTICLES, rows), "data/articles-1.parquet")
    write_csv_files(folder)
    return load_table(folder, "articles").to_pylist()


def write_csv_files(folder):
    """Write the CSV files of a folder of articles: csv/articles.csv.gz, unpacked beside it, and csv/metadata.csv."""
    (folder / "csv").mkdir()
    paths = folder / "csv/articles.csv.gz", folder / "csv/metadata.csv"
    with csv_tables.CsvWriter(*paths) as writer:
        for batch in parquet_tables.read_batches(folder, "articles"):
            writer.write_rows(batch)
    (folder / "csv/articles.csv").write_bytes(gzip.decompress(paths[0].read_bytes()))


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@settings(max_examples=60, deadline=None)
@given(title=PRINTABLE, text=PRINTABLE, authors=st.lists(PRINTABLE, max_size=3))
def test_any_text_comes_back_from_articles_csv(tmp_path_factory, title, text, authors):
    folder = tmp_path_factory.mktemp("csv")
    row = drafts.article("apa", title=title, text=text, authors=authors)
    write(folder, [row])
    (got,) = read(folder / "csv/articles.csv")
    assert (got["title"], got["text"]) == (csv_tables.escape_null_word(title), csv_tables.escape_null_word(text))
    assert got["title"].removeprefix("'" * (csv_tables.escape_null_word(title) != title)) == title
    assert json.loads(got["authors"]) == authors


@settings(max_examples=100, deadline=None)
@given(value=st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_cell_of_metadata_csv_breaks_a_line_or_runs(value):
    cell = csv_tables.escape_formula(value)
    assert len(cell.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in cell)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    if cell == value:
        assert csv_tables.escape_formula(cell) == cell


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+62", "'+62"),
        ("-5 derajat", "'-5 derajat"),
        ("@akun", "'@akun"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\x1b[31m=1", "[31m=1"),
        ("\x00=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("\u061c=1", "'=1"),
        ("harga\u061c naik", "harga naik"),
        ("＝1", "'＝1"),
        ("baris\r\nkedua\u2028ketiga", "baris kedua ketiga"),
        ("a = b", "a = b"),
        ("'kutip", "'kutip"),
    ],
)
def test_what_a_spreadsheet_gets(value, shown):
    assert csv_tables.escape_formula(value) == shown


def test_every_column_equals_the_parquet_for_csv_pandas_and_duckdb(dataset):
    folder = stage_release(dataset, drafts.draft(), "2026.11.22.1")
    packed = drafts.find_file(folder, "csv/articles.csv.gz")
    path = folder / "articles.csv"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    expected = [
        {name: cell(value) for name, value in row.items()} for row in load_table(folder, "articles").to_pylist()
    ]
    for row in expected:  # Python widens a float32 before it prints it
        row["language_score"], row["boilerplate_share"] = "0.98", "0.1"
    assert read(path) == expected
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == expected
    query = f"SELECT * FROM read_csv('{path}', all_varchar=true, header=true, nullstr='never')"
    assert [dict(zip(expected[0], row, strict=True)) for row in duckdb.sql(query).fetchall()] == expected
    assert pd.read_csv(packed, dtype=str, keep_default_na=False).equals(frame)
    exported = io.BytesIO()
    assert csv_tables.export_csv(folder, exported) == len(expected)
    assert exported.getvalue() == path.read_bytes()


def test_the_gzip_has_no_name_no_time_and_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_tables, "_GZIP_MEMBER_BYTES", 1)
    write(tmp_path, [drafts.article(f"n{n}") for n in range(3)])
    packed = (tmp_path / "csv/articles.csv.gz").read_bytes()
    starts = [place for place in range(len(packed)) if packed[place : place + 3] == b"\x1f\x8b\x08"]
    assert len(starts) == 2 and all(packed[start + 3 : start + 8] == bytes(5) for start in starts)
    assert len(pd.read_csv(tmp_path / "csv/articles.csv.gz")) == 3


def test_pandas_and_duckdb_read_metadata_csv_with_their_own_defaults(dataset):
    folder = stage_release(dataset, drafts.draft(), "2026.11.22.1")
    path = drafts.find_file(folder, "csv/metadata.csv")
    frame = pd.read_csv(path, parse_dates=["published_at", "fetched_at", "date"])
    articles = load_table(folder, "articles")
    assert list(frame.columns) == [name for name in arrow.ARTICLES.names if name != "text"]
    assert frame["article_id"].tolist() == articles.column("article_id").to_pylist()
    assert frame["word_count"].tolist() == articles.column("word_count").to_pylist()
    assert frame["is_partial"].dtype == bool
    assert frame["fetched_at"].tolist() == articles.column("fetched_at").to_pylist()
    assert frame["date"].isna().tolist() == [False, False, False, True]
    count = duckdb.sql(f"SELECT count(*), min(published_at) FROM '{path}'").fetchall()
    assert count == [(4, datetime(2026, 11, 19, 10, tzinfo=UTC))]


def test_the_form_on_disk(tmp_path):
    write(tmp_path, [drafts.article("satu", title='Kata "ini", itu', text="a\nb", subtitle=None)])
    content = (tmp_path / "csv/articles.csv").read_bytes()
    assert content.startswith(b"article_id,source_id,") and content.endswith(b"\r\n") and content.count(b"\r\n") == 2
    assert b'"Kata ""ini"", itu"' in content and b'"a\nb"' in content
    assert b",2026-11-20T01:02:03.456789Z," in content and b",2026-11-19T10:00:00Z,2026-11-19,stated," in content
    metadata = (tmp_path / "csv/metadata.csv").read_bytes()
    assert len(metadata.splitlines()) == 2 and b"a\nb" not in metadata


def test_lists_are_json_and_lose_control_characters_for_spreadsheets(tmp_path):
    write(tmp_path, [drafts.article("satu", authors=["=Ani\u2028B", 'Budi "B"'])])
    assert json.loads(read(tmp_path / "csv/articles.csv")[0]["authors"]) == ["=Ani\u2028B", 'Budi "B"']
    assert json.loads(read(tmp_path / "csv/metadata.csv")[0]["authors"]) == ["=Ani B", 'Budi "B"']


def test_no_articles_leave_a_header(tmp_path):
    no_rows = pa.Table.from_pylist([], schema=arrow.ARTICLES)
    parquet_tables.write_table(tmp_path, "articles", no_rows, "data/articles-1.parquet")
    write_csv_files(tmp_path)
    assert (tmp_path / "csv/articles.csv").read_text().count("\n") == 1


@pytest.mark.parametrize("name", ["articles", "metadata"])
def test_no_value_reads_as_null(tmp_path, name):
    from pandas._libs.parsers import STR_NA_VALUES

    words = sorted({*STR_NA_VALUES, "na", "Null", "NONE", "'NA", "''null"} - {""})
    write(tmp_path, [drafts.article(f"kata{n:03}", title=word, place=word, date=None, date_basis=None)
                     for n, word in enumerate(words)])  # fmt: skip
    path = str(tmp_path / f"csv/{name}.csv")
    for titles in (
        pd.read_csv(path)["title"].tolist(),
        [title for (title,) in duckdb.sql(f"SELECT title FROM read_csv('{path}', sample_size=-1)").fetchall()],
    ):
        assert len(titles) == len(words) and all(isinstance(title, str) for title in titles)
        if name == "articles":
            assert sorted(title[1:] if title.startswith("'") else title for title in titles) == words


def test_only_what_reads_as_null_gets_an_apostrophe():
    assert (
        csv_tables.escape_null_word("Nasional") == "Nasional"
        and csv_tables.escape_null_word("'kutipan'") == "'kutipan'"
        and csv_tables.escape_null_word("") == ""
    )
    assert csv_tables.escape_null_word("NA") == "'NA" and csv_tables.escape_null_word("'NA") == "''NA"


def test_a_formula_is_words_in_metadata_csv_and_as_it_stands_in_articles_csv(tmp_path):
    title, author = "=HYPERLINK(1)", "Nuraé +62"
    write(tmp_path, [drafts.article("satu", title=title, place="@akun\u2028dua", authors=[author])])
    (exact,), (shown,) = (read(tmp_path / f"csv/{name}.csv") for name in ("articles", "metadata"))
    assert (exact["title"], exact["place"]) == (title, "@akun\u2028dua")
    shown = {name.removeprefix("\ufeff"): value for name, value in shown.items()}
    assert (shown["title"], shown["place"]) == (f"'{title}", "'@akun dua")
    assert exact["authors"] == f'["{author}"]'  # letters as they are, for readers that do not parse JSON


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("NA", "'NA"), ("n/a", "'n/a"), ("'null", "''null"), (" nan ", "' nan "), ("\\N", "'\\N"), ("NaTi", "NaTi"),
        ("null dan lagi", "null dan lagi"), ("", ""), ("-nan", "'-nan"), ("nan" + " " * 40, "'nan" + " " * 40),
        ("nan" + " " * 40 + "x", "nan" + " " * 40 + "x"),
        ("Hujan turun sejak pagi di Pasar Minggu.",) * 2,
    ],
)  # fmt: skip
def test_a_cell_that_readers_take_for_null_is_quoted(value, escaped):
    assert csv_tables.escape_null_word(value) == escaped


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("=1+1", "'=1+1"), ("  @a", "'  @a"), ("a=b", "a=b"), ("a; =b", "a; '=b"), ('a,"-b', 'a,"\'-b'),
        ("a\r\nb\tc", "a b c"),
        ("a\u202eb\x00c", "abc"), ("\uff1d1", "'\uff1d1"), ("5-3", "5-3"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_begins_a_formula_or_a_line(value, escaped):
    assert csv_tables.escape_formula(value) == escaped
