"""A spreadsheet (.xlsx, .xlsm, .xlsb, .xls, .ods) -> the records of its sheets, by python-calamine.

Read whole, so its unpacked size is bounded by the caller. calamine runs no formula and no macro and follows no link. It
is an extra (`pip install kliping[excel]`): without it a spreadsheet is one reject that says so.
"""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from flows.read.errors import TableError
from flows.read.field_aliases import FieldMap, knows_key, plan_keys
from flows.read.source_records import SourceRecord, convert_value, encode_record
from flows.read.table_columns import name_columns, number_repeats

_HEADER_ROWS: Final = 20


def read_excel(file: BinaryIO, table: str, field_map: FieldMap) -> Iterator[SourceRecord]:
    """Read the named sheet, else each sheet that holds texts. Raises TableError."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise TableError(
            "no_content",
            "is a spreadsheet, and python-calamine, which reads it, is not installed: "
            "pip install 'kliping[excel]', or save it as CSV.",
        ) from None
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        names = list(workbook.sheet_names)
    except (CalamineError, OSError, ValueError) as error:
        raise TableError(
            "damaged_container",
            f"is a spreadsheet that cannot be read ({_first_line(error)}): save it again, or as CSV.",
        ) from None
    chosen = [name for name in names if name.lower() == table.lower()] if table else names
    if not chosen:
        raise TableError(
            "no_content", f"has no sheet {table}; its sheets are {', '.join(names)}: name one with --table."
        )
    count = 0
    bare: list[str] = []
    for name in chosen:
        try:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            problem = ("damaged_container", f"cannot be read ({_first_line(error)}): save the file again.")
            yield SourceRecord(f"#{name}", f"Sheet {name}", None, None, problem)
            continue
        header = _find_header(rows, field_map)
        if header is None or not (table or _holds_texts(rows, header, field_map)):
            if any(any(cell not in ("", None) for cell in row) for row in rows):
                bare.append(name)
            continue
        for record in _read_sheet(name, rows, header):
            count += 1
            yield record
    if not count and not bare:
        return
    if not count:
        raise TableError(
            "no_content",
            f"is a spreadsheet in which no sheet is known to hold texts ({', '.join(bare)}): "
            "name one with --table, and its column with --map text=COLUMN.",
        )
    for name in bare:
        detail = "has no column that is known to hold texts; if it has one: --table and --map text=COLUMN."
        yield SourceRecord(f"#{name}", f"Sheet {name}", None, None, ("not_prose", detail))


def _find_header(rows: Sequence[Sequence[Any]], field_map: FieldMap) -> int | None:
    """Return the row that names the columns: of the first rows, the one with the most known names."""
    forced = {key for _, key in field_map.keys}
    name_counts = [
        sum(isinstance(cell, str) and (knows_key(cell) or cell.strip() in forced) for cell in row)
        for row in rows[:_HEADER_ROWS]
    ]
    best = max(name_counts, default=0)
    if best:
        return name_counts.index(best)
    return next(
        (at for at, row in enumerate(rows[:_HEADER_ROWS]) if sum(cell not in ("", None) for cell in row) >= 2), None
    )


def _holds_texts(rows: Sequence[Sequence[Any]], header: int, field_map: FieldMap) -> bool:
    plan = plan_keys(name_columns([str(cell) for cell in rows[header]]), field_map)
    if not {"text", "html", "summary"} & plan.candidates.keys():
        return any(isinstance(cell, str) and len(cell) > 200 for row in rows[header + 1 : header + 50] for cell in row)
    return True


def _read_sheet(name: str, rows: Sequence[Sequence[Any]], header: int) -> Iterator[SourceRecord]:
    cells = [str(convert_value(cell)) if cell not in ("", None) else "" for cell in rows[header]]
    while cells and not cells[-1]:
        cells.pop()
    columns = name_columns(cells)
    for number, row in enumerate(rows[header + 1 :], header + 2):
        if all(cell in ("", None) for cell in row):
            continue
        names = columns if len(row) <= len(columns) else _name_extra_cells(columns, row)
        values = [convert_value(cell) if cell != "" else None for cell in row[: len(names)]]
        fields = dict(zip(names, values, strict=False))
        yield SourceRecord(f"#{name}!R{number}", f"Row {number} of sheet {name}", encode_record(fields), fields)


def _name_extra_cells(columns: tuple[str, ...], row: Sequence[Any]) -> tuple[str, ...]:
    """Name the cells of a row that stand beyond the header, up to the last that holds a value: `column 5`."""
    last = max((at for at, cell in enumerate(row, 1) if cell not in ("", None)), default=0)
    return number_repeats([*columns, *(f"column {at}" for at in range(len(columns) + 1, last + 1))])


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:200]
