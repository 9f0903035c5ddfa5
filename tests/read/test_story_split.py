"""Texts that hold many stories: detected by shapes that one story never has, and parted where the user says how."""

import pytest

from flows.read import story_split
from flows.read.story_split import SplitError, check_split, explain_many_articles, split_stories

BODIES = [
    "Puluhan pedagang Pasar Pagi di bantaran sungai menolak rencana pemindahan lapak mereka ke kawasan terminal lama. "
    "Ketua paguyuban mengatakan pemindahan itu diputuskan tanpa musyawarah dan baru diketahui dari selebaran di pintu. "
    "Pemerintah kabupaten beralasan bantaran harus dikosongkan sebelum musim hujan karena dua kali meluap tahun lalu. ",
    "Harga biji kopi robusta di lereng gunung naik menjadi tujuh puluh dua ribu rupiah per kilogram menurut koperasi. "
    "Kenaikan itu justru membuat sebagian petani menahan hasil panen karena berharap nilainya bergerak lebih tinggi. "
    "Dinas perkebunan mencatat produksi turun seperlima akibat kemarau panjang yang membuat bunga rontok lebih dini. ",
    "Kereta wisata yang menyusuri pantai kembali beroperasi akhir pekan ini setelah berhenti selama dua belas tahun. "
    "Perjalanan perdana mengangkut seratus delapan puluh penumpang dari stasiun lama menuju teluk dalam empat puluh menit. "  # noqa: E501
    "Manajer operasi menjelaskan jembatan baru dibangun dengan tiang yang ditanam dua kali lebih dalam daripada semula. ",  # noqa: E501
]
TITLES = ["Pedagang Pasar Pagi Tolak Pindah", "Harga Kopi Lereng Merbau Naik", "Kereta Wisata Pantai Kembali Jalan"]
DATES = ["Rabu, 6 September 2023 09:15 WIB", "12/09/2023", "Sabtu, 30 Sep 2023"]
STORIES = [f"{title}\n{date}\n\n{body * 2}" for title, date, body in zip(TITLES, DATES, BODIES, strict=True)]

MANY = {
    "chat": "\n".join(
        f"[{n:02d}/09/23 09.15.00] Redaksi: *{title}*\n\n{body * 2}"
        for n, (title, body) in enumerate(zip(TITLES, BODIES, strict=True), 1)
    ),
    "numbers before headlines": "\n\n".join(
        f"{n}. {title}\n({date})\n{body * 2}"
        for n, (title, date, body) in enumerate(zip(TITLES, DATES, BODIES, strict=True), 1)
    ),
    "yaml": "".join(
        f'- judul: "{title}"\n  tanggal: {date}\n  isi: |\n    {body * 2}\n'
        for title, date, body in zip(TITLES, DATES, BODIES, strict=True)
    ),
    "rules": "\n\n==========\n\n".join(STORIES),
    "stars": "\n* * * * * *\n".join(STORIES),
    "end marks": "\n<|endoftext|>\n".join(STORIES),
    "labels": "\n\n".join(f"Judul: {t}\nTanggal: {d}\nIsi: {b}" for t, d, b in zip(TITLES, DATES, BODIES, strict=True)),
    "numbers": "\n\n".join(f"Berita {n}\n\n{body * 2}" for n, body in enumerate(BODIES, 1)),
    "heads and dates": "\n\n".join(STORIES),
    "a story a line": "\n".join(f"JAKARTA, KOMPAS.com - {body}" for body in BODIES),
}


@pytest.mark.parametrize("shape", MANY)
def test_many_stories(shape):
    reason = explain_many_articles(MANY[shape])
    assert reason is not None and "--split" in reason and reason.startswith("holds 3 stories")


@pytest.mark.parametrize(
    "text",
    [
        STORIES[0],
        "\n\n".join(BODIES),
        "\n\n***\n\n".join([BODIES[0] * 2, BODIES[0] * 2, BODIES[0] * 2]),
        f"{TITLES[0]}\n{DATES[0]}\n\n{BODIES[0] * 3}\n\nBerita Terkait\n{TITLES[1]}\n{DATES[1]}\n{TITLES[2]}\n{DATES[2]}\n",  # noqa: E501
        f"{TITLES[0]}\n\n"
        + "\n".join(f"{day} September 2023: warga kembali mengungsi." for day in range(1, 9))
        + BODIES[0],
        "\n".join([BODIES[0] * 2, BODIES[0] * 2 + "Lagi.", BODIES[0] * 2 + "Dan lagi."]),
    ],
)
def test_one_story(text):
    assert explain_many_articles(text) is None


def test_a_story_a_line_without_datelines():
    words = ["sungai", "kopi", "kereta", "batik", "bola", "garam"]
    lines = [
        " ".join(f"{word}{chr(97 + n % 26)}{chr(97 + n // 26)} naik lagi" for n in range(90)) + "." for word in words
    ]
    assert "--split lines" in explain_many_articles("\n".join(lines))


def parts(text, split):
    return [story.text.strip() for story in split_stories(text, split)]


