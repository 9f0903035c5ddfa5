import pytest

from flows.clean.lines.joints import find_joints, holds_joint


def parts(text: str, *, strict: bool = False) -> list[str]:
    """The text divided at its gaps."""
    found, at = [], 0
    for start, end in find_joints(text, 0, len(text), strict=strict).gaps:
        found.append(text[at:start])
        at = end
    return [part for part in [*found, text[at:]] if part]


def test_glued_sentences_part() -> None:
    text = 'Jembatan dibuka lagi.Warga senang."Kami lega," kata Odila."Besok dibuka.”Feri berhenti (9/6).Pasar ramai.'
    assert parts(text) == [
        "Jembatan dibuka lagi.", "Warga senang.", '"Kami lega," kata Odila.', '"Besok dibuka.”', "Feri berhenti (9/6).",
        "Pasar ramai.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Ia ditulis di KOMPAS.TV dan Brendal.Com, lalu tayang.",
        "Prof. Dr. H.M. Farwan, S.H., M.Si. hadir di PT.Tarna dan St.Odila.",
        "Harga Rp4.200.000, naik 1,5 persen, kata dr. Farwan, Senin (9/6).",
        "Buka https://brendal.id/Kota.Tarna atau surat@brendal.Tarna sekarang.",
        "SD No.A dan versi 2.A tetap.",
    ],
)
def test_names_numbers_and_addresses_keep_their_stops(text: str) -> None:
    assert parts(text) == [text]


def test_commas_that_joined_lines_part_them() -> None:
    text = "Jembatan dibuka lagi.,Warga senang, katanya, Senin.,,Jadwal Feri Tarna 2025,Feri naik Rp4,2 juta.,"
    assert parts(text) == [
        "Jembatan dibuka lagi.", "Warga senang, katanya, Senin.", "Jadwal Feri Tarna 2025", "Feri naik Rp4,2 juta.",
    ]  # fmt: skip


def test_a_link_between_commas_is_no_line() -> None:
    text = "Pasar dibuka.,Presiden,Odila Farwan,mengatakan itu.,Warga senang.,,Feri penuh."
    found = find_joints(text, 0, len(text))
    assert parts(text) == ["Pasar dibuka.", "Presiden,Odila Farwan,mengatakan itu.", "Warga senang.", "Feri penuh."]
    assert [text[start - 8 : end + 3] for start, end in found.commas] == ["Presiden,Odi", "a Farwan,men"]


def test_one_comma_of_a_run_is_the_sentences() -> None:
    text = "Biayanya Rp4,2 miliar, naik 1,5 persen,, kata Odila."
    found = find_joints(text, 0, len(text))
    assert (found.gaps, [text[start:end] for start, end in found.commas], found.style) == ([], [","], "blank")


def test_lists_and_subheads_part_in_glued_texts() -> None:
    text = "Pasar dibuka.Warga senang.Jadwal feri:1. Dermaga Tarna- Tarif: Rp30.0002. Dermaga Brendal- Tarif: gratis"
    assert parts(text)[2:] == [
        "Jadwal feri:", "1. Dermaga Tarna", "- Tarif: Rp30.000", "2. Dermaga Brendal", "- Tarif: gratis",
    ]  # fmt: skip
    text = "Pasar dibuka.Warga senang.Cara Pesan TiketKamu bisa memesan.Unduh lewat WhatsApp dan KompasTV."
    assert "Cara Pesan Tiket" in parts(text) and "Unduh lewat WhatsApp dan KompasTV." in parts(text)


def test_a_document_with_lines_parts_only_what_is_sure() -> None:
    assert parts("Ia memakai Node.JS dan versi 2.A setiap hari.", strict=True) == [
        "Ia memakai Node.JS dan versi 2.A setiap hari."
    ]
    assert parts("Jembatan dibuka lagi.Warga senang sekali.", strict=True)[0] == "Jembatan dibuka lagi."


def test_holds_joint() -> None:
    assert holds_joint("lagi.Warga", 0, 10) and holds_joint("a,,b", 0, 4)
    assert not holds_joint("Ia datang. Lalu pulang, katanya.", 0, 32)
