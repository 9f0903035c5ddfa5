"""The registry answers by domain and by spelling, and refuses rows that cannot be right."""

import csv
import json
from pathlib import Path

import pytest

from flows.outlets import OutletError, guess_domain, load_registry
from flows.outlets.registry import extract_registered_domain, parse_registry

HEADER = "name,domains,spellings,evidence,language,kind,profile\n"


@pytest.mark.parametrize(
    "host, name",
    [
        ("republika.co.id", "Republika"),
        ("news.okezone.com", "Okezone"),
        ("jatim.idntimes.com", "IDN Times"),
        ("aceh.tribunnews.com", "Serambi Indonesia"),
        ("www.tribunnews.com", "Tribunnews.com"),
        ("bbc.com/indonesia/dunia-1", "BBC News Indonesia"),
        ("www.bbc.com", "BBC News"),
        ("EKONOMI.BISNIS.COM", "Bisnis.com"),
    ],
)
def test_by_domain_takes_the_longest_known_suffix(host, name):
    assert load_registry().find_by_domain(host).name == name


@pytest.mark.parametrize("host", ["example.com", "notokezone.com", "co.id", "com", "", "okezone.com.evil.example"])
def test_by_domain_knows_no_strangers(host):
    assert load_registry().find_by_domain(host) is None


@pytest.mark.parametrize("spelling", ["KOMPAS.com", "kompas.COM", " Kompas.com "])
def test_by_name_ignores_case_and_blanks(spelling):
    assert load_registry().find_by_name(spelling).name == "Kompas.com"
    assert load_registry().find_by_name("idn  times").name == "IDN Times"
    assert load_registry().find_by_name("Kompas Gramedia Sehat") is None


def test_the_names_of_the_gold_stand_in_the_registry():
    names = {outlet.name: outlet.domain for outlet in load_registry().outlets}
    gold = json.loads((Path(__file__).parents[1] / "golden" / "gold.json").read_text(encoding="utf-8"))
    wanted = {seed["outlet"]: seed["outlet_domain"] for seed in gold["seeds"] if seed["outlet"]}
    assert wanted and wanted.items() <= names.items()


def test_hint_trusts_the_url_before_the_text():
    head = "KOMPAS.com - Laut surut.\nSumber: foto"
    assert guess_domain("https://news.detik.com/berita/d-1", head) == "detik.com"
    assert guess_domain(None, head) == "kompas.com"
    assert guess_domain("https://example.org/a", "MEDAN - Laut surut.") is None
    assert guess_domain("http://[broken", head) == "kompas.com"


@pytest.mark.parametrize(
    "host, domain",
    [("nasional.republika.co.id", "republika.co.id"), ("aceh.tribunnews.com", "tribunnews.com"), ("a.b.my", "b.my"),
     ("utusan.com.my", "utusan.com.my"), ("bbc.com/indonesia", "bbc.com"),
     ("kabar.satuan.mil.id", "satuan.mil.id"), ("www.dagang.biz.id", "dagang.biz.id"), ("10.0.0.7", "10.0.0.7")],
)  # fmt: skip
def test_registered_domain(host, domain):
    assert extract_registered_domain(host) == domain


@pytest.mark.parametrize(
    "row, complaint",
    [
        (",a.com,A,seen,id,online,", "has no name"),
        ("A,,A,seen,id,online,", "has no domain"),
        ("A,Not A Domain,A,seen,id,online,", "is not a domain"),
        ("A,a.com,A,perhaps,id,online,", "evidence is 'perhaps'"),
        ("A,a.com,,seen,id,online,", "evidence must be `none`"),
        ("A,a.com,A,seen,indonesian,online,", "ISO 639-1"),
        ("A,a.com,A,seen,id,blog,", "kind is 'blog'"),
        ("A,a.com,A,seen,id,online,nosuch", "no profiles/nosuch.toml"),
        ("A,a.com,A,seen,id", "another number of cells"),
        ("A,a.com,X,seen,id,online,\nB,b.com,X,seen,id,online,", "to A and to B"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_that_names_it(row, complaint):
    with pytest.raises(OutletError, match=r"registry\.csv") as error:
        parse_registry(HEADER + row, {})
    assert complaint in str(error.value)


def test_other_columns_are_refused():
    with pytest.raises(OutletError, match="expected"):
        parse_registry("name,domain\nA,a.com", {})


@pytest.mark.parametrize(("row", "line"), [("A\0,a.com,A,seen,id,online,", 2), ("A,a.com,A,seen,id,online,\n\0", 3)])
def test_a_nul_byte_is_refused_with_a_sentence_that_names_its_line(row, line):
    with pytest.raises(OutletError, match=rf"registry\.csv, line {line}: holds a NUL byte"):
        parse_registry(HEADER + row, {})


def test_a_cell_that_no_csv_reader_takes_is_refused_with_a_sentence():
    limit = csv.field_size_limit(1_000)
    try:
        with pytest.raises(OutletError, match=r"registry\.csv, row 2: is broken CSV"):
            parse_registry(HEADER + "A,a.com," + "x" * 2_000 + ",seen,id,online,", {})
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize(
    ("label", "name"), [("detik", "detikcom"), ("cnn_indonesia", "CNN Indonesia"), ("Liputan-6", "Liputan6.com")]
)
def test_a_label_of_data_names_the_one_outlet_whose_name_or_domain_it_is(label, name):
    assert load_registry().find_by_label(label).name == name


@pytest.mark.parametrize("label", ["ekonomi", "berita", "", "_"])
def test_other_labels_name_none(label):
    assert load_registry().find_by_label(label) is None


def test_a_label_of_two_outlets_names_none():
    rows = "Satu,kabar.com,,none,id,online,\nDua,kabar.id,,none,id,online,\n"
    registry = parse_registry(HEADER + rows, {})
    assert registry.find_by_label("kabar") is None
    assert registry.find_by_label("satu").name == "Satu"
