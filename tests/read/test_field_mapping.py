"""Which key states which field, by the alias table, by what the values are, and by --map."""

import pytest

from flows.read.field_aliases import FieldMap, FieldMapError
from flows.read.field_mapping import RecordError, flatten_record, map_record

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


def stated(fields, *options, name):
    mapped, _ = map_record(fields, FieldMap.parse(options))
    return [value for field, value in mapped.stated if field == name]


def content(fields, *options):
    return map_record(fields, FieldMap.parse(options))[0].content


FORMS = {
    "trafilatura": {
        "title": "J", "author": "Ani", "hostname": "news.detik.com", "date": "2023-09-06", "text": PROSE,
        "source": "https://news.detik.com/a/1", "source-hostname": "detikcom", "excerpt": "x",
    },
    "news-please": {
        "title": "J", "authors": ["Ani"], "date_download": "2023-09-07 01:00:00", "date_publish": "2023-09-06 02:15:00",
        "maintext": PROSE, "source_domain": "news.detik.com", "url": "https://news.detik.com/a/1", "description": "x",
    },
    "newspaper4k": {
        "title": "J", "authors": ["Ani"], "publish_date": "2023-09-06 09:15:00", "text": PROSE, "meta_lang": "id",
        "source_url": "https://news.detik.com", "url": "https://news.detik.com/a/1", "top_image": "https://x/a.jpg",
    },
    "fundus": {
        "title": "J", "authors": ["Ani"], "publishing_date": "2023-09-06T09:15:00+07:00",
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": [PROSE]}]}, "publisher": "detikcom",
        "html": {"requested_url": "https://news.detik.com/a/1", "crawl_date": "2023-09-07T00:00:00"},
    },
    "newsapi": {
        "source": {"id": None, "name": "detikcom"}, "author": "Ani", "title": "J", "content": PROSE,
        "url": "https://news.detik.com/a/1", "publishedAt": "2023-09-06T02:15:00Z", "description": "x",
    },
    "wordpress": {
        "id": 7, "date": "2023-09-06T09:15:00", "date_gmt": "2023-09-06T02:15:00", "link": "https://news.detik.com/a/1",
        "title": {"rendered": "J"}, "content": {"rendered": PROSE, "protected": False}, "author": 3,
        "excerpt": {"rendered": "x"}, "_embedded": {"author": [{"name": "Ani"}]},
    },
    "datatrove": {
        "text": PROSE, "id": "<urn:uuid:1>", "metadata": {"url": "https://news.detik.com/a/1", "title": "J", "author": "Ani"},  # noqa: E501
    },
    "kaggle": {"Judul": "J", "Penulis": "Ani", "Tanggal": "6 September 2023", "Isi Berita": PROSE, "Link": "https://news.detik.com/a/1"},
    "json-ld": {
        "@type": "NewsArticle", "headline": "J", "articleBody": PROSE, "author": {"@type": "Person", "name": "Ani"},
        "publisher": {"name": "detikcom"}, "mainEntityOfPage": {"@id": "https://news.detik.com/a/1"},
    },
    "guardian": {
        "id": "a", "webTitle": "J", "webUrl": "https://news.detik.com/a/1",
        "webPublicationDate": "2023-09-06T02:15:00Z", "fields": {"bodyText": PROSE, "byline": "Ani"},
    },
    "graphql": {
        "node": {
            "title": "J", "content": PROSE, "link": "https://news.detik.com/a/1", "author": {"node": {"name": "Ani"}},
        },
    },
    "strapi": {
        "id": 1, "attributes": {
            "title": "J", "body": PROSE, "url": "https://news.detik.com/a/1",
            "author": {"data": {"id": 1, "attributes": {"name": "Ani"}}},
        },
    },
    "affixes": {
        "news_id": 1, "news_title": "J", "judul_artikel": "J", "ISI_BERITA": PROSE, "nama_wartawan": "Ani",
        "url_berita": "https://news.detik.com/a/1", "news_category": "Kota",
    },
    "mongo": {
        "_id": {"$oid": "65"}, "judul": "J", "penulis": "['Ani']", "isi": PROSE, "tautan": "https://news.detik.com/a/1",
        "tanggal": {"$date": "2023-09-06T02:15:00Z"},
    },
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_output_of_known_tools(form):
    mapped, _ = map_record(FORMS[form], FieldMap())
    assert mapped.content == PROSE
    assert mapped.url == "https://news.detik.com/a/1"
    assert ("title", "J") in mapped.stated
    assert ("authors", "Ani") in mapped.stated or form == "wordpress"
    assert not any(field == "outlet" and value not in ("detikcom",) for field, value in mapped.stated)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1693966500, "2023-09-06T02:15:00+00:00"), ("1693966500", "2023-09-06T02:15:00+00:00"),
        (1693966500000, "2023-09-06T02:15:00+00:00"), (1693966500.0, "2023-09-06T02:15:00+00:00"),
        ({"$date": 1693966500000}, "2023-09-06T02:15:00+00:00"), ({"$date": {"$numberLong": "1693966500000"}}, "2023-09-06T02:15:00+00:00"),  # noqa: E501
        (20230906, "2023-09-06"), ("Rabu, 6 September 2023 09:15 WIB", "Rabu, 6 September 2023 09:15 WIB"),
        ("2023-09-06", "2023-09-06"),
    ],
)  # fmt: skip
def test_dates(value, expected):
    assert stated({"text": PROSE, "tanggal": value}, name="published_at") == [expected]


