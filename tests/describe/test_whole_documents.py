"""Values of whole documents, from their bytes: shapes of names, days, titles and places."""

import datetime as dt

import pytest

from flows.workers.single_document import CleanedDocument, clean_document

TITLE = "Kereta Wisata Pantai Lor Kembali Beroperasi"
STORY = (
    "Kereta wisata yang menyusuri Pantai Lor kembali beroperasi akhir pekan ini setelah berhenti dua belas tahun.",
    "Perjalanan perdana mengangkut seratus delapan puluh penumpang dari Stasiun Karangjati menuju Stasiun Teluk Biru.",
    "Manajer operasi menjelaskan bahwa jembatan baru dibangun dengan tiang yang ditanam dua kali lebih dalam.",
    "Pengelola membatasi perjalanan hanya empat kali sehari sampai hasil uji beban tahap kedua keluar bulan depan.",
)
ENGLISH_TITLE = "Village Library Opens All Night"
ENGLISH_STORY = (
    "The library in Lower Wickham will stay open through the night from next month, the parish council has decided.",
    "Volunteers will keep the reading room warm for shift workers and for students who have nowhere quiet to go.",
    "The parish council approved the plan by a single vote after residents had donated the lamps and a new stove.",
    "Nobody expects many visitors in the small hours, but the caretaker said that one reader would be enough.",
)
DAY = dt.date(2021, 3, 4)


def clean_text(head: str, *, foot: str = "", opening: str = "", english: bool = False) -> CleanedDocument:
    """Clean a text: the lines of its head, the story, which `opening` starts, and the lines of its foot."""
    story = "\n".join(ENGLISH_STORY if english else STORY)
    (cleaned,) = clean_document(f"{head}\n{opening}{story}\n{foot}".strip())
    return cleaned


def clean_page(
    *, under: str = "", head: str = "", heading: str = "<h1>{title}</h1>", before: str = "", after: str = "",
    language: str = "id", english: bool = False,
) -> CleanedDocument:  # fmt: skip
    """Clean a page: markup of its head, before the story, of its heading, right below it, and after the story."""
    title = ENGLISH_TITLE if english else TITLE
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in (ENGLISH_STORY if english else STORY))
    page = (
        f'<!DOCTYPE html><html lang="{language}"><head><title>{title}</title>{head}</head><body>{before}<article>'
        f"{heading.format(title=title)}{under}{paragraphs}</article>{after}</body></html>"
    )
    (cleaned,) = clean_document(page)
    return cleaned


def stated_day(cleaned: CleanedDocument) -> dt.date | None:
    assert cleaned.article is not None
    return cleaned.article["date"] if cleaned.article["date_basis"] == "stated" else None


@pytest.mark.parametrize(
    "lines, authors",
    [
        ("Penulis: budi santoso\n4 Maret 2021", ["budi santoso"]),
        ("Budi Santoso | Siti Aminah\nKamis, 4 Maret 2021", ["Budi Santoso", "Siti Aminah"]),
        ("Reporter Magang: Budi Santoso", ["Budi Santoso"]),
        ("Laporan Wartawan Harian Contoh, Budi Santoso", ["Budi Santoso"]),
        ("Laporan wartawan Tribun, Budi Santoso", ["Budi Santoso"]),
        ("Ditulis oleh Budi Santoso pada 4 Maret 2021", ["Budi Santoso"]),
        ("Jane Doe and John Roe in London\nThu 4 Mar 2021 10.05 GMT", ["Jane Doe", "John Roe"]),
        ("Jane Doe\nReuters\n4 March 2021", ["Jane Doe"]),
        ("By Jane Doe, CNN\n4 March 2021", ["Jane Doe"]),
        ("Masih Digarap, Kata Bupati\nKamis, 4 Maret 2021", []),
        ("Tahap Kedua\nKamis, 4 Maret 2021", []),  # the story prints both words in small letters
        ("Foto: Budi Santoso\nKamis, 4 Maret 2021", []),
        ("Humas Pemkab\nKamis, 4 Maret 2021", []),
    ],
)
def test_writers_in_the_head_of_a_text(lines: str, authors: list[str]) -> None:
    cleaned = clean_text(f"{TITLE}\n{lines}")
    assert cleaned.article is not None and cleaned.article["authors"] == authors


