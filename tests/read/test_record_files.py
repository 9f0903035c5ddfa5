"""Parquet, Arrow, SQLite, spreadsheets, feeds and XML: each record of them, and what is no table of articles."""

import io
import json
import sqlite3
import zipfile
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.read import Limits
from tests.read.stated_values import stated

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada. " * 3
ROWS = [
    {
        "judul": "Satu",
        "isi": PROSE + "Satu.",
        "tanggal": datetime(2023, 9, 6, 2, 15, tzinfo=UTC),
        "penulis": ["Ani", "Budi"],
    },
    {"judul": "Dua", "isi": PROSE + "Dua.", "tanggal": None, "penulis": []},
]


def as_parquet(rows, **options):
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, **options)
    return sink.getvalue()


def as_arrow(rows, *, stream):
    sink = io.BytesIO()
    table = pa.Table.from_pylist(rows)
    writer = pa.ipc.new_stream if stream else pa.ipc.new_file
    with writer(sink, table.schema) as file:
        file.write_table(table)
    return sink.getvalue()


def as_sqlite(path, **tables):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        for name, (columns, rows) in tables.items():
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "data", [as_parquet(ROWS, row_group_size=1), as_arrow(ROWS, stream=False), as_arrow(ROWS, stream=True)]
)
def test_typed_rows(source, data):
    documents, rejects = source(a__bin=data)
    assert not rejects
    assert [document["content"].decode() for document in documents] == [ROWS[0]["isi"], ROWS[1]["isi"]]
    assert stated(documents[0], "authors") == ["Ani", "Budi"]
    assert stated(documents[0], "published_at") == ["2023-09-06T02:15:00+00:00"]
    assert documents[0]["source_uri"].endswith("a.bin#R1")
    assert documents[0]["raw"].startswith(b'{"judul": "Satu", "isi": "Hujan')


def test_a_cut_parquet_file_is_one_reject(source):
    documents, [reject] = source(a__parquet=as_parquet(ROWS)[:-20])
    assert not documents and reject["reason"] == "damaged_container"


def test_sqlite_reads_the_table_that_holds_texts(source, tmp_path):
    columns = ["id", "judul", "isi", "url"]
    data = as_sqlite(
        tmp_path / "a.db",
        crawl_log=(["id", "url", "status"], [(1, "https://news.detik.com/a", 200)]),
        berita=(columns, [(7, "Satu", PROSE, "https://news.detik.com/a/1"), (8, "Dua", PROSE, None)]),
    )
    documents, rejects = source(a__db=data)
    assert not rejects
    assert [(d["source_id"], d["url"]) for d in documents] == [("7", "https://news.detik.com/a/1"), ("8", None)]


def test_sqlite_tables_of_one_form_are_all_read_and_another_is_named(source, tmp_path):
    row = ("Satu", PROSE)
    data = as_sqlite(
        tmp_path / "a.db",
        detik=(["judul", "isi", "url"], [(*row, "https://news.detik.com/a/1")]),
        tempo=(["judul", "isi", "url"], [(*row, "https://www.tempo.co/a/1")]),
        komentar=(["nama", "content"], [("Joko", PROSE)]),
    )
    documents, [reject] = source(a__db=data)
    assert [document["source_uri"].rpartition("#")[2] for document in documents] == ["detik!R1", "tempo!R1"]
    assert reject["reason"] == "many_articles" and "--table komentar" in reject["detail"]
    [document], rejects = source(a__db=data, options={"table": "komentar"})
    assert not rejects and document["source_uri"].endswith("a.db#R1")


def test_sqlite_without_texts_names_its_tables(source, tmp_path):
    documents, [reject] = source(a__db=as_sqlite(tmp_path / "a.db", kata=(["kata", "jumlah"], [("a", 1)])))
    assert not documents
    assert (
        reject["reason"] == "no_content" and "kata (kata, jumlah)" in reject["detail"] and "--table" in reject["detail"]
    )


def test_a_damaged_sqlite_database(source, tmp_path):
    data = as_sqlite(tmp_path / "a.db", berita=(["judul", "isi"], [("Satu", PROSE)] * 400))
    _documents, rejects = source(a__db=data[:40_000])
    assert rejects[-1]["reason"] == "damaged_container"


