"""Tables of delimited values: which dialect, what each row is, what a broken one costs."""

import csv
import io

import pytest

from flows.parameters import Publish
from flows.read import csv_records, read_batches
from flows.read.byte_reader import ByteReader
from tests.read.stated_values import stated

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."
HEAD = ["judul", "penulis", "isi"]
ROWS = [["Satu, dua", "Ani", f'{PROSE}\n\n"Kami siap," kata Ani; begitu.'], ["Tiga", "Budi", PROSE]]


def write(rows, **options):
    buffer = io.StringIO()
    csv.writer(buffer, **options).writerows(rows)
    return buffer.getvalue()


@pytest.fixture
def table(tmp_path):
    """The documents and rejects of a table of these bytes."""

    def run(data, name="a.csv", **options):
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        read_options = Publish(source=str(folder), **options).build_read_options()
        documents, rejects = [], []
        for batch in read_batches(folder, options=read_options):
            documents += batch.documents.to_pylist()
            rejects += batch.rejects.to_pylist()
        return documents, rejects

    return run


def texts(documents):
    return [document["content"].decode() for document in documents]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_any_dialect_and_encoding(table, delimiter, encoding, quoting, name):
    rows = [HEAD, *[[*row[:2], row[2] + " “Café” – ya."] for row in ROWS]]
    data = write(rows, delimiter=delimiter, quoting=quoting).encode(encoding)
    documents, rejects = table(data, name)
    assert not rejects
    assert texts(documents) == [row[2] for row in rows[1:]]
    assert [stated(document, "title") for document in documents] == [["Satu, dua"], ["Tiga"]]
    assert [document["source_id"] for document in documents] == [f"{name}#R1", f"{name}#R2"]


def test_the_raw_bytes_are_the_rows_json(table):
    documents, _ = table("judul,isi\nSatu,Hujan.\n")
    assert documents[0]["raw"] == b'{"judul": "Satu", "isi": "Hujan."}'


