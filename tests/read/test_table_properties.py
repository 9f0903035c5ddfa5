"""Any table of two columns and more comes back record for record, whoever wrote it and however it was delimited."""

import csv
import io
import json
import re
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flows.read.byte_reader import ByteReader
from flows.read.csv_dialect import detect_dialect
from flows.read.csv_records import read_csv
from flows.read.field_aliases import FieldMap
from flows.read.lenient_decoding import decode_leniently, detect_wide_codec, find_byte_order_mark

NAMES = ["judul", "isi", "penulis", "kolom_lain", "tanggal"]
LETTERS = "abc ABC,;|\t\"'\n.!?-=0123456789éñ“”–"
cells = st.text(st.sampled_from(LETTERS), max_size=40)
texts = st.builds(
    lambda words, extra: " ".join(words) + extra,
    st.lists(st.sampled_from(["hujan", "deras", "turun,", "di;", '"kota"', "itu\n"]), min_size=3, max_size=12),
    cells,
)
tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.tuples(st.sampled_from(["Satu", "Dua, tiga", "", '"Empat"']), texts, *[cells] * (width - 2)).map(list),
        min_size=1,
        max_size=6,
    )
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]


def read(data, name="a.csv"):
    bom, _ = find_byte_order_mark(data)
    codec = detect_wide_codec(data)
    head = decode_leniently(data[len(bom) :], codec)
    dialect = detect_dialect(head, name, FieldMap(), whole=True)
    assert dialect is not None, head
    reader = ByteReader(io.BytesIO(b""))
    return list(read_csv(data[len(bom) :], reader, codec or "utf-8", dialect, 10_000_000))


def check(rows, data):
    width = len(rows[0])
    records = read(data)
    assert [record.problem for record in records] == [None] * len(rows)
    assert [list(record.fields.values()) for record in records] == [[cell or "" for cell in row] for row in rows]
    assert [list(record.fields) for record in records] == [NAMES[:width]] * len(rows)
    assert [json.loads(record.raw) for record in records] == [dict(record.fields) for record in records]


def solid(rows):
    """A row of blanks alone is no record in any reader."""
    return [row for row in rows if any(cell.strip() for cell in row)]


def encode(table, encoding):
    """Encode a table; what reads as UTF-8 as well ("é––" in windows-1252) is no example of either."""
    data = table.encode(encoding)
    if encoding == "cp1252":
        for run in re.findall(rb"[\x80-\xff]+", data):
            assume("\ufffd" in run.decode("utf-8", "replace"))
    return data


many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@many
@given(rows=tables, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), end=st.sampled_from(["\n", "\r\n"]))
def test_csv(rows, delimiter, encoding, quoting, end):
    rows = solid(rows)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([NAMES[: len(rows[0])], *rows])
    check(rows, encode(buffer.getvalue(), encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@many
@given(rows=tables, encoding=st.sampled_from(ENCODINGS))
def test_pandas(rows, delimiter, encoding):
    rows = solid(rows)
    frame = pd.DataFrame(rows, columns=NAMES[: len(rows[0])])
    check(rows, encode(frame.to_csv(index=False, sep=delimiter), encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@many
@given(rows=tables)
def test_polars(rows, delimiter):
    polars = pytest.importorskip("polars")
    rows = solid(rows)
    names = NAMES[: len(rows[0])]
    frame = polars.DataFrame({name: [row[at] for row in rows] for at, name in enumerate(names)})
    check(rows, frame.write_csv(separator=delimiter).encode())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=tables, delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_duckdb(rows, delimiter):
    duckdb = pytest.importorskip("duckdb")
    rows = solid(rows)
    frame = pd.DataFrame(rows, columns=NAMES[: len(rows[0])])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "a.csv")
        duckdb.from_df(frame).write_csv(str(target), sep=delimiter, header=True)
        check(rows, target.read_bytes())