def as_xlsx(sheets):
    """A workbook by hand: the smallest that a spreadsheet program would write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        kin = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        pack = "http://schemas.openxmlformats.org/package/2006"
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{pack}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{pack}/relationships"><Relationship Id="r1" Type="{kin}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{kin}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{kin}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{pack}/relationships">{links}</Relationships>'
        )
        for n, rows in enumerate(sheets.values(), 1):
            body = "".join(
                f'<row r="{r}">'
                + "".join(
                    f'<c r="{chr(65 + c)}{r}"><v>{cell}</v></c>'
                    if isinstance(cell, int)
                    else f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{cell}</t></is></c>'
                    for c, cell in enumerate(row)
                )
                + "</row>"
                for r, row in enumerate(rows, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
            )
    return buffer.getvalue()


def test_a_workbook(source):
    data = as_xlsx({"Berita": [["No", "Judul", "Isi"], [1, "Satu", PROSE], [2, "Dua", PROSE]], "Catatan": [["a", "b"]]})
    documents, rejects = source(a__xlsx=data)
    assert [document["source_uri"].rpartition("#")[2] for document in documents] == ["Berita!R2", "Berita!R3"]
    assert documents[0]["raw"].startswith(b'{"No": 1, "Judul": "Satu", "Isi": "Hujan')
    assert [(reject["reason"], reject["source_id"]) for reject in rejects] == [("not_prose", "a.xlsx#Catatan")]


def test_a_workbook_beyond_the_limit_is_rejected_before_it_is_read(source):
    data = as_xlsx({"Berita": [["Judul", "Isi"], ["Satu", PROSE * 200]]})
    documents, [reject] = source(a__xlsx=data, limits=Limits(document_bytes=5_000, record_bytes=5_000))
    assert not documents and reject["reason"] == "too_large" and "CSV" in reject["detail"]


ATOM = f"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Kabar</title>
<entry><title>Satu</title><link rel="self" href="https://kabarlembayung.id/feed/1"/>
<link rel="alternate" href="https://kabarlembayung.id/baca/1"/><author><name>Ani</name></author>
<published>2023-09-06T09:15:00+07:00</published><summary>Ringkas.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{PROSE}</p><p>Kedua.</p></div></content></entry>
</feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Kabar</title></channel>
<item rdf:about="https://kabarlembayung.id/baca/1"><title>Satu</title><link>https://kabarlembayung.id/baca/1</link>
<dc:creator>Ani</dc:creator><dc:date>2023-09-06T09:15:00+07:00</dc:date><description>{PROSE}</description></item></rdf:RDF>"""


@pytest.mark.parametrize("feed", [ATOM, RDF])
def test_feeds_of_other_kinds(source, feed):
    [document], rejects = source(feed__xml=feed.encode())
    assert not rejects
    assert document["url"] == "https://kabarlembayung.id/baca/1"
    assert (stated(document, "title"), stated(document, "authors")) == (["Satu"], ["Ani"])
    assert stated(document, "published_at") == ["2023-09-06T09:15:00+07:00"]
    assert PROSE.strip() in document["content"].decode()


def test_an_item_with_a_teaser_alone_is_partial(source):
    [document], _ = source(feed__xml=RDF.encode())
    assert stated(document, "is_partial")


def test_a_feeds_entities_are_not_resolved(source):
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    feed = f'<rss version="2.0"><channel><item><title>Satu</title><description>{PROSE}</description></item></channel></rss>'  # noqa: E501
    documents, _rejects = source(feed__xml=(bomb + feed.replace("Satu", "&b;")).encode())
    assert not any(b"aaaaaaaaaa" in document["raw"] for document in documents)


def test_trafilaturas_xml(source):
    xml = (
        '<doc sitename="detikcom" title="Satu" author="Ani" date="2023-09-06" source="https://news.detik.com/a/1">'
        f"<main><head>Satu</head><p>{PROSE}</p><p>Kedua kali.</p></main><comments/></doc>"
    )
    [document], rejects = source(a__xml=xml.encode())
    assert not rejects
    assert document["content"].decode() == f"Satu\n\n{PROSE.strip()}\n\nKedua kali."
    assert document["url"] == "https://news.detik.com/a/1"
    assert stated(document, "outlet") == ["detikcom"]


