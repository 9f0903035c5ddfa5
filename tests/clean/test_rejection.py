from dataclasses import replace

import pytest

from flows.clean.html.link_lists import LinkLists
from flows.clean.rejection import explain_missing_article
from flows.clean.text.text_marks import mark_texts

STORY = "\n".join(
    f"Warga desa nomor {n} menunggu bantuan di balai desa sejak pagi hari, kata kepala desa." for n in range(12)
)
MENU = "\n".join(["Home", "News", "Login", "Indeks", "Redaksi", "Tentang Kami", "Share", "Video"])


def judged(text: str) -> str | None:
    found = mark_texts([text], [None])[0]
    return explain_missing_article(found.marks, found.body)


def test_a_story_is_an_article_with_or_without_its_page() -> None:
    assert judged(STORY) is None
    assert judged(f"{MENU}\n{STORY}\nBerita Terkait\nPanen raya di tiga desa\nCopyright 2025") is None


def test_a_short_report_is_an_article() -> None:
    assert judged("JAKARTA - Gempa kecil terasa di pesisir pada Senin malam, tanpa korban.") is None


def test_nothing_but_a_menu() -> None:
    assert "menu" in (judged(MENU) or "")
    assert judged("Masuk\nLupa kata sandi?\nDaftar") is not None
    assert judged("") is not None


def test_an_error_page_names_its_words() -> None:
    assert "Page not found" in (
        judged("Page not found\nThe page you were looking for may have been moved to another place.") or ""
    )
    assert (
        judged("Just a moment...\nThis site needs to review the security of your connection before proceeding.")
        is not None
    )


def test_a_story_about_an_error_is_a_story() -> None:
    assert (
        judged(
            f"{STORY}\nSitus itu kini menampilkan tulisan page not found bagi pengunjung yang datang dari luar negeri."
        )
        is None
    )


def test_a_listing_of_teasers() -> None:
    teasers = "\n".join(
        f"Kategori {n}\nJudul berita nomor {n} yang cukup panjang\nTeras singkat berita ke-{n}.\n3 Feb 2025"
        for n in range(60)
    )
    assert "listing" in (judged(f"{MENU}\n{teasers}") or "")


HEADLINES = ["Harga beras naik lagi di pasar induk", "Banjir rendam dua desa di hilir", "Wali kota buka jembatan baru"]


@pytest.mark.parametrize(
    "stamp", ["{n} jam lalu", "Ekonomi | {n} jam yang lalu", "Senin, {n} Feb 2025 10:30 WIB", "{n}/03/2025"]
)
def test_an_index_of_news(stamp: str) -> None:
    items = [
        f"{title}\n{stamp.format(n=n + 1)}\n{title} pada pekan ini, menurut warga setempat dan pedagang di sana ..."
        for n, title in enumerate(HEADLINES * 8)
    ]
    index = "\n".join([MENU, "Indeks Berita", *items, "1 2 3 Selanjutnya"])
    assert "index" in (judged(index) or "") or "listing" in (judged(index) or "")


def test_a_story_among_the_times_of_others_is_a_story() -> None:
    items = "\n".join(f"{title}\n{n + 1} jam lalu" for n, title in enumerate(HEADLINES * 8))
    assert judged(f"{MENU}\n{items}\n{STORY}\n{items}") is None


def test_times_of_a_pages_lists_say_nothing_of_what_stands_beside_them() -> None:
    told = "Gempa kecil terasa di pesisir pada Senin malam, tanpa korban, kata kepala badan di kantornya."
    items = [f"{title}\n{n + 1} jam lalu" for n, title in enumerate(HEADLINES * 8)]
    found = mark_texts(["\n".join([told, *items])], [None])[0]
    count = len(found.marks.lines)
    assert explain_missing_article(found.marks, found.body, LinkLists([], [], [], False, False)) is not None
    within = LinkLists([range(at, at + 2) for at in range(1, count, 2)], [], [], False, False)
    assert "times or days" not in (explain_missing_article(found.marks, found.body, within) or "")
    # A page that declares a story is not shown to the listing classifier.
    declared = LinkLists([], [], [], declares_story=True, declares_article=False)
    assert explain_missing_article(found.marks, replace(found.body, article_logit=None), declared) is None


def test_nothing_but_items() -> None:
    items = [f"{title} di pelabuhan kota pada pekan pertama bulan ini" for title in HEADLINES * 4]
    found = mark_texts(["\n".join(items)], [None])[0]
    lists = LinkLists(
        [range(at, at + 1) for at in range(len(items))], [], [], declares_story=False, declares_article=True
    )
    assert "12 items" in (explain_missing_article(found.marks, found.body, lists) or "")
    assert explain_missing_article(found.marks, found.body, lists._replace(items=lists.items[:4])) is None
    assert explain_missing_article(found.marks, found.body, lists._replace(declares_story=True)) is None


def test_long_prose_is_no_listing_unless_the_models_are_sure() -> None:
    paragraph = (
        "The mill at Fennick was closed for nine winters, and the river took two of its wheels before the town council "
        "voted to pay for a new roof and a stair that the fire brigade would agree to climb with its boots on. Since "
        "then volunteers have carried eleven thousand books up to the loft, most of them by hand and after school, and "
        "the reading room opens on Monday."
    )
    marked = mark_texts(["\n".join(f"{number} {paragraph}" for number in range(9))], [None])[0]
    menu = mark_texts(["\n".join(f"{paragraph[:number]}" for number in range(40, 49))], [None])[0]
    for marks, logit, is_listing in (
        (marked.marks, -0.5, False),
        (marked.marks, -1.5, True),
        (menu.marks, -0.5, True),
    ):
        body = replace(marked.body, article_logit=logit)
        assert (explain_missing_article(marks, body) is not None) == is_listing
