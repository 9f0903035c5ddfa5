"""The stretch with the greatest weight of prose: the sweep over the turns finds what one over every line would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean.lines.line_table import sheet
from flows.clean.rules.cues import Cue, general
from flows.clean.text.best_segment import stretch, turns

PARAGRAPH = "Warga desa yang mengungsi menunggu bantuan di balai desa sejak pagi hari."
LINES = [
    PARAGRAPH, "Beranda", "1. Terminal Pasar Baru", "- Stasiun Kota", "Berita Terkait", "Ia pun pulang ke rumah.",
    "Editor: Siti Aminah", "Bola | Tekno | Opini | Foto | Video | " * 8, "kata " * 30, "\U0001d7cf. Pasar",
]  # fmt: skip


def found(text: str) -> tuple[int, int]:
    table = sheet([text])
    return stretch(turns(table, [general().name(table.lines[0])])[0])


def swept(weights: list[float], ending: set[int]) -> tuple[int, int]:
    """The definition, line by line: a run of lines that cost is as dear as 100 words at most, and prose pays it off."""
    best = total = spent = 0.0
    first = start = last = 0
    for index, weight in enumerate(weights):
        if weight > 0:
            spent = max(0.0, spent - 2 * weight)
        elif index not in ending:
            weight = -min(-weight, 100 - spent)
            spent -= weight
        if total <= 0:
            total, start = 0.0, index
        total += weight
        if total > best:
            best, first, last = total, start, index + 1
    return first, last


@given(st.lists(st.sampled_from([*LINES, *["Beranda"] * 9]), max_size=80))
@settings(max_examples=150, deadline=None)
def test_the_turns_say_what_all_lines_say(lines: list[str]) -> None:
    """Each line's own weight is what the turns of a document of it and a paragraph say that it costs or brings."""
    text = "\n".join(lines)
    table = sheet([text])
    named = general().name(table.lines[0])
    weights = [weight_of(line.text, named.get(index)) for index, line in enumerate(table.lines[0])]
    assert found(text) == swept(weights, {index for index, cue in named.items() if cue.ends})


def weight_of(line: str, cue: Cue | None) -> float:
    """What one line weighs under this cue, read off the turns of a document of it above a paragraph."""
    table = sheet([f"{line}\n{PARAGRAPH}"])
    turning = turns(table, [{} if cue is None else {0: cue}])[0]
    return turning.weight[0] if turning.line[0] == 0 else -turning.cost[0]


def test_lines_weigh_by_their_words_and_what_they_open_with() -> None:
    assert weight_of(PARAGRAPH, None) == 12
    assert weight_of("Ia pun pulang ke rumah.", None) == 2.5
    assert weight_of("Beranda", None) == -5
    assert weight_of("1. Terminal Pasar Baru", None) == weight_of("- Stasiun Kota", None) == -2
    assert weight_of("\U0001d7cf. Pasar", None) == -2
    assert weight_of("kata " * 30, None) == 15
    assert weight_of("Bola | Tekno | Opini | Foto | Video | " * 8, None) == -6


def test_each_document_of_a_batch_has_its_own() -> None:
    texts = [f"Beranda\n{PARAGRAPH}\n{PARAGRAPH}\nBeranda", "", "Beranda\nBola", f"{PARAGRAPH}\nBola"]
    assert [stretch(own) for own in turns(sheet(texts), [{}] * 4)] == [(1, 3), (0, 0), (0, 0), (0, 1)]
