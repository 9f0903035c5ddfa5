"""Damaged tables are told, and never end the process that reads them."""

import io
import struct

import pyarrow as pa
import pytest

from flows.read.parquet_records import TableError, read_arrow

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
        list(read_arrow(io.BytesIO(damaged), stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_an_index_outside_its_dictionary_is_a_damaged_file(stream):
    indices = pa.array([0, 1, 77], pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(["a", "b"]), safe=False)
    sink = io.BytesIO()
    batch = pa.record_batch({"text": column})
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, batch.schema) as writer:
        writer.write_batch(batch)
    with pytest.raises(TableError, match="is a damaged Arrow file"):
        list(read_arrow(io.BytesIO(sink.getvalue()), stream=stream))


@pytest.mark.parametrize("stream", [False, True])
def test_a_sound_table_is_read(stream):
    rows = [record.fields["text"] for record in read_arrow(io.BytesIO(write_arrow(stream=stream)), stream=stream)]
    assert rows == TEXTS


@pytest.mark.parametrize("stream", [False, True])
def test_a_length_that_no_memory_holds_is_a_damaged_file(stream):
    class Short(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 100:  # the schema was read, and what follows states a length that nothing holds
                raise MemoryError
            return super().read(size)

    with pytest.raises(TableError, match="is a damaged Arrow file"):
        list(read_arrow(Short(write_arrow(stream=stream)), stream=stream))
