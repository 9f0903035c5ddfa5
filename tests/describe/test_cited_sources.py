"""Media the story quotes, and wire services it is credited to."""

import pytest


@pytest.mark.parametrize(
    "sentence, names",
    [
        ("Kabar itu benar, dikutip CNN.", ["CNN"]),
        ("Dilansir dari Washington Times, kapal itu berlayar.", ["Washington Times"]),
        ("Ia tiba, dikutip dari laman The Korea Herald, Senin.", ["The Korea Herald"]),
        ("Mengutip Reuters, Selasa (4/6/2024), harga naik.", ["Reuters"]),
        ("Ia datang, seperti dilansir kantor berita Antara.", ["Antara"]),
        ("Ia datang, melansir detik.com dan warga.", ["detik.com"]),
        ("Dikutip dari Reuters, naik. Dikutip reuters lagi.", ["Reuters"]),
        ("Mengutip Presiden Susilo, harga turun.", []),
        ("Dikutip dari Instagram pribadinya.", []),
        ("Ia bekerja untuk CNN dan Reuters.", []),
    ],
)
def test_cited(described, sentence, names):
    values, evidence, _ = described(f"Kapal kayu itu tiba di pelabuhan lama.\n{sentence}")
    assert values["cited_sources"] == names
    assert all(row["quote"] in sentence for row in evidence if row["field"] == "cited_sources")


def test_its_own_outlet_is_no_source(described):
    values, _, _ = described("KOMPAS.com - Kapal itu tiba, dikutip Kompas.com, lalu dikutip CNN.")
    assert values["cited_sources"] == ["CNN"]


@pytest.mark.parametrize(
    "text, name",
    [
        ("WASHINGTON (AP) — The museum reopened on Friday after repairs.", "AP"),
        ("Museum itu dibuka lagi sesudah diperbaiki. (ANTARA)", "ANTARA"),
        ("Museum itu dibuka lagi.\n(Reuters)", "Reuters"),
        ("Museum itu dibuka lagi (Reuters) kata warga di sana.", None),
        ("Antara pukul tujuh dan delapan museum dibuka.", None),
    ],
)
def test_agency(described, text, name):
    assert described(text)[0]["agency"] == name


@pytest.mark.parametrize(
    ("credit", "names"),
    [("Sumber: Tempo.co", ["Tempo.co"]), ("Sumber: AFP", ["AFP"]), ("Sumber: Warta Tak Dikenal", [])],
)
def test_a_source_credit_names_an_outlet_or_a_wire_service_that_is_known(described, credit, names):
    text = f"KOMPAS.com - Kapal kayu itu tiba di pelabuhan lama.\nWarga menyambutnya dengan riang.\n{credit}"
    values, evidence, _ = described(text, {3: "credit"})
    assert values["cited_sources"] == names
    assert [row["rule"] for row in evidence if row["field"] == "cited_sources"] == ["credit.source"] * len(names)
