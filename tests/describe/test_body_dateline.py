"""The dateline of a document: where it is looked for, and how it is cut."""

import time

import pytest

STORY = "Warga desa menanam mangrove di pesisir utara sejak pagi hari bersama para nelayan dan murid."


def opened(found):
    values, _, marks = found
    return (
        values["dateline"],
        values["place"],
        [(m["line"], m["start"], m["end"]) for m in marks if m["kind"] == "dateline"],
    )


def test_the_dateline_is_marked_with_its_separator(described):
    assert opened(described(f"  DEMAK -- {STORY}")) == ("DEMAK --", "DEMAK", [(1, 2, 10)])


def test_an_outlet_on_a_line_of_its_own_and_its_dash_on_the_next(described):
    text = f"DEMAK, KOMPAS.com\n- {STORY}"
    assert opened(described(text)) == ("DEMAK, KOMPAS.com -", "DEMAK", [(1, 0, 17), (2, 18, 19)])
    assert opened(described(text, {1: "byline"})) == ("DEMAK, KOMPAS.com -", "DEMAK", [(1, 0, 17), (2, 18, 19)])


def test_a_dash_left_of_a_lost_dateline_is_cut_and_claims_nothing(described):
    assert opened(described(f"- {STORY}\nPanen besok.")) == (None, None, [(1, 0, 1)])
    assert opened(described(f"- {STORY}\n- {STORY}")) == (None, None, [])


def test_a_place_in_the_second_paragraph_is_no_dateline(described):
    assert opened(described(f"{STORY}\nJAKARTA - {STORY}")) == (None, None, [])


@pytest.mark.parametrize("between", ["", "\n"], ids=["one line", "many lines"])
@pytest.mark.parametrize(
    "piece", ["Penulis: ", "(", "1/1/", "dikutip dari ", "Jakarta, ", "Senin, 1 ", "A B ", "<i", "- "]
)
def test_a_hostile_document_costs_time_in_proportion(described, piece, between):
    """Eight times the length takes some sixty times as long where a rule goes over the text again at each place."""

    def measure_seconds(count: int) -> float:
        began = time.process_time()
        described(between.join([piece] * count))
        return time.process_time() - began

    measure_seconds(10)  # patterns and registry are loaded
    short = min(measure_seconds(1_000) for _ in range(3))
    assert min(measure_seconds(8_000) for _ in range(2)) < 24 * short + 0.2


def test_a_dateline_in_pieces_is_cut_whole(described):
    text = f"DEMAK\n, KOMPAS.com -\nWarga\ndesa\n{STORY}"
    values, _, marks = described(text)
    assert (values["dateline"], values["place"], values["outlet"]) == ("DEMAK, KOMPAS.com -", "DEMAK", "Kompas.com")
    assert [text[m["start"] : m["end"]] for m in marks if m["kind"] == "dateline"] == ["DEMAK", ", KOMPAS.com -"]


def test_a_name_and_its_station_are_no_dateline(described):
    values, _, _ = described(f"Ratna Sari, Kompas TV\nDEMAK, KOMPAS.com - {STORY}", {1: "byline"})
    assert (values["dateline"], values["place"]) == ("DEMAK, KOMPAS.com -", "DEMAK")