def test_a_list_of_credits_above_the_story() -> None:
    cleaned = clean_text(f"{TITLE}\nSenin, 8 Maret 2021 07:30 WIB\nReporter:\nBudi Santoso\nEditor:\nSiti Aminah")
    assert cleaned.article is not None
    assert (cleaned.article["authors"], cleaned.article["editors"]) == (["Budi Santoso"], ["Siti Aminah"])
    assert "Siti Aminah" not in cleaned.article["text"]


@pytest.mark.parametrize(
    "title",
    [
        "Jadwal Kereta Kamis 4 Maret 2021 untuk Stasiun Karangjati",
        "Perjalanan Kereta Pantai Lor, 4 Maret 2021",
    ],
)
def test_a_title_that_holds_a_day_states_no_day(title: str) -> None:
    cleaned = clean_text(title)
    assert cleaned.article is not None
    assert (cleaned.article["title"], stated_day(cleaned)) == (title, None)


def test_a_labelled_day_between_credits_and_story() -> None:
    assert stated_day(clean_text(f"{TITLE}\nDiposting oleh: Budi Santoso\nTanggal: 04-03-2021")) == DAY


@pytest.mark.parametrize(
    "opening, place",
    [
        ("KUALA LUMPUR, March 4 (Bernama) -- ", "KUALA LUMPUR"),
        ("KUALA LUMPUR, 4 Mac (Bernama) -- ", "KUALA LUMPUR"),
        ("Jakarta\n,\nCNN Indonesia\n--\n", "Jakarta"),
    ],
)
def test_datelines_with_a_day_and_in_pieces(opening: str, place: str) -> None:
    cleaned = clean_text(TITLE, opening=opening)
    assert cleaned.article is not None
    assert (cleaned.article["place"], cleaned.article["text"].split("\n")[0]) == (place, STORY[0])


@pytest.mark.parametrize(
    "markup, day",
    [
        ({"under": "<p>4 آذار 2021</p>"}, DAY),
        ({"under": "<p>৪ মার্চ ২০২১</p>"}, DAY),
        ({"under": "<p>4 मार्च 2021</p>"}, DAY),
        ({"under": "<p>Updated 6 March 2021 – Originally published 4 March 2021</p>"}, DAY),
        ({"under": "<p>Last updated on 6 March 2021; first published 4 March 2021 at 9.15am</p>"}, DAY),
        ({"before": "<header><div class='now'>Senin, 30 November 2026 | 10:15 WIB</div></header>"}, None),
        (
            {
                "after": "<aside><h3>Terpopuler</h3><ul><li><a href='/a'>Warga menanam padi di atap rumah</a>"
                "<time datetime='2021-03-04'>4 Maret 2021</time></li></ul></aside>"
            },
            None,
        ),
    ],
)
def test_days_of_a_page(markup: dict[str, str], day: dt.date | None) -> None:
    assert stated_day(clean_page(**markup)) == day


LINKED = '<script type="application/ld+json">{}</script>'


@pytest.mark.parametrize(
    "markup, authors",
    [
        ({"under": "<p>Story by Jane Doe; photographs by Ann Lee</p>"}, ["Jane Doe"]),
        ({"under": "<p>Words: Jane Doe. Pictures: Ann Lee.</p>"}, ["Jane Doe"]),
        ({"under": "<p>Reviewed by Ann Lee. Written by Jane Doe.</p>"}, ["Jane Doe"]),
        ({"head": '<meta name="author" content="Super User">'}, []),
        ({"head": '<meta name="author" content="Penulis Lepas">'}, []),
        (
            {
                "head": LINKED.format(
                    '{"@type":"NewsArticle","author":{"@type":"Person","mainEntity":{"name":"Jane Doe"}}}'
                )
            },
            ["Jane Doe"],
        ),
        (
            {"head": LINKED.format('{"@type":"NewsArticle","author":{"name":"Jane Doe (Kontributor)"}}')},
            ["Jane Doe"],
        ),
        ({"head": LINKED.format('{"@type":"NewsArticle","author":{"name":"Jane Doe, Harian Contoh"}}')}, ["Jane Doe"]),
        (
            {"head": LINKED.format('{"@type":"Product","review":{"@type":"Review","author":{"name":"Jane Doe"}}}')},
            [],
        ),
    ],
)
def test_writers_of_an_english_page(markup: dict[str, str], authors: list[str]) -> None:
    cleaned = clean_page(**markup, language="en", english=True)  # type: ignore[arg-type]
    assert cleaned.article is not None and cleaned.article["authors"] == authors


