"""Names and words made to be obeyed, end to end: they reach no file, terminal, page or spreadsheet unescaped.

    python -m tests.fire.hostile

A source is made of them: file names and record ids that climb, give options, hold escapes, line breaks, formulas,
markup, bytes that are no UTF-8; links that lead out, go round or name a device; pipes; bombs of gzip, zstd, entities,
nesting, lines and attributes; titles, authors and texts of the same words. It is published and then shown by every
command. Held to: nothing is written outside the output and nothing of the source or beside it changes; what a command
prints is printable; pages and catalogues hold no live markup but their own, no control and no bidirectional character;
no cell of metadata.csv is a formula; what lies outside the source is not in the release. Then a form is asked to read
and to write outside its roots in all the ways there are.
"""

import csv
import gzip
import io
import json
import os
import re
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pyarrow.parquet as pq

from flows import read, roots
from flows.parameters import Publish
from tests.fire import corpus
from tests.fire.crash import removed
from tests.fire.damage import tree
from tests.fire.reader import latest_of, wrong_with
from tests.fire.zygote import Zygote
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
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def acts(character: str) -> bool:
    """Whether a character does something to what stands around it: a control but line break and tab, bidirectional."""
    return character not in "\n\t" and (
        unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in BIDI
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
        corpus.capture(hostile_page(p, n + 300).encode("utf-8", "replace"), n, "text/html")
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
    page = corpus.page(story(200 + number), number)
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
    (folder / "bomb.zst").write_bytes(corpus.zstd(zeros))
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


def wrong_in_pages(home: Path) -> list[str]:
    """Live markup, controls and bidirectional characters in what people and catalogues read."""
    from lxml import html as lxml_html

    wrong = []
    for path in [*home.rglob("*.html"), *home.rglob("*.md"), *home.rglob("*.json"), *home.rglob("codebook.csv")]:
        words = path.read_text(encoding="utf-8")
        name = path.relative_to(home).as_posix()
        if path.suffix != ".json" and (found := {f"U+{ord(c):04X}" for c in words if acts(c)}):
            wrong.append(f"{name}: holds {sorted(found)}")
        if path.suffix == ".json":
            json.loads(words)
            continue
        if path.suffix == ".md" and re.search(r"<script|<img|<svg|(?<!\\)\]\(javascript", words, re.IGNORECASE):
            wrong.append(f"{name}: live markup")
        if path.suffix == ".html":
            page = lxml_html.fromstring(words)
            for element in page.iter():
                if not isinstance(element.tag, str):
                    continue
                if element.tag in ("img", "iframe", "object", "embed", "base", "link") and "KANARI" in str(
                    element.attrib
                ):
                    wrong.append(f"{name}: <{element.tag}> of the source")
                if element.tag == "script" and "KANARI" in (element.text or ""):
                    wrong.append(f"{name}: a script of the source")
                for key, value in element.attrib.items():
                    if key.startswith("on"):
                        wrong.append(f"{name}: {key} on <{element.tag}>")
                    if key in ("href", "src") and not re.match(r"https?://|#|[\w./-]+$", value):
                        wrong.append(f"{name}: {key}={value[:60]!r}")
    return wrong


def wrong_in_cells(home: Path) -> list[str]:
    """Formulas and controls in metadata.csv."""
    wrong = []
    for path in home.rglob("csv/metadata.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if cell.strip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")):
                        wrong.append(f"metadata.csv: a formula: {cell[:60]!r}")
                    if any(acts(c) or c in "\n\r\t" for c in cell):
                        wrong.append(f"metadata.csv: a control in {cell[:60]!r}")
    return wrong


