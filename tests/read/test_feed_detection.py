"""Feeds are told by their root element, and where its name is common by what stands beside it."""

import pytest

from flows.read.feed_detection import detect_feed, detect_markup_records


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<?xml version="1.0"?>\n<rss version="2.0"><channel/></rss>', "rss"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "feed"),
        ('<feed xmlns="http://purl.org/atom/ns#"></feed>', "feed"),
        ("<feed><kota>Alur</kota></feed>", None),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">', "rdf"),
        ('<rdf:RDF xmlns:rdf="http://x.example/rdf" xmlns="http://my.netscape.com/rdf/simple/0.9/">', "rdf"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><kota/></rdf:RDF>', None),
        ("<doc><main><p>Hujan.</p></main></doc>", "doc"),
        ("<doc><body><p>Hujan.</p></body></doc>", "doc"),
        ("<doc><kota>Alur</kota></doc>", None),
        ("<html><body>Hujan.</body></html>", None),
    ],
)
def test_roots(markup, kind):
    assert detect_feed(markup.encode()) == kind
    assert detect_feed(b"\xef\xbb\xbf" + markup.encode()) == kind


@pytest.mark.parametrize(
    ("markup", "holds_records"),
    [
        ('<doc judul="Satu" isi="Hujan turun.">x</doc>', True),
        ('<doc judul="Satu" isi="Hujan turun.">x', False),  # not closed
        ('<doc judul="Satu" nomor="1">x</doc>', False),
        ('<nota judul="Satu" isi="Hujan turun.">x</nota></doc>', False),
        ("<data><berita><judul>Satu</judul><isi>Hujan turun.</isi></berita></data>", True),
        ("<data><baris><judul>Satu</judul><xyz>1</xyz></baris></data>", False),
        ("Hujan turun.", False),
    ],
)
def test_elements_or_attributes_with_known_names_are_records(markup, holds_records):
    assert detect_markup_records(markup.encode()) is holds_records
