"""Kind by content and not by name: each case with what it must not be taken for."""

import pytest

from flows.read.file_kinds import describe_old_office, detect_kind

CASES = {
    # Text that looks like something else.
    "article that starts with a brace": ("{Breaking} Jakarta - Hujan turun.\nWarga mengungsi.", "a.txt", "text"),
    "article that starts with a bracket": ("[JAKARTA] Hujan turun sejak pagi.\nWarga mengungsi.", "a.txt", "text"),
    "a headline in capitals": ("ORCHARD ROAD - Hujan turun sejak pagi.\nWarga mengungsi.", "a.txt", "text"),
    "embed first": ("[Gambas:Video CNN]\nJakarta - Hujan turun.", "a.txt", "text"),
    "wiki mark-up": ("[[Berkas:Foto.jpg]]\nJakarta - Hujan turun.", "a.txt", "text"),
    "italic first": ("<i>Jakarta</i> - Hujan turun sejak pagi.\nWarga mengungsi.", "a.html", "text"),
    "stray tag": ("Hujan turun.<br>\nWarga <i>mengungsi</i> ke balai desa.\nAir surut.\nSelesai.", "a.html", "text"),
    "paragraph tag first, text after": ("<p>Jakarta - Hujan turun.\nWarga mengungsi.\nAir surut.", "a.txt", "text"),
    "about HTML": ("Cara menulis <html> dan <body> bagi pemula.\nMulailah dari berkas kosong.", "a.txt", "text"),
    "less-than signs": ("Suhu < 20 derajat dan > 10 derajat.\n1 < 2 < 3", "a.txt", "text"),
    "code among the text": ('Contoh catatan:\n{"a": 1}\nBegitulah.', "a.txt", "text"),
    "a number": ("12345", "a.json", "text"),
    "named jsonl": ("Jakarta - Hujan turun.\nWarga mengungsi.", "a.jsonl", "text"),
    # HTML.
    "page": ("<!doctype html><title>x</title>", "a.txt", "html"),
    "old page": ('\n\n<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<p>Hujan', "a.txt", "html"),
    "page behind a mark and a comment": ("\ufeff \n<!-- saved -->\n<HTML lang=id><p>Hujan", "a.txt", "html"),
    "xhtml": ('<?xml version="1.0"?>\n<html xmlns="x"><body/></html>', "a.txt", "html"),
    "body alone": ("<body class='x'>Hujan", "a.txt", "html"),
    "fragment": ("<p>Hujan turun.</p>\n<p>Warga mengungsi.</p>\n", "a.txt", "html"),
    "fragment in a link": ("<a href='/'>x</a>" + "<div><p>Hujan</p></div>\n" * 5, "a.txt", "html"),
    "doctype of another language": ("<!DOCTYPE htmlx>", "a.txt", "text"),
    # JSONL.
    "record": ('{"id": 1, "text": "Hujan"}', "a.txt", "jsonl"),
    "records behind blanks": ('\ufeff\n\n{"id": 1}\r\n{"id": 2}\r\n', "a.html", "jsonl"),
    "first of many broken": ('{oops\n{"id": 2, "text": "b"}\n', "a.txt", "jsonl"),
    "cut record": ('{"id": 1, "text": "Huj', "a.txt", "jsonl"),
    "first line no object, by name": ('12\n{"id": 2', "a.NDJSON", "jsonl"),
    "record with a page in it": ('{"html": "<!doctype html><html><body>x</body></html>"}', "a.html", "jsonl"),
    # One value over the whole file.
    "array": ('[{"id": 1}]', "a.json", "json"),
    "array of records, one a line": ('[\n{"id": 1},\n{"id": 2}\n]', "a.jsonl", "json"),
    "object": ('{\n "id": 1,\n "text": "Hujan"\n}', "a.txt", "json"),
    "empty array": ("[]", "a.json", "json"),
}


@pytest.mark.parametrize("case", CASES)
def test_kind(case):
    text, name, kind = CASES[case]
    assert detect_kind(text.encode(), name, is_complete=True).kind == kind


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("case", ["page", "record", "stray tag"])
def test_kind_in_wide_encodings(case, codec):
    text, name, kind = CASES[case]
    assert detect_kind(text.encode(codec), name, is_complete=True).kind == kind


def test_a_long_first_line_needs_not_end():
    assert detect_kind(b'{"id": 1, "text": "' + b"x" * 100_000, "a.txt", is_complete=False).kind == "jsonl"


def test_an_array_that_goes_on_is_no_text():
    assert detect_kind(b'[{"id": 1, "text": "' + b"x" * 100_000, "a.json", is_complete=False).kind == "json"


@pytest.mark.parametrize(
    "opening", [b"<" * 60_000, b"<!--" * 20_000, b"<p " * 20_000, b'{"' * 30_000, b" " * 60_000 + b"<"]
)
def test_hostile_openings_are_cheap(opening):
    import time

    started = time.perf_counter()
    detect_kind(opening, "a.txt", is_complete=True)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("stream", "described"),
    [("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint"), ("__substg1.0_001A001E", "Outlook")],
)
def test_old_office_files_are_told_by_the_names_of_their_streams(stream, described):
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + stream.encode("utf-16-le")
    assert described in describe_old_office(data)
    assert not describe_old_office(data + "Workbook".encode("utf-16-le"))


def test_a_wrapper_with_a_record_a_line_is_json_also_if_its_end_is_not_there_yet():
    head = '{"status": "ok [", "articles": [{"isi": "satu"},\n{"isi": "dua"},\n'
    assert detect_kind(head.encode(), "a.json", is_complete=False).kind == "json"
    cut_record = '{"isi": "satu, dua", "tags": ["a"\n{"isi": "dua"}\n{"isi": "tiga"}\n'
    assert detect_kind(cut_record.encode(), "a.json", is_complete=False).kind == "jsonl"


@pytest.mark.parametrize(
    ("first", "kind"),
    [('{"data": [', "json"), ("{", "json"), ('{"data": {', "json"), ('{"data":', "json"), ("{Hujan turun", "text")],
)
def test_a_value_that_goes_on_in_the_next_lines(first, kind):
    data = f'{first}\n"isi": "Hujan turun."\n'.encode()
    assert detect_kind(data, "a.txt", is_complete=False).kind == kind
