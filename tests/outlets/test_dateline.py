"""Datelines by example: tests/golden/outlets/datelines.txt and its counterexamples."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.outlets import load_registry
from flows.outlets.dateline import _compile_spellings, _match_spelling, parse_dateline

GOLDEN = Path(__file__).parents[1] / "golden" / "outlets"


def lines(name):
    text = (GOLDEN / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line.strip() and not line.startswith("#")]


def examples():
    found = lines("datelines.txt")
    assert len(found) % 2 == 0
    for line, verdict in zip(found[::2], found[1::2], strict=True):
        yield line, [None if part.strip() == "-" else part.strip() for part in verdict.split("|")]


@pytest.mark.parametrize("line, verdict", examples(), ids=lambda value: str(value)[:40])
def test_every_form_is_found(line, verdict):
    outlet, place, printed = verdict
    found = parse_dateline(line, load_registry())
    assert found is not None
    assert (found.outlet.name if found.outlet else None, found.place, found.printed) == (outlet, place, printed)


@pytest.mark.parametrize("line, verdict", examples(), ids=lambda value: str(value)[:40])
def test_the_sentence_starts_where_the_dateline_ends(line, verdict):
    end = parse_dateline(line, load_registry()).end_offset
    assert " ".join(line[:end].split()) == verdict[2]
    assert line[end:] == line[end:].lstrip()
    assert not line[end:] or line[end].isupper()


@pytest.mark.parametrize("line", lines("not-datelines.txt"))
def test_what_only_looks_like_one_is_none(line):
    assert parse_dateline(line, load_registry()) is None


def test_a_wire_service_in_brackets_is_an_agency_not_the_outlet():
    found = parse_dateline("WASHINGTON (AP) — The museum reopened.", load_registry())
    assert (found.outlet, found.agency) == (None, "AP")


def test_a_place_and_an_outlet_beyond_the_registry_beside_a_bar():
    found = parse_dateline("KUPANG | Kabar Muara - Petambak menahan garamnya di gudang.", load_registry())
    assert (found.outlet, found.place, found.printed) == (None, "KUPANG", "KUPANG | Kabar Muara -")


@given(st.text(alphabet=st.sampled_from('AJakrt KOMPAS.com,-–—():\xa0"1b\t'), max_size=200))
def test_offsets_stay_within_the_line(line):
    found = parse_dateline(line, load_registry())
    if found:
        assert 0 < found.end_offset <= len(line)
        assert found.printed and found.printed == " ".join(found.printed.split())


@pytest.mark.parametrize("piece", ["A", "JAKARTA, ", "(", "Jakarta-", " ", "KOMPAS.com ", "Jakarta (", "- ", "a/b, "])
def test_a_hostile_line_costs_time_in_proportion(piece):
    """Eight times the length takes hundreds of times as long where a rule goes over the line again at each place."""

    def measure_seconds(length: int) -> float:
        line = piece * (length // len(piece)) + "x"
        began = time.process_time()
        parse_dateline(line, load_registry())
        return time.process_time() - began

    measure_seconds(1_000)  # patterns and registry are loaded
    short = min(measure_seconds(25_000) for _ in range(3))
    assert min(measure_seconds(200_000) for _ in range(3)) < 24 * short + 0.2


def test_what_a_spelling_begins_with_never_hides_it():
    known = load_registry()
    heads = [head for spelling in known.printed_spellings for head in (spelling, spelling.upper(), spelling.lower())]
    wrong = [
        head
        for head in heads
        if (_match_spelling(head, 0, known) is None) != (_compile_spellings(known).match(head) is None)
    ]
    assert not wrong


def test_what_stands_far_behind_a_dateline_changes_nothing():
    line = " JAKARTA, KOMPAS.com -- Harga beras naik lagi pekan ini, kata pedagang di pasar."
    parsed = parse_dateline(line, load_registry())
    assert parsed is not None
    assert parsed.place == "JAKARTA"
    assert parse_dateline(line + " Pembeli mengeluh." * 400, load_registry()) == parsed
