"""Which weights read a page, and how their probabilities are joined."""

import numpy as np
import pytest

from flows.clean.html import block_classifier
from flows.clean.html.page_marks import read_page
from flows.clean.models import conv_net, gbdt

PARAGRAPH = "Hujan deras turun sepanjang malam di lereng gunung itu, kata seorang warga desa kepada petugas. "
PAGE = (
    f"<article><h1>Hujan</h1><p>{PARAGRAPH * 2}</p><p>{PARAGRAPH * 3}</p></article>"
    "<div hidden><p>Tersembunyi</p></div><nav>Beranda</nav>"
)


def read_scores(monkeypatch: pytest.MonkeyPatch, effort: str, trees: float, net: float) -> tuple[list[float], str]:
    """Read the page with a constant probability of the trees and a constant logit of the net."""
    monkeypatch.setattr(gbdt.BoostedTrees, "predict_proba", lambda self, table: np.full(len(table), trees))
    monkeypatch.setattr(conv_net.ConvNet, "score_rows", lambda self, x, y: np.full(len(x) * (len(x) == len(y)), net))
    monkeypatch.setattr(block_classifier, "_DOUBTED_F1", 0.0)
    body = read_page(PAGE, None, None, effort).body  # type: ignore[arg-type]
    return [score for score in body.scores if score is not None], body.rule


def test_fast_asks_the_trees_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, rule = read_scores(monkeypatch, "fast", 0.9, -100)
    assert sorted(set(scores)) == [0.0, 0.9]
    assert scores[3] == 0.0  # the hidden block
    assert rule == "body.blocks"


def test_quality_averages_trees_and_net(monkeypatch: pytest.MonkeyPatch) -> None:
    scores, rule = read_scores(monkeypatch, "quality", 0.9, 0)
    assert sorted(set(scores)) == [0.0, 0.7]
    assert scores[3] == 0.0
    assert rule == "body.votes"


def test_trafilatura_is_asked_only_where_trees_and_net_are_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[int] = []

    def collect_votes(tree: object, texts: list[str], url: str | None) -> dict[str, list[float]]:
        questions.append(len(texts))
        return {voter: [0.0] * len(texts) for voter in ("precise", "default")}

    monkeypatch.setattr(block_classifier, "collect_votes", collect_votes)
    read_scores(monkeypatch, "quality", 0.5, 0)
    assert questions == []
    monkeypatch.setattr(block_classifier, "_DOUBTED_F1", 2.0)
    monkeypatch.setattr(gbdt.BoostedTrees, "predict_proba", lambda self, table: np.full(len(table), 0.5))
    body = read_page(PAGE, None, None, "quality").body
    assert questions == [4]
    assert body.rule == "body.votes"


def test_long_tails_are_squashed_with_their_sign() -> None:
    squashed = block_classifier.squash_features(np.array([[-1.0, 0.0, 100_000.0]], np.float32))
    assert squashed.tolist() == [[pytest.approx(-np.log(2)), 0.0, pytest.approx(np.log1p(100_000))]]
