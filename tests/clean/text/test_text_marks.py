import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.clean import CleanedBatch, count_clutter_lines, extract_body_texts
from flows.clean.text.text_marks import batch_texts
from tests.clean.marked import list_marks

GOLDEN = Path(__file__).parents[2] / "golden"
SEEDS = json.loads((GOLDEN / "gold.json").read_text(encoding="utf-8"))["seeds"]


def read_golden(path: Path) -> tuple[str, str | None, dict[int, str]]:
    """A golden file as the raw text, the outlet hint, and the kind of each non-blank line."""
    lines, kinds, outlet = [], {}, None
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("outlet:"):
            outlet = line.partition(":")[2].strip()
            continue
        kind, bar, text = line.partition("|")
        lines.append(text.strip() if bar else "")
        if bar:
            kinds[len(lines)] = kind.strip()
    return "\n".join(lines), outlet, kinds


@pytest.mark.parametrize("path", sorted((GOLDEN / "clean").glob("*.txt")), ids=lambda path: path.stem)
def test_every_line_of_a_golden_text_is_what_it_says(path: Path) -> None:
    text, outlet, kinds = read_golden(path)
    found = {mark.line: (mark.kind, mark.rule) for mark in list_marks(text, outlet)}
    wrong = {
        line: (kinds[line], found[line])
        for line in kinds
        if found[line][0] != kinds[line]
        and not (kinds[line] in ("title", "subtitle") and found[line][1] == "head.unclaimed")
    }
    assert not wrong, wrong


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed["file"][:3])
@pytest.mark.parametrize("hinted", [True, False])
def test_seeds(seed: dict, hinted: bool, cleaned: Callable[..., CleanedBatch]) -> None:
    raw = (Path(__file__).parents[3] / "seeds" / seed["file"]).read_bytes()
    found = cleaned(raw, outlet_hint=seed["outlet_domain"] if hinted else None)
    kinds = {line: kind for kind, lines in seed["removed_lines"].items() for line in lines}
    kinds |= dict.fromkeys(seed["body_lines"], "body")
    rows = found.marks.to_pylist()
    assert {row["line"] for row in rows} == set(kinds)
    wrong = [
        (row["line"], kinds[row["line"]], row["kind"], row["rule"])
        for row in rows
        if row["kind"] != kinds[row["line"]]
        and not (kinds[row["line"]] in ("title", "subtitle") and row["rule"] == "head.unclaimed")
    ]
    assert not wrong
    # The dateline is describe's to cut.
    assert extract_body_texts(found.documents, found.marks) == [
        " ".join(filter(None, (seed["dateline"], seed["text"])))
    ]


@pytest.mark.parametrize(
    ("line", "rest", "rule"),
    [
        ("Harga naik, kata dia. ADVERTISEMENT Warga mengeluh.", "Harga naik, kata dia. Warga mengeluh.", "inline.ad"),
        ("Harga naik (Baca juga: ,).", "Harga naik.", "inline.baca-juga"),
        (
            "Harga naik hari ini. [Gambas:Video 20detik] Warga mengeluh.",
            "Harga naik hari ini. Warga mengeluh.",
            "inline.embed",
        ),
        (
            "Begitu kata camat itu kepada warga yang datang. (Syam)",
            "Begitu kata camat itu kepada warga yang datang.",
            "inline.initials",
        ),
        (
            "Harga naik, kata dia.Baca juga: Panen raya dimulai di tiga desaWarga menunggu kepastian.",
            "Harga naik, kata dia. Warga menunggu kepastian.",
            "inline.baca-juga-glued",
        ),
    ],
)
def test_clutter_inside_a_paragraph_is_a_span_of_its_own(
    line: str, rest: str, rule: str, cleaned: Callable[..., CleanedBatch]
) -> None:
    text = f"Warga menunggu kabar dari pasar sejak pagi hari tadi.\n{line}"
    found = cleaned(text)
    assert extract_body_texts(found.documents, found.marks)[0].split("\n")[1] == rest
    assert rule in found.marks["rule"].to_pylist()


