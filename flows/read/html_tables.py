"""A table of records written as HTML -> its rows: what web applications and pandas export, often named .xls.

Detected where the first row of the first table names known keys, one of them a text, and no story stands above it.
Read whole within the limits, by lxml. A cell with tags of its own keeps them, so that it is read as a page.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from flows.read.errors import TableError
from flows.read.field_aliases import FieldMap, plan_keys
from flows.read.source_records import SourceRecord, encode_record, format_inner_markup
from flows.read.table_columns import name_columns

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SAMPLE: Final = 65_536
_FIRST_ROW: Final = re.compile(
    rb"<table\b[^<>]{0,1000}>(?:\s|<(?:thead|tbody|colgroup|col)\b[^<>]{0,300}>){0,200}<tr\b[^<>]{0,1000}>",
    re.IGNORECASE,
)
_CELL: Final = re.compile(
    rb"\s{0,200}<t[hd]\b[^<>]{0,1000}>((?:[^<]|<(?!/?t[hdr])[^<>]{0,200}>){0,200}?)</t[hd]\s{0,5}>", re.IGNORECASE
)
_CELL_START: Final = re.compile(rb"<t[hd][\s>]")
_ANY_TAG: Final = re.compile(rb"<[^<>]{0,300}>")
_PARAGRAPHS: Final = re.compile(rb"<(?:p|article|h1)\b", re.IGNORECASE)
_BLOCKS: Final = ("p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote")


def detect_html_table(data: bytes) -> bool:
    """Return whether a page is a table of records: its first row names them."""
    sample = data[:_SAMPLE]
    first_row = _FIRST_ROW.search(sample)
    if first_row is None or _PARAGRAPHS.search(sample, 0, first_row.start()):
        return False
    names: list[str] = []
    at = first_row.end()
    while len(names) < 100 and (cell := _CELL.match(sample, at)):
        names.append(_ANY_TAG.sub(b"", cell[1]).decode("utf-8", "replace").strip())
        at = cell.end()
    fields = plan_keys(tuple(names), FieldMap()).candidates.keys()
    # A menu may be a table too, but its words do not name two fields, nor has its next row as many cells.
    following = sample[at:].lower().partition(b"<tr")[2].partition(b"</tr")[0]
    return "text" in fields and len(fields) >= 2 and len(_CELL_START.findall(following)) == len(names)


def read_html_table(page: str) -> Iterator[SourceRecord]:
    """Read the rows of the first table of a page. Raises TableError where there is none."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    try:
        table = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser).find(".//table")
    except (etree.ParserError, ValueError) as error:
        raise TableError(
            "damaged_container", f"is a table in HTML that is broken ({str(error)[:200]}): save it as CSV."
        ) from None
    rows = [] if table is None else [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if not rows:
        raise TableError("no_content", "is a table in HTML without a row: save it as CSV.")
    header = name_columns([" ".join(cell.text_content().split()) for cell in _find_cells(rows[0])])
    for number, row in enumerate(rows[1:], 1):
        cells = list(map(_read_cell, _find_cells(row)))
        if not any(cells):
            continue
        fields = dict(zip(header, cells, strict=False))
        record = SourceRecord(f"#R{number}", f"Row {number}", encode_record(fields), fields)
        if len(cells) != len(header):
            detail = f"has {len(cells):,} cells, {len(header):,} were expected as in the header."
            record = SourceRecord(record.place, record.label, record.raw, None, ("broken_record", detail))
        yield record


def _find_cells(row: "HtmlElement") -> list["HtmlElement"]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _read_cell(cell: "HtmlElement") -> str:
    """Read a cell: its words with line breaks, or its markup where it has blocks of its own."""
    if any(cell.find(f".//{tag}") is not None for tag in _BLOCKS):
        return format_inner_markup(cell)
    for line_break in cell.iter("br"):
        line_break.tail = f"\n{line_break.tail or ''}"
    return str(cell.text_content()).strip()