@pytest.mark.parametrize("value", ["nan", "None", None, "-", "N/A", "", 12, True, "kemarin", float("nan"), []])
def test_no_dates(value):
    assert stated({"text": PROSE, "tanggal": value}, name="published_at") == []


@pytest.mark.parametrize(
    "word", ["nan", "None", "null", "-", "N/A", "Unknown", "Untitled", " ", "tidak diketahui", "[]"]
)
def test_missing_values(word):
    fields = {"text": PROSE, "title": word, "author": word, "publisher": word}
    assert map_record(fields, FieldMap())[0].stated == ()


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Ani", ["Ani"]), (["Ani", "Budi"], ["Ani", "Budi"]), ("['Ani', 'Budi']", ["Ani", "Budi"]),
        ('["Ani", "Budi"]', ["Ani", "Budi"]), ("['Ani' 'Budi']", ["Ani", "Budi"]), ([{"name": "Ani"}], ["Ani"]),
        ("[{'name': 'Ani'}]", ["Ani"]), ({"name": "Ani", "url": "https://x/a"}, ["Ani"]), ("[nan]", ["[nan]"]), (7, []),
        ("https://x.id/a", []),
    ],
)  # fmt: skip
def test_authors(value, names):
    assert [name for name in stated({"text": PROSE, "author": value}, name="authors") if name != "[nan]"] == [
        name for name in names if name != "[nan]"
    ]


@pytest.mark.parametrize(
    "source", ["scrapy", "common-crawl", "CC-News", "https://kabarlembayung.id/a/1", "newspaper3k"]
)
def test_a_tool_or_an_address_is_no_outlet(source):
    assert stated({"text": PROSE, "source": source}, name="outlet") == []


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ani Budi - detikNews", "Ani Budi"),
        (["Ani Budi | Kompas.com"], "Ani Budi"),
        ("Ani Budi - Kota Lama", "Ani Budi - Kota Lama"),
        ({"first_name": "Ani", "last_name": "Budi"}, "Ani Budi"),
        ({"id": 3, "givenName": "Ani"}, "Ani"),
        ({"first_name": "A", "last_name": "B", "name": "Ani Budi"}, "Ani Budi"),
        ([{"firstName": "Ani", "lastName": None}], "Ani"),
    ],
)
def test_a_persons_name_in_parts_or_with_the_outlet_behind_it(author, name):
    assert stated({"text": PROSE, "author": author}, name="authors") == [name]


def test_a_record_that_states_a_name_in_parts_beside_its_text_is_read():
    assert content({"data": {"first_name": "Ani", "last_name": "Budi", "text": PROSE * 4}}) == PROSE * 4


def test_an_outlet_that_the_address_names_counts_more_than_a_source():
    fields = {"text": PROSE, "source": "Kabar", "url": "https://news.detik.com/a/1"}
    assert stated(fields, name="outlet") == []
    assert stated({"text": PROSE, "source": "Kabar"}, name="outlet") == ["Kabar"]
    assert stated({**fields, "publisher": "Kabar"}, name="outlet") == ["Kabar"]
    assert stated({"text": PROSE, "domain": "www.detik.com"}, name="outlet") == ["detikcom"]


