"""Parquet and Arrow files -> their records, a row group or a batch at a time, by pyarrow.

Read from what an open file gives; nothing but the columns of one batch is held, and a batch of a Parquet file has fewer
rows where they are large. A row whose strings are larger than a record may be is a problem before its values are taken.
Typed values take one fixed form (arrow_values); columns of one name are numbered.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from flows.read.arrow_values import check_buffers, list_values, measure_strings
from flows.read.errors import TableError
from flows.read.source_records import SourceRecord, describe_large, encode_record
from flows.read.table_columns import number_repeats

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_ROWS: Final = 512
_BATCH_BYTES: Final = 64_000_000


def read_parquet(file: BinaryIO, limit: int) -> Iterator[SourceRecord]:
    """Read a Parquet file; a row with strings of more than `limit` bytes is a problem. Raises TableError for damage."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.PythonFile(file, "r"), pre_buffer=False) as table:
            batches = table.iter_batches(batch_size=_choose_batch_rows(table.metadata), use_threads=False)
            yield from _number_rows(batches, limit)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise TableError(
            "damaged_container", f"is a damaged Parquet file ({_first_line(error)}): fetch it again."
        ) from None


def _choose_batch_rows(metadata: "pq.FileMetaData") -> int:
    """Choose how many rows are read at once, by the row group whose rows are the largest."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    row_bytes = max((group.total_byte_size // max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(_ROWS, _BATCH_BYTES // max(row_bytes, 1)))


def read_arrow(file: BinaryIO, limit: int, *, stream: bool) -> Iterator[SourceRecord]:
    """Read an Arrow file, or with `stream` one of Arrow's stream format, as `read_parquet` does."""
    import pyarrow as pa

    try:
        source = pa.PythonFile(file, "r")
        if stream:
            with pa.ipc.open_stream(source) as batches:
                yield from _number_rows(iter(batches), limit)
        else:
            with pa.ipc.open_file(source) as table:
                count = table.num_record_batches
                yield from _number_rows((table.get_batch(number) for number in range(count)), limit)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise TableError(
            "damaged_container", f"is a damaged Arrow file ({_first_line(error)}): fetch it again."
        ) from None


def _number_rows(batches: "Iterator[pa.RecordBatch]", limit: int) -> Iterator[SourceRecord]:
    first_number = 1
    for batch in batches:
        for column in batch.columns:
            check_buffers(column)
        for start in range(0, batch.num_rows, _ROWS):
            part = batch.slice(start, _ROWS)
            sizes = measure_strings(part) if part.nbytes > limit else []
            large_sizes = {index: size for index, size in enumerate(sizes) if size > limit}
            yield from _read_part(part, first_number, large_sizes, limit)
            first_number += part.num_rows


def _read_part(
    part: "pa.RecordBatch", first_number: int, large_sizes: dict[int, int], limit: int
) -> Iterator[SourceRecord]:
    """Read the rows of a part of a batch; those of `large_sizes` (row, bytes) are left out before values are taken."""
    names = number_repeats(part.schema.names)
    taken = part
    if large_sizes:
        taken = part.take([index for index in range(part.num_rows) if index not in large_sizes])
    rows = zip(*map(list_values, taken.columns), strict=True)
    for index in range(part.num_rows):
        place, label = f"#R{first_number + index}", f"Row {first_number + index}"
        if index in large_sizes:
            yield SourceRecord(place, label, None, None, describe_large(large_sizes[index], limit))
            continue
        fields = dict(zip(names, next(rows), strict=True))
        yield SourceRecord(place, label, encode_record(fields), fields)


def _first_line(error: Exception) -> str:
    if isinstance(error, MemoryError):  # without a message, where a damaged length is not that of the file
        return "it states a length that no memory holds"
    return str(error).strip().split("\n", 1)[0][:200]
