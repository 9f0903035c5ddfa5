"""Which keys state which fields: affixes, qualifiers, nesting and the user's own words."""

import pytest

from flows.read.field_aliases import (
    FieldMap,
    FieldMapError,
    knows_key,
    load_aliases,
    normalize_key,
    plan_keys,
    states_text,
)


def plan(*keys, options=()):
    return plan_keys(keys, FieldMap.parse(options))


def fields_of(key):
    """Return the fields that a key alone may state."""
    return set(plan(key).candidates)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("Date_Published", "published_at"), ("judul-berita", "title"), ("Judul", "title"), ("news_title", "title"),
        ("judul artikel", "title"), ("nama_penulis", "authors"), ("judul_asli", "title"), ("raw_text", "text"),
        ("teks_lengkap_bersih", "text"), ("judul (wajib)", "title"), ("Judul:", "title"), ("isi_1", "text"),
        ("title.rendered", "title"), ("metadata.url", "url"), ("data.attributes.title", "title"),
        ("penulis/wartawan", "authors"), ("_source.title", "title"), ("author.data.attributes.name", "authors"),
    ],
)  # fmt: skip
def test_a_key_states_its_field_however_it_is_written_or_nested(key, name):
    assert name in fields_of(key)


@pytest.mark.parametrize(
    "key", ["kode", "", "source_date_extra_thing", "judul.kode", "lain.title", "url_asli", "tanggal_asli", "a/b/judul"]
)
def test_a_key_that_the_table_does_not_have_states_nothing(key):
    assert fields_of(key) == set() and plan(key).unused == (key,)


def test_plain_keys_come_before_those_with_affixes_qualifiers_and_nested_ones():
    keys = ("metadata.title", "judul_asli", "news_title", "title")
    assert [path for _, path in plan(*keys).candidates["title"]] == [
        "title",
        "news_title",
        "judul_asli",
        "metadata.title",
    ]
    assert plan(*keys, "kode").unused == ("kode",)


def test_the_user_s_own_key_is_the_only_one_of_its_field_where_the_record_has_it():
    keys = ("title", "kepala", "isi")
    assert [path for _, path in plan(*keys, options=["title=kepala"]).candidates["title"]] == ["kepala"]
    missing = plan("title", "isi", options=["title=kepala"])
    assert [path for _, path in missing.candidates["title"]] == ["title"]
    assert plan(*keys, options=["text=title"]).candidates["text"] == ((0, "title"),)  # it states that alone
    assert "title" not in plan("title", options=["text=title"]).candidates


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ([], ()),
        (["text=isi", " title = kepala "], (("text", "isi"), ("title", "kepala"))),
        (["date=tgl", "author=p", "editor=e", "link=l"],
         (("authors", "p"), ("editors", "e"), ("published_at", "tgl"), ("url", "l"))),
        (["text=a", "text=b"], (("text", "b"),)),
        (["text=a=b"], (("text", "a=b"),)),
    ],
)  # fmt: skip
def test_options_are_pairs_of_a_field_and_a_key(options, keys):
    assert FieldMap.parse(options).keys == keys


@pytest.mark.parametrize("option", ["text", "text=", "text= ", "kode=isi", "=isi"])
def test_an_option_that_is_no_such_pair_is_refused(option):
    with pytest.raises(FieldMapError, match=r"no FIELD=KEY|is no field"):
        FieldMap.parse([option])


def test_texts_are_told_from_other_keys():
    assert states_text(("kode", "isi"), FieldMap()) and states_text(("html",), FieldMap())
    assert states_text(("ringkasan",), FieldMap()) and not states_text(("judul", "url"), FieldMap())
    assert knows_key("Judul") and knows_key("date published") and not knows_key("kode")


def test_a_key_is_written_as_the_table_does():
    assert normalize_key(" Date-Published_ (UTC) ") == "datepublished"
    assert normalize_key("Judul?!:") == "judul" and normalize_key("\ufeffid") == "id"
    table = load_aliases()
    assert all(key == normalize_key(key) or key in ("id",) for key in table.wrappers)


def test_a_weak_outlet_comes_last_and_is_marked():
    outlets = plan("channel", "publisher").candidates["outlet"]
    assert [path for _, path in outlets] == ["publisher", "channel"]
    assert "channel" in plan("channel").weak and "channel" in plan("channel").strict
    assert "publisher" not in plan("publisher").weak


@pytest.mark.parametrize(("keys", "is_crawl"), [(("dump", "file_path", "text"), True), (("dump", "text"), False)])
def test_the_date_of_a_crawl_is_known_by_the_keys_beside_it(keys, is_crawl):
    assert plan(*keys).crawl_date is is_crawl
