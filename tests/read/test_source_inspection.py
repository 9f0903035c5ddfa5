"""Inspection of a source: kinds, keys and what they state; without values no word of a document is shown."""

import json
import shlex

import pytest

from flows.read import FieldMap, ReadOptions, source_inspection
from flows.read.errors import SourceError

WORDS = ("Dermaga", "kerapu", "nelayan", "Ratna")


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    sentence = "Harga kerapu naik di pasar pagi ini, kata nelayan. "
    records = [
        {"judul": "Dermaga Baru Dibuka di Teluk", "isi": sentence * count, "penulis": "Ratna Wulandari", "kosong": ""}
        for count in (10, 30)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    (folder / "b.txt").write_text("", encoding="utf-8")
    return folder


def test_each_key_is_told_with_its_share_its_use_and_the_lengths_of_its_values(source):
    inspection = source_inspection.inspect_source(str(source))
    keys = {key.key: key for key in inspection.keys}
    assert (keys["isi"].filled, keys["isi"].records, list(keys["isi"].states)) == (2, 2, ["text"])
    assert (keys["isi"].shortest, keys["isi"].longest) == (51 * 10, 51 * 30)
    assert keys["judul"].length == "28 characters" and keys["isi"].length == "510 to 1,530 characters"
    assert (keys["kosong"].filled, keys["kosong"].length) == (0, "")
    assert inspection.documents == {"texts": 2} and inspection.rejects == {"empty": 1}


def test_a_value_of_each_key_is_shown_on_a_terminal_and_none_where_no_word_may_be(source):
    inspection = source_inspection.inspect_source(str(source))
    on_terminal = "\n".join(inspection.format_lines())
    without_values = "\n".join(inspection.format_lines(with_values=False))
    assert all(word in on_terminal for word in WORDS)
    assert not any(word in without_values for word in WORDS) and "510 to 1,530 characters" in without_values


def test_a_headline_that_stands_for_a_key_is_told_by_its_length(source):
    headline = "Dermaga kerapu dibuka nelayan pada hari Senin pagi di Teluk Ratna"
    (source / "a.jsonl").write_text(json.dumps({headline: "x", "isi": "y"}) + "\n", encoding="utf-8")
    without_values = "\n".join(source_inspection.inspect_source(str(source)).format_lines(with_values=False))
    assert not any(word in without_values for word in WORDS) and "(a key of 65 characters)" in without_values


def test_a_source_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="nowhere"):
        source_inspection.inspect_source(str(tmp_path / "nowhere"))


def test_the_command_is_one_that_a_shell_reads_back(tmp_path):
    folder = tmp_path / "a $(x) 'b'"
    folder.mkdir()
    (folder / "a.jsonl").write_text(
        json.dumps({"isi berita": "Hujan turun.", "k\x1b[2J": "x"}) + "\n", encoding="utf-8"
    )
    options = ReadOptions(FieldMap.parse(["text=isi berita"]), split="^=+ $", table="b c")
    inspection = source_inspection.inspect_source(str(folder), options)
    expected = ["--map", "text=isi berita", "--split", "^=+ $", "--table", "b c"]
    assert shlex.split(inspection.command) == ["kliping", "publish", folder.as_posix(), *expected]
    assert all(line.isprintable() for line in inspection.format_lines())


def test_a_source_without_a_known_text_is_told_which_key_may_be_it(tmp_path):
    path = tmp_path / "a.csv"
    story = "Harga kerapu naik di pasar pagi ini, kata nelayan. " * 6
    path.write_text(f"judul,naskah_utuh\nDermaga Baru,{story.replace(',', ';')}\n", encoding="utf-8")
    lines = list(source_inspection.inspect_source(str(path)).format_lines())
    assert lines[0].startswith(f"{path}: 1 file, ")
    assert any("judul" in line and "title, once there is a text" in line for line in lines)
    assert lines[-1].endswith(f"try: kliping inspect {shlex.quote(str(path))} --map text=naskah_utuh")
    options = ReadOptions(FieldMap.parse(["text=naskah_utuh", "url=taut"]))
    lines = list(source_inspection.inspect_source(str(path), options).format_lines())
    assert "no record has the key of --map url=taut: check its spelling" in lines
    assert lines[-1].startswith("to publish it: ")


def test_a_source_of_which_nothing_would_be_published_is_told_so(source):
    (source / "a.jsonl").unlink()
    assert list(source_inspection.inspect_source(str(source)).format_lines())[-1].startswith("nothing of it would be")


