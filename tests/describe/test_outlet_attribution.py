"""Who published it, and what never says so."""

import pytest

STORY = (
    "Kebun raya membuka jalur malam untuk melihat bunga yang mekar sesudah gelap.\nTiketnya dijual di gerbang utara."
)


@pytest.mark.parametrize(
    "line",
    [
        "Dikutip dari CNN Indonesia, tiketnya habis dalam sehari.",
        "Artikel ini telah tayang di Kompas.com dengan judul Jalur Malam Kebun Raya",
        "Bunga bangkai mekar (Foto: Liputan6.com)",
        "Sumber: Kompas TV",
        "MALANG - Jalurnya sepanjang satu kilometer.",
    ],
)
def test_quoting_an_outlet_is_not_being_it(described, line):
    values, _, _ = described(f"{STORY}\n{line}", {})
    assert (values["outlet"], values["outlet_domain"], values["outlet_basis"]) == (None, None, None)


def test_the_outlet_s_own_promotion_says_who_it_is(described):
    values, evidence, _ = described(f"{STORY}\nIkuti saluran WhatsApp Okezone setiap hari", {3: "promo"})
    assert (values["outlet"], values["outlet_basis"]) == ("Okezone", "stated")
    assert [row["line"] for row in evidence if row["field"] == "outlet"] == [3]


def test_promotion_of_two_outlets_says_nothing(described):
    values, _, _ = described(f"{STORY}\nIkuti Okezone\nUnduh aplikasi SINDOnews", {3: "promo", 4: "promo"})
    assert values["outlet"] is None


def test_a_byline_only_one_outlet_prints_is_an_inference(described):
    values, _, _ = described(f"Ratna Sari , Jurnalis-Jum'at, 3 Mei 2024 |09:00 WIB\n{STORY}", {1: "byline"})
    assert (values["outlet"], values["outlet_basis"]) == ("Okezone", "inferred")


def test_the_url_outranks_the_dateline_and_the_wire_service_is_credited(described):
    text = "Ambon (ANTARA) - Sanggar musik mengajarkan alat tiup kulit kerang."
    values, _, _ = described(text, {}, url="https://www.republika.co.id/berita/abc")
    assert (values["outlet"], values["agency"]) == ("Republika", "ANTARA")
    alone, _, _ = described(text, {})
    assert (alone["outlet"], alone["agency"]) == ("ANTARA News", None)


@pytest.mark.parametrize(
    ("dateline", "credit"),
    [("KOMPAS.com (Malang) -", "Sumber: Kompas.com"), ("Ambon (ANTARA) -", "SUMBER : ANTARA"),
     ("JAKARTA, KOMPAS.com –", "Kebun Raya Buka MalamSumber: kompas.com")],
)  # fmt: skip
def test_a_story_that_credits_its_dateline_as_source_was_copied_from_there(described, dateline, credit):
    text = f"{credit}\n{dateline} {STORY}"
    values, _, _ = described(text, {1: "byline"})
    assert (values["outlet"], values["outlet_basis"]) == (None, None)
    values, _, _ = described(f"Sumber: Reuters\n{dateline} {STORY}", {1: "byline"})
    assert values["outlet"] in ("Kompas.com", "ANTARA News")


def test_a_record_that_states_its_outlet_is_believed(described):
    values, evidence, _ = described(STORY, {}, [("outlet", "record", "kompas.com")])
    assert (values["outlet"], values["outlet_domain"], values["outlet_basis"]) == ("Kompas.com", "kompas.com", "stated")
    assert ("outlet", "record", None, "kompas.com") in [
        tuple(row[k] for k in ("field", "rule", "line", "quote")) for row in evidence
    ]


@pytest.mark.parametrize(
    ("name", "url", "outlet", "domain"),
    [
        ("Liputan 6", "https://www.liputan6.com/news/read/1/a", "Liputan6.com", "liputan6.com"),
        ("DETIK", "https://news.detik.com/berita/d-1/a", "detikcom", "detik.com"),
        ("Liputan 6", "https://www.wartakebun.co.id/a", "Liputan 6", None),
        ("Liputan 7", "https://www.liputan6.com/news/read/1/a", "Liputan 7", None),
    ],
)
def test_a_record_may_name_its_outlet_by_the_label_of_its_domain(described, name, url, outlet, domain):
    values, _, _ = described(STORY, {}, [("outlet", "record", name)], url=url)
    assert (values["outlet"], values["outlet_domain"]) == (outlet, domain)


def test_an_unknown_site_is_named_as_it_names_itself(described):
    values, _, _ = described(STORY, {}, [("outlet", "og", "Warta Kebun")], url="https://www.wartakebun.co.id/a/b")
    assert (values["outlet"], values["outlet_domain"]) == ("Warta Kebun", "wartakebun.co.id")


@pytest.mark.parametrize(
    ("canonical", "domain"),
    [
        ("https://kebun-raya-malam/jalur-malam-dibuka-lagi", None),
        ("https://kebun_raya.example/jalur-malam-dibuka-lagi", None),
        ("https://berita.kebun-raya.example/jalur-malam-dibuka-lagi", "kebun-raya.example"),
        ("https://kebünraya.example/jalur-malam-dibuka-lagi", "xn--kebnraya-85a.example"),
    ],
)
def test_a_host_that_is_no_domain_gives_none(described, canonical, domain):
    stated = [("outlet", "og", "Kebun Raya Malam"), ("canonical", "link", canonical)]
    values, _, _ = described(STORY, {}, stated)
    assert (values["outlet"], values["outlet_domain"]) == ("Kebun Raya Malam", domain)


@pytest.mark.parametrize(
    ("host", "domain"),
    [("10.0.0.7", None), ("10.0.0.7:8080", None), ("kabar.satuan.mil.id", "satuan.mil.id"), ("a.example", "a.example")],
)  # fmt: skip
def test_the_domain_of_a_site_that_only_its_page_names(described, host, domain):
    named = [("outlet", "og", "Warta Satuan")]
    values, _, _ = described(STORY, {}, named, url=f"http://{host}/berita/kebun-raya-malam")
    assert (values["outlet"], values["outlet_domain"]) == ("Warta Satuan", domain)
