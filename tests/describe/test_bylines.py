"""Credits: which lines name writers and editors, and which names are only the story's."""

import pytest

STORY = (
    "Petani garam memanen lebih awal tahun ini, kata Kepala Dinas Bambang Sutejo di Sampang.\nPanen berlanjut besok."
)


def credits(values):
    return values["authors"], values["author_basis"], values["editors"]


@pytest.mark.parametrize(
    "lines, found",
    [
        ("Penulis : Ratna Sari\nEditor : Budi Santoso", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Penulis\nRatna Sari\nEditor\nBudi Santoso", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Penulis\n: Ratna Sari", (["Ratna Sari"], "stated", [])),
        ("Ratna Sari\nPenulis\nBudi Santoso\nEditor", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Pewarta: Ratna Sari Editor: Budi Santoso Copyright © 2024", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Red: Budi Santoso", ([], None, ["Budi Santoso"])),
        ("Redaktur: Tim Redaksi", ([], None, [])),
        ("(Ratna Sari)", (["Ratna Sari"], "inferred", [])),
        ("(abc/def)", ([], None, [])),
        ("Reporter Ratna Sari\nEditor Budi Santoso", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Laporan Ratna Sari dari Tanjung Ayun", (["Ratna Sari"], "stated", [])),
        ("Kontributor Kupang: Ratna Sari", (["Ratna Sari"], "stated", [])),
        ("Teks: Ratna Sari", (["Ratna Sari"], "stated", [])),
        ("Reporter senior menunggu", ([], None, [])),
        ("(Reporting by Lena Dorn; Editing by Ola Brekke)", (["Lena Dorn"], "stated", ["Ola Brekke"])),
        ("(Antara)", ([], None, [])),
        ("(Washington Post)", ([], None, [])),
        ("(Foto: Ratna Sari)", ([], None, [])),
        ("Verified Writer\nRatna", ([], None, [])),  # the box of another outlet's profile
        ("Demikian kata Ratna Sari.", ([], None, [])),
    ],
)
def test_credits_at_the_foot(described, lines, found):
    count = lines.count("\n") + 1
    values, _, _ = described(f"{STORY}\n{lines}", {3 + n: "credit" for n in range(count)})
    assert credits(values) == found


def test_a_sign_off_below_a_byline_is_the_editor(described):
    text = f"Oleh: Ratna Sari\n{STORY}\n(Budi Santoso)"
    values, evidence, _ = described(text, {1: "byline", 4: "credit"})
    assert credits(values) == (["Ratna Sari"], "stated", ["Budi Santoso"])
    assert [row["sure"] for row in evidence if row["field"] == "editors"] == ["likely"]


def test_a_sign_off_that_repeats_the_byline_adds_nobody(described):
    values, _, _ = described(f"Oleh: Ratna Sari\n{STORY}\n(Ratna Sari)", {1: "byline", 4: "credit"})
    assert credits(values) == (["Ratna Sari"], "stated", [])


@pytest.mark.parametrize(
    "line, names",
    [
        ("Laporan Wartawan TribunSolo.com, Ratna Sari", ["Ratna Sari"]),
        ("Ratna Sari - detikNews", ["Ratna Sari"]),
        ("Ratna Sari | IDN Times", ["Ratna Sari"]),
        ("Ratna Sari - Senin, 17 Jun 2024 14:39 WIB", ["Ratna Sari"]),
        ("Tim detikcom - detikNews", ["Tim detikcom"]),  # a desk in the writer's own place, as printed
        ("Surabaya, 17 Juni 2024", []),
        ("Published May 5, 2023", []),
        ("Raja Ampat, Papua Barat Daya, Selasa (10/6/2025).", []),
    ],
)
def test_bylines_at_the_head(described, line, names):
    values, _, _ = described(f"{line}\n{STORY}", {1: "byline"})
    assert values["authors"] == names


def test_a_writer_s_place_taken_by_a_wire_service_is_an_agency(described):
    values, _, _ = described(f"Antara - detikNews\n{STORY}", {1: "byline"})
    assert (values["authors"], values["agency"]) == (["Antara"], "ANTARA")


def test_people_of_the_source_below_a_text_with_its_own_byline(described):
    text = f"Ratna Sari - detikNews\n{STORY}\n(Penulis: Budi Santoso | Editor: Dewi Lestari)"
    values, _, marks = described(text, {1: "byline"})
    assert credits(values) == (["Ratna Sari"], "stated", [])
    assert {(mark["line"], mark["kind"]) for mark in marks} >= {(1, "byline"), (4, "credit")}


def test_captions_and_related_lines_name_no_author(described):
    text = f"Penulis: Ratna Sari\nOleh Budi Santoso\n{STORY}"
    values, _, _ = described(text, {1: "caption", 2: "related"})
    assert values["authors"] == []


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("ratna ayu sari | Jum'at, 3 Mei 2024 - 13:30 wib", ["ratna ayu sari"]),
        ("RATNA AYU SARI 3 Mei 2024 | 13.30 WIB", ["RATNA AYU SARI"]),
        ("Ratna 3 Mei 2024 | 13.30 WIB", ["Ratna"]),
        ("Ratna Sari (Kontributor) 3 Mei 2024 | 13.30 WIB", ["Ratna Sari"]),
        ("Ratna SariDiperbarui 3 Mei 2024, 13:30 WIB", ["Ratna Sari"]),
        ("Nasional 3 Mei 2024 | 13.30 WIB", []),
        ("Tayang 3 Mei 2024 | 13.30 WIB", []),
        ("Harga Garam 3 Mei 2024: Petani Sampang Mulai Menjual Panen", []),
    ],
)
def test_names_before_the_day(described, line, authors):
    values, _, _ = described(f"Panen Garam Dimulai di Sampang\n{line}\n{STORY}", {1: "title", 2: "byline"})
    assert values["authors"] == authors


