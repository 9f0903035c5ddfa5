"""A folder that mixes every kind of scrape, encoding and packing, and a damaged copy of each: nothing goes uncounted.

No name says what a file is. Each document holds a sentence of its own, with letters that every encoding writes in
another way; it is expected to come out whole, or its document to be rejected for the reason expected.
"""

import gzip
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows import read, release
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.workers import supervisor
from tests.makers import story
from tests.workers.test_supervisor import MISCHIEF, SECONDS

ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 with its mark": lambda text: text.encode("utf-16"),
    "utf-16-be without a mark": lambda text: text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("cp1252"),
}
PACKINGS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "zstd": lambda data: pa.Codec("zstd").compress(data, asbytes=True),
}
RECORDS = 6  # of a JSONL or WARC


def own(number: int) -> str:
    """The sentence by which a document is known again."""
    return f"“Bagi kami jalan ke-{number} itu penting – sungguh,” kata José Muñoz dari Café Élan nomor {number}."


def text_of(number: int) -> str:
    return f"{story(number)}\n{own(number)}\n"


def page_of(number: int, declared: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in text_of(number).strip().split("\n"))
    meta = f'<meta charset="{declared}">' if declared else ""
    return (
        f"<!DOCTYPE html><html><head>{meta}<title>Pekerjaan {number}</title></head><body><nav><a href='/'>Beranda</a>"
        f"</nav><article><h1>Kota Memulai Pekerjaan {number}</h1>{body}</article><footer>Hak cipta</footer></body>"
    )


@dataclass
class Mixed:
    """The folder, what must come out of it, and how many documents each reason must have."""

    folder: Path
    whole: set[int] = field(default_factory=set)
    rejects: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    files: int = 0
    number: int = 0

    def next(self) -> int:
        self.number += 1
        return self.number

    def file(self, data: bytes) -> None:
        self.files += 1
        (self.folder / f"{self.files:04d}.{('txt', 'html', 'gz', 'dat')[self.files % 4]}").write_bytes(data)

    def expect(self, numbers: list[int], **rejects: int) -> None:
        self.whole.update(numbers)
        self.rejects.update(rejects)
        self.documents += len(numbers) + sum(rejects.values())


def single_files(mixed: Mixed) -> None:
    """Texts and pages, one a file; of each packing a copy cut in its middle, of each kind one with a torn block."""
    for make, declares in ((text_of, False), (page_of, True)):
        for encoding, encode in ENCODINGS.items():
            for packing, pack in PACKINGS.items():
                number = mixed.next()
                # Where nothing but the page itself says how it is encoded.
                said = make(number, "windows-1252") if declares and encoding == "windows-1252" else make(number)
                mixed.file(pack(encode(said)))
                mixed.expect([number])
                if packing != "plain":
                    mixed.file(pack(encode(make(mixed.next())))[:-40])
                    mixed.expect([], damaged_container=1)
        torn = make(mixed.next()).encode()
        mixed.file(torn[:100] + bytes(600) + torn[700:])
        mixed.expect([], binary=1)
    # UTF-8 read as windows-1252 and written as UTF-8 again, as many archives hold it; and a byte lost.
    number = mixed.next()
    misread = (bytes([byte]) for byte in text_of(number).encode())
    mixed.file("".join(byte.decode("cp1252" if byte != b"\x9d" else "latin-1") for byte in misread).encode())
    mixed.expect([number])
    number = mixed.next()
    mixed.file(text_of(number).encode().replace(b"Sejumlah", b"Sejuml\xc3h"))
    mixed.expect([number])


def jsonl(mixed: Mixed) -> None:
    """Texts and pages by turns, one a line; of each file a copy that breaks off within its last record."""
    for encode in ENCODINGS.values():
        for pack in PACKINGS.values():
            for damaged in (False, True):
                numbers = [mixed.next() for _ in range(RECORDS)]
                records = [
                    {"id": f"j{n}", **({"html": page_of(n)} if n % 2 else {"text": text_of(n)})} for n in numbers
                ]
                lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
                data, before = encode("".join(lines)), encode("".join(lines[:-1]))
                _containers(mixed, pack, data, len(before), numbers, damaged=damaged)