def test_an_element_of_the_writer_on_an_indonesian_page() -> None:
    cleaned = clean_page(under="<div class='author'>Budi Santoso - Olahraga</div>")
    assert cleaned.article is not None and cleaned.article["authors"] == ["Budi Santoso"]


@pytest.mark.parametrize(
    "markup",
    [
        {"before": "<h1>Nasional</h1>", "heading": "<h2 class='entry-title'>{title}</h2>"},
        {"heading": "<h1><small>Kabar Desa:</small> {title}</h1>"},
        {"heading": "<h1>{title}<sup>1</sup></h1>"},
    ],
)
def test_sections_kickers_and_marks_of_notes_are_no_title(markup: dict[str, str]) -> None:
    cleaned = clean_page(**markup)
    assert cleaned.article is not None and cleaned.article["title"] == TITLE


@pytest.mark.parametrize(
    "wall",
    [
        "This article is for subscribers only. To keep reading, start your free trial today.",
        "Dieser Artikel ist nur für Abonnenten verfügbar.",
        "Este artículo es solo para suscriptores.",
        "La suite est réservée aux abonnés.",
        "Artikel ini hanya untuk pelanggan.",
    ],
)
def test_what_only_subscribers_read_on_is_partial(wall: str) -> None:
    cleaned = clean_page(after=f"<div><p>{wall}</p></div>", english=True)
    assert cleaned.article is not None
    assert cleaned.article["is_partial"] and cleaned.article["text"] == "\n".join(ENGLISH_STORY)


def test_bylines_in_elements_side_by_side() -> None:
    under = "<div><span>By Sanna Ulriksen</span><span>4 March 2021, 14:05 GMT</span></div>"
    cleaned = clean_page(under=under, english=True)
    assert cleaned.article is not None
    assert cleaned.article["authors"] == ["Sanna Ulriksen"] and stated_day(cleaned) == DAY


def test_the_place_of_one_of_two_writers() -> None:
    cleaned = clean_page(under="<p>By Sanna Ulriksen in Skarholm and Miles Oakhurst</p>", language="en", english=True)
    assert cleaned.article is not None
    assert cleaned.article["authors"] == ["Sanna Ulriksen", "Miles Oakhurst"]


def test_who_posted_a_comment_is_no_author() -> None:
    thread = (
        "<h3>Reader Comments</h3><p>Posted by Harold on 2/3/2004 at 10:15 PM</p><p>I think the lamps are lovely.</p>"
    )
    cleaned = clean_page(after=f"<div>{thread}</div>", english=True)
    assert cleaned.article is not None
    assert cleaned.article["authors"] == [] and "lamps are lovely" not in cleaned.article["text"]


def test_how_a_word_is_read_is_no_text() -> None:
    word = "<ruby>貨物船<rp>（</rp><rt>かもつせん</rt><rp>）</rp></ruby>"
    ruby = f"<p>川沿いの町で古い{word}を改装した移動図書館が昨日の朝に開館した。</p>"
    cleaned = clean_page(under=ruby, language="ja")
    assert cleaned.article is not None
    assert "古い貨物船を改装した" in cleaned.article["text"]


def test_a_short_line_of_a_second_copy_goes_with_it() -> None:
    texts = [*STORY[:2], '"Kami menunggu lama," kata Dimas.', *STORY[2:]]
    copy = "".join(f"<p>{text}</p>" for text in texts)
    page = f"<html lang=id><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div>{copy}</div><div>{copy}</div>"
    (cleaned,) = clean_document(page)
    assert cleaned.article is not None
    assert cleaned.article["text"].split("\n") == texts
