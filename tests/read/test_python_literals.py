"""Records as Python prints them."""

import pytest

from flows.read import python_literals, read_batches
from flows.read.python_literals import parse_dict

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


def test_a_line_each(tmp_path):
    records = [{"judul": f"Warga's {n}", "isi": f"{PROSE}\n\n{n}.", "penulis": ["Ani", None]} for n in range(3)]
    (tmp_path / "a.txt").write_text("".join(f"{record!r}\n" for record in records), encoding="utf-8")
    [batch] = read_batches(tmp_path)
    assert not batch.rejects.num_rows
    documents = batch.documents.to_pylist()
    assert [document["content"].decode() for document in documents] == [record["isi"] for record in records]
    assert [document["source_id"] for document in documents] == ["a.txt#L1", "a.txt#L2", "a.txt#L3"]


def test_days_and_ids_of_a_data_base():
    parsed = parse_dict(
        "{'_id': ObjectId('65a000000000000000000001'), 'tanggal': datetime.datetime(2023, 9, 6, 9, 15), 'isi': 'a'}"
    )
    assert parsed == {"_id": "65a000000000000000000001", "tanggal": "2023-09-06T09:15:00", "isi": "a"}


@pytest.mark.parametrize(
    "line",
    [
        "{'a': __import__('os').getcwd()}",
        "{'a': 1",
        "{1: 'a'}",
        "{'a', 'b'}",
        "{" * 5000 + "}",
        "{'a': " + "[" * 5000 + "]" * 5000 + "}",
        PROSE,
        "",
    ],
)
def test_all_else_is_none_and_nothing_is_run(line):
    assert parse_dict(line) is None


def test_what_stands_behind_the_dict_or_is_too_long_is_no_dict(monkeypatch):
    assert parse_dict(" {'a': 1},\n") == {"a": 1}
    assert parse_dict("{'a': 1}  # catatan") is None
    monkeypatch.setattr(python_literals, "_LONGEST", 8)
    assert (parse_dict("{'a': 1}"), parse_dict("{'a': 12}")) == ({"a": 1}, None)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("datetime(2023, 9, 6)", "2023-09-06"),
        ("datetime.datetime(2023, 9, 6, 9, 5)", "2023-09-06T09:05:00"),
        ("datetime(2023, 12, 16, 19, 15, 7, 123)", "2023-12-16T19:15:07"),
    ],
)
def test_a_day_keeps_its_clock_where_it_has_one(moment, text):
    assert parse_dict(f"{{'hari': {moment}}}") == {"hari": text}