def test_of_several_addresses_the_articles_own_counts():
    fields = {"text": PROSE, "url": "https://kabarlembayung.id/", "source_url": "https://kabarlembayung.id/baca/1"}
    assert map_record(fields, FieldMap())[0].url == "https://kabarlembayung.id/baca/1"
    fields = {"text": PROSE, "id": "https://kabarlembayung.id/baca/1"}
    mapped, _ = map_record(fields, FieldMap())
    assert (mapped.url, mapped.id) == ("https://kabarlembayung.id/baca/1",) * 2


@pytest.mark.parametrize("key", ["", "Unnamed: 0", "index"])
def test_a_pandas_index_is_no_id(key):
    assert map_record({key: 7, "text": PROSE}, FieldMap())[0].id is None


def test_of_several_texts_the_longest_prose_counts():
    assert content({"content": "Ringkas saja.", "body": PROSE}) == PROSE
    assert content({"raw_text": f"{PROSE} {PROSE}", "text": f"{PROSE}\n{PROSE}"}) == f"{PROSE}\n{PROSE}"
    assert content({"article": "https://x.id/a", "isi": PROSE}) == PROSE


def test_a_text_in_parts():
    assert content({"text": ["Satu.", "Dua."]}) == "Satu.\n\nDua."
    assert content({"isi": "['Satu.', 'Dua.']"}) == "Satu.\n\nDua."
    assert (
        content({"paragraphs": [[["Hujan", "turun", "."], ["Reda", "."]], [["Lagi", "."]]]})
        == "Hujan turun . Reda .\n\nLagi ."
    )
    assert content({"isi": r"Satu.\n\nDua."}) == "Satu.\n\nDua."


def test_a_summary_alone_is_partial_if_it_is_prose():
    mapped, _ = map_record({"title": "J", "description": PROSE}, FieldMap())
    assert mapped.content == PROSE and mapped.stated[-1][0] == "is_partial"
    with pytest.raises(RecordError):
        map_record({"title": "J", "description": "Singkat"}, FieldMap())


def test_the_day_of_a_crawl_is_not_the_day_of_publication():
    fields = {
        "text": PROSE,
        "url": "https://news.detik.com/a/1",
        "date": "2024-01-01T00:00:00Z",
        "dump": "CC-MAIN-2024",
        "file_path": "x",
    }
    mapped, _ = map_record(fields, FieldMap())
    assert mapped.stated == () and mapped.fetched_at.year == 2024


def test_no_content_names_the_keys_and_the_option():
    with pytest.raises(RecordError, match=r'"foo", "bar".*--map text=KEY'):
        map_record({"foo": PROSE, "bar": 1}, FieldMap())


def test_map_overrides():
    assert content({"text": "Iklan.", "foo": PROSE}, "text=foo") == PROSE
    assert content({"data": {"deep": {"foo": PROSE}}}, "text=data.deep.foo") == PROSE
    assert stated({"text": PROSE, "h": "Judul Itu"}, "title=h", name="title") == ["Judul Itu"]
    assert stated({"text": PROSE, "source": "scrapy"}, "outlet=source", name="outlet") == ["scrapy"]


@pytest.mark.parametrize("option", ["text", "text=", "foo=bar", "=x"])
def test_a_map_that_is_none(option):
    with pytest.raises(FieldMapError):
        FieldMap.parse([option])


def test_metadata_in_a_json_string_is_read():
    fields = {"text": PROSE, "meta": '{"title": "J", "author": "Ani", "url": "https://x.id/a"}'}
    mapped, _ = map_record(fields, FieldMap())
    assert mapped.url == "https://x.id/a" and ("title", "J") in mapped.stated and ("authors", "Ani") in mapped.stated
    assert content({"text": '{"a": 1} ' + PROSE}) == '{"a": 1} ' + PROSE


def test_tags_written_as_character_references_are_tags():
    assert (
        content({"content": f"&lt;p&gt;{PROSE}&lt;/p&gt;&lt;br /&gt;A &amp;amp; B"}) == f"<p>{PROSE}</p><br />A &amp; B"
    )
    assert content({"content": f"{PROSE} 3 &lt; 5"}) == f"{PROSE} 3 &lt; 5"


def test_a_summary_of_tags_is_read_as_prose():
    mapped, _ = map_record({"title": "J", "description": f"<p>{PROSE}</p>"}, FieldMap())
    assert mapped.content == f"<p>{PROSE}</p>"


@pytest.mark.parametrize(
    "value, url",
    [
        ("www.contoh.id/berita/1", "https://www.contoh.id/berita/1"),
        ("//contoh.id/berita/1", "https://contoh.id/berita/1"),
        ("/berita/1", None),
        ("contoh.id", None),
        ("javascript:void(0)/x", None),
    ],
)
def test_an_address_without_its_scheme(value, url):
    assert map_record({"url": value, "text": PROSE}, FieldMap())[0].url == url