@pytest.mark.parametrize("label", ["Updated: ", "Published ", "Posted on "])
def test_a_label_glued_to_a_name_is_not_part_of_it(described, label):
    values, _, _ = described(f"Salt harvest begins early\nBy Emma Hale{label}Nov 5, 2025\n{STORY}", {2: "byline"})
    assert values["authors"] == ["Emma Hale"]


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Ratna Sari, Budi Santoso", ["Ratna Sari", "Budi Santoso"]),
        ("Ratna Sari, Kompas TV", ["Ratna Sari"]),
        ("Ratna Sari -Sport", ["Ratna Sari"]),
        ("Bambang Sutejo", []),  # a person of the story
    ],
)
def test_names_below_the_date_line(described, line, authors):
    text = f"Panen Garam Dimulai di Sampang\nJumat, 3 Mei 2024 13:30 WIB\n{line}\n{STORY}"
    values, _, _ = described(text, {1: "title", 2: "byline", 3: "nav"})
    assert (values["authors"], values["subtitle"], values["place"]) == (authors, None, None) or not authors


def test_names_in_capitals_close_the_story(described):
    values, _, _ = described(f"{STORY}\nRATNA SARI | BUDI SANTOSO", {3: "nav"})
    assert values["authors"] == ["RATNA SARI", "BUDI SANTOSO"]
    values, _, _ = described(f"{STORY}\nBERITA TERKAIT", {3: "nav"})
    assert values["authors"] == []


def test_credits_far_below_count_where_nothing_nearer_names_a_writer(described):
    lines = [f"Kisah Desa {number}" for number in range(30)]
    text = "\n".join([STORY, *lines, "Penulis: Ratna Sari", "Editor: Budi Santoso"])
    kinds = dict.fromkeys(range(3, 3 + len(lines) + 2), "nav")
    values, _, _ = described(text, kinds)
    assert (values["authors"], values["editors"]) == (["Ratna Sari"], ["Budi Santoso"])


@pytest.mark.parametrize(
    ("desk", "authors"),
    [("Tim Okezone", ["Tim Okezone"]), ("Antara", ["Antara"]), ("Tim Redaksi", []), ("Redaksi", [])],
)
def test_a_desk_is_published_where_it_carries_an_outlet_s_name(described, desk, authors):
    text = f"Panen Garam Dimulai\n{desk} , Jurnalis-Jum'at, 3 Mei 2024 |13:30 WIB\n{STORY}"
    values, evidence, _ = described(text, {1: "title", 2: "byline"})
    assert values["authors"] == authors
    assert [row["rule"] for row in evidence if row["field"] == "authors"] == ["byline.desk"] * len(authors)


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        (["Ratna Sari - 3 jam yang lalu"], ["Ratna Sari"]),
        (["Ratna Sari | 2 hari lalu"], ["Ratna Sari"]),
        (["Ratna Sari, Budi Santoso • 15 minutes ago"], ["Ratna Sari", "Budi Santoso"]),
        (["Terbaru - 3 jam yang lalu"], []),
        (["Ratna Sari - 3 jam yang lalu", "Budi Santoso - 5 jam yang lalu"], []),  # cards of other stories
        (["Ratna Sari pulang 3 jam yang lalu"], []),
    ],
)
def test_a_name_beside_the_time_that_has_passed(described, head, authors):
    text = "\n".join(["Panen Garam Lebih Awal Tahun Ini", *head, STORY])
    values, _, _ = described(text, {1: "title", **dict.fromkeys(range(2, 2 + len(head)), "nav")})
    assert values["authors"] == authors


