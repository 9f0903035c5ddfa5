"""Parquet and Arrow files -> their records, a row group or a batch at a time, by pyarrow.

Read from what an open file gives; nothing but the columns of one batch is held. Typed values take one fixed form
(`convert_value`): instants and days as ISO 8601, lists and objects as they are.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from flows.read.source_records import SourceRecord, convert_value, encode_record

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 512


class TableError(Exception):
    """A table that cannot be read on; the message is the rest of a sentence that begins with the file's name."""


def read_parquet(file: BinaryIO) -> Iterator[SourceRecord]:
    """Read a Parquet file. Raises TableError where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.PythonFile(file, "r"), pre_buffer=False) as table:
            yield from _number_rows(table.iter_batches(batch_size=_ROWS, use_threads=False))
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise TableError(f"is a damaged Parquet file ({_first_line(error)}): fetch it again.") from None


def read_arrow(file: BinaryIO, *, stream: bool) -> Iterator[SourceRecord]:
    """Read an Arrow file, or with `stream` one of Arrow's stream format. Raises TableError where it is damaged."""
    import pyarrow as pa

    try:
        source = pa.PythonFile(file, "r")
        if stream:
            with pa.ipc.open_stream(source) as batches:
                yield from _number_rows(iter(batches))
        else:
            with pa.ipc.open_file(source) as table:
                count = table.num_record_batches
                yield from _number_rows(table.get_batch(number) for number in range(count))
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise TableError(f"is a damaged Arrow file ({_first_line(error)}): fetch it again.") from None


def _number_rows(batches: "Iterator[pa.RecordBatch]") -> Iterator[SourceRecord]:
    number = 0
    for batch in batches:
        for column in batch.columns:
            _check_buffers(column)
        names = batch.schema.names
        for start in range(0, batch.num_rows, _ROWS):
            columns = [_list_values(column) for column in batch.slice(start, _ROWS).columns]
            for row in zip(*columns, strict=True):
                number += 1
                fields = dict(zip(names, row, strict=True))
                yield SourceRecord(f"#R{number}", f"Row {number}", encode_record(fields), fields)


def _check_buffers(column: "pa.Array") -> None:
    """Raise ArrowInvalid where offsets lie outside their buffers: read without a check, they end the process.

    Strings are checked as bytes, since one that is not UTF-8 must not cost the file.
    """
    (_view_bytes(column) if _is_text(column.type) else column).validate(full=True)


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _view_bytes(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    return column.view(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())


def _list_values(column: "pa.Array") -> list[object]:
    """List the values of a column as JSON can hold them; strings are taken without a check of each."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    try:
        values: list[object] = column.to_pylist()
    except (ArithmeticError, LookupError, ValueError):  # one value of a column must not cost the file
        if pa.types.is_timestamp(kind) and kind.tz:
            column = column.cast(pa.timestamp(kind.unit, "UTC"))  # the same instants, whatever the zone is called
        return [convert_value(_read_scalar(scalar)) for scalar in column]
    if _is_text(kind):
        return values
    return [convert_value(value) for value in values]


def _read_scalar(scalar: "pa.Scalar") -> object:
    """Return a value; the bytes of a string that is no UTF-8, None for a day or instant that no calendar has."""
    import pyarrow as pa

    try:
        value: object = scalar.as_py()
    except (ArithmeticError, LookupError, ValueError):
        return scalar.as_buffer().to_pybytes() if isinstance(scalar, pa.StringScalar) else None
    return value


def _first_line(error: Exception) -> str:
    if isinstance(error, MemoryError):  # without a message, where a damaged length is not that of the file
        return "it states a length that no memory holds"
    return str(error).strip().split("\n", 1)[0][:200]
