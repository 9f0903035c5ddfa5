"""The judge of pages in doubt: its two answers, and what its shipped weights say."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from flows.clean.lines.line_table import split
from flows.clean.models.gbdt import Trees
from flows.clean.text import listing_classifier
from flows.clean.text.listing_classifier import AGAIN, LAST, SHORT, WHOLE, Listing, words_of
from flows.clean.text.text_marks import find

NO_TREES = Trees.of(
    {
        **{name: np.zeros(1, int) for name in ("feature", "child", "value", "root")},
        "threshold": np.zeros(1, np.float32),
        "features": np.zeros(0, str),
    }
)


def test_what_short_lines_say_is_counted_and_what_paragraphs_are_about_is_not() -> None:
    paragraph = "Harga beras di pasar naik lagi pada pekan ini, kata pedagang."
    counts = words_of(split("\n".join(["Tambah ke keranjang", "12 ulasan", paragraph, "7 ulasan", "350 ulasan"])))
    assert counts[f"{SHORT}keranjang"] == 1
    assert counts[f"{SHORT}ulasan"] == 3
    assert counts[f"{WHOLE}tambah ke keranjang"] == 1
    assert counts[f"{WHOLE}9 ulasan"] == counts[f"{AGAIN}9 ulasan"] == 3
    assert f"{AGAIN}tambah ke keranjang" not in counts
    assert counts[f"{LAST}pedagang."] == 1
    assert not [word for word in counts if "beras" in word]


def test_what_the_words_say_is_a_mean_of_their_weights() -> None:
    judge = Listing(NO_TREES, {"keranjang": (2.0, -3.0), "kata": (2.0, 3.0)}, (0.0, 1.0, 0.0))
    assert judge.by_words(Counter(keranjang=1)) == pytest.approx(-3.0)
    assert judge.by_words(Counter(keranjang=4, kata=4)) == pytest.approx(0.0)
    assert judge.by_words(Counter(tiada=9)) == 0.0


@pytest.mark.parametrize(("weight", "asked"), [(1.9, True), (2.1, False), (-3.0, True)])
def test_the_shape_is_asked_unless_the_words_are_sure(
    monkeypatch: pytest.MonkeyPatch, weight: float, asked: bool
) -> None:
    seen: list[int] = []

    def looked_at(lines: object, figures: object, scores: object) -> np.ndarray:
        seen.append(1)
        return np.zeros(1, np.float32)

    monkeypatch.setattr(listing_classifier, "shape", looked_at)
    judge = Listing(NO_TREES, {f"{SHORT}bagikan": (2.0, weight)}, (1.0, 1.0, 0.0))
    lines = split("Bagikan")
    assert judge.article(lines, np.zeros((1, 1), np.float32), np.zeros(1, np.float32)) == pytest.approx(weight)
    assert bool(seen) == asked


def test_the_shipped_words_can_be_read() -> None:
    weights = listing_classifier.shipped().weights
    assert 500 < len(weights) <= 3_000
    assert weights["§price"][1] < 0 < weights["§share"][1]
    record = json.loads(
        Path(listing_classifier.__file__).parents[1].joinpath("models").joinpath("listing.json").read_text("utf-8")
    )
    assert record["settings"]["words"] == len(weights)


def test_only_pages_in_doubt_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Listing:
        raise AssertionError("asked")

    monkeypatch.setattr(listing_classifier, "shipped", never)
    paragraph = "Warga desa menunggu bantuan di balai desa sejak pagi, kata kepala desa. Bantuan tiba pada sore hari."
    menu = "\n".join(["Home", "News", "Login", "Indeks", "Redaksi", "Tentang Kami", "Share", "Video"])
    story = "\n".join(f"{paragraph} Ini paragraf ke-{n}." for n in range(20))
    found = find([f"{menu}\n{story}\nBerita Terkait\nPanen raya\nCopyright 2025"], [None])[0]
    assert found.body.article is not None
    assert found.body.article >= 0
