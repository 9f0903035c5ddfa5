"""The figures of a page as a whole: finite for any text, and apart for a story and a listing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean.lines.line_table import build_line_table, split_lines
from flows.clean.lines.word_table import build_word_table
from flows.clean.rules.cues import load_general_cues
from flows.clean.text.line_features import compute_line_features
from flows.clean.text.listing_features import (
    _group_equal_lines,
    _measure_cohesion,
    _measure_even_spacing,
    compute_page_features,
)

PARAGRAPH = (
    "Warga desa menunggu bantuan di balai desa sejak pagi. Bantuan itu tiba pada sore hari dengan tiga truk besar."
)


def shaped(text: str, sign: float = 1.0) -> np.ndarray:
    table = build_line_table([text])
    figures = compute_line_features(
        table, build_word_table(table), [load_general_cues().match_lines(lines) for lines in table.documents]
    )
    return compute_page_features(table.documents[0], figures, np.full(len(figures), sign, np.float32))


@given(st.text(min_size=1, max_size=200).map(lambda text: text.replace("\r", "") + "x"), st.sampled_from([1.0, -1.0]))
@settings(max_examples=40, deadline=None)
def test_every_text_has_finite_figures(text: str, sign: float) -> None:
    found = shaped(text, sign)
    assert found.shape == shaped("satu kata", sign).shape
    assert np.isfinite(found).all()


def test_a_story_is_one_run_and_a_listing_many() -> None:
    story = shaped("\n".join([PARAGRAPH] * 12))
    item = "Judul berita\nNasional\n12 Jun 2025\nBaca\nBagikan\nSimpan\nSuka\n"
    listing = shaped("\n".join(f"{item}{PARAGRAPH}" for _ in range(12)))
    words, lines, of_page, second, of_runs = story[:5]
    assert lines == 12
    assert of_page == of_runs == 1.0
    assert second == 0.0
    assert listing[1] == 1
    assert listing[3] == 1.0
    assert words > listing[0]


def test_buttons_of_items_stand_at_even_distances() -> None:
    item = ["Judul", "Rp 10.000", "Beli", "Simpan"]
    page = [f"{word} {number}" if word == "Judul" else word for number in range(6) for word in item]
    often, share, even, most, even_share = _measure_even_spacing(
        _group_equal_lines(split_lines("\n".join(page))), len(page)
    )
    assert (often, even, most) == (3, 3, 6)
    assert share == even_share == 0.75
    scattered = [f"Baris {number}" for number in range(60)]
    for at in (0, 1, 2, 50):
        scattered[at] = "Bagikan"
    assert _measure_even_spacing(_group_equal_lines(split_lines("\n".join(scattered))), len(scattered))[:4] == [
        1,
        4 / 60,
        0,
        0,
    ]


def test_paragraphs_of_one_story_share_its_words() -> None:
    story = [
        f"Jembatan di desa itu ambruk lagi setelah hujan, kata warga nomor {n} tentang jembatan." for n in range(8)
    ]
    words = ["panen jagung", "harga cabai", "gempa pesisir", "lomba perahu", "pasar malam", "jalan rusak"]
    items = [f"Kabar {word} dibaca banyak orang." for word in words]
    assert _measure_cohesion(story)[0] > 0.8
    assert _measure_cohesion(items)[0] < _measure_cohesion(story)[0]
    assert _measure_cohesion(["Satu paragraf saja."]) == [-1.0] * 9
