"""Articles as elements of XML or SGML: each of them, and the pages and other XML that hold none."""

import pytest

from flows.read import Limits
from flows.read.feed_detection import detect_markup_records
from tests.read.stated_values import stated

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


@pytest.fixture
def read_bytes(source):
    """The documents and rejects of a file of these bytes."""
    return lambda data, limits=None: source(limits, a__xml=data if isinstance(data, bytes) else data.encode())


SHAPES = {
    "scrapy": "<?xml version='1.0' encoding='utf-8'?>\n<items>\n"
    + "".join(
        f"<item><title>{title}</title><authors><value>Ani</value><value>Budi</value></authors>"
        f"<content><value>{PROSE}</value><value>{title}.</value></content></item>\n"
        for title in ("Satu", "Dua")
    )
    + "</items>",
    "element named as the list": "<berita_list>"
    + "".join(
        f"<berita><judul>{title}</judul><penulis>Ani</penulis><penulis>Budi</penulis><isi>{PROSE}\n\n{title}.</isi></berita>"
        for title in ("Satu", "Dua")
    )
    + "</berita_list>",
    "trec": "\n".join(
        f"<DOC>\n<DOCNO> A-1 </DOCNO>\n<TITLE>{title}</TITLE>\n<AUTHOR>Ani</AUTHOR>\n<AUTHOR>Budi</AUTHOR>\n"
        f"<TEXT>\n<P>{PROSE}</P>\n<P>{title}.</P>\n</TEXT>\n</DOC>"
        for title in ("Satu", "Dua")
    ),
    "attributes": "\n".join(
        f'<doc id="{title}" title="{title}" author="[\'Ani\', \'Budi\']">\n{PROSE}\n\n{title}.\n</doc>'
        for title in ("Satu", "Dua")
    ),
    "nested": "<root><meta><count>2</count></meta>"
    + "".join(
        f"<news><head_line/><data><title>{title}</title><authors>Ani</authors><authors>Budi</authors>"
        f"<text><![CDATA[{PROSE}\n\n{title}.]]></text></data></news>"
        for title in ("Satu", "Dua")
    )
    + "</root>",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_element_is_a_record(read_bytes, shape):
    documents, rejects = read_bytes(SHAPES[shape])
    assert not rejects
    assert [document["content"].decode() for document in documents] == [f"{PROSE}\n\nSatu.", f"{PROSE}\n\nDua."]
    assert [stated(document, "title") for document in documents] == [["Satu"], ["Dua"]]
    assert [stated(document, "authors") for document in documents] == [["Ani", "Budi"]] * 2


def test_markup_that_is_no_xml_loses_no_word(read_bytes):
    [document], rejects = read_bytes(
        f"<DOC><TITLE>Kopi & teh&nbsp;naik</TITLE><TEXT>{PROSE} 5 < 6 &amp; R&D &quot;ya&quot; &eacute;.</TEXT></DOC>"
    )
    assert not rejects
    assert document["content"].decode() == f'{PROSE} 5 < 6 & R&D "ya" é.'
    assert stated(document, "title") == ["Kopi & teh\xa0naik"]


def test_pages_in_a_record_stay_pages(read_bytes):
    body = f"<div><p>{PROSE}</p><p>Akhir.</p></div>"
    for content in (f"<![CDATA[{body}]]>", body.replace("<", "&lt;")):
        [document], rejects = read_bytes(f"<items><item><judul>J</judul><isi>{content}</isi></item></items>")
        assert not rejects and document["media"] == "html" and document["content"].decode() == body


def test_declared_encodings_are_read(read_bytes):
    items = f"<items><item><title>Café</title><text>{PROSE} “Ya.”</text></item></items>"
    [document], _ = read_bytes(f"<?xml version='1.0' encoding='windows-1252'?>{items}".encode("cp1252"))
    assert stated(document, "title") == ["Café"] and document["content"].decode().endswith("“Ya.”")


def test_entities_are_not_resolved(read_bytes):
    declared = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    [document], _ = read_bytes(f"{declared}<items><item><title>&a;&f;</title><text>{PROSE}</text></item></items>")
    assert stated(document, "title") == ["&a;&f;"]


def test_what_is_too_large_to_be_read_whole_is_a_reject(read_bytes):
    limits = Limits(document_bytes=20_000, record_bytes=20_000)
    _, [reject] = read_bytes(SHAPES["trec"] * 400, limits)
    assert reject["reason"] == "too_large" and "split it" in reject["detail"]


@pytest.mark.parametrize(
    "data",
    [
        f"<html><head><title>J</title></head><body><article>{PROSE}</article></body></html>",
        f"<article><header><h1>J</h1></header><p>{PROSE}</p></article>",
        f"<app-root><div class='x'><article><title>J</title>{PROSE}</article></div></app-root>",
        "<urlset><url><loc>https://x.id/a</loc><lastmod>2023-09-06</lastmod></url></urlset>",
        "<project><name>a</name><version>1</version><description>x</description></project>",
        f"{PROSE} <title>J</title><text>a</text>",
        "<3 " + PROSE,
    ],
)
def test_pages_and_other_xml_are_no_records(data):
    assert not detect_markup_records(data.encode())


@pytest.mark.parametrize("name", ["x-nothing", "hex"])
def test_an_encoding_that_does_not_exist_is_passed_over(read_bytes, name):
    item = f"<item><title>Satu</title><content>{PROSE}</content></item>"
    documents, rejects = read_bytes(f"<?xml version='1.0' encoding='{name}'?><items>{item}</items>")
    assert ([document["content"].decode() for document in documents], rejects) == ([PROSE], [])
