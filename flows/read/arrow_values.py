"""Values of Arrow columns -> values that JSON can hold, whatever their bytes are.

Instants and days are ISO 8601, lists and objects are as they are (`convert_value`). One value that cannot be read (a
string that is not UTF-8, a day that no calendar has) costs neither the file nor the row, wherever it is nested.
"""

from typing import TYPE_CHECKING

from flows.read.source_records import convert_value
from flows.read.table_columns import number_repeats

if TYPE_CHECKING:
    import pyarrow as pa


def check_buffers(column: "pa.Array") -> None:
    """Raise ArrowInvalid where offsets lie outside their buffers: read without a check, they end the process.

    Strings are checked as bytes, since one that is not UTF-8 must not cost the file.
    """
    byte_type = _replace_strings(column.type)
    (column if byte_type is None else column.view(byte_type)).validate(full=True)


def _replace_strings(kind: "pa.DataType") -> "pa.DataType | None":
    """Return a type of the same layout with bytes for strings, however they are nested; None where it has none."""
    import pyarrow as pa

    types = pa.types
    if types.is_string(kind):
        return pa.binary()
    if types.is_large_string(kind):
        return pa.large_binary()
    if types.is_string_view(kind):
        return pa.binary_view()
    if types.is_dictionary(kind):
        inner = _replace_strings(kind.value_type)
        return None if inner is None else pa.dictionary(kind.index_type, inner, kind.ordered)
    if types.is_map(kind):
        key, item = (_replace_strings(field.type) for field in (kind.key_field, kind.item_field))
        if key is None and item is None:
            return None
        return pa.map_(key or kind.key_type, kind.item_field.with_type(item or kind.item_type), kind.keys_sorted)
    if types.is_struct(kind):
        inners = [_replace_strings(field.type) for field in kind]
        fields = [field if inner is None else field.with_type(inner) for field, inner in zip(kind, inners, strict=True)]
        return pa.struct(fields) if any(inner is not None for inner in inners) else None
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = _replace_strings(kind.value_type)
        if inner is None:
            return None
        field = kind.value_field.with_type(inner)
        if types.is_fixed_size_list(kind):
            return pa.list_(field, kind.list_size)
        return pa.large_list(field) if types.is_large_list(kind) else pa.list_(field)
    return None


def measure_strings(batch: "pa.RecordBatch") -> list[int]:
    """Measure the bytes of the strings of each row that lie in columns of strings or bytes, without taking them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = pa.repeat(pa.scalar(0, pa.int64()), batch.num_rows)
    for column in batch.columns:
        byte_type = _replace_strings(column.type)
        if byte_type is not None and (pa.types.is_binary(byte_type) or pa.types.is_large_binary(byte_type)):
            column = column.view(byte_type)
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            total = pc.add(total, pc.fill_null(pc.binary_length(column), 0).cast(pa.int64()))
    sizes: list[int] = total.to_pylist()
    return sizes


def list_values(column: "pa.Array") -> list[object]:
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
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values
    return [convert_value(value) for value in values]


def _read_scalar(scalar: "pa.Scalar") -> object:
    """Return a value; the bytes of a string that is no UTF-8, None for a day or instant that no calendar has."""
    try:
        value: object = scalar.as_py()
    except (ArithmeticError, LookupError, ValueError):
        return _read_parts(scalar)
    return value


def _read_parts(scalar: "pa.Scalar") -> object:
    """Return a value that Arrow cannot convert as one, part by part."""
    import pyarrow as pa

    if isinstance(scalar, pa.StringScalar | pa.LargeStringScalar | pa.StringViewScalar):
        return scalar.as_buffer().to_pybytes()
    if isinstance(scalar, pa.DictionaryScalar):
        return _read_scalar(scalar.value)
    if isinstance(scalar, pa.StructScalar):
        fields = [_read_scalar(scalar[number]) for number in range(len(scalar))]
        return dict(zip(number_repeats([field.name for field in scalar.type]), fields, strict=True))
    if isinstance(scalar, pa.MapScalar):
        pairs = [(_read_scalar(pair["key"]), _read_scalar(pair["value"])) for pair in scalar.values]
        return [(convert_value(key), value) for key, value in pairs]
    if isinstance(scalar, pa.ListScalar | pa.LargeListScalar | pa.FixedSizeListScalar):
        return [_read_scalar(part) for part in scalar.values]
    return None
