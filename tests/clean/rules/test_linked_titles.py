import pytest

from flows.clean.rules.linked_titles import NAMES, end_title, find_candidates, is_title_case, measure_candidates

STORY = "Wali Kota Odila Farwan mengatakan pembangunan itu selesai lebih cepat. "


@pytest.mark.parametrize(
    ("title", "behind"),
    [
        ("Penampakan Pasar Apung Senggara Usai Diguyur Hujan Dua Hari", ' "Warga di tepi timur menunggu," kata dia.'),
        ("Tarif Feri Naik Lagi, Berapa Harga Tiket ke Tepi Timur?", " Menurut pengelola, kenaikan itu perlu."),
        ("Pasar Apung Senggara Dibuka Lagi Pekan Depan", "  Sebelumnya, pasar itu ditutup karena banjir besar."),
        ("Pemkot Brendal siapkan feri tambahan untuk libur panjang", " Ia menambahkan, feri itu berlayar setiap jam."),
        ("Jadwal Feri Brendal ke Tepi Timur Mulai Pekan Ini", " 2. Dermaga Tarna dibuka setiap hari untuk warga."),
    ],
)  # fmt: skip
def test_a_title_ends_where_the_story_goes_on(title: str, behind: str) -> None:
    text = f"{STORY}Baca juga: {title}{behind} {STORY}"
    start = text.index(title)
    assert end_title(text, start, len(text)) == start + len(title)


def test_candidates_are_measured_alike() -> None:
    text = f"{STORY}Baca juga: Pasar Apung Dibuka Lagi Warga senang dengan kabar itu."
    start = text.index("Pasar Apung")
    places = find_candidates(text, start, len(text))
    figures = measure_candidates(text, start, places)
    assert figures.shape == (len(places), len(NAMES)) and places == sorted(set(places))
    assert find_candidates(text, len(text), len(text)) == [] and end_title("", 0, 0) is None


def test_title_case() -> None:
    assert is_title_case("Pasar Apung Senggara Dibuka Lagi Pekan Depan", 0, 44)
    assert not is_title_case("Terdapat dua jadwal feri pada masing-masing dermaga", 0, 50)
