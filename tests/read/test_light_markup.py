"""Front matter, reader headers, Markdown, lynx marks and wrapped lines; and texts that have none of it."""

import textwrap

import pytest

from flows.read.light_markup import is_markdown, join_wrapped, plain_text, read_text

PROSE = (
    "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada karena sungai meluap lagi "
    "seperti pada bulan yang lalu ketika dua desa terendam."
)


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("[Joko Widodo](https://x.id/tag/joko) hadir. **Penulis**: Ani", "Joko Widodo hadir. Penulis: Ani"),
        ("![Foto](https://x.id/a.jpg)\n\nHujan [turun](https://x.id).", "\n\nHujan turun."),
        ("# Judul\n\n## Sub\n\nHujan turun.", "Judul\n\nSub\n\nHujan turun."),
        (
            "**Hujan** _deras_ dan *petir*.\n\n> Kutipan\n\n* satu\n- dua\n\n---\n\nAkhir.",
            "Hujan deras dan petir.\n\nKutipan\n\nsatu\ndua\n\nAkhir.",
        ),
        ("[![Foto](https://x.id/a.jpg)](https://x.id/b) Hujan [turun](https://x.id).", "Hujan turun."),
        ("Lihat [ini](https://id.wikipedia.org/wiki/Hujan_(cuaca)) juga.", "Lihat ini juga."),
        (r"**A**: 1\. satu \* dua", "A: 1. satu * dua"),
    ],
)
def test_markdown(marked, plain):
    assert plain_text(marked).strip() == plain.strip()


@pytest.mark.parametrize(
    "text",
    [
        f"Judul\n\n{PROSE}\n\n(***)\n\n{PROSE}",
        "Harga naik 5 * 3 = 15 persen_lebih_sedikit.\n\n*) catatan kaki",
        f"#Jakarta #Banjir\n\n{PROSE}",
        f"- {PROSE}\n- {PROSE}",
        f"1. {PROSE}\n2. {PROSE}",
        "Jadwal:\n\n10.00 Pembukaan\n11.00 Sambutan\n12.00 Makan siang\n13.00 Penutupan",
        "[Gambas:Video 20detik]\n\n" + PROSE,
    ],
)
def test_printed_text_stays_as_it_is(text):
    assert plain_text(text) == text
    assert read_text(text) is None


def test_lynx():
    dump = "   [1]Beranda [2]Nasional\n\n   Hujan [3]deras turun.\n\nReferences\n\n   1. https://x.id/\n   2. https://x.id/n\n"
    assert plain_text(dump).split() == ["Beranda", "Nasional", "Hujan", "deras", "turun."]


@pytest.mark.parametrize("width", [60, 72, 80])
def test_wrapped_lines_are_joined(width):
    paragraphs = [PROSE, PROSE.replace("Hujan", "Banjir"), PROSE.replace("Hujan", "Angin")]
    text = "\n\n".join("\n".join(textwrap.wrap(paragraph, width)) for paragraph in paragraphs)
    assert join_wrapped(f"Judul Berita\n\n{text}\n").strip().split("\n\n") == ["Judul Berita", *paragraphs]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join([PROSE] * 5),
        "\n".join(f"{n}. Kota {name}: {n * 7} orang terdampak banjir bandang." for n, name in enumerate("ABCDEFGH")),
        "\n\n".join(textwrap.wrap(PROSE * 3, 70)),
        "\n".join(f"Butir ke-{n} daftar belanja yang tidak sama panjangnya{'!' * n}" for n in range(8)),
    ],
)
def test_lines_of_their_own_are_not_joined(text):
    assert join_wrapped(text) == text


FRONT = '---\ntitle: "Judul: dua"\nauthor: Ani\ndate: 2023-09-06\ntags: [a, b]\n---\n\nHujan turun.\n'


def test_front_matter():
    read = read_text(FRONT)
    assert read.text.strip() == "Hujan turun."
    assert read.metadata == {"title": "Judul: dua", "author": "Ani", "date": "2023-09-06", "tags": ["a", "b"]}


def test_front_matter_of_toml():
    read = read_text('+++\ntitle = "Judul"\n+++\nHujan turun.')
    assert (read.text, read.metadata["title"]) == ("Hujan turun.", "Judul")


