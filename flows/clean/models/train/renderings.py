"""Renderings of one page as other scrapers would store it, as training data for the line classifier.

A page becomes dumps (all visible text, with five ways of breaking lines) and extracts (the output of five extractors).
All are labelled alike: a line belongs to the article if its words are in the gold text.
    python -m flows.clean.models.train.renderings CACHE      writes CACHE/renderings.jsonl.gz, once; about eight minutes
"""

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import html as lxml_html

from flows.clean.models.train.evaluation_sets import load_rows

_HIDDEN_TAGS = ("script", "style", "noscript", "template", "head", "svg", "iframe", "select", "textarea")
_BLOCK_TAGS = frozenset(
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
DUMP_SHAPES = ("visible", "resiliparse", "inscriptis", "nodes", "blocks")


def parse_visible_tree(page: str) -> lxml_html.HtmlElement:
    """Parse a page and drop the elements that a browser does not show."""
    tree = lxml_html.document_fromstring(page)
    for element in [*tree.iter(*_HIDDEN_TAGS), *tree.iter(lxml_html.etree.Comment)]:
        if element.getparent() is not None:
            element.drop_tree()
    return tree


def join_text_nodes(tree: lxml_html.HtmlElement) -> str:
    """Join the text nodes, one per line, as naive scrapers do."""
    return "\n".join(words for text in tree.itertext() if (words := " ".join(str(text).split())))


def join_block_lines(tree: lxml_html.HtmlElement) -> str:
    """Join the text of block elements, one per line, as innerText does."""
    lines = [""]

    def append_element(element: lxml_html.HtmlElement) -> None:
        """Append the text of an element to the lines."""
        is_block = element.tag in _BLOCK_TAGS
        if is_block:
            lines.append("")
        lines[-1] += element.text or ""
        for child in element:
            append_element(child)
            if child.tag in _BLOCK_TAGS:
                lines.append("")
            lines[-1] += child.tail or ""

    append_element(tree)
    return "\n".join(words for line in lines if (words := " ".join(line.split())))


def render_shapes(page: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each rendering of a page; a tool that fails yields nothing."""
    import trafilatura
    from inscriptis import get_text
    from readability import Document
    from resiliparse.extract.html2text import extract_plain_text

    def extract_main_tree(page: str) -> lxml_html.HtmlElement:
        """Extract the main content with readability-lxml, as a tree."""
        return parse_visible_tree(Document(page).summary())

    renderers: dict[str, Callable[[str], str | None]] = {
        "resiliparse": lambda p: extract_plain_text(p, main_content=False, alt_texts=False),
        "inscriptis": get_text,
        "nodes": lambda p: join_text_nodes(parse_visible_tree(p)),
        "blocks": lambda p: join_block_lines(parse_visible_tree(p)),
        "trafilatura": lambda p: trafilatura.extract(p),
        "recall": lambda p: trafilatura.extract(p, favor_recall=True),
        "readability": lambda p: join_block_lines(extract_main_tree(p)),
        "readability-nodes": lambda p: join_text_nodes(extract_main_tree(p)),
        "resiliparse-main": lambda p: extract_plain_text(p, main_content=True, alt_texts=False),
    }
    for name, render in renderers.items():
        try:
            text = render(page)
        except Exception as error:  # a defect of another tool must not stop the run
            print(f"{name}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
            continue
        if text and re.search(r"\w", text):
            yield name, text


def write_renderings(cache: Path) -> None:
    """Write the renderings of every page of the evaluation sets."""
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / "renderings.jsonl.gz"
    partial = target.with_suffix(".part")
    with gzip.open(partial, "wt", encoding="utf-8", compresslevel=3) as file:
        for name in ("id-html", "web-pages"):
            for row in load_rows(name):
                shapes = dict(render_shapes(row["html"])) if row["html"] else {}
                file.write(json.dumps({"id": row["id"], "set": name, "shapes": shapes}, ensure_ascii=False) + "\n")
    partial.rename(target)


if __name__ == "__main__":
    write_renderings(Path(sys.argv[1]))
