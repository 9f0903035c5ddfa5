"""JSON that is not one object a line: arrays, wrapped, concatenated, pretty-printed, broken."""

import io
import json
import signal
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.read.byte_reader import ByteReader
from flows.read.field_aliases import FieldMap
from flows.read.field_mapping import map_record
from flows.read.json_records import read_json

RECORDS = [{"title": "Satu", "text": "Hujan turun."}, {"title": "Dua", "text": "Reda sudah."}]
ONE = json.dumps(RECORDS[0])


def read(text, limit=10_000_000, chunk=None):
    data = text.encode() if isinstance(text, str) else text
    reader = ByteReader(io.BytesIO(data))
    return list(read_json(reader.read_bytes(chunk or len(data)), reader, "utf-8", limit, FieldMap()))


SHAPES = {
    "array": json.dumps(RECORDS),
    "array, pretty": json.dumps(RECORDS, indent=4),
    "array, a line each": "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]",
    "array, comma at the end": json.dumps(RECORDS)[:-1] + ",]",
    "array of pages": json.dumps([[RECORDS[0]], [RECORDS[1]]]),
    "two arrays": json.dumps(RECORDS[:1]) + "\n" + json.dumps(RECORDS[1:]),
    "two arrays, nothing between": json.dumps(RECORDS[:1]) + json.dumps(RECORDS[1:]),
    "concatenated": "".join(map(json.dumps, RECORDS)),
    "concatenated, pretty": "\n".join(json.dumps(record, indent=2) for record in RECORDS),
    "comma between": ",\n".join(json.dumps(record, indent=2) for record in RECORDS),
    "record separators": "".join(f"\x1e{json.dumps(record)}\n" for record in RECORDS),
    "articles": json.dumps({"status": "ok", "articles": RECORDS}),
    "data": json.dumps({"meta": {"page": 1}, "data": RECORDS}),
    "data.items": json.dumps({"data": {"count": 2, "items": RECORDS}}),
    "response.docs": json.dumps({"responseHeader": {}, "response": {"numFound": 2, "docs": RECORDS}}),
    "records encoded twice": json.dumps([json.dumps(record) for record in RECORDS]),
    "a list a day": json.dumps({"2023-09-06": RECORDS[:1], "2023-09-07": RECORDS[1:]}),
    "a list in each of several objects": json.dumps(
        {"detik": {"count": 1, "items": RECORDS[:1]}, "kompas": {"count": 1, "items": RECORDS[1:]}}
    ),
    "beside lists of something else": json.dumps(
        {"authors": [{"id": n, "name": "A", "link": "https://x.id/a"} for n in range(9)], "posts": RECORDS}
    ),
    "by id in a wrapper": json.dumps({"status": "ok", "result": {"a1": RECORDS[0], "a2": RECORDS[1]}}),
    "by id": json.dumps({"a1": RECORDS[0], "a2": RECORDS[1]}),
    "pandas columns": json.dumps(
        {"title": {"0": "Satu", "1": "Dua"}, "text": {"0": "Hujan turun.", "1": "Reda sudah."}}
    ),
    "pandas index": json.dumps({"0": RECORDS[0], "1": RECORDS[1]}),
    "pandas split": json.dumps(
        {"columns": ["title", "text"], "index": [0, 1], "data": [[r["title"], r["text"]] for r in RECORDS]}
    ),
    "header and rows": json.dumps([["title", "text"], *([r["title"], r["text"]] for r in RECORDS)]),
    "printed by Python": str([{**record, "quote": 'He said "so"', "noun": "day's"} for record in RECORDS]),
    "pandas table": json.dumps({"schema": {"fields": [{"name": "text"}]}, "data": RECORDS}),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("chunk", [None, 7])
def test_records_come_one_by_one(shape, chunk):
    records = read(SHAPES[shape], chunk=chunk)
    assert [record.problem for record in records] == [None, None]
    assert [record.fields["title"] for record in records] == ["Satu", "Dua"]
    assert [record.fields["text"] for record in records] == ["Hujan turun.", "Reda sudah."]
    assert [record.place for record in records] == ["#R1", "#R2"]


def test_raw_bytes_are_the_records_own():
    [record] = read('[ {"title":"Satu",  "text":"a\\u0062" } ]')
    assert record.raw == b'{"title":"Satu",  "text":"a\\u0062" }'


def test_elasticsearch_hits():
    hits = json.dumps({"hits": {"total": 2, "hits": [{"_id": str(n), "_source": r} for n, r in enumerate(RECORDS)]}})
    assert [record.fields["_source"]["title"] for record in read(hits)] == ["Satu", "Dua"]


def test_nan_and_raw_tabs_are_read():
    [record] = read('{"title": NaN, "text": "a\tb"}')
    assert record.fields["text"] == "a\tb"


def test_a_broken_record_is_one_reject_and_reading_goes_on():
    first, broken, last = read(f'[{ONE}, {{"title": "b" "text": "y"}}, {ONE}]')
    assert first.fields and last.fields
    assert broken.problem[0] == "broken_record" and broken.place == "#R2"
    assert broken.raw == b'{"title": "b" "text": "y"}'


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_told_from_jsonl(shape, one):
    documents, rejects = one(SHAPES[shape].encode(), "a.json")
    assert not rejects and len(documents) == 2


def test_a_wrapper_with_a_record_a_line_is_told_from_jsonl(one):
    data = '{"status": "ok", "articles": [\n' + ",\n".join(map(json.dumps, RECORDS)) + "\n]}"
    documents, rejects = one(data.encode(), "a.json")
    assert not rejects and [document["source_uri"][-3:] for document in documents] == ["#R1", "#R2"]


@pytest.mark.parametrize("end", ['{"title": "b', '{"title": "b"', "", ","])
def test_a_file_that_breaks_off_keeps_what_stands_before(end):
    first, broken = read(f"[{ONE}, {end}")
    assert first.fields
    assert broken.problem[0] == "broken_record" and "breaks off" in broken.problem[1]


def test_a_record_that_is_too_large_is_passed_over():
    large = json.dumps({"title": "b", "text": "x" * 5000})
    records = read(f"[{large}, {ONE}]", limit=1000, chunk=100)
    assert [record.problem and record.problem[0] for record in records] == ["too_large", None]


def test_a_long_list_in_a_wrapper_streams():
    wrapped = json.dumps({"status": "ok", "pages": [1, 2], "articles": RECORDS * 500, "end": True})
    records = read(wrapped, limit=1000, chunk=300)
    assert len(records) == 1000 and not any(record.problem for record in records)


PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota itu."
OTHERS = {
    "string": "iklan", "empty string": "", "number": 7, "float": 3.5, "null": None, "true": True, "false": False,
    "empty list": [], "list of an empty list": [[]], "list of a number": [7], "list of a string": ["iklan"],
}  # fmt: skip


def test_values_that_are_no_objects_are_one_reject_that_counts_them():
    (record,) = read("[1, 2, 3, null]")
    assert record.problem[0] == "broken_record" and "first of 4 values" in record.problem[1]
    assert record.raw == b"1, 2, 3, null"


@pytest.mark.parametrize("chunk", [None, 3])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_value_beside_records_is_a_reject_and_no_record_is_lost(other, at, chunk):
    values = [*RECORDS[:at], OTHERS[other], *RECORDS[at:]]
    records = read(json.dumps(values), chunk=chunk)
    assert [record.fields for record in records if not record.problem] == RECORDS
    (reject,) = (record for record in records if record.problem)
    assert reject.problem[0] == "broken_record" and reject.place == f"#R{at + 1}"
    assert reject.raw.decode() in json.dumps(OTHERS[other])


def test_a_run_of_values_ends_at_a_record_and_at_a_text():
    records = read(json.dumps(["a", "b", RECORDS[0], "c", PROSE, None, 1, [], "d"]))
    counts = [record.problem and record.problem[1].split(", ")[0].split(" values")[0] for record in records]
    assert counts == ["is the first of 2", None, "is no JSON object", None, "is the first of 4"]
    assert records[4].raw == b'null, 1, [], "d"'


def test_the_bytes_of_a_long_run_are_bounded():
    (record,) = read(json.dumps(["kata"] * 10_000), limit=500)
    assert "first of 10,000 values" in record.problem[1] and record.raw.startswith(b'"kata", "kata"')
    assert len(record.raw) <= 500


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("wrap", [
    lambda values: {"articles": values},
    lambda values: {"status": "ok", "data": {"items": values}},
    lambda values: {f"k{n}": value for n, value in enumerate(values)},
    lambda values: {"result": {f"k{n}": value for n, value in enumerate(values)}},
], ids=["wrapper", "nested wrapper", "by key", "by key in a wrapper"])  # fmt: skip
def test_a_value_among_wrapped_records_is_a_reject(wrap, other):
    records = read(json.dumps(wrap([RECORDS[0], OTHERS[other], RECORDS[1]])))
    assert [record.fields["text"] for record in records if not record.problem] == ["Hujan turun.", "Reda sudah."]
    assert [record.problem[0] for record in records if record.problem] == ["broken_record"]


def make_large(number):
    return {"title": f"Judul {number}", "text": f"Hujan turun {number}. " * 400}


LARGE = {
    "by key": lambda records: {f"k{n}": record for n, record in enumerate(records)},
    "a list a day": lambda records: {f"2023-{n:03}": [record] for n, record in enumerate(records)},
    "a list a day, beside others": lambda records: {f"2023-{n:03}": ["iklan", r] for n, r in enumerate(records)},
    "articles": lambda records: {"pages": [1, 2], "articles": records},
    "articles behind others": lambda records: {"articles": ["iklan", None, [], 3, *records]},
}


@pytest.mark.parametrize("shape", LARGE)
def test_no_record_of_a_large_object_is_lost(shape):
    records = [make_large(number) for number in range(150)]
    come = read(json.dumps(LARGE[shape](records)), limit=50_000, chunk=1000)
    assert [record.fields["text"] for record in come if not record.problem] == [record["text"] for record in records]
    if shape == "by key":
        assert [record.fields["id"] for record in come] == [f"k{n}" for n in range(150)]


def test_values_among_the_records_of_a_large_object_are_counted():
    values = {f"k{n}": make_large(n) if n % 3 else "iklan" for n in range(150)}
    come = read(json.dumps(values), limit=50_000, chunk=1000)
    assert sum(not record.problem for record in come) == 100
    assert [record.problem[1].split(" values")[0] for record in come if record.problem] == ["counts 50"]


@pytest.mark.parametrize("row", [None, "teks", 5, ["Satu"], ["Satu", "Hujan turun.", "lebih"], [], {}])
@pytest.mark.parametrize("shape", ["split", "rows"])
def test_a_row_that_does_not_fit_the_header_is_a_reject(shape, row):
    names, rows = ["title", "text"], [["Satu", "Hujan turun."], row, ["Dua", "Reda sudah."]]
    records = read(json.dumps({"columns": names, "data": rows} if shape == "split" else [names, *rows]))
    assert [record.fields for record in records if record.fields] == RECORDS
    assert len(records) == 3 and not records[1].fields


@pytest.mark.parametrize("shape", ["split", "rows"])
def test_columns_of_one_name_are_numbered(shape):
    names, row = ["title", "text", "text"], ["Satu", "Hujan turun.", "Reda sudah."]
    (record,) = read(json.dumps({"columns": names, "data": [row]} if shape == "split" else [names, row]))
    assert record.fields == {"title": "Satu", "text": "Hujan turun.", "text_2": "Reda sudah."}


def test_a_list_of_texts():
    prose = "Hujan deras turun sejak pagi di seluruh wilayah kota itu."
    assert [record.fields for record in read(json.dumps([prose, prose]))] == [{"text": prose}] * 2


def test_paragraphs_in_an_object_with_a_title_are_one_record():
    paragraphs = [{"teks": "Hujan turun sejak pagi."}, {"teks": "Reda sudah."}]
    story = {"judul": "Satu", "url": "https://contoh.id/1", "konten": {"paragraf": paragraphs}}
    (record,) = read(json.dumps(story))
    assert (record.fields, record.problem) == (story, None)
    mapped, _ = map_record(story, FieldMap())
    assert mapped.content == "Hujan turun sejak pagi.\n\nReda sudah."


@contextmanager
def ends_within(seconds):
    """Fail what is still at work after so many seconds of processor time."""

    def stop(*_):
        raise AssertionError(f"still at work after {seconds} s")

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


@pytest.mark.parametrize("stray", ["}", "}}}", "},}", "} \n }", '} "x": 1'])
@pytest.mark.parametrize("chunk", [3, None])
def test_an_object_closed_too_often_is_one_reject_or_more_and_the_next_record_is_read(stray, chunk):
    text = f"[{ONE}{stray},\n{json.dumps(RECORDS[1])}]"
    with ends_within(5):
        records = read(text, chunk=chunk)
    assert [record.fields for record in records if record.fields] == RECORDS
    assert {record.problem[0] for record in records if record.problem} == {"broken_record"}


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet='[]{},:"\\1a \n', max_size=24), first=st.sampled_from(["[", "{", ""]))
def test_any_order_of_marks_comes_to_an_end(text, first):
    with ends_within(5):
        records = read(first + text, limit=12, chunk=4)
    assert len(records) <= len(text) + 2