@pytest.mark.parametrize(
    "line",
    [
        "Ia mengajak anak-anak baca juga buku cerita di rumah setiap malam.",
        'Camat itu menutup pidatonya: "Kita mulai besok."',
        "Dewan Perwakilan Rakyat (DPR) menyetujui anggaran itu pada Selasa.",
        "Iklan rokok dilarang di jalan protokol mulai tahun depan.",
        "Gabung Perum PPD",
        "Sumber air bersih di desa itu mengering sejak bulan lalu.",
        "Komentar warga beragam setelah pengumuman itu disiarkan.",
        "Editor majalah itu mengundurkan diri karena sakit.",
        "Oleh karena itu, warga diminta bersabar menunggu giliran.",
        "Video itu ditonton jutaan orang dalam sehari saja.",
        "Menu makan siang di sekolah berganti setiap hari.",
        "Foto udara menunjukkan luas kebakaran bertambah.",
    ],
)
def test_what_only_sounds_like_clutter_stays(line: str, cleaned: Callable[..., CleanedBatch]) -> None:
    before = "Warga menunggu kabar dari pasar sejak pagi hari tadi."
    after = "Pemerintah kota berjanji memberi jawaban sebelum akhir pekan ini."
    found = cleaned(f"{before}\n{line}\n{after}")
    assert extract_body_texts(found.documents, found.marks) == [f"{before}\n{line}\n{after}"]


def test_count_clutter_lines() -> None:
    clean_text = "Warga menunggu kabar dari pasar sejak pagi hari tadi.\n1. Pasar pagi"
    cluttered = f"{clean_text}\nBaca Juga: Harga beras\nIa datang. ADVERTISEMENT Lalu pulang.\nAdvertisement"
    assert count_clutter_lines([clean_text, cluttered, "", cluttered]) == [0, 3, 0, 3]
    assert count_clutter_lines([]) == []


def test_texts_are_batched_in_their_order() -> None:
    texts = ["", "x" * 200_000, "y" * 200_000, "z", "w" * 900_000, ""]
    assert [part for some in batch_texts(texts) for part in texts[some]] == texts
    assert [len(texts[some]) for some in batch_texts(texts)] == [2, 2, 1, 1]
    assert not list(batch_texts([]))


@pytest.mark.parametrize(
    "text",
    [
        "", "   \n\u00a0\n\u200b", "satu", "a" * 1_000_000, "kata dia. " * 100_000, "(" * 1_000_000,
        "Baca juga: " * 90_000, "東京で首相が会見した。\n市場は反応した。",
        "شهد السوق اليوم إقبالا كبيرا من الزوار.\nوقال المدير إن الأسعار مستقرة.",
        "- \n" * 20_000, "[Gambas:" * 100_000, "1 " * 500_000, "| " * 300_000,
    ],
    ids=lambda text: f"{text[:8]!r}x{len(text)}",
)  # fmt: skip
def test_extreme_texts_take_linear_time(text: str) -> None:
    began = time.process_time()
    marks = list_marks(text)
    assert time.process_time() - began < 5
    assert bool(marks) == bool(text.strip(" \n\u00a0\u200b"))


def test_a_hundred_thousand_lines() -> None:
    began = time.process_time()
    assert len(list_marks("Warga menunggu.\n" * 100_000)) == 100_000
    assert time.process_time() - began < 20


def test_a_document_does_not_depend_on_its_neighbours(cleaned: Callable[..., CleanedBatch]) -> None:
    texts = [read_golden(path)[0] for path in sorted((GOLDEN / "clean").glob("*.txt"))]
    together = cleaned(*texts)
    whole = extract_body_texts(together.documents, together.marks)
    for text, expected in zip(texts, whole, strict=True):
        alone = cleaned(text)
        assert extract_body_texts(alone.documents, alone.marks) == [expected]


