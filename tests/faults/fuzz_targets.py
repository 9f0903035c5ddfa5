"""Targets of the fuzzer: functions of bytes that may not raise, and sound inputs of each to start from.

A reader is reached as it is in a run: the bytes are a file of a source, whose kind is detected from them. A grammar is
called with the text that the bytes decode to.
"""

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults import mutated_corpus

Target = Callable[[bytes], object]
_ROW = {"id": "r1", "url": "https://www.detik.com/a/1", "title": "Panen raya", "published": "2024-03-12T10:11:00+07:00"}
_CSV = '"id";"judul";"tanggal";"isi"\r\n"1";"Panen; raya";"12/03/2024 10:11";"Petani ""senang"".\r\nHarga naik."\r\n'
_MAIL = "From: Ayu Lestari <ayu@a.id>\nSubject: Panen\nDate: Tue, 12 Mar 2024 10:11:00 +0700\n\n"
_BB = (
    "[quote=Ayu][b]Panen[/b] raya[/quote]\n[url=https://a.id]di sini[/url]\n"
    "{{Infobox|a=[[b|c]]}} '''Panen''' == Isi ==\n"
)


def list_targets() -> dict[str, Target]:
    """List what is tried, by name; imports all of ours."""
    from flows import read
    from flows.describe import date_grammar, person_names
    from flows.outlets import canonical_urls, dateline, load_registry
    from flows.read import (
        file_kinds,
        forum_markup,
        front_matter,
        glob_patterns,
        http_payload,
        lenient_decoding,
        light_markup,
        mail_text,
        prose_test,
        python_literals,
        story_split,
        warc_stream,
    )
    from flows.read.byte_reader import ByteReader
    from flows.read.physical_lines import split_lines
    from flows.workers import batch_processing

    outlets = load_registry()
    folder = Path(tempfile.mkdtemp(prefix="kliping-fuzz-"))

    def read_source(data: bytes) -> None:
        (folder / "a").write_bytes(data)
        for batch in read.read_batches(folder):
            assert "crashed" not in batch.rejects["reason"].to_pylist()

    def process_source(data: bytes) -> None:
        (folder / "a").write_bytes(data)
        for batch in read.read_batches(folder):
            outcome = batch_processing.process_batch(batch.documents, "fast")
            assert outcome.articles.num_rows + outcome.rejects.num_rows == batch.documents.num_rows
            assert "crashed" not in outcome.rejects["reason"].to_pylist()

    def process_page(data: bytes) -> None:
        process_source(b"<!doctype html><html>" + data)

    def parse_answer(data: bytes) -> None:
        response = http_payload.parse_response(data)
        if response is not None:
            with suppress(http_payload.DamagedPayload, http_payload.PayloadTooLarge):
                response.decode_payload(1_000_000)

    def words(data: bytes) -> str:
        return data.decode("utf-8", "replace")

    kinds = ("csv", "json", "jsonl", "parquet", "arrow", "sqlite", "xml", "feed", "mhtml", "arc", "warc", "zip", "gzip",
             "zstd", "table")  # fmt: skip
    return {
        **dict.fromkeys(kinds, read_source),
        "html": process_page,
        "document": process_source,
        "frames": lambda data: list(warc_stream.read_records(data, ByteReader(io.BytesIO(b"")), 100_000)),
        "answer": parse_answer,
        "lines": lambda data: [list(split_lines(data, ByteReader(io.BytesIO(b"")), codec, 10_000))
                               for codec in ("utf-8", "utf-16-le")],
        "kind": lambda data: file_kinds.detect_kind(data, "a.txt", is_complete=True),
        "decoding": lambda data: (lenient_decoding.decode_leniently(data), lenient_decoding.make_preview(data)),
        "mail": lambda data: mail_text.read_mail(words(data)),
        "front": lambda data: front_matter.split_front_matter(words(data)),
        "forum": lambda data: forum_markup.strip_forum_markup(words(data)),
        "markup": lambda data: light_markup.read_text(words(data)),
        "prose": lambda data: (prose_test.explain_not_prose(words(data)), prose_test.explain_template(words(data))),
        "stories": lambda data: (list(story_split.split_stories(words(data), "blank")),
                                 story_split.explain_many_articles(words(data))),
        "literals": lambda data: python_literals.parse_dict(words(data)),
        "date": lambda data: (list(date_grammar.find_dates(words(data)[:2_000])),
                              date_grammar.parse_machine_date(words(data)),
                              list(date_grammar.find_yearless_dates(words(data)[:2_000], (2023, 2024)))),
        "names": lambda data: (person_names.parse_person_names(words(data)[:400], outlets),
                               person_names.parse_printed_names(words(data)[:400], outlets)),
        "dateline": lambda data: dateline.parse_dateline(words(data).replace("\n", " ")[:400], outlets),
        "url": lambda data: canonical_urls.canonicalize_url(words(data)[:400]),
        "glob": lambda data: glob_patterns.split_glob(words(data)[:200]),
    }  # fmt: skip