def shown(zygote: Zygote, output: Path, work: Path) -> list[str]:
    """What every command prints of the release."""
    release = output / "news" / (latest_of(output / "news") or {})["path"]
    articles = pq.read_table(release / "data", columns=["article_id", "source_id"]).to_pylist()
    orders = [
        ("versions",),
        ("verify",),
        ("diff", release.name, release.name),
        ("replay",),
        ("replay", "--all"),
        ("explain", "\x1b[2J\u202ekanari"),
        ("verify", "\x1b]0;x\x07"),
        ("diff", "\u202e", "x"),
        ("pin", release.name, "--reason", PAYLOADS[12] + PAYLOADS[16] + PAYLOADS[24] + PAYLOADS[27]),
        ("takedown", articles[0]["article_id"], "--reason", PAYLOADS[13] + PAYLOADS[16] + PAYLOADS[24]),
        ("takedown", "../../kanari", "--reason", "x"),
        ("latest-set", "../../../kanari"),
    ]
    orders += [("explain", row["article_id"]) for row in articles[:: max(len(articles) // 40, 1)]]
    orders += [("explain", row["source_id"]) for row in articles if "KANARI" in row["source_id"]][:6]
    wrong = []
    for words in orders:
        ended = zygote.run(*words, output=output)
        if ended.died or "Traceback" in ended.said:
            wrong.append(f"{words[:2]!r}: ended with {ended.code}: {ended.said[-300:]}")
        if bad := {f"U+{ord(c):04X}" for c in ended.said if c != "\n" and not c.isprintable()}:
            wrong.append(f"{words[:2]!r}: printed {sorted(bad)}")
    return wrong


def wrong_with_roots(work: Path) -> list[str]:
    """A form that names what lies outside, in all the ways there are."""
    inside, outside = work / "in", work / "luar"
    inside.mkdir()
    (inside / "news").mkdir()
    (inside / "ok.txt").write_text(story(1))
    for name in ("link", "[x]", "a*", "q?", "**"):
        (inside / name).symlink_to(outside)
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "tautan").symlink_to(inside / "link")
    (inside / "terbitan").symlink_to(outside)
    places = [
        f"{outside}",
        f"{inside}/../luar",
        f"{inside}/link",
        f"{inside}/link/secret.txt",
        f"{inside}/link/*",
        f"{inside}/lin*/*.txt",
        f"{inside}/[x]",
        f"{inside}/[x]/secret.txt",
        f"{inside}/a*",
        f"{inside}/q?",
        f"{inside}/**",
        f"{inside}/**/secret.txt",
        f"{inside}/*/secret.txt",
        f"{inside}/file.txt",
        f"{inside}/file*",
        f"{inside}/tautan",
        f"{inside}/tautan/*",
        f"file://{outside}",
        f"file:{outside}",
        f"FILE://{outside}",
        f"local://{outside}",
        f"file://{inside}/../luar",
        f"simplecache::file://{outside}",
        f"{inside}::file://{outside}",
        f"zip://*::{outside}/a.zip",
        f"{inside}/%2e%2e/luar",
        f"{inside}/\u2024\u2024/luar",
        f"{inside}/\uff0e\uff0e/luar",
        f"{inside}\u2215..\u2215luar",
        f"{inside}/.. /luar",
        f"{str(inside).upper()}/x",
        f"~/{outside.name}",
        f"$HOME/../{outside}",
        f" {outside}",
        f"{inside}/./../luar",
        f"{inside}//../luar",
        f"{inside}lain",
        f"{inside}/..",
        "/",
        "..",
        ".",
        f"{inside}/x/../../luar",
        f"{inside}/*/../../luar",
        f"{inside}/ok.txt/../../luar",
        "https://kanari.example/x",
        "s3://bucket/newsroom",
        "s3://bucket/news/../rahasia",
        "s3://bucket/news/%2e%2e/rahasia",
        "s3://bucket/news/%2E%2e%2frahasia",
        f"s3://bucket/news/x::file://{outside}",
        "s3://bucket/news@kanari.example/x",
        "github://a:b@/x",
        "memory://x",
        f"dir::file://{outside}",
    ]
    old = os.environ.get("KLIPING_ROOTS")
    os.environ["KLIPING_ROOTS"] = f"{inside},s3://bucket/news"
    wrong = []
    try:
        for place in places:
            if roots.outside(place) is None:
                if "://" in place or "::" in place:
                    wrong.append(f"roots: a form may name {place}")
                elif SECRET in everything(place):
                    wrong.append(f"roots: a form may read {place}, and gets what lies outside")
        for output, dataset in ((str(inside), "terbitan"), (f"{inside}/link", "news"), (f"{inside}/..", "luar")):
            if Publish(source=str(inside), output=output, dataset=dataset).outside_roots() is None:
                wrong.append(f"roots: a form may write to {output}/{dataset}, which lies outside")
        if roots.outside(f"{inside}/ok.txt") or roots.outside("s3://bucket/news/a.gz"):
            wrong.append("roots: what lies inside is refused")
    finally:
        os.environ.pop("KLIPING_ROOTS") if old is None else os.environ.update(KLIPING_ROOTS=old)
    return wrong


def everything(place: str) -> str:
    """All that is read of a source, as words."""
    try:
        batches = list(read.read(place))
    except (read.SourceError, ValueError):
        return ""
    return "".join(str(table.to_pylist()) for batch in batches for table in (batch.documents, batch.rejects))


def main() -> int:
    """Publish it, show it, look for what got through."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kliping-hostile-") as name, Zygote() as zygote:
        work = Path(name)
        outside, output = work / "luar", work / "output"
        outside.mkdir(), output.mkdir()
        (outside / "secret.txt").write_text(f"{SECRET}\n{story(5)}")
        folder = source(work / "sumber", outside)
        before = tree(folder) | {f"luar/{key}": value for key, value in tree(outside).items()}
        ended = zygote.run("publish", str(folder), "--direct", "--max-seconds", "60", output=output)
        if ended.code:
            wrong.append(f"publish ended with {ended.code}: {ended.said[-500:]}")
        else:
            wrong += [
                f"published: printed U+{ord(c):04X}" for c in set(ended.said) if c != "\n" and not c.isprintable()
            ]
            wrong += wrong_with(output / "news", first=False)
            wrong += shown(zygote, output, work)
            wrong += wrong_in_pages(output / "news") + wrong_in_cells(output / "news")
            for path in output.rglob("*.parquet"):
                if SECRET in str(pq.read_table(path).to_pylist()):
                    wrong.append(f"{path.relative_to(output)}: holds what lies outside the source")
            written = [
                path for path in zygote.outside() if not path.strip("'\"").startswith((str(output), "/dev/null"))
            ]
            wrong += [f"written outside the output: {path}" for path in sorted(set(written))]
            again = zygote.run("publish", str(folder), "--direct", output=output)
            if again.code:
                wrong.append(f"publishing after a takedown ended with {again.code}: {again.said[-300:]}")
            wrong += wrong_in_pages(output / "news") + wrong_in_cells(output / "news")
        if {path.name for path in work.iterdir()} != {"luar", "output", "sumber"}:
            wrong.append(f"something new beside the output: {sorted(path.name for path in work.iterdir())}")
        if before != tree(folder) | {f"luar/{key}": value for key, value in tree(outside).items()}:
            wrong.append("the source, or what lies outside it, was changed")
        wrong += wrong_with_roots(work)
        published = ended.said.splitlines()[0] if ended.said else ""
        removed(output)
    for said in dict.fromkeys(wrong):
        print(said[:600])
    print(f"hostile: {len(PAYLOADS)} payloads in names, ids and words; {published}; {len(set(wrong))} violations")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
