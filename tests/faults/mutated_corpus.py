"""Sound documents to start from: seeds, golden files and invented stories, as text, page, record and capture."""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pyarrow as pa

from tests.makers import dump, story

ROOT = Path(__file__).resolve().parents[2]
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": lambda data: gzip.compress(data, 1, mtime=0),
    ".zst": lambda data: zstd(data),
}


def zstd(data: bytes) -> bytes:
    """Packed by zstd."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as file:
        file.write(data)
    return sink.getvalue().to_pybytes()


def texts() -> list[str]:
    """Texts as they were scraped: the project's own seeds and golden files, and invented stories."""
    folders = ("seeds", "tests/golden/outlets", "tests/golden/clean")
    files = [path for folder in folders for path in sorted((ROOT / folder).glob("*.txt"))]
    made = [*(story(n) for n in range(20)), *(dump(n) for n in range(20))]
    return [*(path.read_text(encoding="utf-8") for path in files), *made]


def page(text: str, number: int) -> str:
    """A page around a text: statements in its head, navigation, an aside, a script, comments."""
    title, *paragraphs = [escape(line) for line in text.splitlines() if line.strip()] or ["Tanpa judul"]
    stated = {"@type": "NewsArticle", "headline": title[:80], "datePublished": "2024-03-12T10:11:00+07:00",
              "author": [{"@type": "Person", "name": "Ayu Lestari"}]}  # fmt: skip
    body = "".join(
        f"<p>{line}</p>" if n % 5 else f"<h2>{line[:60]}</h2><p>{line}</p>" for n, line in enumerate(paragraphs)
    )
    links = "".join(f'<li><a href="/berita/{n}">Kabar nomor {n} dari daerah</a></li>' for n in range(8))
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{title[:80]} - Kabar</title>'
        f'<link rel="canonical" href="https://www.republika.co.id/berita/{number}/a?utm_source=x">'
        f'<meta property="og:title" content="{title[:80]}">'
        f'<script type="application/ld+json">{json.dumps(stated)}</script>'
        f"</head><body><nav><ul>{links}</ul></nav><header><h1>{title[:80]}</h1>"
        '<div class="author">Oleh Ayu Lestari</div>'
        f'<time datetime="2024-03-12">Selasa, 12 Mar 2024 10:11 WIB</time></header><article><!-- isi -->{body}'
        f'<div class="ads">Advertisement</div></article>'
        f'<aside class="related"><h3>Baca Juga</h3><ul>{links}</ul></aside>'
        "<footer>Hak cipta</footer><script>var a = '<p>bukan isi</p>';</script></body></html>"
    )


def record(text: str, number: int) -> bytes:
    """One JSONL record, as text or as a page, with what records state."""
    said = {
        "id": f"r{number}",
        "url": f"https://www.detik.com/a/{number}?fbclid=1",
        "fetched_at": "2024-03-13T01:02:03Z",
    }
    content = {"html": page(text, number)} if number % 8 == 0 else {"text": text, "authors": ["Ayu Lestari"]}
    return json.dumps({**said, **content}, ensure_ascii=bool(number % 2)).encode()


def capture(body: bytes, number: int, media: str) -> bytes:
    """One WARC response, by hand: what is mutated must not need a library to be well-formed."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % (
        media.encode(),
        len(body),
    )
    block = http + body
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%032x>\r\nWARC-Date: 2024-03-13T01:02:03Z\r\n"
        b"WARC-Target-URI: https://www.kompas.com/read/%d\r\nContent-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n" % (number, number, len(block))
    ) + block + b"\r\n\r\n"  # fmt: skip


def jsonl(chosen: Sequence[str], first: int) -> bytes:
    """A file of records."""
    return b"\n".join(record(text, first + n) for n, text in enumerate(chosen)) + b"\n"


def warc(chosen: Sequence[str], first: int) -> bytes:
    """A file of captures, pages and texts."""
    sink = io.BytesIO()
    for n, text in enumerate(chosen):
        media = "text/plain" if n % 2 else "text/html"
        body = text if media == "text/plain" else page(text, first + n)
        sink.write(capture(body.encode(), first + n, media))
    return sink.getvalue()
