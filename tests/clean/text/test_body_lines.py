"""Which lines of a dump are kept beyond what the net says: paragraphs of the stretch, and what stands between them."""

import numpy as np
import pytest

from flows.clean.lines.line_table import sheet, split
from flows.clean.lines.word_table import tokens
from flows.clean.models import line_cnn
from flows.clean.rules.cues import Cue, general
from flows.clean.text.body_lines import find_bodies

PARAGRAPH = "Warga desa yang mengungsi menunggu bantuan di balai desa sejak pagi hari."
ENGLISH = "People who fled their homes have been waiting at the village hall since morning."


def kept(text: str, scores: list[float], monkeypatch: pytest.MonkeyPatch, named: dict[int, Cue] | None = None) -> str:
    """The lines that are kept, by number, where the net gives these scores to a page that it takes for a dump."""
    table = sheet([text])
    lines = table.lines[0]
    monkeypatch.setattr(line_cnn.Net, "extracted", lambda *_: -1.0)
    monkeypatch.setattr(line_cnn.Net, "scores", lambda *_: np.array(scores, np.float32))
    monkeypatch.setattr(line_cnn.Net, "article", lambda *_: 1.0)
    figures = np.zeros((len(lines), len(line_cnn.shipped().mean)), np.float32)
    (body,) = find_bodies(table, tokens(table), [named or {}], figures, line_cnn.shipped())
    return " ".join(str(line.number) for line, keep in zip(lines, body.keep, strict=True) if keep)


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
    named = general().name(split(text))
    assert list(named) == [1]
    assert kept(text, [3, -1, -1, 3], monkeypatch, named) == "1 4"


def test_the_stretch_says_more_of_the_language_that_the_net_read_little_of(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = [3.0, -1.6, 3.0, -1.6]
    assert kept("\n".join([PARAGRAPH] * 4), scores, monkeypatch) == "1 2 3 4"
    assert kept("\n".join([ENGLISH, f"{ENGLISH}\nBy"] * 2), [3, -1.6, -9, 3, -1.6, -9], monkeypatch) == "1 4"
