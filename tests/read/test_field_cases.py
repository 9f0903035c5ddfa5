"""Small sources in the shapes of public reports (tests/read/field_cases, invented words): what is right of each.

A document passes through read, clean and describe as in a publish, so that what is checked is what would be published.
"""

import csv
from pathlib import Path

import pytest

from flows.parameters import Publish
from flows.read import read_batches
from flows.workers import batch_processing
from schemas import arrow
from tests.read.spreadsheet_csv import write_spreadsheet_csv

CASES = Path(__file__).parent / "field_cases"
TITLES = {
    "sungai": "Warga Bantaran Sungai Wening Tolak Pemindahan Pasar Pagi",
    "kopi": "Harga Kopi Lereng Merbau Naik, Petani Pilih Menahan Panen",
    "kereta": "Kereta Wisata Pantai Lor Kembali Beroperasi Setelah Dua Belas Tahun",
}
STARTS = {"sungai": "Puluhan pedagang", "kopi": "Harga biji kopi robusta", "kereta": "Kereta wisata yang menyusuri"}
ENDS = {
    "sungai": "sebelum alat berat diturunkan ke lokasi.",
    "kopi": "membuat bunga rontok sebelum menjadi buah.",
}
AUTHORS = {"sungai": "Rukmini Sadewa", "kopi": "Aron Bunga", "kereta": "Stefania Walujo"}
OUTLETS = {"sungai": "detikcom", "kopi": "Kompas.com", "kereta": "Liputan6.com"}
INSTANTS = {
    "sungai": "2023-09-06 02:15:00+00:00",
    "kopi": "2023-09-12 07:20:00+00:00",
    "kereta": "2023-09-29 23:45:00+00:00",
}
DAYS = {"sungai": "2023-09-06", "kopi": "2023-09-12", "kereta": "2023-09-30"}


def publish(source, **options):
    """The articles and rejects that a publish would make of a source."""
    job = Publish(source=str(source), **options)
    articles, rejects = [], []
    for batch in read_batches(source, options=job.build_read_options()):
        rejects += batch.rejects.to_pylist()
        if batch.documents.num_rows:
            outcome = batch_processing.process_batch(batch.documents)
            articles += outcome.articles.to_pylist()
            rejects += outcome.rejects.to_pylist()
    return articles, rejects


def by_story(articles):
    return {name: row for name, start in STARTS.items() for row in articles if start in row["text"]}


def case(name):
    [folder] = CASES.glob(f"{name}-*")
    return folder / "input"


@pytest.mark.parametrize("name", ["60", "62", "64", "65", "67", "68", "69"])
def test_each_record_is_an_article_with_all_that_it_states(name):
    articles, rejects = publish(case(name))
    assert not rejects
    stories = by_story(articles)
    assert len(articles) == 3 and set(stories) == set(TITLES)
    for story, row in stories.items():
        assert (row["title"], row["authors"], row["outlet"]) == (TITLES[story], [AUTHORS[story]], OUTLETS[story])
        assert str(row["published_at"]) == INSTANTS[story]
        assert row["url"].startswith("https://")


def test_trafilatura_calls_the_address_source():
    articles, _ = publish(case("71"))
    for story, row in by_story(articles).items():
        assert (row["outlet"], str(row["date"]), row["authors"]) == (OUTLETS[story], DAYS[story], [AUTHORS[story]])
        assert row["url"] and "\n" in row["text"]


@pytest.mark.parametrize("name", ["73", "75", "77", "78", "82", "94"])
def test_containers_of_three(name):
    articles, rejects = publish(case(name))
    assert not rejects
    assert len(articles) == 3


def test_a_feeds_items_state_their_author_and_instant():
    articles, _ = publish(case("73"))
    story = by_story(articles)["kopi"]
    assert (story["authors"], story["title"]) == (["Aron Bunga"], TITLES["kopi"])
    assert str(story["published_at"]) == "2023-09-06 02:15:00+00:00"


def test_a_wet_record_has_its_address():
    articles, _ = publish(case("77"))
    assert {story: row["outlet"] for story, row in by_story(articles).items()} == OUTLETS


def test_mhtml_is_the_page_in_it():
    [row], rejects = publish(case("84"))
    assert not rejects
    assert (row["title"], row["outlet"]) == (TITLES["kopi"], "Kompas.com")
    assert row["url"].startswith("https://ekonomi.kompas.com/read/2023/09/12/")
    assert ENDS["kopi"] in row["text"] and "=" not in row["text"]
    assert str(row["fetched_at"]) == "2023-10-01 01:00:00+00:00"


def test_a_saved_page_says_where_it_was_and_its_files_are_no_source():
    [row], rejects = publish(case("85"))
    assert not rejects
    assert row["url"].startswith("https://ekonomi.kompas.com/read/2023/09/12/")
    assert "“Tahun lalu dua ton biji rusak hanya karena terpal bocor,” kata Yohanes" in row["text"]