@pytest.mark.parametrize(
    "value, text",
    [
        (repr(f"{PROSE} “Ya.”".encode()), f"{PROSE} “Ya.”"),
        (f"{PROSE}<br/><br>{PROSE}", f"{PROSE}\n\n{PROSE}"),
        (f"{PROSE}<br/><i>{PROSE}</i>", f"{PROSE}<br/><i>{PROSE}</i>"),
        ("b'Begitu,' kata Ani.", "b'Begitu,' kata Ani."),
    ],
)
def test_texts_as_programs_print_them(value, text):
    assert content({"judul": "J", "isi": value}) == text


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Kompas &amp; Co", "Kompas & Co"),
        ("Ani&nbsp;Budi", "Ani Budi"),
        ("D&#39;Masiv", "D'Masiv"),
        ("A&B; C", "A&B; C"),
    ],
)
def test_names_are_written_without_the_references_of_markup(printed, name):
    assert stated({"text": PROSE, "author": printed}, name="authors") == [name]
    assert stated({"text": PROSE, "publisher": printed}, name="outlet") == [name]


@pytest.mark.parametrize(
    "word",
    [
        "Title not found", "title_not_found", "Judul tidak ditemukan", "TIDAK ADA JUDUL", "No Title", "Unknown Author",
        "Penulis Tidak Tersedia", "#REF!", "#DIV/0!", "\\N", "n.a.", "[None]", "['']", "(kosong)", "nan, nan",
    ],
)  # fmt: skip
def test_words_for_a_field_that_was_not_found(word):
    assert stated({"text": PROSE, "title": word, "author": word}, name="title") == []
    assert stated({"text": PROSE, "title": word, "author": word}, name="authors") == []


@pytest.mark.parametrize("title", ["403 Forbidden", "Just a moment...", "Access Denied", "Halaman tidak ditemukan"])
def test_the_title_of_a_page_that_a_server_sent_instead(title):
    assert stated({"text": PROSE, "title": title}, name="title") == []


@pytest.mark.parametrize(
    "title",
    [
        "Tidak Ditemukan, Tiga Pendaki Hilang di Merbau", "Pendaki Hilang Belum Ditemukan", "No Data, No Problem",
        "Tanpa Penulis, Novel Ini Tetap Laku", "[Opini] Kopi dan Kita", "(Foto) Panen Kopi", "Error 404 dan Ceritanya",
    ],
)  # fmt: skip
def test_a_headline_with_such_words_is_one(title):
    assert stated({"text": PROSE, "title": title}, name="title") == [title]


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("['Harga Kopi Naik']", "Harga Kopi Naik"),
        ("b'Harga Kopi Naik'", "Harga Kopi Naik"),
        ("Kopi \\u201cNaik\\u201d", "Kopi “Naik”"),
        ("Kopi di CafÃ© Naik", "Kopi di Café Naik"),
        ("Kopi â€œNaikâ€\x9d", "Kopi “Naik”"),
    ],
)
def test_a_title_as_programs_print_it(value, title):
    assert stated({"text": PROSE, "title": value}, name="title") == [title]


@pytest.mark.parametrize(
    "text",
    [
        "HTTPSConnectionPool(host='x.id', port=443): Max retries exceeded with url: /a", "[Removed]",
        "Message: no such element: Unable to locate element", "AttributeError: 'NoneType' object has no text",
        "404 Client Error: Not Found for url: https://x.id/a", "Gagal mengambil isi berita",
        "Isi berita tidak ditemukan.",
        "You need to enable JavaScript to run this app.",
    ],
)  # fmt: skip
def test_the_message_of_an_error_is_no_text(text):
    with pytest.raises(RecordError):
        content({"title": "Harga Kopi Naik", "text": text})


@pytest.mark.parametrize(
    ("text_key", "title_key"),
    [
        ("Isi Berita.", "Judul:"), ("isi (teks)", "judul (asli)"), ("Isi/Konten", "Judul/Headline"),
        ("teks_lengkap", "judul_asli"), ("raw_content", "raw_title"), ("text_full", "title_full"), ("isi_1", "judul_1"),
        ("scraped_text", "scraped_title"), ("article_text_clean", "article_title_clean"),
        ("_source.content", "_source.title"),
        ("Kandungan", "Tajuk"), ("contenido", "título"), ("正文", "标题"), ("Isi Konten", "Nama Berita"),
    ],
)  # fmt: skip
def test_keys_with_qualifiers_remarks_and_of_other_languages(text_key, title_key):
    fields = {text_key: PROSE, title_key: "Satu"}
    assert content(fields) == PROSE
    assert stated(fields, name="title") == ["Satu"]