@pytest.mark.parametrize("header", ["DON'T MISS", "Read more", "READ MORE:", "Read also"])
def test_a_header_within_a_story_does_not_close_it(header: str) -> None:
    story = [
        "The council of Fennick said on Monday that the old mill will open as a library in the spring of next year.",
        "Mayor Odla Brenn told reporters that the roof had cost the town about four million crowns so far.",
        "Volunteers carried eleven thousand books up the narrow stairs, because the hoist waits for a spare part.",
        "The river took two of the wheels in the flood, and the third was kept so that children can watch it turn.",
    ]
    rest = [
        "Shopkeepers near the mill say that trade has grown by a third since the first visitors came to look at it.",
        "The last inspection is due in the first week of April, after which the council will name the opening day.",
    ]
    titles = ["Fennick mill: the wheel that nobody wanted", "Brenn furious at builders over late bill"]
    menu = ["Home", "Town", "Sport", "Weather", "Fennick mill opens in spring", "By Marta Quill", "November 4, 2024"]
    foot = ["Follow us on social media", "Terms of use", "© 2024 The Fennick Post"]
    text = "\n".join([*menu, *story, header, *titles, *rest, *foot])
    kept = [text[mark.start : mark.end] for mark in list_marks(text) if mark.kind == "body"]
    assert kept == story + rest


@pytest.mark.parametrize(
    ("announcement", "separator"),
    [
        ("The singers have never been so far from home, and the full list of dates is below.", " -- "),
        ("Jadwal lengkap keberangkatan kereta wisata itu disampaikan oleh pengelola sebagai berikut:", ": "),
        ("Tickets go on sale on Friday at ten, and the halls are the following.", " | "),
    ],
)
def test_the_rows_that_a_story_announces_stay(announcement: str, separator: str) -> None:
    story = [
        "The choir of the school at Fennick will sing in the capital next month, after its songs were heard by many.",
        "Residents have waited since the old crossing was closed after the flood, and many drive an hour to work.",
        announcement,
    ]
    places = ["Coral Theatre", "Old Granary, Ombrey", "Harbour Hall, Dorn", "Lower Stage", "City Arena", "Salt House"]
    rows = [f"June {number}{separator}{place}" for number, place in enumerate(places, 9)]
    menu = ["Home", "Town", "Sport", "Weather", "Choir of Fennick goes on tour", "By Marta Quill", "November 4, 2024"]
    foot = ["Follow us on social media", "Terms of use", "Privacy policy", "© 2024 The Fennick Post"]
    text = "\n".join([*menu, *story, *rows, *foot])
    assert [text[mark.start : mark.end] for mark in list_marks(text) if mark.kind == "body"] == story + rows


PARAGRAPHS = (
    "Museum kecil di ujung teluk menyimpan ratusan lembar daun yang berisi catatan pelayaran para nakhoda.",
    "Penjaga museum memindai setiap lembar dengan kamera sederhana yang dibelinya tahun lalu.",
    "Museum hanya dibuka tiga hari dalam sepekan karena kelembapan ruangan harus dijaga.",
)


@pytest.mark.parametrize(
    ("foot", "kept"),
    [
        (["Baca juga:", "Harga Garam Naik di Teluk", "Nakhoda Terakhir Tutup Usia"], []),
        (["Baca juga:", "Harga Garam Naik di Teluk", "", "Jadwal Buka Museum"], ["Jadwal Buka Museum"]),
        (
            [
                "Baca juga:",
                "Harga Garam Naik di Teluk",
                "Jadwal Buka Museum",
                "Museum dibuka pukul sembilan pagi setiap Sabtu.",
            ],
            ["Jadwal Buka Museum", "Museum dibuka pukul sembilan pagi setiap Sabtu."],
        ),
    ],
)
def test_titles_below_a_header_that_closes_the_story(foot: list[str], kept: list[str]) -> None:
    text = "\n\n".join([*PARAGRAPHS, "\n".join(foot)])
    body = [text[mark.start : mark.end] for mark in list_marks(text, None) if mark.kind == "body"]
    assert body == [*PARAGRAPHS, *kept]