def test_days_are_days(source):
    rows = [{"judul": "Satu", "isi": PROSE, "tanggal": date(2023, 9, 6)}]
    [document], _ = source(a__parquet=as_parquet(rows))
    assert stated(document, "published_at") == ["2023-09-06"]


def test_a_generated_column_gives_its_name_to_no_other(tmp_path, source):
    path = tmp_path / "made.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE berita (id INTEGER, kode TEXT AS (id || '-x') VIRTUAL, judul TEXT, isi TEXT)")
    database.execute("INSERT INTO berita (id, judul, isi) VALUES (1, 'Satu', ?)", (PROSE,))
    database.commit()
    database.close()
    [document], rejects = source(a__db=path.read_bytes())
    assert (document["content"].decode(), rejects) == (PROSE, [])
    assert stated(document, "title") == ["Satu"]


def test_the_name_of_a_table_is_shown_on_one_line(tmp_path, source):
    path = tmp_path / "made.db"
    database = sqlite3.connect(path)
    database.execute('CREATE TABLE "x\x1b[31m\ny" (a TEXT)')
    database.commit()
    database.close()
    _, [reject] = source(a__db=path.read_bytes())
    assert reject["detail"].isprintable()
    assert "its tables are x" in reject["detail"]


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (pa.array([2**61, 0], pa.timestamp("us")), []),
        (pa.array([2**30, 0], pa.date32()), []),
        (pa.array([0, 0], pa.timestamp("us", "Nowhere/Town")), ["1970-01-01T00:00:00+00:00"]),
    ],
)
def test_an_instant_that_python_cannot_hold_costs_no_row(source, dates, first):
    buffer = io.BytesIO()
    pq.write_table(pa.table({"isi": [PROSE + "Satu.", PROSE + "Dua."], "tanggal": dates}), buffer)
    documents, rejects = source(a__parquet=buffer.getvalue())
    assert (len(documents), rejects) == (2, [])
    assert stated(documents[0], "published_at") == first
    assert stated(documents[1], "published_at")[0].startswith("1970-01-01")


def test_a_string_that_is_no_utf8_costs_no_row(source):
    bad = pa.array([b"Caf\xe9 Baru", b"Dua"], pa.binary())
    titles = pa.Array.from_buffers(pa.string(), 2, bad.buffers())
    buffer = io.BytesIO()
    pq.write_table(pa.table({"isi": [PROSE + "Satu.", PROSE + "Dua."], "judul": titles}), buffer)
    documents, rejects = source(a__parquet=buffer.getvalue())
    assert ([stated(document, "title") for document in documents], rejects) == ([["Café Baru"], ["Dua"]], [])


def test_words_beside_tags_in_an_atom_item_stay_words(source):
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Satu</title><content type='xhtml'>"
        f"Nilai &lt;b&gt; naik.<p>{PROSE}</p></content></entry></feed>"
    )
    [document], _ = source(a__xml=feed.encode())
    assert "Nilai &lt;b&gt; naik." in document["content"].decode()


SIZED = [(name, PROSE * (40 if name == "Besar" else 1)) for name in ("Satu", "Besar", "Dua")]
SIZED_ROWS = [{"judul": name, "isi": text, "catatan": ["a", "b"]} for name, text in SIZED]