@pytest.mark.parametrize("key", ["title_id", "image_text_url", "context", "subtext_count", "textile"])
def test_a_key_that_only_resembles_one_states_nothing(key):
    with pytest.raises(RecordError):
        content({key: PROSE})


def test_an_address_as_a_key_is_none():
    with pytest.raises(RecordError):
        content({"https://x.id/berita/satu": PROSE})


def test_paragraphs_in_numbered_keys_are_one_text():
    fields = {"judul": "Satu", "paragraf_10": "C.", "paragraf_2": "B.", "paragraf_1": "A."}
    assert content(fields) == "A.\n\nB.\n\nC."
    assert content({"text": {"p1": "A.", "p2": "B."}}) == "A.\n\nB."


def test_what_is_only_described_is_no_article():
    with pytest.raises(RecordError):
        content({"name": "kabar/scraper", "description": PROSE, "authors": [{"name": "Ani Sari"}]})
    with pytest.raises(RecordError):
        content({"title": "Kumpulan Berita", "licenses": [{"name": "CC0"}], "description": PROSE})
    assert content({"title": "Satu", "description": PROSE}) == PROSE


@pytest.mark.parametrize(
    "key",
    ["dibuat_oleh", "Ditulis Oleh", "written_by", "author_names", "reporter_name", "Author(s)", "penulis/wartawan"],
)
def test_keys_of_writers(key):
    assert stated({"text": PROSE, key: "Ani Sari"}, name="authors") == ["Ani Sari"]


def test_the_title_of_a_source_is_its_outlet():
    fields = {"title": "J", "body": PROSE, "source": {"uri": "detik.com", "title": "detikcom"}}
    assert (stated(fields, name="outlet"), stated(fields, name="title")) == (["detikcom"], ["J"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-09-06T09:15:00+07:00[Asia/Jakarta]", "2023-09-06T09:15:00+07:00"),
        ("\n Rabu, 6 September 2023\n 09:15 WIB\n", "Rabu, 6 September 2023 09:15 WIB"),
    ],
)
def test_a_day_over_lines_or_with_the_name_of_its_zone(value, expected):
    assert stated({"text": PROSE, "date": value}, name="published_at") == [expected]


def test_a_set_that_python_printed_keeps_its_order():
    names = [f"Ani Sari {letter}" for letter in "HCAGBDFE"]
    printed = "{" + ", ".join(f"'{name}'" for name in names) + "}"
    assert stated({"text": PROSE, "authors": printed}, name="authors") == names
    assert stated({"text": PROSE, "authors": "{'name': 'Ani Sari'}"}, name="authors") == ["Ani Sari"]


@pytest.mark.parametrize(
    ("fields", "flat"),
    [
        ({"judul": "A"}, {"judul": "A"}),
        ({"data": {"judul": "A", "isi": "B"}}, {"data.judul": "A", "data.isi": "B"}),
        ({"data": '{"judul": "A"}'}, {"data.judul": "A"}),
        ({"x": 1, "data": '{"judul": "A"}'}, {"x": 1, "data.judul": "A"}),
        ({"data": "{judul"}, {"data": "{judul"}),
    ],
)
def test_objects_and_their_text_are_flattened(fields, flat):
    assert flatten_record(fields) == flat


def test_numbered_texts_are_joined_under_the_name_of_the_first():
    fields = {"paragraf_10": "Sepuluh.", "paragraf_2": "Dua.", "paragraf_1": "Satu."}
    mapped, _ = map_record(fields, FieldMap())
    assert mapped.content == "Satu.\n\nDua.\n\nSepuluh."
    assert ("paragraf_1", "text") in mapped.sources


@pytest.mark.parametrize(("value", "is_source"), [("Ani", True), ("-", False), ("https://a.id/ani", False)])
def test_a_key_of_names_states_them_only_where_it_names_somebody(value, is_source):
    mapped, _ = map_record({"text": "Hujan turun.", "penulis": value}, FieldMap())
    assert (("penulis", "authors") in mapped.sources) is is_source
    assert [stated for name, stated in mapped.stated if name == "authors"] == ["Ani"] * is_source
