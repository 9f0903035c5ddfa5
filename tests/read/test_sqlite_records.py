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