def test_a_readers_header_is_metadata_and_markdown_goes():
    [row], _ = publish(case("88"))
    assert row["title"] == TITLES["kopi"]
    assert row["url"].startswith("https://ekonomi.kompas.com/")
    assert str(row["published_at"]) == "2023-09-12 07:20:00+00:00"
    assert "Ketua Koperasi Tunas Merbau, Yohanes Lado" in row["text"]
    assert not any(mark in row["text"] for mark in ("](", "![", "**", "URL Source"))


def test_front_matter_is_metadata():
    [row], _ = publish(case("89"))
    assert (row["title"], row["authors"], str(row["date"])) == (
        "Perajin Batik Watulimo Hidupkan Lagi Warna Tanah",
        ["Lastri Dewi"],
        "2023-09-18",
    )
    assert row["url"] == "https://kabarlembayung.id/gaya/batik"
    assert "tags" not in row["text"] and "---" not in row["text"]


def test_many_stories_in_one_text_are_one_reject_that_names_the_option():
    articles, [reject] = publish(case("93"))
    assert not articles
    assert reject["reason"] == "many_articles"
    assert "--split" in reject["detail"]


@pytest.mark.parametrize(
    "opening", ["---\ntitle: {title}\nauthor: Ani\n---\n", "Title: {title}\nURL: https://x.id/{title}\n\n"]
)
def test_metadata_taken_from_the_head_does_not_hide_that_there_are_more(tmp_path, opening):
    stories = [
        opening.format(title=title) + "Hujan turun sejak pagi di seluruh wilayah kota ini. " * 12
        for title in ("a", "b")
    ]
    (tmp_path / "a.txt").write_text("\n\n".join(stories))
    articles, [reject] = publish(tmp_path)
    assert not articles and reject["reason"] == "many_articles"


def test_and_three_articles_where_the_option_is_given():
    articles, rejects = publish(case("93"), split="^={5,}$")
    assert not rejects
    stories = by_story(articles)
    assert {story: row["authors"] for story, row in stories.items()} == {s: [a] for s, a in AUTHORS.items()}
    assert [row["source_id"] for row in articles] == ["kumpulan.txt#S1", "kumpulan.txt#S2", "kumpulan.txt#S3"]


def test_lists_as_strings_and_words_for_missing():
    articles, _ = publish(case("96"))
    assert sorted(row["authors"] for row in articles) == [
        ["Aron Bunga", "Budi Santosa"],
        ["Rukmini Sadewa", "Budi Santosa"],
        ["Stefania Walujo", "Budi Santosa"],
    ]
    assert [(row["outlet"], row["date_basis"]) for row in articles].count(("None", "stated")) == 0
    assert all(row["outlet"] is None for row in articles)


def test_missing_values_are_null():
    articles, _ = publish(case("315"))
    assert len(articles) == 5
    words = ("nan", "None", "-", "null", "Untitled")
    assert all(row["outlet"] is None and row["title"] not in words for row in articles)


def test_a_corpus_is_no_outlet():
    articles, _ = publish(case("125"))
    assert [row["outlet"] for row in articles] == ["detikcom", "detikcom"]
    assert [row["title"] for row in articles] == [TITLES["sungai"], TITLES["kopi"]]


def test_wrapped_lines_are_joined():
    [row], _ = publish(case("152"))
    assert row["text"].startswith("Tanggul Kali Rejoso sepanjang dua puluh meter jebol pada Selasa malam")
    assert len(row["text"].splitlines()) == 6


def test_paragraphs_in_a_list():
    [row], _ = publish(case("202"))
    assert len(row["text"].splitlines()) == 6


def test_a_packed_table_with_quotes_that_were_not_doubled():
    articles, rejects = publish(case("203"))
    assert not rejects
    assert len(articles) == 6
    assert all('"' in row["text"] for row in articles if row["title"].startswith("Harga"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_the_spreadsheets_csv_runs_wherever_a_locale_parts_it(tmp_path, separator):
    [batch] = read_batches(case("130"))
    articles = batch_processing.process_batch(batch.documents).articles.select(arrow.ARTICLES.names)
    assert articles.num_rows == 2
    written = write_spreadsheet_csv(tmp_path, articles).read_text(encoding="utf-8")
    assert written.startswith("\ufeff") and "'=HYPERLINK" in written and ";'=1+2" in written
    cells = [cell for line in csv.reader(written.splitlines(), delimiter=separator) for cell in line]
    cells += [cell for line in written.splitlines() for cell in line.split(separator)]
    starts = {cell.strip(' "[')[:1] for cell in cells}
    assert not starts & set("=+-@\t\r")


def test_a_scrapers_checkout_has_one_article():
    articles, rejects = publish(case("316"))
    assert [row["source_id"] for row in articles] == ["data/kopi.txt"]
    assert {row["source_id"]: row["reason"] for row in rejects} == {
        "berita/settings.py": "not_prose",
        "berita/spiders/berita_spider.py": "not_prose",
        "requirements.txt": "not_prose",
        "scrapy.log": "not_prose",
        "stopwords.txt": "not_prose",
        "urls.txt": "not_prose",
    }