@pytest.mark.parametrize("head", ["title: Judul: tanpa kutip: [", "title: a\nlist: &x [*x]"])
def test_front_matter_that_is_broken_or_hostile_is_read_by_the_line(head):
    read = read_text(f"---\n{head}\n---\nHujan turun.")
    assert read.text == "Hujan turun." and read.metadata["title"]


def test_a_rule_at_the_head_is_no_front_matter():
    text = f"---\n{PROSE}\n---\n{PROSE}"
    assert read_text(text) is None


def test_a_readers_header():
    head = (
        "Title: Judul\n\nURL Source: https://x.id/a\n\nPublished Time: 2023-09-06T09:15:00+07:00\n\nMarkdown Content:\n"
    )
    read = read_text(head + "Hujan [turun](https://x.id).\n")
    assert read.text.strip() == "Hujan turun."
    assert read.metadata == {"title": "Judul", "url": "https://x.id/a", "published": "2023-09-06T09:15:00+07:00"}


@pytest.mark.parametrize(
    "head",
    [
        "Title: Judul\nAuthor: Ani\nCategory: Kota\nURL: https://x.id/a\n\n",
        "Judul : Judul\nPenulis: Ani\nTag: kota, banjir\nLink: https://x.id/a\nIsi:\n",
        "\nLink: https://x.id/a\n\nPenulis: Ani\n\nJudul: Judul\n\nTeks: ",
    ],
)
def test_labels_that_a_scraper_wrote_are_metadata(head):
    read = read_text(head + f"{PROSE}\n\nKata dia: hujan.\n")
    assert read.text.strip() == f"{PROSE}\n\nKata dia: hujan."
    values = set(read.metadata.values())
    assert {"Judul", "Ani", "https://x.id/a"} <= values


@pytest.mark.parametrize(
    "text",
    [
        f"Judul\n\nPenulis: Ani\nEditor: Budi\n\n{PROSE}",
        f"Penulis: Ani\nEditor: Budi\n\n{PROSE} http://x.id",
        f"Baca juga: https://x.id/a\n\n{PROSE}",
        f"Catatan: satu\nLihat: https://x.id/a\n\n{PROSE}",
    ],
)
def test_printed_labels_stay(text):
    assert read_text(text) is None


STORY = f"{PROSE} {PROSE}"


@pytest.mark.parametrize(
    "text, metadata",
    [
        (
            f'---json\n{{"title": "Judul", "date": "2021-03-04"}}\n---\n{STORY}',
            {"title": "Judul", "date": "2021-03-04"},
        ),
        (f'{{\n "title": "Judul"\n}}\n\n{STORY}', {"title": "Judul"}),
        (f"#+TITLE: Judul\n#+DATE: 2021-03-04\n\n{STORY}", {"title": "Judul", "date": "2021-03-04"}),
        (f"From: a@contoh.id\nTo: b@contoh.id\nSubject: Judul\n\n{STORY}", {"title": "Judul"}),
        (
            "Received: by contoh.id\nFrom: a@contoh.id\nSubject: =?utf-8?q?Caf=C3=A9?=\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{STORY}",
            {"title": "Café"},
        ),
    ],
)
def test_other_heads(text, metadata):
    read = read_text(text)
    assert (read.text.strip(), read.metadata) == (STORY, metadata)


@pytest.mark.parametrize(
    "head", ["Subject: Judul", "From: Ani\nTo: Budi", "Penulis: Ani\nEditor: Budi\nTanggal: 4 Maret 2021"]
)
def test_printed_words_are_no_head_of_a_mail(head):
    assert read_text(f"{head}\n\n{STORY}") is None


@pytest.mark.parametrize(
    "marked, plain",
    [
        ("[b]Judul[/b]\n[i]Oleh Ani[/i]\n[img]https://contoh.id/a.jpg[/img]\nHujan [url=https://a.id]turun[/url].",
         "Judul\nOleh Ani\n\nHujan turun."),
        ("== Judul ==\n'''Hujan''' turun di [[Kota Solo|Solo]]<ref>Catatan</ref>, {{kutip|a}}kata [[Ani]].",
         "Judul\nHujan turun di Solo, kata Ani."),
        ("> Hujan turun.\n>\n> > Reda sudah.\n", "Hujan turun.\n\nReda sudah.\n"),
    ],
)  # fmt: skip
def test_marks_of_forums_wikis_and_quotations(marked, plain):
    assert plain_text(marked) == plain