def make_starts() -> Mapping[str, list[bytes]]:
    """Make sound inputs to start from, by the name of their target; `*` are those of all others."""
    texts = mutated_corpus.texts()
    text, page = texts[0], mutated_corpus.page(texts[0][:1500], 1)
    table = pa.Table.from_pylist([{**_ROW, "text": text[:800], "tags": ["a", "b"]}])
    records = mutated_corpus.jsonl([each[:600] for each in texts[:2]], 1)
    saved = ("MIME-Version: 1.0\r\nSnapshot-Content-Location: https://a.id/1\r\n"
             "Date: Tue, 12 Mar 2024 10:11:00 +0700\r\n"
             'Content-Type: multipart/related; type="text/html"; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n'
             "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://a.id/1\r\n\r\n"
             f"{page[:1200]}\r\n--x--\r\n").encode()  # fmt: skip
    arc = (b"filedesc://a.arc 0.0.0.0 20240312101100 text/plain 76\n1 0 a\nURL IP-address Archive-date Content-type "
           b"Archive-length\n" + b" " * 12 + b"\n\nhttp://a.id/1 1.2.3.4 20240312101100 text/html 60\n"
           b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Panen raya.</p>\n")  # fmt: skip
    return {
        "csv": [_CSV.encode(), _CSV.encode("utf-16"), b"judul\tisi\na\tb\n1\t2\n", b"a|b\n'x|y'|z\\|\n"],
        "json": [json.dumps({"articles": [{**_ROW, "text": text[:600]}] * 2}, indent=1).encode(),
                 b'[["id","text"],[1,"a"]]'],
        "jsonl": [records, str({**_ROW, "text": "a"}).encode() + b"\n"],
        "parquet": [_write(table, "parquet")],
        "arrow": [_write(table, "file"), _write(table, "stream")],
        "sqlite": [_write_database(text[:600])],
        "xml": [f"<?xml version='1.0'?><add><doc><field name='title'>A</field><field name='text'>{'b ' * 90}</field>"
                "</doc></add>".encode(), b"<docs><doc><id>1</id><text><![CDATA[a]]></text></doc></docs>"],
        "feed": [b"<rss version='2.0'><channel><item><title>A</title><link>https://a.id/1</link><pubDate>Tue, 12 Mar "
                 b"2024 10:11:00 +0700</pubDate><content:encoded><![CDATA[<p>Isi</p>]]></content:encoded></item>"
                 b"</channel></rss>",
                 b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><content>b</content></entry></feed>"],
        "mhtml": [saved],
        "arc": [arc],
        "warc": [mutated_corpus.warc([text[:400]], 1)],
        "frames": [mutated_corpus.warc([text[:400]], 1)],
        "answer": [mutated_corpus.warc([text[:400]], 1)[300:]],
        "zip": [_write_zip({"a.txt": text[:600].encode(), "b/c.jsonl": records})],
        "gzip": [gzip.compress(records, mtime=0), gzip.compress(text.encode(), mtime=0)],
        "zstd": [mutated_corpus.zstd(records)],
        "table": [b"<table><tr><th>judul</th><th>isi</th></tr><tr><td>A</td><td>b</td></tr></table>"],
        "html": [page.encode()[21:4000]],
        "mail": [(_MAIL + text[:400]).encode()],
        "front": [b"---\ntitle: A\ndate: 2024-03-12\ntags: [a, b]\n---\nIsi\n", b'+++\ntitle = "A"\n+++\nIsi\n',
                  b'{"title": "A"}\n\nIsi\n', b"title: A\nauthor: B\n\nIsi\n"],
        "forum": [_BB.encode()],
        "date": [b"Jum'at, 27 Oktober 2023 |17:33 WIB", b"2024-03-12T10:11:00.123+07:00", b"12 Mar 24 3:05 pm (UTC+8)",
                 "2024\u5e743\u670812\u65e5 10\u665211\u5206".encode()],
        "names": [b"Oleh: Dr. H. Ahmad Fauzi, M.Si. dan Siti Aminah/Antara", b"Reporter: Ayu L | Editor: Budi"],
        "dateline": [b"REPUBLIKA.CO.ID, JAKARTA -- Panen raya", b"Jakarta (ANTARA) - Panen", b"Bogor, Kompas.com -"],
        "url": [b"https://a.id/b?utm_source=c&amp=1#d", b"http://[::1]:80/%zz"],
        "glob": [b"a/**/*.[ch]", b"s3://a/{b,c}/*.txt"],
        "*": [text.encode()[:2000], records],
    }  # fmt: skip


def _write(table: pa.Table, form: str) -> bytes:
    sink = io.BytesIO()
    if form == "parquet":
        pq.write_table(table, sink)
    else:
        with (pa.ipc.new_file if form == "file" else pa.ipc.new_stream)(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue()


def _write_database(text: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("pragma page_size = 512")
        database.execute("create table news (id integer primary key, title text, body text, date text)")
        database.execute("insert into news values (1, 'Panen raya', ?, '2024-03-12')", (text,))
        database.commit()
        return database.serialize()


def _write_zip(members: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()