SHAPES = {
    "excel's sep line": "sep=;\r\n" + write([HEAD, *ROWS], delimiter=";"),
    "blank lines before and between": "\n\n" + write([HEAD, [], *ROWS, []]),
    "line feeds alone": write([HEAD, *ROWS], lineterminator="\n"),
    "delimiter at each line's end": write([[*row, ""] for row in [HEAD, *ROWS]]),
    "single quotes": write([HEAD, *ROWS], quotechar="'", quoting=csv.QUOTE_ALL),
    "backslash before quotes": write([HEAD, *ROWS], doublequote=False, escapechar="\\"),
    "pandas index": write([["", *HEAD], *[[n, *row] for n, row in enumerate(ROWS)]]),
    "row names without a name": write([HEAD, *[[f"r{n}", *row] for n, row in enumerate(ROWS)]]),
    "a caret between": write([HEAD, *ROWS], delimiter="^"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_the_field(table, shape):
    documents, rejects = table(SHAPES[shape])
    assert not rejects
    assert texts(documents) == [row[2] for row in ROWS]
    assert [stated(document, "authors") for document in documents] == [["Ani"], ["Budi"]]
    assert not any(document["source_id"] in ("0", "r0") for document in documents)


def test_old_macintosh_lines(table):
    documents, rejects = table(write([HEAD, ["a", "b", PROSE], ["c", "d", PROSE]], lineterminator="\r"))
    assert not rejects and texts(documents) == [PROSE, PROSE]


def test_a_table_without_a_header_is_read_by_content(table):
    rows = [["7", PROSE, "https://news.detik.com/a/1"], ["8", PROSE + " Lagi.", "https://news.detik.com/a/2"]]
    documents, rejects = table(write(rows))
    assert not rejects and texts(documents) == [rows[0][1], rows[1][1]]
    assert documents[0]["url"] == "https://news.detik.com/a/1"


def test_a_ragged_row_is_a_reject_with_its_line(table):
    documents, rejects = table(write([HEAD, ROWS[0], ["x", "y"], ["a", "b", "c", "d"], ROWS[1]]))
    assert texts(documents) == [row[2] for row in ROWS]
    assert [(r["source_id"], r["reason"]) for r in rejects] == [
        ("a.csv#R2", "broken_record"),
        ("a.csv#R3", "broken_record"),
    ]
    assert rejects[0]["detail"].startswith("Row 2 (line 5) of a.csv has 2 cells, 3 were expected")
    assert [document["source_id"] for document in documents] == ["a.csv#R1", "a.csv#R4"]


def test_a_stray_quote_costs_its_row_alone(table):
    rows = [[str(n), f"Judul {n}", PROSE] for n in range(8)]
    lines = write([["id", "judul", "isi"], *rows]).splitlines(keepends=True)
    lines[4] = '3,"Judul "3,"' + PROSE + "\r\n"
    documents, rejects = table("".join(lines))
    assert [r["reason"] for r in rejects] == ["broken_record"]
    assert "line 5" in rejects[0]["detail"]
    assert [document["source_id"] for document in documents] == ["0", "1", "2", "4", "5", "6", "7"]


def test_quotes_that_were_not_doubled(table):
    data = 'judul,isi\n"Satu","Dia berkata "siap", lalu pergi. ' + PROSE + '"\n"Dua","' + PROSE + '"\n'
    documents, rejects = table(data)
    assert len(documents) + len(rejects) == 2
    assert PROSE in texts(documents)


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(table):
    rows = "".join(f"{n},Judul {n},{PROSE.replace(',', '')}\n" for n in range(30))
    documents, rejects = table(f'id,judul,isi\n0,Judul 0,"{PROSE}\n{rows}')
    assert len(rejects) == 1 and len(documents) == 30


def test_a_table_without_prose_is_one_reject(table):
    documents, [reject] = table("kata,tfidf,df\n" + "".join(f"kata{n},{n / 7:.4f},{n}\n" for n in range(50)))
    assert not documents
    assert reject["reason"] == "not_prose" and "kata, tfidf, df" in reject["detail"] and "--map" in reject["detail"]


def test_an_unknown_text_column_is_named_and_can_be_mapped(table):
    data = write([["judul", "penjelasan_lengkap"], ["Satu", PROSE]])
    _, [reject] = table(data)
    assert reject["reason"] == "no_content"
    assert '"penjelasan_lengkap"' in reject["detail"] and "--map text=KEY" in reject["detail"]
    [document], rejects = table(data, map=["text=penjelasan_lengkap"])
    assert not rejects and document["content"].decode() == PROSE


@pytest.mark.parametrize(
    "text",
    [
        f"Jakarta, Senin\n\n{PROSE}\n\n{PROSE}\n",
        f"Berita, Olahraga, Ekonomi\n{PROSE}\n{PROSE} Lagi, dan lagi.\n",
        "Harga cabai naik; beras turun\n" + PROSE,
        "Satu | Dua | Tiga\n\n" + PROSE + "\n\n" + PROSE,
    ],
)
def test_prose_with_commas_is_no_table(table, text):
    [document], rejects = table(text, "a.txt")
    assert not rejects and document["source_id"] == "a.txt"


def test_a_header_alone_is_empty(table):
    _, [reject] = table("judul,isi\n")
    assert reject["reason"] == "empty"


@pytest.mark.parametrize(
    "preamble",
    ["# dibuat oleh alat 1.2\n\n", "# satu, dua\n# tiga\n", "Data Berita 2023\nSumber: kliping\n\n", "// x\n"],
)
def test_lines_above_the_header_are_no_rows(table, preamble):
    documents, rejects = table(preamble + write([HEAD, *ROWS], lineterminator="\n"))
    assert not rejects
    assert texts(documents) == [row[2] for row in ROWS]
    assert [stated(document, "authors") for document in documents] == [["Ani"], ["Budi"]]


def test_the_escapes_of_a_data_base(table):
    rows = [["id", "judul", "penulis", "isi"]]
    rows += [
        ["1", "Satu", "\\N", f"{PROSE}\\\n\\\n{PROSE}"],
        ["2", "Dua\\\tbaris", "Ani", f"{PROSE}\\n{PROSE} \\\\ ya"],
    ]
    documents, rejects = table("".join("\t".join(row) + "\n" for row in rows), "dump.tsv")
    assert not rejects
    assert texts(documents) == [f"{PROSE}\n\n{PROSE}", f"{PROSE}\n{PROSE} \\ ya"]
    assert [stated(document, "authors") for document in documents] == [[], ["Ani"]]
    assert [stated(document, "title") for document in documents] == [["Satu"], ["Dua\tbaris"]]


def test_pages_in_cells_are_rows_of_a_table(table):
    page = '<div class="isi">' + f"<p>{PROSE}</p>" * 6 + "</div>"
    documents, rejects = table(write([["judul", "body_html"], ["Satu", page], ["Dua", page]]))
    assert not rejects
    assert [document["media"] for document in documents] == ["html", "html"]
    assert [stated(document, "title") for document in documents] == [["Satu"], ["Dua"]]


def test_a_table_without_a_header_is_known_by_what_its_cells_hold(table):
    titles = ["Warga Tolak Pemindahan Pasar Pagi", "Harga Kopi Naik Lagi Pekan Ini", "Kereta Wisata Kembali Beroperasi"]
    days = ["2023-09-06T09:15:00+07:00", "Rabu, 6 September 2023 09:15 WIB", "12/09/2023"]
    rows = [
        ["7", title, day, "kota", PROSE, f"https://x.id/{day[:2]}/a"] for title, day in zip(titles, days, strict=True)
    ]
    documents, rejects = table(write(rows))
    assert not rejects
    assert texts(documents) == [PROSE] * 3
    assert [stated(document, "title") for document in documents] == [[title] for title in titles]
    assert [stated(document, "published_at") for document in documents] == [[day] for day in days]
    assert not any(stated(document, "authors") or stated(document, "outlet") for document in documents)


def test_of_two_columns_of_days_none_is_the_day_of_publication(table):
    rows = [["2023-09-06", "2023-10-01", PROSE]] * 3
    documents, _ = table(write(rows))
    assert len(documents) == 3 and not any(stated(document, "published_at") for document in documents)


def test_a_table_whose_rows_are_mostly_broken_is_never_one_article(table):
    loose = "Tiga,Budi," + "\n".join(f"Kalimat ke-{n} tanpa tanda kutip." for n in range(30)) + "\n"
    documents, rejects = table(write([HEAD, ROWS[0]], lineterminator="\n") + loose)
    assert texts(documents) == [ROWS[0][2], "Kalimat ke-0 tanpa tanda kutip."]
    assert rejects and {reject["reason"] for reject in rejects} == {"broken_record"}


def test_a_table_of_words_with_a_stray_quote_is_no_prose(table):
    rows = [f"{n}\tkata{n}\t_\tNOUN\t_\n" for n in range(60)]
    rows[20], rows[50] = '21\t"\t_\tPUNCT\t_\n', '51\t"\t_\tPUNCT\t_\n'
    documents, [reject] = table("".join(rows), "a.conll")
    assert not documents and reject["reason"] == "not_prose"


def pad(data):
    return data.replace('","', '" , "')


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: pad(write(rows, quoting=csv.QUOTE_ALL)),
        lambda rows: write(rows, quoting=csv.QUOTE_ALL).replace('","', '", "'),
        lambda rows: write(rows, quoting=csv.QUOTE_ALL, delimiter=" "),
        lambda rows: write(rows, quoting=csv.QUOTE_ALL, delimiter=":"),
        lambda rows: "\n\n" + write(rows, delimiter="~"),
        lambda rows: "Laporan harian\nDibuat: 2023-09-07\n" + write(rows),
    ],
    ids=["blanks around", "blanks behind", "blank", "colon", "tilde", "lines above"],
)
def test_dialects_that_few_programs_write(table, change):
    cell = PROSE + ' Kata Ani: "siap, ya"; begitu.'
    rows = [HEAD, *([name, "Ani", cell] for name in ("Satu, dua", "Tiga", "Empat"))]
    documents, rejects = table(change(rows))
    assert not rejects
    assert texts(documents) == [row[2] for row in rows[1:]]
    assert [stated(document, "title") for document in documents] == [[row[0]] for row in rows[1:]]