def _containers(mixed: Mixed, pack, data: bytes, last: int, numbers: list[int], *, damaged: bool) -> None:
    """A file of records, whole; or in two pieces one after the other, the second cut: what it held is lost."""
    if not damaged:
        mixed.file(pack(data))
        mixed.expect(numbers)
        return
    rest = pack(data[last:])
    mixed.file(pack(data[:last]) + rest[: len(rest) // 8 * 4])
    is_line = pack is PACKINGS["plain"] and not data.startswith((b"WARC", b"\x1f\x8b"))
    mixed.expect(numbers[:-1], **{"broken_record" if is_line else "damaged_container": 1})


def warc(mixed: Mixed) -> None:
    """Responses in every encoding among requests and pictures; of each file a copy that breaks off."""
    for packing in (*PACKINGS, "gzip a record"):
        for damaged in (False, True):
            out = io.BytesIO()
            writer = WARCWriter(out, gzip=packing == "gzip a record")
            writer.write_record(writer.create_warcinfo_record("crawl.warc", {"software": "tests"}))
            numbers, last = [mixed.next() for _ in range(RECORDS)], 0
            for at, number in enumerate(numbers):
                _exchange(writer, at, number)
                last = out.tell() if at < RECORDS - 1 else last
            data = out.getvalue()
            pack = PACKINGS.get(packing, PACKINGS["plain"])
            _containers(mixed, pack, data, last, numbers, damaged=damaged)


def _exchange(writer: WARCWriter, at: int, number: int) -> None:
    """What a crawler keeps of one address: the picture on the page, the request, the response."""
    url = f"https://www.contoh.id/berita/{number}"
    _response(writer, url + ".png", b"\x89PNG\r\n\x1a\n" + bytes(50), [("Content-Type", "image/png")])
    request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "www.contoh.id")], is_http_request=True)
    writer.write_record(writer.create_warc_record(url, "request", http_headers=request))
    encoding = list(ENCODINGS)[at % len(ENCODINGS)]
    body = ENCODINGS[encoding](page_of(number) if at % 3 else text_of(number))
    charset = "; charset=windows-1252" if encoding == "windows-1252" else ""
    headers = [("Content-Type", ("text/html" if at % 3 else "text/plain") + charset)]
    if at % 4 == 1:
        body, headers = gzip.compress(body), [*headers, ("Content-Encoding", "gzip")]
    _response(writer, url, body, headers)


def _response(writer: WARCWriter, url: str, body: bytes, headers: list[tuple[str, str]]) -> None:
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
    writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=http))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Mixed:
    made = Mixed(tmp_path_factory.mktemp("mixed"))
    single_files(made)
    jsonl(made)
    warc(made)
    return made


@pytest.fixture(scope="module")
def published(mixed, tmp_path_factory):
    output = tmp_path_factory.mktemp("output")
    outcome = run_publish(Publish(source=str(mixed.folder), output=str(output), workers=2))
    assert outcome.status == "published", outcome.format_lines()
    return outcome


def test_every_document_is_published_or_rejected_for_its_reason(mixed, published):
    counts = release.read_manifest(published.release)["counts"]
    assert counts["documents_in"] == mixed.documents
    assert counts["rejected"] == dict(mixed.rejects)
    assert counts["published"] == len(mixed.whole)
    assert not counts["dropped"]
    assert release.verify_release(published.release) == []


def test_every_word_survives_its_encoding_and_its_packing(mixed, published):
    texts = release.load_table(published.release, "articles")["text"].to_pylist()
    numbers = {number for number in mixed.whole if any(own(number) in text for text in texts)}
    assert numbers == mixed.whole
    assert not [text for text in texts if "\ufffd" in text and "Sejuml" not in text]
    assert not [text for text in texts if "Beranda" in text or "Hak cipta" in text]


def test_every_reject_says_what_to_do(mixed, published):
    for row in release.load_table(published.release, "rejects").to_pylist():
        assert row["detail"].endswith(".") and len(row["detail"].split()) > 6, row


def test_captures_keep_their_address_and_their_hour(mixed, published):
    rows = [
        row for row in release.load_table(published.release, "articles").to_pylist() if "#urn:uuid:" in row["source_id"]
    ]
    assert len(rows) == 4 * RECORDS + 4 * (RECORDS - 1)
    assert all(row["url"].startswith("https://www.contoh.id/berita/") and row["fetched_at"] for row in rows)


def test_a_store_gives_what_the_folder_gives(mixed):
    store = fsspec.filesystem("memory")
    for path in mixed.folder.iterdir():
        store.pipe_file(f"/mixed/{path.name}", path.read_bytes())
    try:
        there, here = (
            [
                row
                for batch in read.read_batches(source)
                for row in batch.documents.drop_columns(["source_uri"]).to_pylist()
            ]
            for source in ("memory://mixed", mixed.folder)
        )
        assert there == here
    finally:
        store.rm("/mixed", recursive=True)


def test_one_that_sticks_and_one_that_crashes_hold_up_nothing(tmp_path, monkeypatch):
    supervisor.kill_idle_children()
    monkeypatch.setattr(supervisor, "_CHILD_PROGRAM", MISCHIEF)
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(text_of(number) + {2: "STICK", 4: "CRASH"}.get(number, ""))
    outcome = run_publish(Publish(source=str(folder), output=str(tmp_path / "output"), max_seconds=SECONDS))
    supervisor.kill_idle_children()
    assert outcome.status == "published", outcome.format_lines()
    rejects = {row["source_id"]: row["reason"] for row in release.load_table(outcome.release, "rejects").to_pylist()}
    assert rejects == {"2.txt": "too_slow", "4.txt": "crashed"}
    assert (outcome.documents, outcome.articles) == (6, 4)
