"""Lines of a large JSONL file read apart give the rows that the file gives when it is read as one."""

import gzip
import json
import os
from random import Random

import pytest

from flows import read
from flows.read import line_ranges
from tests.makers import story

LIMITS = read.Limits(document_bytes=4_000, record_bytes=4_000)
OPTIONS = read.ReadOptions()


@pytest.fixture(autouse=True)
def _small_sizes(monkeypatch):
    monkeypatch.setattr(line_ranges, "MIN_FILE_BYTES", 100)
    monkeypatch.setattr(line_ranges, "RANGE_BYTES", 700)


def write_lines(path, lines, end=b"\n", start=b"", last_end=True):
    path.write_bytes(start + end.join(lines) + (end if last_end else b""))
    return path


def draw_line(draw, number):
    record = {"id": str(number), "text": story(number)[: draw.randint(50, 1500)], "judul": f"Warga {number}"}
    match draw.randint(0, 9):
        case 0:
            return b""
        case 1:
            return b"   "
        case 2:
            return json.dumps(record).encode()[:-4]
        case 3:
            return json.dumps({**record, "text": "kata " * 2_000}).encode()
        case 4:
            return json.dumps({**record, "text": record["text"] + " “kutipan” café"}, ensure_ascii=False).encode(
                "cp1252"
            )
        case 5:
            return json.dumps({"url": "https://contoh.co.id/a", "nilai": None}).encode()
        case _:
            return json.dumps(record, ensure_ascii=False).encode()


def list_range_rows(path, options=OPTIONS):
    """Return the rows of all ranges as workers read them, as the owner reads them, the counts, and the ranges."""
    (source_file,) = read.list_files(path)
    line_file = read.open_line_file(source_file, LIMITS, options)
    assert line_file is not None
    ranges = list(line_file.iterate_ranges())
    rows, owned_rows, total = [], [], read.KeyTally()
    for line_range in ranges:
        tally = read.KeyTally()
        as_json = read.LineRange(*json.loads(json.dumps(line_range)))
        rows += read.read_line_range(as_json, LIMITS, options, tally)
        owned_rows += line_file.list_rows(line_range, LIMITS, options, read.KeyTally())
        if (counts := tally.as_json()) is not None:
            total.add_counts(counts)
    line_file.close()
    return rows, owned_rows, total, ranges


@pytest.mark.parametrize("seed", range(12))
def test_the_rows_of_the_ranges_are_those_of_the_file(tmp_path, seed):
    draw = Random(seed)
    lines = [json.dumps({"id": "first", "text": story(0)}).encode(), *(draw_line(draw, n) for n in range(1, 60))]
    end, start = draw.choice([b"\n", b"\r\n"]), draw.choice([b"", b"\xef\xbb\xbf"])
    path = write_lines(tmp_path / "a.jsonl", lines, end, start, draw.random() < 0.5)
    tally = read.KeyTally()
    expected = list(read.read_file(next(read.list_files(path)), LIMITS, OPTIONS, tally))
    rows, owned_rows, total, ranges = list_range_rows(path)
    assert rows == owned_rows == expected
    assert json.dumps(total.as_json()) == json.dumps(tally.as_json())
    assert len(ranges) > 10
    assert ranges[0].offset == len(start) and sum(r.length for r in ranges) == path.stat().st_size - len(start)


def test_a_line_longer_than_a_range_is_whole(tmp_path):
    lines = [json.dumps({"id": str(n), "text": story(n) + " kata" * 300}).encode() for n in range(4)]
    assert min(map(len, lines)) > 2 * 700
    rows, _, _, ranges = list_range_rows(write_lines(tmp_path / "a.jsonl", lines, last_end=False))
    assert [row.source_id for row in rows] == ["0", "1", "2", "3"] and len(ranges) == 4


@pytest.mark.parametrize("kind", ["small", "packed", "wrapped", "wide", "array", "table", "text", "missing"])
def test_other_files_are_not_divided(tmp_path, kind, monkeypatch):
    records = [{"id": str(n), "text": story(n)} for n in range(8)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    contents = {
        "small": lines.encode(),
        "packed": gzip.compress(lines.encode() * 20),
        "wrapped": (json.dumps({"articles": records[:2]}) + "\n").encode() * 2,
        "wide": lines.encode("utf-16-le"),
        "array": json.dumps(records).encode(),
        "table": b"id,text\n" + b'1,"kata kata"\n' * 50,
        "text": story(1).encode(),
        "missing": lines.encode(),
    }
    path = tmp_path / "a.jsonl"
    path.write_bytes(contents[kind])
    if kind == "small":
        monkeypatch.setattr(line_ranges, "MIN_FILE_BYTES", path.stat().st_size + 1)
    (source_file,) = read.list_files(path)
    if kind == "missing":
        path.unlink()
    assert read.open_line_file(source_file, LIMITS, OPTIONS) is None


def test_a_replaced_file_is_read_by_its_owner_alone(tmp_path):
    path = write_lines(tmp_path / "a.jsonl", [json.dumps({"id": str(n), "text": story(n)}).encode() for n in range(9)])
    (source_file,) = read.list_files(path)
    line_file = read.open_line_file(source_file, LIMITS, OPTIONS)
    ranges = list(line_file.iterate_ranges())
    (tmp_path / "new").write_bytes(path.read_bytes().replace(b'"id"', b'"no"'))
    (tmp_path / "new").replace(path)
    with pytest.raises(read.LineRangeError, match="another file"):
        read.read_line_range(ranges[0], LIMITS, OPTIONS, read.KeyTally())
    rows = [row for r in ranges for row in line_file.list_rows(r, LIMITS, OPTIONS, read.KeyTally())]
    assert [row.source_id for row in rows] == [str(n) for n in range(9)]
    path.unlink()
    with pytest.raises(read.LineRangeError, match="cannot be opened"):
        read.read_line_range(ranges[0], LIMITS, OPTIONS, read.KeyTally())
    line_file.close()


def test_a_file_that_cannot_be_read_to_its_end_is_a_reject_behind_its_rows(tmp_path, monkeypatch):
    lines = [json.dumps({"id": str(n), "text": story(n)}).encode() for n in range(9)]
    path = write_lines(tmp_path / "a.jsonl", lines)
    (source_file,) = read.list_files(path)
    line_file = read.open_line_file(source_file, LIMITS, OPTIONS)
    damage, pread = sum(len(line) + 1 for line in lines[:6]) + 20, os.pread

    def pread_before_damage(descriptor, size, offset):
        if offset >= damage:
            raise OSError(5, "Input/output error")
        return pread(descriptor, min(size, damage - offset), offset)

    monkeypatch.setattr(os, "pread", pread_before_damage)
    ranges = list(line_file.iterate_ranges())
    rows = [row for r in ranges for row in line_file.list_rows(r, LIMITS, OPTIONS, read.KeyTally())]
    assert [row.source_id for row in rows] == ["0", "1", "2", "3", "4", "5", "a.jsonl"]
    assert rows[-1].reason == "unreadable" and "could not be read to its end" in rows[-1].detail
    with pytest.raises(read.LineRangeError, match="could not be read"):
        read.read_line_range(ranges[-1], LIMITS, OPTIONS, read.KeyTally())
    line_file.close()