@pytest.mark.parametrize(("key", "absent"), [("isi", []), ("badan", ["text=badan"])])
def test_a_mapped_key_that_no_record_has_is_named(source, key, absent):
    options = ReadOptions(field_map=FieldMap((("text", key),)))
    assert source_inspection.inspect_source(str(source), options).absent_keys == absent


def test_without_a_record_no_mapped_key_is_missed(tmp_path):
    (tmp_path / "a.txt").write_text("Hujan turun sejak pagi.", encoding="utf-8")
    options = ReadOptions(field_map=FieldMap((("text", "badan"),)))
    assert source_inspection.inspect_source(str(tmp_path), options).absent_keys == []


@pytest.mark.parametrize(("count", "is_complete", "read"), [(3, True, 3), (4, False, 3)])
def test_of_a_file_the_first_records_are_read_and_more_of_them_make_it_a_sample(
    source, monkeypatch, count, is_complete, read
):
    monkeypatch.setattr(source_inspection, "_RECORDS", 3)
    (source / "b.txt").unlink()
    (source / "a.jsonl").write_text("".join(json.dumps({"isi": f"Hujan {n}."}) + "\n" for n in range(count)))
    inspection = source_inspection.inspect_source(str(source))
    assert (inspection.complete, inspection.documents.total()) == (is_complete, read)
    assert ("a sample was read: 1 files" in next(inspection.format_lines())) is not is_complete


@pytest.mark.parametrize(
    ("limits", "files_read"),
    [({}, 5), ({"_FILES_A_SUFFIX": 2}, 3), ({"_FILES": 2}, 2), ({"_BYTES": 1}, 1)],
)
def test_of_many_files_some_of_each_kind_of_name_are_read(tmp_path, monkeypatch, limits, files_read):
    for name in ("a.txt", "b.txt", "c.TXT", "d.txt", "e.html"):
        (tmp_path / name).write_text("Hujan turun sejak pagi di kota.")
    for name, limit in limits.items():
        monkeypatch.setattr(source_inspection, name, limit)
    inspection = source_inspection.inspect_source(str(tmp_path))
    assert (inspection.files_read, inspection.files) == (files_read, 5)  # all are counted
    assert inspection.complete is (files_read == 5)


def test_examples_of_rejects_are_few_and_counted(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("")
    inspection = source_inspection.inspect_source(str(tmp_path))
    assert inspection.rejects == {"empty": 9}
    assert len(inspection.examples["empty"]) == source_inspection._EXAMPLES < 9
    lines = list(inspection.format_lines())
    assert "would be rejected: 9 empty" in lines and "documents: none" in lines
    assert sum(line.startswith("    ") for line in lines) == source_inspection._EXAMPLES
    assert not any(line.startswith("    ") for line in inspection.format_lines(with_values=False))


def test_each_key_says_why_it_states_what_it_states(tmp_path):
    records = [
        {"title": "Satu", "judul": "Dua", "isi": "Hujan turun.", "penulis": "Ani", "kode": "7", "kosong": "", "k": "x"},
        {"title": "Tiga", "judul": "Empat", "isi": "Reda.", "penulis": "-", "kode": "8", "kosong": "", "k": "y"},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    options = ReadOptions(FieldMap.parse(["outlet=k"]))
    why = {key.key: key.why for key in source_inspection.inspect_source(str(tmp_path), options).keys}
    assert why["title"] == "title" and why["isi"] == "text (known key)"
    assert why["penulis"] == "authors (some values are none)" and why["k"] == "outlet (by --map)"
    assert why["kode"] == "unused: not in the alias table" and why["kosong"] == "always empty"


def test_tallies_of_several_files_are_added(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"judul": "Satu", "isi": "Hujan turun."}) + "\n")
    (tmp_path / "b.jsonl").write_text(json.dumps({"judul": "Dua kata", "isi": "Reda.", "url": "https://a.id/1"}) + "\n")
    inspection = source_inspection.inspect_source(str(tmp_path))
    keys = {key.key: key for key in inspection.keys}
    assert (keys["judul"].filled, keys["judul"].records, keys["url"].filled) == (2, 2, 1)
    assert (keys["judul"].shortest, keys["judul"].longest, keys["judul"].states) == (4, 8, {"title": 2})
    assert inspection.fields_missing == ["published_at", "authors", "outlet"]
    shown = inspection.as_json()
    assert shown["missing"] == inspection.fields_missing and shown["kinds"] == {"jsonl": 2} and shown["files"] == 2
    assert [key["key"] for key in shown["keys"]] == ["judul", "isi", "url"] and shown["command"] == inspection.command
