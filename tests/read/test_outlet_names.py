"""Which values of a record name an outlet: labels that the registry knows, and words that are written as names."""

import pytest

from flows.outlets import load_registry
from flows.read.field_aliases import FieldMap
from flows.read.field_mapping import map_record
from flows.read.outlet_names import find_registered, is_host, may_name_outlet

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


def outlet(**fields):
    mapped, _ = map_record({"title": "J", "text": PROSE, **fields}, FieldMap())
    return next((value for name, value in mapped.stated if name == "outlet"), None)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("detik", "detikcom"),
        (["detik"], "detikcom"),
        ("detik.com/", "detikcom"),
        ("cnn_indonesia", "CNN Indonesia"),
        ("CNN-Indonesia", "CNN Indonesia"),
        ("cnbcindonesia", "CNBC Indonesia"),
        ("Liputan 6", "Liputan6.com"),
        ("news.detik.com", "detikcom"),
    ],
)
def test_a_label_of_a_registered_outlet(label, name):
    assert outlet(source=label) == name
    assert outlet(nama_media=label) == name


@pytest.mark.parametrize(
    "value",
    [
        "ekonomi", "Nasional", "hoax", "scraped", "web scraping", "Kaggle dataset", "Dokumentasi pribadi", "Google",
        "WhatsApp", "train.csv", "hasil_2023.csv", "detik_scraper.py", "C:\\data\\berita.csv", "/home/a/berita.json",
        "s3://bucket/x", "gpt-4", "v1", "0.0", "html.parser", "Sheet1", "Foto: Antara", "Penulis", "True", "id",
    ],
)  # fmt: skip
def test_sections_tools_files_and_classes_are_no_outlets(value):
    assert outlet(source=value) is None
    assert outlet(media=value) is None


@pytest.mark.parametrize("value", ["Kabar Lembayung", "The Alder Herald", "Radar Teluk", "kabarteluk.id", "新民晚报"])
def test_an_unknown_outlet_is_one_if_it_is_written_as_a_name(value):
    assert outlet(source=value) == value
    assert outlet(publisher=value) == value


@pytest.mark.parametrize("key", ["brand", "channel", "provider", "domain"])
def test_under_keys_of_products_only_a_registered_outlet_or_a_host_counts(key):
    assert outlet(**{key: "Honda"}) is None
    assert outlet(**{key: "kompas.com"}) == "Kompas.com"
    assert outlet(**{key: "kabarteluk.id"}) == "kabarteluk.id"


def test_a_map_states_an_outlet_whatever_it_is_called():
    mapped, _ = map_record({"text": PROSE, "source": "ekonomi"}, FieldMap.parse(["outlet=source"]))
    assert ("outlet", "ekonomi") in mapped.stated


def test_a_picture_is_no_address_of_an_article():
    mapped, _ = map_record({"text": PROSE, "media": "https://img.detik.com/a.jpg"}, FieldMap())
    assert (mapped.url, mapped.stated) == (None, ())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("news.detik.com", True), ("Detik.COM", True), ("kabarteluk.id", True), ("html.parser", False),
        ("berita.csv", False), ("detik", False), ("a b.com", False), ("v1.final", False), (".com", False),
    ],
)  # fmt: skip
def test_a_host_is_told_from_the_name_of_a_file(text, is_one):
    assert is_host(text) is is_one


@pytest.mark.parametrize(
    ("text", "may", "may_under_a_weak_key"),
    [
        ("Kabar Lembayung", True, True),
        ("kabar lembayung", True, False),  # no capital letter
        ("KABAR", True, True),
        ("新民晚报", True, True),
        ("Kabar satu dua tiga empat lima enam tujuh", True, True),  # eight words
        ("Kabar satu dua tiga empat lima enam tujuh delapan", True, False),
        ("Kabar: Lembayung", True, False),
        ("Ekonomi", True, False),  # a section
        ("Editor", True, False),
        ("Jakarta", True, False),
        ("AB", True, False),  # two letters
        ("123", False, False),
        ("kabar/lembayung", False, False),
        ("kabar_lembayung", False, False),
        ("C:berita", False, False),
        ("berita.csv", False, False),
        ("Scrapy", False, False),
        ("Scrapy 2.11", False, False),
    ],
)
def test_words_that_may_name_an_outlet(text, may, may_under_a_weak_key):
    assert may_name_outlet(text, is_weak=False) is may
    assert may_name_outlet(text, is_weak=True) is may_under_a_weak_key


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("news.detik.com", "detikcom"),
        ("detik", "detikcom"),
        ("warta.example", None),
        ("ekonomi", None),
        ("scrapy", None),
    ],
)
def test_a_value_names_a_registered_outlet_by_host_or_label(text, name):
    outlet = find_registered(text, load_registry())
    assert (outlet.name if outlet else None) == name
