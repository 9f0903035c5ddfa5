"""Names and words made to be obeyed, end to end: they reach no file, terminal, page or spreadsheet unescaped.

    python -m tests.faults.hostile_payloads

A source is made of them: file names and record ids that climb, give options, hold escapes, line breaks, formulas,
markup, bytes that are no UTF-8; links that lead out, go round or name a device; pipes; bombs of gzip, zstd, entities,
nesting, lines and attributes; titles, authors and texts of the same words. It is published and then shown by every
command. Held to: nothing is written outside the output and nothing of the source or beside it changes; what a command
prints is printable; pages and catalogues hold no live markup but their own, no control and no bidirectional character;
no cell of the metadata CSV is a formula; what lies outside the source is not in the release. Then a form is asked to
read and to write outside its roots in all the ways there are.
"""

import csv
import json
import re
import sys
import tempfile
import unicodedata
from pathlib import Path

import pyarrow.parquet as pq

from tests.faults.damage_releases import tree
from tests.faults.kill_runs import removed
from tests.faults.outside_access import wrong_with_roots
from tests.faults.payloads import PAYLOADS, SECRET, source
from tests.faults.release_reader import latest_of, wrong_with
from tests.faults.zygote import Zygote
from tests.makers import story

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def acts(character: str) -> bool:
    """Whether a character does something to what stands around it: a control but line break and tab, bidirectional."""
    return character not in "\n\t" and (
        unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in BIDI
    )


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
    """Formulas and controls in the CSV of metadata."""
    paths = [*home.rglob("csv/metadata-*.csv")]
    wrong = [] if paths else [f"{home} has no CSV of metadata"]
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if cell.strip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")):
                        wrong.append(f"{path.name}: a formula: {cell[:60]!r}")
                    if any(acts(c) or c in "\n\r\t" for c in cell):
                        wrong.append(f"{path.name}: a control in {cell[:60]!r}")
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
