"""One page in many shapes: what other scrapers would have made of it, as training data for the text model.

A page becomes dumps (everything visible, by five ways of breaking lines) and extracts (what five extractors keep). The
labels are the same for all: a line is the article where its words stand in the gold text.
    python -m flows.clean.models.train.renderings CACHE      writes CACHE/renderings.jsonl.gz, once; about eight minutes
"""

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import html as lxml_html

from flows.clean.models.train.evaluation_sets import rows

_HIDDEN = ("script", "style", "noscript", "template", "head", "svg", "iframe", "select", "textarea")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
DUMPS = ("visible", "resiliparse", "inscriptis", "nodes", "blocks")
EXTRACTS = ("extracted", "trafilatura", "recall", "readability", "readability-nodes", "resiliparse-main")


def visible(page: str) -> lxml_html.HtmlElement:
    """The page's tree without what a browser does not show."""
    tree = lxml_html.document_fromstring(page)
    for element in [*tree.iter(*_HIDDEN), *tree.iter(lxml_html.etree.Comment)]:
        if element.getparent() is not None:
            element.drop_tree()
    return tree


def nodes(tree: lxml_html.HtmlElement) -> str:
    """Each text node on a line of its own, as naive scrapers write."""
    return "\n".join(words for text in tree.itertext() if (words := " ".join(str(text).split())))


def blocks(tree: lxml_html.HtmlElement) -> str:
    """Each block element on a line, as innerText does."""
    lines = [""]

    def walk(element: lxml_html.HtmlElement) -> None:
        block = element.tag in _BLOCKS
        if block:
            lines.append("")
        lines[-1] += element.text or ""
        for child in element:
            walk(child)
            if child.tag in _BLOCKS:
                lines.append("")
            lines[-1] += child.tail or ""

    walk(tree)
    return "\n".join(words for line in lines if (words := " ".join(line.split())))


def renderings(page: str) -> Iterator[tuple[str, str]]:
    """Name and text of each shape of a page; a tool that fails on it gives none."""
    import trafilatura
    from inscriptis import get_text
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text

    def main_of(page: str) -> lxml_html.HtmlElement:
        return visible(Document(page).summary())

    ways: dict[str, Callable[[str], str | None]] = {
        "resiliparse": lambda p: extract_plain_text(p, main_content=False, alt_texts=False),
        "inscriptis": get_text,
        "nodes": lambda p: nodes(visible(p)),
        "blocks": lambda p: blocks(visible(p)),
        "trafilatura": lambda p: trafilatura.extract(p),
        "recall": lambda p: trafilatura.extract(p, favor_recall=True),
        "readability": lambda p: blocks(main_of(p)),
        "readability-nodes": lambda p: nodes(main_of(p)),
        "resiliparse-main": lambda p: extract_plain_text(p, main_content=True, alt_texts=False),
    }
    for name, way in ways.items():
        try:
            text = way(page)
        except Exception as error:  # a peer's defect is not ours to mend
            print(f"{name}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
            continue
        if text and re.search(r"\w", text):
            yield name, text


def main(cache: Path) -> None:
    """Write the renderings of every page of the evaluation sets."""
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / "renderings.jsonl.gz"
    aside = target.with_suffix(".part")
    with gzip.open(aside, "wt", encoding="utf-8", compresslevel=3) as file:
        for name in ("id-html", "web-pages"):
            for row in rows(name):
                shapes = dict(renderings(row["html"])) if row["html"] else {}
                file.write(json.dumps({"id": row["id"], "set": name, "shapes": shapes}, ensure_ascii=False) + "\n")
    aside.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