@pytest.mark.parametrize(
    "value, names",
    [
        ("By Ratna Sari", ["Ratna Sari"]),
        ("Oleh: Ratna Sari", ["Ratna Sari"]),
        ("ratna sari", ["ratna sari"]),
        ("Editor: Ratna Sari", []),
        ("redaksi", []),
    ],
)
def test_the_writer_of_a_record(described, value, names):
    values, _, _ = described(STORY, candidates=[("authors", "record", value)])
    assert values["authors"] == names


@pytest.mark.parametrize(
    "head, authors",
    [
        ("Panen Garam Dimulai Oleh : Ratna Sari Senin (4/3/2024) ", ["Ratna Sari"]),
        ("Panen Garam Dimulai Penulis: Ratna Sari SAMPANG - ", []),  # a place may be taken for a name
    ],
)
def test_a_story_that_begins_on_the_line_of_a_credit_is_not_cut(described, head, authors):
    values, _, marks = described(f"{head}{STORY}", {1: "byline"})
    assert values["authors"] == authors
    credited = [mark for mark in marks if mark["rule"] == "credit.role"]
    assert all(mark["end"] <= len(head) for mark in credited)


def test_the_label_of_a_date_is_no_name(described):
    values, _, _ = described(f"Penulis: Ratna Sari, Diterbitkan 4 Maret 2024\n{STORY}", {1: "byline"})
    assert values["authors"] == ["Ratna Sari"]


def test_a_name_in_capitals_as_the_last_line_is_the_writer(described):
    values, _, marks = described(f"{STORY}\nRATNA SARI")
    assert values["authors"] == ["RATNA SARI"]
    assert [mark["line"] for mark in marks if mark["kind"] == "credit"] == [3]


def test_capitals_within_the_story_are_a_heading(described):
    first, last = STORY.split("\n")
    assert described(f"{first}\nRATNA SARI\n{last}")[0]["authors"] == []


@pytest.mark.parametrize(
    "line, names",
    [
        ("Oleh Ratna Sari · 18 September 2023", ["Ratna Sari"]),
        ("Von Jutta Rehbein", ["Jutta Rehbein"]),
        ("Por Remedios Cifuentes", ["Remedios Cifuentes"]),
        ("Por fin llega la lluvia", []),
        ("Kontributor: Ratna Sari (ratna@kabarmuara.example)", ["Ratna Sari"]),
        ("Laporan Wartawan Tribun Muara, Ratna Sari", ["Ratna Sari"]),
    ],
)
def test_names_with_other_marks_around_them(described, line, names):
    assert described(f"{line}\n{STORY}", {1: "byline"})[0]["authors"] == names


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Ratna 3 Mei 2024 | 13.30 WIB", ["Ratna"]), ("Ani 3 Mei 2024 | 13.30 WIB", []),
        ("RATNA 3 Mei 2024 | 13.30 WIB", []), ("ratna 3 Mei 2024 | 13.30 WIB", []), ("Ratna 3 Mei 2024", []),
        ("Editor 3 Mei 2024 | 13.30 WIB", []), ("Ekonomi 3 Mei 2024 | 13.30 WIB", []),
    ],
)  # fmt: skip
def test_one_word_before_a_day_is_a_name_where_it_looks_like_one(described, line, authors):
    values, _, _ = described(f"Panen Garam Dimulai di Sampang\n{line}\n{STORY}", {1: "title", 2: "byline"})
    assert values["authors"] == authors


@pytest.mark.parametrize(
    ("medium", "authors"), [("Tempo.co", ["Ratna Sari"]), ("AFP", ["Ratna Sari"]), ("Peristiwa", [])]
)
def test_a_name_above_the_outlet_above_the_date(described, medium, authors):
    head = ["Panen Garam Dimulai di Sampang", "Ratna Sari", medium, "Jumat, 3 Mei 2024 13:30 WIB"]
    kinds = {1: "title", 2: "nav", 3: "nav", 4: "byline"}
    assert described("\n".join([*head, STORY]), kinds)[0]["authors"] == authors


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["Verified Writer", "Ratna Sari"], ["Ratna Sari"]),
        (["VERIFIED WRITER", "Ratna Sari"], ["Ratna Sari"]),
        (["Verified Writer", "Ratna Sari" + " " * 80 + "."], []),
        (["Verified Writer"], []),
        (["Penulis baru", "Ratna Sari"], []),
    ],
)
def test_the_box_of_the_outlet_s_own_profile_names_the_writer(described, lines, authors):
    kinds = {3 + number: "nav" for number in range(len(lines))}
    values, _, _ = described("\n".join([STORY, *lines]), kinds, url="https://www.idntimes.com/news/garam")
    assert values["authors"] == authors


