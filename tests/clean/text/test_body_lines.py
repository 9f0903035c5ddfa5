"""Lines of a dump kept beyond the score of the model: paragraphs of the best segment, and lines between them."""

import numpy as np
import pytest

from flows.clean.lines.line_table import build_line_table, split_lines
from flows.clean.lines.word_table import build_word_table
from flows.clean.models import line_cnn
from flows.clean.rules.cues import Cue, load_general_cues
from flows.clean.text.body_lines import BodySelection, select_body_lines
from flows.clean.text.position_rules import classify_lines

PARAGRAPH = "Warga desa yang mengungsi menunggu bantuan di balai desa sejak pagi hari."
ENGLISH = "People who fled their homes have been waiting at the village hall since morning."


def kept(
    text: str, scores: list[float], monkeypatch: pytest.MonkeyPatch, line_cues: dict[int, Cue] | None = None
) -> str:
    """Return the numbers of the kept lines where the model gives these scores to a page dump."""
    line_table = build_line_table([text])
    lines = line_table.documents[0]
    monkeypatch.setattr(line_cnn.Net, "predict_extract_logit", lambda *_: -1.0)
    monkeypatch.setattr(line_cnn.Net, "score_rows", lambda *_, **__: np.array(scores, np.float32))
    monkeypatch.setattr(line_cnn.Net, "predict_article_logit", lambda *_: 1.0)
    features = np.zeros((len(lines), len(line_cnn.load_shipped_net().mean)), np.float32)
    (body,) = select_body_lines(
        line_table, build_word_table(line_table), [line_cues or {}], features, line_cnn.load_shipped_net()
    )
    return " ".join(str(line.number) for line, keep in zip(lines, body.keep, strict=True) if keep)


@pytest.mark.parametrize(("logit", "rule"), [(0.5, "body.extracted"), (-0.5, "body.model")])
def test_a_text_counts_as_extracted_from_even_odds_on(logit: float, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line_table = build_line_table([f"{PARAGRAPH}\nPanen raya\n{PARAGRAPH}"])
    net = line_cnn.load_shipped_net()
    monkeypatch.setattr(line_cnn.Net, "predict_extract_logit", lambda *_: logit)
    features = np.zeros((3, len(net.mean)), np.float32)
    (body,) = select_body_lines(line_table, build_word_table(line_table), [{}], features, net)
    assert body.rule == rule


def test_a_subhead_between_two_paragraphs_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{PARAGRAPH}\nBantuan datang terlambat\n{PARAGRAPH}"
    assert kept(text, [3, -2.5, 3], monkeypatch) == "1 2 3"
    assert kept(text, [3, -3.5, 3], monkeypatch) == "1 3"
    assert kept(f"{text}\nBantuan datang terlambat", [3, -2.5, 3, -2.5], monkeypatch) == "1 2 3"


def test_a_list_between_two_paragraphs_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    items = f"{PARAGRAPH}\n1. Terminal Pasar Baru\n2. Stasiun Kota\n3. Alun-alun\n{PARAGRAPH}"
    assert kept(items, [3, -3, -4, -3.5, 3], monkeypatch) == "1 2 3 4 5"
    teasers = f"{PARAGRAPH}\nTerminal Pasar Baru\nStasiun Kota\nAlun-alun\n{PARAGRAPH}"
    assert kept(teasers, [3, -3, -4, -3.5, 3], monkeypatch) == "1 5"
    assert kept(teasers, [3, -1, -2, -1, 3], monkeypatch) == "1 2 3 4 5"


def test_nothing_is_kept_across_a_cue(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{PARAGRAPH}\nBaca Juga\nPanen raya\n{PARAGRAPH}"
    line_cues = load_general_cues().match_lines(split_lines(text))
    assert list(line_cues) == [1]
    assert kept(text, [3, -1, -1, 3], monkeypatch, line_cues) == "1 4"


THAI = "สภาท่าเรืออนุมัติตารางเดินเรือข้ามฟากฉบับใหม่เมื่อวันอังคารหลังจากเจรจากับชาวเกาะนานสามเดือน"
CHINESE = "港务委员会周二批准了新的渡轮时刻表，此前与岛上居民进行了三个月的谈判。"


@pytest.mark.parametrize("paragraph", [THAI, CHINESE])
def test_the_segment_bonus_is_higher_for_scripts_without_blanks(
    paragraph: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept("\n".join([paragraph] * 4), [3.0, -1.6, 3.0, -1.6], monkeypatch) == "1 2 3 4"


def test_the_segment_bonus_is_higher_for_indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [3.0, -1.6, 3.0, -1.6]
    assert kept("\n".join([PARAGRAPH] * 4), scores, monkeypatch) == "1 2 3 4"
    assert kept("\n".join([ENGLISH, f"{ENGLISH}\nBy"] * 2), [3, -1.6, -9, 3, -1.6, -9], monkeypatch) == "1 4"


def test_a_line_without_prose_needs_half_a_logit_more_than_even_odds(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{ENGLISH}\n{ENGLISH}\nFood and blankets arrive today"
    assert kept(text, [3, 3, 0.6], monkeypatch) == "1 2 3"
    assert kept(text, [3, 3, 0.4], monkeypatch) == "1 2"


def test_in_indonesian_even_odds_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    story = "Warga desa yang mengungsi dan keluarganya menunggu bantuan di balai desa sejak pagi."
    text = f"{story}\n{story}\nMakanan dan selimut tiba hari ini"
    assert kept(text, [3, 3, 0.4], monkeypatch) == "1 2 3"


@pytest.mark.parametrize(("score", "kind"), [(0.95, "body"), (0.6, "nav")])
def test_below_an_end_cue_only_a_sure_paragraph_stays(score: float, kind: str) -> None:
    lines = split_lines(f"{ENGLISH}\n{ENGLISH} Again.\n{ENGLISH} So they said.\nMost read\n{ENGLISH} Rain is due.")
    line_cues = load_general_cues().match_lines(lines)
    body = BodySelection([True, True, True, False, True], "body.model", [0.99, 0.99, 0.99, 0.1, score])
    assert line_cues[3].ends
    assert classify_lines(lines, line_cues, body)[4].kind == kind
