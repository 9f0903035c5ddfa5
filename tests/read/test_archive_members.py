"""Archives: each member a file of its own, and what is dangerous in them."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from flows.read import Limits

TEXT = b"Jakarta - Hujan deras turun sejak pagi di Pasar Minggu, dan warga diminta waspada.\n"
RECORD = b'{"id": "x", "text": "Hujan turun."}\n'


def as_zip(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def as_tar(files, mode="w"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


FILES = {"a/satu.txt": TEXT, "a/dua.jsonl": RECORD, "b/tiga.txt.gz": gzip.compress(TEXT)}
ARCHIVES = {
    "zip": as_zip(FILES), "tar": as_tar(FILES), "tar.gz": as_tar(FILES, "w:gz"), "tar.bz2": as_tar(FILES, "w:bz2"),
    "tar.xz": as_tar(FILES, "w:xz"), "zip.gz": gzip.compress(as_zip(FILES)), "stored": as_zip(FILES, zipfile.ZIP_STORED),  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("kind", ARCHIVES)
def test_members_are_files_of_the_source(one, kind):
    documents, rejects = one(ARCHIVES[kind], "drop.bin")
    assert not rejects
    assert [document["source_uri"].rpartition("/source/")[2] for document in documents] == [
        "drop.bin!a/satu.txt", "drop.bin!a/dua.jsonl#L1", "drop.bin!b/tiga.txt.gz",
    ]  # fmt: skip
    assert documents[0]["raw"] == TEXT and documents[1]["raw"] == RECORD.strip()
    assert documents[0]["identity"] == "drop.bin!a/satu.txt"


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_other_compressions(one, pack):
    [document], rejects = one(pack(TEXT), "a.txt")
    assert not rejects and document["content"] == TEXT
    documents, rejects = one(pack(RECORD) + pack(RECORD.replace(b'"x"', b'"y"')), "a.txt")
    assert [document["source_id"] for document in documents] == ["x", "y"]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_compressed_file_that_breaks_off(one, pack):
    data = pack(b"".join(RECORD.replace(b'"x"', b'"%d"' % n) for n in range(20_000)))
    _documents, rejects = one(data[: len(data) - 20], "a.jsonl")
    assert rejects[-1]["reason"] == "damaged_container"


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_a_bomb(one, pack):
    documents, [reject] = one(pack(b" " * 3_000_000), limits=Limits(max_expansion=100))
    assert not documents and reject["reason"] == "expands_too_far"


def test_a_zip_bomb(one):
    data = as_zip({"a.txt": b"a" * 5_000_000, "b.txt": TEXT})
    _documents, [reject] = one(data, "a.zip", limits=Limits(max_expansion=100))
    assert reject["reason"] == "expands_too_far"


def test_names_that_lead_out_and_hidden_ones(one):
    documents, rejects = one(as_zip({"../x.txt": TEXT, "/y.txt": TEXT, ".git/z.txt": TEXT, "ok.txt": TEXT}), "a.zip")
    assert [document["source_id"] for document in documents] == ["a.zip!ok.txt"]
    assert [reject["reason"] for reject in rejects] == ["outside_source", "outside_source"]


def test_a_broken_member_costs_itself(one):
    data = bytearray(as_zip({"a.txt": TEXT * 50, "b.txt": TEXT}, zipfile.ZIP_STORED))
    data[200] ^= 0xFF
    documents, [reject] = one(bytes(data), "a.zip")
    assert [document["source_id"] for document in documents] == ["a.zip!b.txt"]
    assert reject["reason"] == "damaged_container" and reject["source_id"] == "a.zip!a.txt"


def test_a_cut_tar_keeps_what_stands_before(one):
    data = as_tar({"a.txt": TEXT, "b.txt": TEXT * 200})
    documents, rejects = one(data[:4000], "a.tar")
    assert [document["source_id"] for document in documents] == ["a.tar!a.txt"]
    assert rejects[-1]["reason"] == "damaged_container"


def test_archives_within_archives_end(one):
    nested = as_zip({"a.txt": TEXT})
    for _ in range(4):
        nested = as_zip({"inner.zip": nested})
    documents, [reject] = one(nested, "a.zip")
    assert not documents and "unpack the outer ones" in reject["detail"]


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"word/document.xml": "<w/>", "[Content_Types].xml": "<x/>"}, "DOCX"),
        ({"ppt/presentation.xml": "<p/>"}, "PPTX"),
        ({"mimetype": "application/epub+zip", "OEBPS/a.xhtml": "<p>"}, "EPUB"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "ODT"),
        ({"META-INF/MANIFEST.MF": "x", "a/B.class": "x"}, "JAR"),
        ({"AndroidManifest.xml": "x", "META-INF/MANIFEST.MF": "x"}, "APK"),
    ],
)
def test_documents_are_told_by_their_members(one, files, word):
    documents, [reject] = one(as_zip(files), "a.bin")
    assert not documents and reject["reason"] == "binary" and word in reject["detail"]


def test_of_a_wacz_the_captures_alone_are_read(one):
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + TEXT
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://kabarlembayung.id/a\r\nWARC-Record-ID: <urn:x>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(response)}\r\n\r\n"
    )
    warc = gzip.compress(head.encode() + response + b"\r\n\r\n")
    pages = b'{"format": "json-pages-1.0"}\n'
    data = as_zip({"archive/data.warc.gz": warc, "datapackage.json": "{}", "pages/pages.jsonl": pages})
    [document], rejects = one(data, "a.wacz")
    assert not rejects
    assert document["source_id"] == "a.wacz!archive/data.warc.gz#urn:x"


def test_a_member_broken_in_a_compression_of_its_own_is_one_reject(one):
    data = bytearray(as_zip({"a.txt": TEXT * 20, "b.txt": TEXT}, zipfile.ZIP_LZMA))
    data[50:90] = b"\x5a" * 40
    [document], [reject] = one(bytes(data), "a.zip")
    assert (document["source_id"], reject["source_id"]) == ("a.zip!b.txt", "a.zip!a.txt")
    assert reject["reason"] == "damaged_container"


def test_a_sparse_member_is_not_unpacked(one):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.txt")
        member.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 50)}
        archive.addfile(member)
    documents, [reject] = one(buffer.getvalue(), "a.tar")
    assert (documents, reject["source_id"], reject["reason"]) == ([], "a.tar!a.txt", "expands_too_far")


@pytest.mark.parametrize(
    ("name", "is_outside"),
    [("a", False), ("C:a.txt", True), ("/a.txt", True), ("\\a.txt", True), ("x/../a.txt", True), ("x..y/a.txt", False)],
)
def test_a_name_that_leads_out_of_the_archive_is_a_reject_that_names_the_member_once(one, name, is_outside):
    documents, rejects = one(as_tar({name: TEXT}), "drop.tar")
    assert [reject["reason"] for reject in rejects] == ["outside_source"] * is_outside
    assert len(documents) == (not is_outside)
    for reject in rejects:
        assert reject["detail"].count("drop.tar!") == 1 and "leads out of its archive" in reject["detail"]


def test_an_encrypted_member_is_a_reject_and_the_others_are_read(one):
    data = bytearray(as_zip({"a.txt": TEXT, "b.txt": TEXT}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    documents, [reject] = one(bytes(data), "drop.zip")
    assert reject["reason"] == "damaged_container" and "drop.zip!a.txt is encrypted" in reject["detail"]
    assert reject["detail"].count("drop.zip!") == 1 and len(documents) == 1
