"""The segment with the greatest weight of prose: the sweep over turning points finds that of a sweep over all lines."""

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean.lines.line_table import build_line_table
from flows.clean.rules.cues import Cue, load_general_cues
from flows.clean.text.best_segment import find_best_segment, find_turning_points

PARAGRAPH = "Warga desa yang mengungsi menunggu bantuan di balai desa sejak pagi hari."
LINES = [
    PARAGRAPH, "Beranda", "1. Terminal Pasar Baru", "- Stasiun Kota", "Berita Terkait", "Ia pun pulang ke rumah.",
    "Editor: Siti Aminah", "Bola | Tekno | Opini | Foto | Video | " * 8, "kata " * 30, "\U0001d7cf. Pasar",
]  # fmt: skip


def found(text: str) -> tuple[int, int]:
    table = build_line_table([text])
    return find_best_segment(find_turning_points(table, [load_general_cues().match_lines(table.documents[0])])[0])


def swept(weights: list[float], end_lines: set[int]) -> tuple[int, int]:
    """Return the segment by definition, line by line: a run of lines costs at most 100, and prose pays it off."""
    best = total = run_cost = 0.0
    first = start = last = 0
    for index, weight in enumerate(weights):
        if weight > 0:
            run_cost = max(0.0, run_cost - 2 * weight)
        elif index not in end_lines:
            weight = -min(-weight, 100 - run_cost)
            run_cost -= weight
        if total <= 0:
            total, start = 0.0, index
        total += weight
        if total > best:
            best, first, last = total, start, index + 1
    return first, last


@given(st.lists(st.sampled_from([*LINES, *["Beranda"] * 9]), max_size=80))
@settings(max_examples=150, deadline=None)
def test_turning_points_give_the_segment_of_all_lines(lines: list[str]) -> None:
    """The weight of each line is read from the turning points of the line above a paragraph."""
    text = "\n".join(lines)
    table = build_line_table([text])
    line_cues = load_general_cues().match_lines(table.documents[0])
    weights = [weight_of(line.text, line_cues.get(index)) for index, line in enumerate(table.documents[0])]
    assert found(text) == swept(weights, {index for index, cue in line_cues.items() if cue.ends})


def weight_of(line: str, cue: Cue | None) -> float:
    """Return the weight of one line under this cue, from the turning points of the line above a paragraph."""
    table = build_line_table([f"{line}\n{PARAGRAPH}"])
    points = find_turning_points(table, [{} if cue is None else {0: cue}])[0]
    return points.weight[0] if points.line_index[0] == 0 else -points.cost_before[0]


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
    assert [find_best_segment(points) for points in find_turning_points(build_line_table(texts), [{}] * 4)] == [
        (1, 3),
        (0, 0),
        (0, 0),
        (0, 1),
    ]
