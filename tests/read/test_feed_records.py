"""Items of feeds and articles of trafilatura's XML as records."""

import pytest

from flows.read.errors import TableError
from flows.read.feed_records import read_feed


def read(text, kind="rss"):
    records = list(read_feed(text.encode(), kind))
    assert [record.place for record in records] == [f"#R{number}" for number in range(1, len(records) + 1)]
    return [record.fields for record in records]


SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:x="http://wordpress.org/export/1.2/excerpt/" '
    'xmlns:y="http://lain.example/y"'
)


def item(inner):
    return f"<rss {SPACES}><channel><title>Warta</title><item>{inner}</item></channel></rss>"


@pytest.mark.parametrize(
    ("inner", "fields"),
    [
        ("<title>Judul</title><link>https://a.id/1</link>", {"title": "Judul", "link": "https://a.id/1"}),
        ("<content:encoded><![CDATA[<p>Isi</p>]]></content:encoded>", {"content:encoded": "<p>Isi</p>"}),
        ("<dc:creator>Ani</dc:creator><dc:creator>Budi</dc:creator><dc:creator>Cici</dc:creator>",
         {"dc:creator": ["Ani", "Budi", "Cici"]}),
        ("<wp:post_id>7</wp:post_id><x:encoded>Ringkas</x:encoded><y:z>Lain</y:z>",
         {"wp:post_id": "7", "wp:encoded": "Ringkas", "z": "Lain"}),
        ("<title>  </title><guid/>", {}),
        ("<!-- catatan --><title>A<!-- b --></title>", {"title": "A"}),
    ],
)  # fmt: skip
def test_elements_of_an_item_are_keys_with_the_usual_prefix(inner, fields):
    assert read(item(inner)) == [fields]


@pytest.mark.parametrize(
    ("links", "address"),
    [
        ('<link href="https://a.id/1"/>', "https://a.id/1"),
        ('<link rel="self" href="https://a.id/x"/><link rel="alternate" href="https://a.id/1"/>', "https://a.id/1"),
        ('<link rel="self" href="https://a.id/x"/><link>https://a.id/2</link>', "https://a.id/2"),
        ('<link rel="self" href="https://a.id/x"/>', None),
    ],
)
def test_the_link_of_an_entry_is_the_one_to_the_article(links, address):
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title>{links}</entry></feed>'
    assert read(feed, "atom") == [{"title": "A", "link": address}]


def test_the_author_of_an_entry_is_the_name_and_not_the_address():
    author = "<author><email>a@a.id</email><name>Ani</name></author><contributor>Budi</contributor>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{author}</entry><entry><author/></entry></feed>'
    assert read(feed, "atom") == [{"author": "Ani", "contributor": "Budi"}, {}]


def test_an_article_of_xml_has_its_attributes_and_its_paragraphs():
    doc = (
        '<doc title="Judul" author="" url="https://a.id/1"><main><p>Satu\n dua.</p>'
        "<list><item>Tiga</item></list></main>"
        "<comments><p>Komentar</p></comments></doc>"
    )
    expected = {"title": "Judul", "url": "https://a.id/1", "text": "Satu dua.\n\nTiga"}
    assert read(doc, "doc") == [expected]
    assert read(f"<corpus>{doc}{doc}</corpus>", "corpus") == [expected] * 2
    assert read("<doc><main>Tanpa alinea.</main></doc>", "doc") == [{"text": "Tanpa alinea."}]


def test_the_header_of_tei_states_title_authors_site_day_and_address():
    header = (
        '<teiHeader><fileDesc><titleStmt><title type="main">Judul</title><title>Lain</title><author>Ani</author>'
        "<author>Budi</author></titleStmt><publicationStmt><publisher>Warta</publisher><date>2024-03-04</date>"
        "</publicationStmt></fileDesc><notesStmt><date>1999</date></notesStmt>{}</teiHeader>"
    )
    body = "<text><body><head>Kepala</head><p>Isi.</p></body></text>"
    expected = {"title": "Judul", "authors": ["Ani", "Budi"], "sitename": "Warta", "date": "2024-03-04",
                "text": "Kepala\n\nIsi."}  # fmt: skip
    for pointer, url in (("", None), ('<ptr target="https://a.id/1"/>', "https://a.id/1"),
                         ("<idno>https://a.id/2</idno>", "https://a.id/2"), ("<idno>7</idno>", None)):  # fmt: skip
        (fields,) = read(f"<TEI>{header.format(pointer)}{body}</TEI>", "tei")
        assert fields == expected | ({"url": url} if url else {})
    assert read(f"<TEI>{body}</TEI>", "tei") == [{"text": "Kepala\n\nIsi."}]


@pytest.mark.parametrize("data", ["", "bukan xml", "<"])
def test_what_is_no_xml_is_damaged(data):
    with pytest.raises(TableError) as raised:
        read(data)
    assert raised.value.reason == "damaged_container"


def test_markup_within_an_element_stays_markup():
    feed = "<rss><channel><item><description>Nol <p>Satu <b>dua</b></p></description></item></channel></rss>"
    assert read(feed) == [{"description": "Nol <p>Satu <b>dua</b></p>"}]


def test_no_file_is_read_by_way_of_an_entity(tmp_path):
    (tmp_path / "rahasia.txt").write_text("RAHASIA")
    declared = f'<!DOCTYPE rss [<!ENTITY e SYSTEM "{(tmp_path / "rahasia.txt").as_uri()}"><!ENTITY f "g">]>'
    (fields,) = read(declared + item("<title>A&e;B</title><guid>7</guid>"))
    assert fields["guid"] == "7" and "RAHASIA" not in str(fields)
