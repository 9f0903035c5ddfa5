"""A source that is made of names, words and files that want to be obeyed, or to hold up who reads them."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path

from tests.faults import mutated_corpus
from tests.makers import story

SECRET = "rahasia-di-luar-sumber"
PAYLOADS = (
    "../../../../../../tmp/kanari",
    "/etc/kanari",
    "..\\..\\kanari",
    "-rf",
    "--output=/tmp/kanari",
    "=1+1+KANARI()",
    "+KANARI",
    "-KANARI",
    "@KANARI",
    "\t=KANARI",
    "\u00a0=KANARI",
    "\uff1dKANARI",
    "<script>KANARI</script>",
    "<img src=x onerror=KANARI>",
    '"><svg onload=KANARI>',
    "' onmouseover='KANARI",
    "[k](javascript:KANARI)",
    "![k](https://kanari.example/x.png)",
    "`KANARI`",
    "|KANARI|",
    "# KANARI",
    "https://kanari.example/<b>",
    "$(touch kanari)",
    "; touch kanari",
    "\x1b[2J\x1b]0;KANARI\x07",
    "\x9b31mKANARI",
    "\x07KANARI\x08\x08",
    "\u202eKANARI\u202c",
    "\u2066KANARI\u2069",
    "KAN\u200bARI",
    "KANARI\r\nKANARI: x",
    "KANARI\u2028KANARI",
    "KANARI\u0085KANARI",
    "{{KANARI}}",
    "%00KANARI",
    "%s%n%x",
    "NULL",
    "javascript:KANARI",
    "KANARI" * 900,
    "\ud800KANARI",
    "~~KANARI~~",
    "---",
    "|--|--|",
)


def source(folder: Path, outside: Path) -> Path:
    """The hostile source; `outside` holds what it tries to reach."""
    folder.mkdir()
    for number, payload in enumerate(PAYLOADS):
        name = payload.replace("/", "\u2215")[:80].encode("utf-8", "surrogatepass")
        if b"\x00" not in name:
            words = f"{payload}\n{story(number)}\nPenulis: {payload[:100]}\n"
            Path(os.fsdecode(os.fsencode(folder) + b"/n%d " % number + name)).write_bytes(
                words.encode("utf-8", "surrogatepass")
            )
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe\x80.txt")).write_text(story(90), encoding="utf-8")
    records = [
        {
            "id": f"{payload}",
            "url": f"https://www.detik.com/{number}/{payload[:50]}",
            "title": payload,
            "text": story(100 + number),
            "authors": [payload[:100]],
            "date": payload[:50],
            "outlet": payload,
            "fetched_at": payload[:20],
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    records += [{"id": f"h{n}", "html": hostile_page(payload, n)} for n, payload in enumerate(PAYLOADS)]
    Path(folder, "records.jsonl").write_text("\n".join(json.dumps(each) for each in records), encoding="utf-8")
    captured = [
        mutated_corpus.capture(hostile_page(p, n + 300).encode("utf-8", "replace"), n, "text/html")
        for n, p in enumerate(PAYLOADS)
    ]
    ids = [data.replace(b"<urn:uuid:", b"<../../../kanari\x1b[2J<b>", 1) for data in captured]
    Path(folder, "captures.warc").write_bytes(b"".join(ids))
    bombs(folder)
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "out").symlink_to(outside)
    (folder / "round").symlink_to(folder)
    (folder / "device").symlink_to("/dev/zero")
    (folder / "none").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    return folder


def hostile_page(payload: str, number: int) -> str:
    """A page whose statements are the payload."""
    page = mutated_corpus.page(story(200 + number), number)
    stated = json.dumps(payload)
    return (
        page.replace("Ayu Lestari", payload[:80])
        .replace('"headline": "', f'"headline": {stated}, "x": "')
        .replace("<h1>", f"<h1>{payload} ")
        .replace("utm_source=x", payload[:60])
    )


def bombs(folder: Path) -> None:
    """What is small on disk and large in memory, or quick to write and slow to read."""
    zeros = b"\x00" * 50_000_000
    (folder / "bomb.gz").write_bytes(gzip.compress(zeros, mtime=0))
    (folder / "bomb.txt.gz").write_bytes(gzip.compress(b"a" * 50_000_000, mtime=0))
    (folder / "bomb.zst").write_bytes(mutated_corpus.zstd(zeros))
    (folder / "within.gz").write_bytes(gzip.compress(gzip.compress(zeros, mtime=0), mtime=0))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    (folder / "laughs.html").write_text(
        f"<!DOCTYPE h [<!ENTITY l0 'ha'>{laughs}]><html><body><p>&l9;</p></body></html>"
    )
    (folder / "outside.html").write_text(
        f'<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>&x;</p><p>{story(91)}</p></body></html>'
    )
    (folder / "deep.html").write_text("<html><body>" + "<div>" * 100_000 + story(92))
    (folder / "lines.txt").write_text("a\n" * 500_000)
    (folder / "blocks.html").write_text("<html><body>" + "<p>a</p>" * 200_000)
    (folder / "attributes.html").write_text(
        "<html><body><p " + " ".join(f"a{n}=1" for n in range(4_000)) + ">x</p></body></html>"
    )
    (folder / "deep.jsonl").write_text(
        '{"id":' + "[" * 50_000 + "]" * 50_000 + "}\n" + json.dumps({"id": "d", "text": story(93)})
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../kanari", "x")
    (folder / "climbs.zip").write_bytes(archive.getvalue())