@pytest.mark.parametrize("chunk", [50, None])
def test_a_wrapper_larger_than_a_record_may_be_is_entered(chunk):
    records = [{"title": f"Judul {n}", "text": "Hujan turun."} for n in range(6)]
    text = json.dumps({"status": "ok", "meta": {"page": 1}, "articles": records, "next": None})
    come = read(text, limit=100, chunk=chunk)
    assert [record.fields for record in come if record.fields and "title" in record.fields] == records
    assert not [record.problem for record in come if record.problem and record.problem[0] == "too_large"]


def test_of_two_wrappers_larger_than_a_record_the_second_is_read_too():
    pages = [
        {"articles": [{"title": f"Judul {page}-{n}", "text": "Hujan turun."} for n in range(6)]} for page in (1, 2)
    ]
    come = read("\n".join(map(json.dumps, pages)), limit=100)
    assert [record.fields for record in come] == [each for page in pages for each in page["articles"]]
    assert [record.place for record in come] == [f"#R{n}" for n in range(1, 13)]


def test_behind_a_wrapper_larger_than_a_record_the_next_record_is_read_once():
    records = [{"title": f"Judul {n}", "text": "Hujan turun."} for n in range(4)]
    wrapper = {"name": "x" * 30, "articles": records, "after": [{"title": "Akhir", "text": "Hujan reda."}]}
    come = read(f"[{json.dumps(wrapper)}, {ONE}]", limit=90, chunk=40)
    assert [record.fields for record in come] == [*records, *wrapper["after"], json.loads(ONE)]