def test_lines():
    assert parts("satu\n\n dua \n---\ntiga", "lines") == ["satu", "dua", "tiga"]


def test_blank_lines():
    assert parts("a\nb\n\nc\n\n\n", "blank") == ["a\nb", "c"]
    assert parts("a\n\nb\n\n\nc\n\nd", "blank") == ["a\n\nb", "c\n\nd"]


def test_stories_between_blank_lines_know_their_line_and_keep_what_stands_within():
    stories = split_stories("\n\na\nb\n\n\nc\n\nd\n\n\n\ne", "blank")
    assert [(story.line, story.text) for story in stories] == [(3, "a\nb"), (7, "c\n\nd"), (13, "e")]
    assert [(story.line, story.text) for story in split_stories("a\n\nb", "blank")] == [(1, "a"), (3, "b")]


def test_parts_between_rules_are_stories_where_most_of_them_have_a_head():
    def join(*parts):
        return explain_many_articles("\n==========\n".join(parts))

    headed = [f"{title}\n\n{body * 2}" for title, body in zip(TITLES, BODIES, strict=True)]
    assert join(*headed).startswith("holds 3 stories")
    assert join(*headed, *(body * 2 for body in BODIES)) is None


def test_subheads_without_a_date_part_one_story():
    parts = [
        f"{title}\nBegini ceritanya.\n{body.strip()}\n{body.strip()}"
        for title, body in zip(TITLES, BODIES, strict=True)
    ]
    assert explain_many_articles("\n".join(parts)) is None
    dated = [part.replace("Begini ceritanya.", date) for part, date in zip(parts, DATES, strict=True)]
    assert explain_many_articles("\n".join(dated)).startswith("holds 3 stories")


def test_dates_in_a_list_below_one_story_are_no_heads():
    related = [f"{title} ({date})" for title, date in zip(TITLES, DATES, strict=True)]
    assert explain_many_articles("\n".join([TITLES[0], DATES[0], *(body for body in BODIES * 2), *related])) is None


@pytest.mark.parametrize(("line_count", "reads_as_many"), [(5, True), (4, False)])
def test_long_lines_that_share_no_word_are_stories_from_five_on(line_count, reads_as_many):
    words = ["sungai", "kopi", "kereta", "batik", "bola"][:line_count]
    lines = [
        " ".join(f"{word}{chr(97 + n % 26)}{chr(97 + n // 26)} naik lagi" for n in range(90)) + "." for word in words
    ]
    assert (explain_many_articles("\n".join(lines)) is not None) is reads_as_many


def test_a_separator_goes_and_a_head_stays():
    assert parts("a\n=====\nb\nc\n=====\n", "^={5,}$") == ["a", "b\nc"]
    assert parts("Judul: A\nx\nJudul: B\ny", "^Judul:") == ["Judul: A\nx", "Judul: B\ny"]


def test_stories_know_their_line():
    assert [(s.number, s.line) for s in split_stories("a\n\nb", "lines")] == [(1, 1), (2, 3)]


@pytest.mark.parametrize("split", ["(", "[a", r"(a)\1", "(?=a)"])
def test_a_split_that_is_none(split):
    with pytest.raises(SplitError):
        check_split(split)


def _tell_story(number):
    return f"Petani Lereng {number} Menahan Panen\nSelasa, {number + 1} Agustus 2023\n\n" + f"{WORDS}\n" * 3


def test_three_marks_part_stories_that_are_dated():
    text = "\n***\n".join(_tell_story(number) for number in range(4))
    assert "--split '^\\*{3,}'" in explain_many_articles(text)
    undated = "\n***\n".join(f"{WORDS}\n" * 3 for _ in range(4))
    assert explain_many_articles(undated) is None


def test_an_address_before_each_story_parts_them():
    text = "\n".join(f"https://x.id/baca/{number}\nPetani Menahan Panen\n" + f"{WORDS}\n" * 3 for number in range(3))
    assert "an address before each" in explain_many_articles(text)
    assert explain_many_articles(text.split("https://x.id/baca/1")[0]) is None


WORDS = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada sampai sore."


@pytest.mark.parametrize(
    ("lines", "at", "is_one"),
    [
        (["Harga Beras Naik di Pasar Kota", "12 Maret 2024"], 1, True),
        (["12 Maret 2024"], 0, False),  # nothing stands above it
        (["pendek", "12 Maret 2024"], 1, False),
        (["Harga Beras Naik di Pasar Kota", "Ani", "12 Maret 2024"], 2, True),  # a byline between them
        (["Satu kalimat selesai.", "Harga Beras Naik di Pasar Kota", "12 Maret 2024"], 2, True),
        (["Satu kalimat yang belum", "Harga Beras Naik di Pasar Kota", "12 Maret 2024"], 2, False),
        (["Harga Beras Naik di Pasar Kota.", "12 Maret 2024"], 1, False),  # a sentence
    ],
)
def test_a_headline_stands_right_above_its_date_or_above_a_byline(lines, at, is_one):
    assert story_split._is_headline(lines, at) is is_one
