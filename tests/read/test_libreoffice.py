"""What LibreOffice writes is read, and what it reads of ours runs nothing. Skipped where it is not installed."""

import csv
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from flows.read import read_batches
from flows.workers import batch_processing
from schemas import arrow
from tests.read.spreadsheet_csv import write_spreadsheet_csv

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")

PROSE = 'Hujan deras turun sejak pagi; warga, diminta tetap "waspada" di seluruh kota.\n\nBaris kedua – “kutipan” é.'
ROWS = [["Satu, dua", PROSE, "Ani"], ["Tiga; empat | lima", f"{PROSE} Akhir.", ""]]
AS_TEXT = "CSV:44,34,76,1,1/2/2/2/3/2"  # comma, quote, UTF-8, from line 1, all columns as text
CASE = Path(__file__).parent / "field_cases/130-csv-injection/input"
UTF_8, UTF_16, WINDOWS_1252 = 76, 65535, 1


def convert(folder, source, target, infilter):
    """Let LibreOffice convert a file into `folder/out`; returns the file."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, profile, "--headless", f"--infilter={infilter}", "--convert-to", target]
    subprocess.run([*command, "--outdir", folder / "out", source], check=True, capture_output=True, timeout=300)
    [converted] = (folder / "out").iterdir()
    return converted


@pytest.mark.parametrize(
    "target",
    [
        f"csv:Text - txt - csv (StarCalc):59,34,{WINDOWS_1252},1",
        f"csv:Text - txt - csv (StarCalc):9,34,{UTF_16},1",
        f"csv:Text - txt - csv (StarCalc):124,34,{UTF_8},1",
        "xlsx",
        "ods",
    ],
)
def test_what_it_writes_comes_back_record_for_record(tmp_path, target):
    source = tmp_path / "berita.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["judul", "isi", "penulis"], *ROWS])
    [batch] = read_batches(convert(tmp_path, source, target, AS_TEXT).parent)
    assert batch.rejects.num_rows == 0
    documents = batch.documents.to_pylist()
    assert [document["content"].decode() for document in documents] == [row[1] for row in ROWS]
    stated = [{each["field"]: each["value"] for each in document["stated"]} for document in documents]
    assert stated == [{"title": "Satu, dua", "authors": "Ani"}, {"title": "Tiga; empat | lima"}]


@pytest.mark.parametrize("delimiter", [44, 59])
def test_it_imports_the_spreadsheets_csv_without_a_formula(tmp_path, delimiter):
    [batch] = read_batches(CASE)
    articles = batch_processing.process_batch(batch.documents).articles.select(arrow.ARTICLES.names)
    metadata = write_spreadsheet_csv(tmp_path, articles)
    converted = convert(tmp_path, metadata, "xlsx", f"CSV:{delimiter},34,{UTF_8},1")
    with zipfile.ZipFile(converted) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet and "<f " not in sheet and "HYPERLINK" in words