PAGE_LINES = "Petani garam memanen lebih awal tahun ini di Sampang.\nPanen berlanjut besok, kata warga di sana."


def read(described, text, kinds=None, candidates=(), url=None):
    return credits(described(text, kinds or {}, candidates, url)[0])


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("(Ratna Sari)", (["Ratna Sari"], "inferred", [])),
        ("(Ratna)", ([], None, [])),  # one word
        ("(Ratna Sari Dewi Ayu Putri)", ([], None, [])),  # five
        ("(Kompas.com Jakarta)", ([], None, [])),
        ("(" + "Ratna Sari" + " " * 80 + ")", ([], None, [])),
        ("Ratna Sari)", ([], None, [])),
    ],
)
def test_a_name_in_brackets_signs_where_it_is_one_of_two_to_four_words(described, line, names):
    assert read(described, f"{PAGE_LINES}\n{line}", {3: "credit"}) == names


@pytest.mark.parametrize(
    ("foot", "names"),
    [
        ("(Reporting by Lena Dorn)", ["Lena Dorn"]),
        ("(Reporting by Lena Dorn; Editing by Ola Brekke)", ["Lena Dorn"]),
        ("(Reporting by nobody)", []),
    ],
)
def test_the_credit_of_a_wire_service_closes_the_story_or_stands_two_lines_below(described, foot, names):
    for text, kinds in (
        (f"{PAGE_LINES} {foot}", {}),
        (f"{PAGE_LINES}\n{foot}", {3: "nav"}),
        (f"{PAGE_LINES}\nMenu\n{foot}", {3: "nav", 4: "nav"}),
    ):
        assert read(described, text, kinds)[0] == names
    far = f"{PAGE_LINES}\nMenu\nMenu lagi\n{foot}"
    assert read(described, far, {3: "nav", 4: "nav", 5: "nav"})[0] == []


def test_of_several_lines_that_name_authors_those_count_that_the_page_declares(described):
    text = f"Oleh Ratna Sari\nPenulis: Budi Santoso\n{PAGE_LINES}"
    kinds = {1: "byline", 2: "byline"}
    language = ("language", "html", "id")
    assert read(described, text, kinds, [language])[0] == ["Ratna Sari", "Budi Santoso"]
    declared = ("authors", "jsonld", "Budi Santoso")
    assert read(described, text, kinds, [language, declared])[0] == ["Budi Santoso"]
    assert read(described, text, kinds, [language, ("authors", "jsonld", "Citra Ayu")])[0] == [
        "Ratna Sari",
        "Budi Santoso",
    ]
    assert read(described, text, kinds, [language, ("authors", "og", "Budi Santoso")])[0] == [
        "Ratna Sari",
        "Budi Santoso",
    ]


def test_a_role_and_a_name_without_a_colon_count_at_the_foot_alone(described):
    assert read(described, f"{PAGE_LINES}\nReporter Ratna Sari")[0] == ["Ratna Sari"]
    assert read(described, f"{PAGE_LINES}\nReporter Ratna Sari\nEditor Budi Santoso") == (
        ["Ratna Sari"], "stated", ["Budi Santoso"],
    )  # fmt: skip
    assert read(described, f"{PAGE_LINES}\nReporter Ratna Sari\nPanen berlanjut besok.")[0] == []


def test_names_of_a_record_come_first_and_the_site_is_nobody(described):
    stated = [("authors", "record", "Ratna Sari, Budi Santoso"), ("editors", "record", "Citra Ayu")]
    assert read(described, f"Oleh: Dewi Lestari\n{PAGE_LINES}", {1: "byline"}, stated) == (
        ["Ratna Sari", "Budi Santoso", "Dewi Lestari"], "stated", ["Citra Ayu"],
    )  # fmt: skip
    site = [("authors", "record", "Warta Contoh"), ("outlet", "record", "Warta Contoh")]
    assert read(described, PAGE_LINES, {}, site)[0] == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RATNA SARI", ["RATNA SARI"]),
        ("RATNA SARI | BUDI SANTOSO", ["RATNA SARI", "BUDI SANTOSO"]),
        ("RATNA", []),
        ("RATNA SARI | KOTA", []),  # one word beside a name
        ("PANEN GARAM DI SAMPANG BERLANJUT HINGGA AKHIR BULAN", []),
    ],
)
def test_names_in_capitals_as_the_last_line(described, line, names):
    assert [name.upper() for name in read(described, f"{PAGE_LINES}\n{line}")[0]] == names
