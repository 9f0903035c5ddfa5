"""A document that was read before -> the same document again, from the raw bytes that were kept of it.

A file's bytes are read as the file they were; a line of JSONL as that line; the JSON of a record, and the words of a
story that `--split` parted, as they stood. The other raw bytes do not say all that was known of them (the address of
a WARC record stands beside it): nothing is yielded for them.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flows.read import file_reader, json_objects, lenient_decoding, text_documents
from flows.read.jsonl_records import parse_line
from flows.read.physical_lines import PhysicalLine
from flows.read.raw_documents import Limits, OutletGuesser, RawDocument, Reject, hash_bytes
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadContext, ReadOptions, SourceRecord, build_row

_PLACE: Final = re.compile(
    r"(?P<path>.*)#(?P<place>(?P<sheet>[^#]{1,200}!)?(?P<kind>[LRS])(?P<number>\d{1,9}))", re.DOTALL
)
_CAPTURE: Final = re.compile(r"#[A-Za-z][\w.+-]{0,40}:[^#]{1,300}\Z")


def read_stored(
    relative: str, uri: str, raw: bytes, limits: Limits, options: ReadOptions, guess_outlet: OutletGuesser | None
) -> Iterator[RawDocument | Reject]:
    """Read a document again; `relative` and `uri` end in the place that it had."""
    place = _PLACE.fullmatch(uri)
    if place is None:
        if _CAPTURE.search(uri):
            return  # a record of a WARC file, named by its URN: its address stands beside its bytes
        source_file = SourceFile(Path(relative), relative, uri, opener=lambda: io.BytesIO(raw))
        yield from file_reader.read_documents(source_file, limits, guess_outlet, options)
        return
    suffix = "#" + place["place"]
    source_file = SourceFile(Path(relative), relative.removesuffix(suffix), place["path"])
    context = ReadContext(source_file, limits, options, guess_outlet, KeyTally())
    number = int(place["number"])
    if place["kind"] == "L":
        codec = lenient_decoding.detect_wide_codec(raw) or "utf-8"
        line = PhysicalLine(number, raw, hash_bytes(raw), len(raw), too_large=False)
        row = parse_line(context, line, codec)
        if row is not None:
            yield row
    elif place["kind"] == "S":
        yield text_documents.build_story(context, number, raw)
    else:
        fields = _load_record(raw)
        if fields is not None:
            label = f"Row {number}" + (f" of sheet {place['sheet'][:-1]}" if place["sheet"] else "")
            yield build_row(context, SourceRecord(suffix, label, raw, fields))


def _load_record(raw: bytes) -> dict[str, object] | None:
    if raw[:1] not in (b"{", b" ", b"\n"):
        return None
    try:
        fields = json_objects.DECODER.decode(lenient_decoding.decode_leniently(raw))
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None
