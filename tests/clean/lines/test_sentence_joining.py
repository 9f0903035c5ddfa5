import pytest

from flows.clean.lines import sentence_joining
from flows.clean.lines.sentence_joining import join_sentences


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["Jembatan itu dibuka untuk warga, dikutip dari", "Brendal Pos", ", Minggu (8/6)."],
            ["Jembatan itu dibuka untuk warga, dikutip dari Brendal Pos, Minggu (8/6)."],
        ),
        (
            ["Badan Legislasi (", "Baleg", ") menerima warga yang datang dari tepi timur."],
            ["Badan Legislasi (Baleg) menerima warga yang datang dari tepi timur."],
        ),
        (
            ["Feri berlayar dari Raja Tarna", "t", "sampai ke tepi timur dan kembali lagi sore harinya."],
            ["Feri berlayar dari Raja Tarnat sampai ke tepi timur dan kembali lagi sore harinya."],
        ),
        (
            ["Odila Farwan", "dipastikan memimpin kota yang ramai itu.", "Warga senang dengan kabar itu."],
            ["Odila Farwan dipastikan memimpin kota yang ramai itu.", "Warga senang dengan kabar itu."],
        ),
    ],
)  # fmt: skip
def test_broken_sentences_are_one_line_again(lines: list[str], expected: list[str]) -> None:
    assert join_sentences(["Ini kabar dengan isi yang panjang.", *lines])[1:] == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["Ini syarat yang berlaku untuk warga:", "a. kartu warga", "b. surat dari balai kota", "c. tiket"],
        ["Bahan untuk bubur yang enak", "beras", "santan dengan garam", "daun pandan"],
        ["Aku yang menunggu di tepi", "angin membawa kabar", "sungai dengan airnya", "malam untuk kita"],
        ["Kabar untuk warga.", "Jadwal Feri Tarna", "iPhone baru dijual dengan harga murah di pasar."],
        ["The list with all of it and more", "may be one", "could be two", "might be three things in all."],
    ],
)
def test_lists_poems_and_subheads_stay_lines(lines: list[str]) -> None:
    assert join_sentences(lines) == lines


@pytest.mark.parametrize("shape", ["{n} yang dan", "Kota Merbau{n} di", "ke,"])
def test_many_lines_that_seem_to_go_on_stay_lines_in_linear_time(monkeypatch, shape):
    """A list of thousands of lines without an end: each was compared with all below it."""
    calls = []
    goes_on = sentence_joining._goes_on
    monkeypatch.setattr(sentence_joining, "_goes_on", lambda *args: calls.append(1) or goes_on(*args))
    lines = [
        "Warga yang tinggal di tepi sungai itu akan pindah ke rumah baru.",
        *("di pasar dan di kota" for _ in range(9)),
    ]
    lines += [shape.format(n=chr(97 + number % 26)) for number in range(3000)]
    joined = join_sentences(lines)
    assert "".join(joined).replace(" ", "") == "".join(lines).replace(" ", "")
    assert len(calls) <= 64 * len(lines)