@pytest.mark.parametrize(
    "kind", ["parquet", "arrow", "stream", "sqlite", "xlsx", "json", "jsonl", "csv", "html", "rss"]
)
def test_a_row_beyond_the_limit_is_too_large_in_every_format(source, tmp_path, kind):
    lines = [json.dumps({"judul": name, "isi": text}) for name, text in SIZED]
    table_rows = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in SIZED)
    items = "".join(
        f"<item><title>{name}</title><content:encoded>{text}</content:encoded></item>" for name, text in SIZED
    )
    data = {
        "parquet": lambda: as_parquet(SIZED_ROWS),
        "arrow": lambda: as_arrow(SIZED_ROWS, stream=False),
        "stream": lambda: as_arrow(SIZED_ROWS, stream=True),
        "sqlite": lambda: as_sqlite(tmp_path / "a.db", berita=(["judul", "isi"], SIZED)),
        "xlsx": lambda: as_xlsx({"Berita": [["Judul", "Isi"], *map(list, SIZED)]}),
        "json": lambda: f"[{','.join(lines)}]".encode(),
        "jsonl": lambda: "\n".join(lines).encode(),
        "csv": lambda: ("judul,isi\n" + "".join(f'"{name}","{text}"\n' for name, text in SIZED)).encode(),
        "html": lambda: f"<table><tr><th>judul</th><th>isi</th></tr>{table_rows}</table>".encode(),
        "rss": lambda: (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>Warta</title>{items}</channel></rss>"
        ).encode(),
    }[kind]()
    limit = 1500
    if kind in ("xlsx", "html", "rss"):  # read whole: the file itself must be within a document's limit
        documents, [reject] = source(a__bin=data, limits=Limits(document_bytes=200_000, record_bytes=limit))
    else:
        documents, [reject] = source(a__bin=data, limits=Limits(record_bytes=limit))
    assert [stated(document, "title") for document in documents] == [["Satu"], ["Dua"]]
    assert reject["reason"] == "too_large" and "1,500" in reject["detail"]
    assert reject["source_uri"].endswith(("R2", "L2", "R3"))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "arrow", "json", "sqlite", "html"])
def test_columns_of_one_name_keep_their_values_in_every_format(source, tmp_path, kind):
    names, row = ["judul", "isi", "isi"], ["Satu", "pendek", PROSE]
    if kind == "sqlite":
        database = sqlite3.connect(tmp_path / "b.db")
        database.execute("CREATE TABLE awal (judul, isi, lain)")
        database.execute("INSERT INTO awal VALUES (?, ?, ?)", row)
        database.execute("CREATE VIEW berita AS SELECT judul, isi, lain AS isi FROM awal")
        database.commit()
        database.close()
    sink = io.BytesIO()
    table = pa.Table.from_arrays([pa.array([cell]) for cell in row], names=names)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data = {
        "csv": lambda: f'{",".join(names)}\n{row[0]},{row[1]},"{PROSE}"\n'.encode(),
        "xlsx": lambda: as_xlsx({"Berita": [names, row]}),
        "arrow": sink.getvalue,
        "json": lambda: json.dumps([names, row]).encode(),
        "sqlite": lambda: (tmp_path / "b.db").read_bytes(),
        "html": lambda: (
            f"<table><tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>"
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr></table>"
        ).encode(),
    }[kind]()
    options = {"table": "berita"} if kind == "sqlite" else {}
    [document], rejects = source(a__bin=data, options=options)
    assert not rejects
    raw = json.loads(document["raw"])
    assert sorted(cell.strip() for cell in raw.values()) == sorted(cell.strip() for cell in row)
    assert list(raw)[:2] == ["judul", "isi"] and len(raw) == 3


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        (["Satu", PROSE], b'{"Judul": "Satu", "Isi": "'),
        (["Satu", PROSE, "", "sisa"], b'"column 3": null, "column 4": "sisa"}'),
        (["Satu", PROSE, "lain", ""], b'"column 3": "lain"}'),
    ],
)
def test_cells_beyond_the_header_of_a_sheet_are_kept(source, cells, fields):
    [document, other], rejects = source(a__xlsx=as_xlsx({"Berita": [["Judul", "Isi"], cells, ["Dua", PROSE]]}))
    assert fields in document["raw"] and other["raw"].endswith(b'waspada."}') and rejects == []


def test_of_the_titles_of_a_tei_header_the_main_one_counts_and_no_other_element_of_its_type(source):
    header = (
        '<teiHeader><fileDesc><titleStmt><title type="sub">Anak Judul</title><title type="main">Hujan Deras</title>'
        '<author type="main">Ani Lestari</author></titleStmt><publicationStmt><publisher>Warta</publisher>'
        "<date>2023-09-06</date></publicationStmt></fileDesc><profileDesc><date>2001-01-01</date></profileDesc></teiHeader>"
    )
    text = f"<text><body><p>{PROSE}</p><p>{PROSE}</p></body></text>"
    data = f'<TEI xmlns="http://www.tei-c.org/ns/1.0">{header}{text}</TEI>'
    [document], rejects = source(a__xml=data.encode())
    assert not rejects
    assert (stated(document, "title"), stated(document, "authors")) == (["Hujan Deras"], ["Ani Lestari"])
    assert stated(document, "published_at") == ["2023-09-06"]