@pytest.mark.parametrize(
    "text", ["Pasal [b] dan [i] tidak berubah.", "Ia menulis [[sic]] di papan.", "> 5 orang\nhadir"]
)
def test_brackets_of_printed_text_stay(text):
    assert plain_text(text) == text


@pytest.mark.parametrize("label", ["title:", "author: ", "date:\t"])
def test_a_label_without_a_value_states_nothing_and_the_others_are_read(label):
    name = label.split(":")[0]
    came = read_text(f"{label}\nurl: https://a.id/1\ndescription: Ringkas\n\n{PROSE}")
    assert came is not None and came.text.strip() == PROSE
    assert came.metadata["url"] == "https://a.id/1" and not came.metadata.get(name)


def test_the_label_of_the_text_is_cut_and_the_text_below_it_stays_as_it_stands():
    assert read_text(f"Judul: Judul\nURL: https://x.id/a\nIsi:\n{PROSE}").text == f"\n{PROSE}"


def test_one_label_beside_the_address_is_enough_and_the_address_alone_is_not():
    assert read_text(f"Judul: Banjir\nURL: https://x.id/a\n\n{PROSE}").metadata["Judul"] == "Banjir"
    assert read_text(f"URL: https://x.id/a\n\n{PROSE}") is None


def test_a_reader_s_header_that_starts_with_a_blank_line_or_is_all_there_is():
    head = "Title: Judul\nURL Source: https://x.id/a"
    assert read_text(f"\n{head}\nMarkdown Content:\n{PROSE}").metadata == {"title": "Judul", "url": "https://x.id/a"}
    assert read_text(head).text == ""


def test_labels_above_a_label_of_the_text_are_metadata_also_without_an_address():
    marked = read_text(f"Judul Berita : Satu\nTanggal : 6 September 2023\nIsi Berita :\n{PROSE}\n")
    assert marked.metadata == {"Judul Berita": "Satu", "Tanggal": "6 September 2023"}
    assert marked.text.strip() == PROSE
    assert read_text(f"Penulis: Ani\nEditor: Budi\n{PROSE}\n") is None


def test_a_line_that_breaks_behind_a_hyphen_goes_on_without_a_blank() -> None:
    prose = "Anak-anak sekolah menyeberang lebih dulu sambil membawa bendera-bendera kecil mereka, dan perahu-perahu "
    text = (prose * 3).strip() + " berlayar."
    for width in range(50, 80):
        wrapped = "\n".join(textwrap.wrap(text, width))
        assert join_wrapped(wrapped) in (text, wrapped)


def test_a_line_that_ends_a_sentence_where_the_next_word_had_room_ends_its_paragraph() -> None:
    sentence = "Warga menyeberang lewat jembatan lama itu sambil menunggu perahu dari seberang sungai yang baru surut"
    first, second = (f"{sentence}, {sentence.lower()}, {sentence.lower()} {end}" for end in ("lagi.", "kemarin."))
    lines = [textwrap.wrap(paragraph, 72) for paragraph in (first, second)]
    assert len(lines[0][-1]) < 50  # "Warga" had room there, and the line below it is full
    assert join_wrapped("\n".join([*lines[0], *lines[1]])) == f"{first}\n{second}"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"# Judul\n\n{PROSE}", True),
        (f"\ufeff\n# Judul\n\n{PROSE}", True),
        (f"{PROSE}\n\n# Judul\n\n{PROSE}", False),
        (f"{PROSE}\n\n# Judul\n\n{PROSE}\n\n## Lagi", True),
        (f"{PROSE} **tebal** lagi", True),
        ("** **", False),
        (f"{PROSE} [a](https://x.id)", True),
        (f"{PROSE} [a] (b)", False),
    ],
)
def test_marks_that_make_a_text_markdown(text, is_one):
    assert is_markdown(text) is is_one
