"""The judge of pages in doubt: its two answers, and what its shipped weights say."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from flows.clean.lines.line_table import split_lines
from flows.clean.models.gbdt import BoostedTrees
from flows.clean.text import listing_classifier
from flows.clean.text.listing_classifier import (
    LAST_WORD_PREFIX,
    LINE_PREFIX,
    REPEATED_LINE_PREFIX,
    WORD_PREFIX,
    ListingClassifier,
    count_line_words,
)
from flows.clean.text.text_marks import mark_texts

NO_TREES = BoostedTrees.from_arrays(
    {
        **{name: np.zeros(1, int) for name in ("feature", "child", "value", "root")},
        "threshold": np.zeros(1, np.float32),
        "features": np.zeros(0, str),
    }
)


def test_what_short_lines_say_is_counted_and_what_paragraphs_are_about_is_not() -> None:
    paragraph = "Harga beras di pasar naik lagi pada pekan ini, kata pedagang."
    counts = count_line_words(
        split_lines("\n".join(["Tambah ke keranjang", "12 ulasan", paragraph, "7 ulasan", "350 ulasan"]))
    )
    assert counts[f"{WORD_PREFIX}keranjang"] == 1
    assert counts[f"{WORD_PREFIX}ulasan"] == 3
    assert counts[f"{LINE_PREFIX}tambah ke keranjang"] == 1
    assert counts[f"{LINE_PREFIX}9 ulasan"] == counts[f"{REPEATED_LINE_PREFIX}9 ulasan"] == 3
    assert f"{REPEATED_LINE_PREFIX}tambah ke keranjang" not in counts
    assert counts[f"{LAST_WORD_PREFIX}pedagang."] == 1
    assert not [word for word in counts if "beras" in word]


def test_what_the_words_say_is_a_mean_of_their_weights() -> None:
    judge = ListingClassifier(NO_TREES, {"keranjang": (2.0, -3.0), "kata": (2.0, 3.0)}, (0.0, 1.0, 0.0, 0.0))
    assert judge.score_words(Counter(keranjang=1)) == pytest.approx(-3.0)
    assert judge.score_words(Counter(keranjang=4, kata=4)) == pytest.approx(0.0)
    assert judge.score_words(Counter(tiada=9)) == 0.0


@pytest.mark.parametrize(
    ("weight", "summary_logit", "needs_layout"),
    [(1.9, 0.0, True), (2.1, 0.0, False), (-3.0, 0.0, True), (1.9, 0.4, False), (2.1, -0.4, True)],
)
def test_layout_features_are_skipped_where_words_and_summary_are_sure(
    monkeypatch: pytest.MonkeyPatch, weight: float, summary_logit: float, needs_layout: bool
) -> None:
    calls: list[int] = []

    def looked_at(lines: object, line_features: object, scores: object) -> np.ndarray:
        calls.append(1)
        return np.zeros(1, np.float32)

    monkeypatch.setattr(listing_classifier, "compute_page_features", looked_at)
    judge = ListingClassifier(NO_TREES, {f"{WORD_PREFIX}bagikan": (2.0, weight)}, (1.0, 1.0, 0.5, 0.0))
    features, scores = np.zeros((1, 1), np.float32), np.zeros(1, np.float32)
    logit = judge.predict_article_logit(split_lines("Bagikan"), features, scores, summary_logit)
    assert logit == pytest.approx(weight + summary_logit / 2)
    assert bool(calls) == needs_layout


def test_the_shipped_words_can_be_read() -> None:
    weights = listing_classifier.load_shipped_classifier().weights
    assert 500 < len(weights) <= 3_000
    assert weights["§price"][1] < 0 < weights["§share"][1]
    record = json.loads(
        Path(listing_classifier.__file__).parents[1].joinpath("models").joinpath("listing.json").read_text("utf-8")
    )
    assert record["settings"]["words"] == len(weights)


def test_only_pages_in_doubt_are_classified(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> ListingClassifier:
        raise AssertionError("asked")

    monkeypatch.setattr(listing_classifier, "load_shipped_classifier", never)
    paragraph = "Warga desa menunggu bantuan di balai desa sejak pagi, kata kepala desa. Bantuan tiba pada sore hari."
    menu = "\n".join(["Home", "News", "Login", "Indeks", "Redaksi", "Tentang Kami", "Share", "Video"])
    story = "\n".join(f"{paragraph} Ini paragraf ke-{n}." for n in range(20))
    found = mark_texts([f"{menu}\n{story}\nBerita Terkait\nPanen raya\nCopyright 2025"], [None])[0]
    assert found.body.article_logit is not None
    assert found.body.article_logit >= 0