def test_a_stray_nul_costs_itself_alone(table):
    data = write([HEAD, *ROWS]).encode().replace(b"Hujan deras", b"Hujan\0 deras", 1)
    documents, rejects = table(data)
    assert (len(documents), rejects) == (2, [])


def test_a_row_of_blank_cells_is_no_record(table):
    documents, rejects = table(write([HEAD, ROWS[0], ["", "", ""], [" ", "", " "], ROWS[1], ["", "", ""]]))
    assert ([stated(document, "title") for document in documents], rejects) == ([["Satu, dua"], ["Tiga"]], [])


@pytest.mark.parametrize(("width", "reject_count"), [(2, 3), (3, 1)])
def test_lines_of_one_cell_in_a_table_of_more_are_one_reject(one, width, reject_count):
    """Below two columns each line may be a row that lost a cell; below more they are one text between rows."""

    def write_row(number):
        return ",".join([f"https://x.id/a/{number}", "Hujan turun lagi.", "Alur"][:width])

    header = ",".join(["url", "isi", "kota"][:width])
    lines = [header, *map(write_row, range(5)), "Hujan turun", "Warga waspada", "Sungai meluap", write_row(9)]
    documents, rejects = one("\n".join(lines).encode(), "a.csv")
    assert len(documents) == 6 and [reject["reason"] for reject in rejects] == ["broken_record"] * reject_count


@pytest.mark.parametrize("chunk_chars", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("data", "codec", "text"),
    [
        ("naïve 😀".encode(), "utf-8", "naïve 😀"),
        ("naïve 😀".encode("utf-16-le"), "utf-16-le", "naïve 😀"),
        (b"na\xefve \x93kata\x94", "utf-8", "na\udcefve \udc93kata\udc94"),  # for decode_cell
        (b"a\xff", "ascii", "a\ufffd"),
        (b"", "utf-8", ""),
    ],
)
def test_a_stream_is_decoded_wherever_its_pieces_end(monkeypatch, chunk_chars, data, codec, text):
    monkeypatch.setattr(csv_records, "_CHUNK", chunk_chars)
    for start in (0, 1, len(data)):
        reader = ByteReader(io.BytesIO(data[start:]))
        assert "".join(csv_records.decode_stream(data[:start], reader, codec)) == text


@pytest.mark.parametrize(
    ("cell", "decoded"),
    [
        ("naïve", "naïve"),
        ("na\udcefve \udc93kata\udc94", "naïve “kata”"),
        ("“kata” dia “ya”\udcff", "“kata” dia “ya”\ufffd"),
    ],
)
def test_a_cell_that_is_no_utf8_is_read_as_what_loses_least(cell, decoded):
    assert csv_records.decode_cell(cell) == decoded
