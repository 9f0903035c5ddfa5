"""Tables of records in HTML, and pages with tables that are none."""

import pandas as pd
import pytest

from flows.read import read_batches
from flows.read.html_tables import detect_html_table

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."
HEAD = "<html><head><meta charset='utf-8'></head><body>"


def read(folder, name, data):
    (folder / name).write_bytes(data.encode())
    [batch] = read_batches(folder)
    return batch.documents.to_pylist(), batch.rejects.to_pylist()


def titles(documents):
    return [each["value"] for document in documents for each in document["stated"] if each["field"] == "title"]


def test_what_pandas_writes(tmp_path):
    frame = pd.DataFrame(
        {"judul": ["Satu", "Dua & tiga"], "isi": [PROSE, f"{PROSE} <b>"], "url": ["https://x.id/a", None]}
    )
    documents, rejects = read(tmp_path, "a.html", frame.to_html())
    assert not rejects and titles(documents) == ["Satu", "Dua & tiga"]
    assert [document["content"].decode() for document in documents] == [PROSE, f"{PROSE} <b>"]
    assert [document["url"] for document in documents] == ["https://x.id/a", None]
    assert [document["source_id"] for document in documents] == ["a.html#R1", "a.html#R2"]


def test_an_export_named_as_a_spreadsheet(tmp_path):
    rows = f"<tr><td>Satu</td><td>{PROSE}<br>Akhir.</td></tr><tr><td>Dua</td><td><p>{PROSE}</p><p>B</p></td></tr>"
    table = f"{HEAD}<table border=1>\n<tr><th>Judul</th><th>Isi Berita</th></tr>{rows}<tr><td>x</td></tr></table>"
    documents, [reject] = read(tmp_path, "a.xls", table)
    assert titles(documents) == ["Satu", "Dua"]
    assert documents[0]["content"].decode() == f"{PROSE}\nAkhir."
    assert documents[1]["media"] == "html" and documents[1]["content"].decode() == f"<p>{PROSE}</p><p>B</p>"
    assert reject["reason"] == "broken_record" and "Row 3 of a.xls has 1 cells, 2 were expected" in reject["detail"]


@pytest.mark.parametrize(
    "page",
    [
        f"{HEAD}<table><tr><td>Berita</td><td>Artikel</td></tr><tr><td>{PROSE}</td><td>x</td></tr></table>",
        f"{HEAD}<table><tr><td>Judul</td><td>Berita</td></tr><tr><td colspan=2><p>{PROSE}</p></td></tr></table>",
        f"{HEAD}<h1>J</h1><p>{PROSE}</p><table><tr><td>judul</td><td>isi</td></tr><tr><td>a</td><td>b</td></tr></table>",
        f"{HEAD}<table><tr><th>Kota</th><th>Harga</th></tr><tr><td>a</td><td>1</td></tr></table>",
        f"{HEAD}<table><tr><td>" + "<" * 3000,
    ],
)
def test_other_tables(page):
    assert not detect_html_table(page.encode())


def test_words_beside_blocks_stay_words(tmp_path):
    rows = f"<tr><td>Satu</td><td>Nilai &lt;b&gt; naik.<p>{PROSE}</p></td></tr>"
    [document], _ = read(tmp_path, "a.html", f"{HEAD}<table><tr><th>judul</th><th>isi</th></tr>{rows}</table>")
    assert "Nilai &lt;b&gt; naik." in document["content"].decode()
