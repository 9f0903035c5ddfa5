"""Damaged tables are told, and never end the process that reads them."""

import io
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.read import parquet_records
from flows.read.errors import TableError
from flows.read.parquet_records import read_arrow, read_parquet

TEXTS = ["harga beras", "panen raya", "jalan baru"]
OFFSETS = struct.pack("<4i", 0, 11, 21, 31)


def write_arrow(*, stream):
    sink = io.BytesIO()
    table = pa.table({"text": TEXTS})
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "offsets",
    [(0, 11, 21, 2_000_000_000), (0, 2_000_000_000, 21, 31), (0, 11, -5, 31), (-2_000_000_000, 11, 21, 31),
     (0, 21, 11, 31)],
    ids=["beyond the buffer", "back from beyond", "negative", "before the buffer", "backwards"],
)  # fmt: skip
def test_offsets_that_point_elsewhere_are_a_damaged_file(stream, offsets):
    sound = write_arrow(stream=stream)
    assert sound.count(OFFSETS) == 1
    damaged = sound.replace(OFFSETS, struct.pack("<4i", *offsets))
    with pytest.raises(TableError, match="is a damaged Arrow file"):
        list(read_arrow(io.BytesIO(damaged), 1_000_000, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_an_index_outside_its_dictionary_is_a_damaged_file(stream):
    indices = pa.array([0, 1, 77], pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b"]), safe=False)
    sink = io.BytesIO()
    batch = pa.record_batch({"text": column})
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, batch.schema) as writer:
        writer.write_batch(batch)
    with pytest.raises(TableError, match="is a damaged Arrow file"):
        list(read_arrow(io.BytesIO(sink.getvalue()), 1_000_000, stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_a_sound_table_is_read(stream):
    rows = [
        record.fields["text"] for record in read_arrow(io.BytesIO(write_arrow(stream=stream)), 1_000_000, stream=stream)
    ]
    assert rows == TEXTS


@pytest.mark.parametrize("stream", [False, True])
def test_a_length_that_no_memory_holds_is_a_damaged_file(stream):
    class Short(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 100:  # the schema was read, and what follows states a length that nothing holds
                raise MemoryError
            return super().read(size)

    with pytest.raises(TableError, match="is a damaged Arrow file"):
        list(read_arrow(Short(write_arrow(stream=stream)), 1_000_000, stream=stream))


def list_table(table, *, kind, limit=10_000_000):
    sink = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, sink)
        return list(read_parquet(io.BytesIO(sink.getvalue()), limit))
    with (pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table)
    return list(read_arrow(io.BytesIO(sink.getvalue()), limit, stream=kind == "stream"))


every_kind = pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
arrow_kinds = pytest.mark.parametrize("kind", ["file", "stream"])
NO_UTF8 = pa.array([b"harga beras", b"panen\xe9 raya", b"jalan baru"], pa.binary())


def nest(shape):
    """Return a column of three rows; the second one has a string that is no UTF-8, as Windows-1252 wrote it."""
    strings, offsets = NO_UTF8.view(pa.string()), pa.array([0, 1, 2, 3], pa.int32())
    match shape:
        case "string":
            return strings
        case "large string":
            return NO_UTF8.cast(pa.large_binary()).view(pa.large_string())
        case "view":
            return NO_UTF8.cast(pa.binary_view()).view(pa.string_view())
        case "dictionary":
            return pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int8()), strings, safe=False)
        case "list":
            return pa.ListArray.from_arrays(offsets, strings)
        case "large list":
            return pa.LargeListArray.from_arrays(offsets.cast(pa.int64()), strings)
        case "fixed list":
            return pa.FixedSizeListArray.from_arrays(strings, 1)
        case "struct":
            return pa.StructArray.from_arrays([strings], ["isi"])
        case "map":
            return pa.MapArray.from_arrays(offsets, strings, strings)
        case "list of dictionary":
            return pa.ListArray.from_arrays(offsets, nest("dictionary"))
        case "list of struct":
            return pa.ListArray.from_arrays(offsets, nest("struct"))
    raise AssertionError(shape)


def flatten(value):
    if isinstance(value, dict):
        return [part for pair in value.items() for each in pair for part in flatten(each)]
    return [part for each in value for part in flatten(each)] if isinstance(value, list) else [value]


SHAPES = ("string", "large string", "view", "dictionary", "list", "large list", "fixed list", "struct", "map",
          "list of dictionary", "list of struct")  # fmt: skip


@arrow_kinds
@pytest.mark.parametrize("shape", SHAPES)
def test_a_nested_string_that_is_no_utf8_costs_no_row(shape, kind):
    records = list_table(pa.table({"id": [1, 2, 3], "isi": nest(shape)}), kind=kind)
    assert [record.fields["id"] for record in records] == [1, 2, 3]
    words = [set(flatten(record.fields["isi"])) - {"isi"} for record in records]
    assert words == [{"harga beras"}, {"panen\xe9 raya"}, {"jalan baru"}]


@arrow_kinds
@pytest.mark.parametrize("shape", ["list", "dictionary", "struct"])
def test_offsets_that_point_elsewhere_in_a_nested_string_are_a_damaged_file(shape, kind):
    sink = io.BytesIO()
    batch = pa.record_batch({"isi": nest(shape)})
    with (pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file)(sink, batch.schema) as writer:
        writer.write_batch(batch)
    offsets = struct.pack("<4i", 0, 11, 22, 32)
    assert offsets in sink.getvalue()
    damaged = sink.getvalue().replace(offsets, struct.pack("<4i", 0, 11, 2_000_000_000, 32))
    with pytest.raises(TableError, match="is a damaged Arrow file") as raised:
        list(read_arrow(io.BytesIO(damaged), 1_000_000, stream=kind == "stream"))
    assert raised.value.reason == "damaged_container"


@arrow_kinds
def test_columns_of_one_name_keep_all_their_values(kind):
    columns = [pa.array(["satu"]), pa.array(["dua"]), pa.array(["tiga"]), pa.array(["empat"])]
    table = pa.Table.from_arrays(columns, names=["text", "text", "text_2", "text"])
    (record,) = list_table(table, kind=kind)
    assert record.fields == {"text": "satu", "text_2": "dua", "text_2_2": "tiga", "text_3": "empat"}


def test_columns_of_one_name_in_parquet_keep_all_their_values():
    table = pa.Table.from_arrays([pa.array(["satu"]), pa.array(["dua"])], names=["text", "text"])
    (record,) = list_table(table, kind="parquet")
    assert record.fields == {"text": "satu", "text_2": "dua"}


@every_kind
def test_fields_and_keys_of_one_name_keep_all_their_values(kind):
    pair = pa.StructArray.from_arrays([pa.array(["satu"]), pa.array(["dua"])], ["isi", "isi"])
    keyed = pa.array([[("isi", "satu"), ("isi", "dua")]], pa.map_(pa.string(), pa.string()))
    columns = {"map": keyed} if kind == "parquet" else {"struct": pair, "map": keyed}
    (record,) = list_table(pa.table(columns), kind=kind)
    assert [*record.fields.values()] == [{"isi": "satu", "isi_2": "dua"}] * len(columns)


@every_kind
@pytest.mark.parametrize("build", [
    lambda texts: pa.array(texts), lambda texts: pa.array(texts, pa.large_string()),
    lambda texts: pa.array([text.encode() for text in texts]),
])  # fmt: skip
def test_a_row_with_a_text_larger_than_the_limit_is_left_out_before_it_is_taken(kind, build, monkeypatch):
    texts = ["pendek", "x" * 5000, "juga pendek"]
    taken = []
    real = parquet_records.list_values
    monkeypatch.setattr(parquet_records, "list_values", lambda column: (taken.append(len(column)), real(column))[1])
    records = list_table(pa.table({"id": [1, 2, 3], "text": build(texts)}), kind=kind, limit=1000)
    assert taken == [2, 2]
    assert [record.fields and record.fields["text"] for record in records] == ["pendek", None, "juga pendek"]
    assert [record.place for record in records] == ["#R1", "#R2", "#R3"]
    assert records[1].problem == (
        "too_large",
        "has 5,000 bytes, at most 1,000 were expected: split it or raise max_mb.",
    )


def test_large_rows_of_parquet_are_read_a_few_at_once():
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": [str(number) * 1000 for number in range(100)]}), sink, use_dictionary=False)
    metadata = pq.ParquetFile(io.BytesIO(sink.getvalue())).metadata
    assert parquet_records._choose_batch_rows(metadata) == 512

    class Large:
        num_row_groups = 2

        def row_group(self, number):
            return type("Group", (), {"total_byte_size": (1_000_000_000, 10_000)[number], "num_rows": 100})

    assert parquet_records._choose_batch_rows(Large()) == 6
