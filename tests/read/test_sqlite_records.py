"""A database that SQLite opens, and that Python cannot read, is a damaged one."""

import sqlite3
from contextlib import closing

import pytest

from flows.read import sqlite_records
from flows.read.errors import TableError
from flows.read.field_aliases import FieldMap
from flows.read.sqlite_records import read_sqlite

TEXT = "Panen raya di desa itu berjalan baik. " * 20


def write_database(path, *, column="nama_x"):
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"create table news (id integer primary key, title text, text text, {column} text)")
        database.execute("insert into news values (1, 'Panen raya', ?, 'a')", (TEXT,))
        database.commit()
    return path


def read(path, table=""):
    return list(read_sqlite(path, table, FieldMap()))


@pytest.mark.parametrize("table", ["", "news"])
def test_a_column_whose_name_is_no_utf8_is_said(tmp_path, table):
    path = write_database(tmp_path / "a.db")
    sound = path.read_bytes()
    assert b"nama_x" in sound
    path.write_bytes(sound.replace(b"nama_x", b"nama_\xb1"))
    with pytest.raises(TableError, match=r"is a damaged SQLite database .*codec"):
        read(path, table)


def test_a_sound_database_is_read(tmp_path):
    (record,) = read(write_database(tmp_path / "a.db"))
    assert record.fields == {"id": 1, "title": "Panen raya", "text": TEXT, "nama_x": "a"}


def test_what_sqlite_calls_out_of_memory_is_said(tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError

    path = write_database(tmp_path / "a.db")
    monkeypatch.setattr(sqlite_records, "_list_tables", fail)
    with pytest.raises(TableError, match=r"is a damaged SQLite database \(out of memory\)"):
        read(path)


def write_tables(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)
        database.commit()
    return path


def news(name, text=TEXT):
    return f"create table {name} (judul text, isi text)", (f"insert into {name} values ('Satu', ?)", (text,))


@pytest.mark.parametrize("length", [79, 80])
def test_a_table_holds_texts_where_one_of_its_first_rows_is_as_long_as_prose(tmp_path, length):
    path = write_tables(tmp_path / "a.db", *news("berita", "a" * length))
    if length >= 80:
        (record,) = read(path)
        assert (record.place, record.label) == ("#R1", "Row 1 of table berita")
        return
    with pytest.raises(TableError, match=r"no table is known to hold texts; its tables are berita \(judul, isi\)"):
        read(path)
    (record,) = read_sqlite(path, "", FieldMap.parse(["text=isi"]))  # the user says so
    assert record.fields == {"judul": "Satu", "isi": "a" * length}


def test_tables_of_the_same_columns_are_read_all_and_others_are_named(tmp_path):
    path = write_tables(
        tmp_path / "a.db", *news("berita_2023"), *news("berita_2024"), "create table kota (nama text)",
        "create table ulasan (isi text)", ("insert into ulasan values (?)", (TEXT,)),
        "create table kosong (judul text, isi text, url text)",
    )  # fmt: skip
    records = read(path)
    assert [record.place for record in records] == ["#berita_2023!R1", "#berita_2024!R1", "#ulasan"]
    assert records[2].problem[0] == "many_articles" and "--table ulasan" in records[2].problem[1]
    assert [record.place for record in read(path, "ULASAN")] == ["#R1"]
    with pytest.raises(TableError, match="has no table lain; its tables are berita_2023"):
        read(path, "lain")


def test_views_and_generated_columns_are_read_under_their_names(tmp_path):
    path = write_tables(
        tmp_path / "a.db",
        'create table "odd "" name" (judul text, panjang int generated always as (length(isi)), isi text)',
        ('insert into "odd "" name" (judul, isi) values (?, ?)', ("Satu", TEXT)),
    )
    (record,) = read(path)
    assert record.fields == {"judul": "Satu", "panjang": len(TEXT), "isi": TEXT}
    view = write_tables(tmp_path / "b.db", *news("mentah"), "create view berita as select isi, isi as isi2 from mentah")
    assert {record.label for record in read(view, "berita")} == {"Row 1 of table berita"}


def test_text_that_is_no_utf8_is_decoded_leniently_and_nothing_is_written(tmp_path):
    path = write_tables(tmp_path / "a.db", "create table berita (judul text, isi text)",
                        ("insert into berita values (cast(? as text), ?)", (b"na\xefve", TEXT)))  # fmt: skip
    before = path.stat().st_mtime_ns
    (record,) = read(path)
    assert record.fields["judul"] == "naïve"
    assert [each.name for each in tmp_path.iterdir()] == ["a.db"] and path.stat().st_mtime_ns == before
