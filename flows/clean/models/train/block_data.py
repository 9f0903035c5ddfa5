"""Feature tables, labels and votes of the evaluation pages, for training and measuring; never stored in the repo.

python flows/clean/models/train/block_data.py CACHE      writes CACHE/<set>.pkl; extractor texts in it are reused
"""

import pickle
import re
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from courlan import get_base_url
from tld import get_fld

from flows.clean.html.block_exclusions import drop_blocks, exclude_blocks
from flows.clean.html.block_features import compute_block_features
from flows.clean.html.blocks import extract_blocks
from flows.clean.html.inline_asides import move_inline_asides
from flows.clean.html.page_hints import read_page_hints
from flows.clean.html.page_tree import parse_page
from flows.clean.html.trafilatura_votes import extract_with_trafilatura, measure_block_shares
from flows.clean.lines.line_table import build_line_table
from flows.clean.lines.word_table import build_word_table
from flows.clean.models.train.evaluation_sets import load_rows
from flows.clean.models.word_vectors import select_first_words
from schemas.word_count import count_words

SET_NAMES = ("web-pages", "id-html")
WORD_PATTERN = re.compile(r"\w+")


def load_html_rows(name: str) -> list[dict]:
    """Load the rows of one evaluation set that have HTML."""
    return [row for row in load_rows(name) if row["html"]]


def extract_site(url: str) -> str:
    """Return the registrable domain of a URL. Folds are split by it: a site is never in both training and test."""
    return get_fld(url, fail_silently=True) or urlsplit(get_base_url(url) or url).netloc


def run_readability(html: str) -> str:
    """Extract the article text with readability-lxml; return an empty string if it fails."""
    import logging

    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)
    try:
        from lxml import html as lxml_html

        summary = lxml_html.fromstring(Document(html).summary(html_partial=True))
        return "\n".join(list_block_texts(summary))
    except Exception:
        return ""


def list_block_texts(tree) -> list[str]:
    """List the texts of the blocks of a tree."""
    return extract_blocks(tree).texts


def run_resiliparse(html: str) -> str:
    """Extract the article text with resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(html, main_content=True, alt_texts=False, links=False, form_fields=False)


def label_blocks(texts: list[str], gold: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each block that is in the gold text (0 to 1), and the word count of each block."""
    gold_words = WORD_PATTERN.findall(gold)
    gold_grams = set(zip(*(gold_words[k:] for k in range(4)), strict=False))
    gold_lines = {" ".join(WORD_PATTERN.findall(line)) for line in gold.split("\n")}
    joined_gold = " " + " ".join(gold_words) + " "
    gold_share, word_counts = np.full(len(texts), np.nan), np.zeros(len(texts))
    for i, text in enumerate(texts):
        block_words = WORD_PATTERN.findall(text)
        word_counts[i] = len(block_words)
        line = " ".join(block_words)
        if line in gold_lines:
            gold_share[i] = 1.0
        elif len(block_words) >= 4:
            grams = list(zip(*(block_words[k:] for k in range(4)), strict=False))
            gold_share[i] = sum(gram in gold_grams for gram in grams) / len(grams)
    certain_share = np.where(np.isnan(gold_share), -1, gold_share)
    for i, text in enumerate(texts):
        if np.isnan(gold_share[i]):
            above = next((certain_share[j] for j in range(i - 1, -1, -1) if certain_share[j] >= 0), 0)
            below = next((certain_share[j] for j in range(i + 1, len(texts)) if certain_share[j] >= 0), 0)
            is_in_gold = f" {' '.join(WORD_PATTERN.findall(text))} " in joined_gold
            gold_share[i] = float(above >= 0.5 and below >= 0.5 and is_in_gold)
    # If a text occurs several times, only the copy with the most article words nearby is labelled; others are teasers.
    blocks_by_text: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        if gold_share[i] >= 0.5 and word_counts[i] >= 4:
            blocks_by_text.setdefault(text, []).append(i)
    for copies in blocks_by_text.values():
        if len(copies) > 1:
            article_words_nearby = [
                sum(
                    gold_share[j] * word_counts[j]
                    for j in range(max(0, i - 6), min(len(texts), i + 7))
                    if texts[j] != texts[i]
                )
                for i in copies
            ]
            for i in copies:
                if i != copies[int(np.argmax(article_words_nearby))]:
                    gold_share[i] = 0.0
    return gold_share, word_counts


def build_pages(name: str, seconds_by_tool: Counter, cached_answers: dict[str, dict]) -> list[dict]:
    """Build the pages of a set. `cached_answers` maps page id -> extractor -> text; only missing texts are made."""
    pages = []
    for row in load_html_rows(name):
        tree = parse_page(row["html"])
        move_inline_asides(list(tree.iter("*")))
        all_blocks = extract_blocks(tree)
        hints = read_page_hints(tree, row["html"])
        all_word_counts = [count_words(text) for text in all_blocks.texts]
        addresses = [*hints.addresses, row["url"]]
        exclusions = exclude_blocks(all_blocks, all_word_counts, hints.titles, addresses, hints.is_live)
        blocks = drop_blocks(all_blocks, [verdict is not None for verdict in exclusions])
        started = time.perf_counter()
        features, word_counts = compute_block_features(blocks, hints.titles, hints.article_body, hints.summary)
        seconds_by_tool["features"] += time.perf_counter() - started
        answers = dict(cached_answers.get(row["id"], {}))
        for tool, extract in (
            ("precise", lambda tree=tree, row=row: extract_with_trafilatura(tree, row["url"], precise=True)),
            ("default", lambda tree=tree, row=row: extract_with_trafilatura(tree, row["url"], precise=False)),
            ("readability", lambda row=row: run_readability(row["html"])),
            ("resiliparse", lambda row=row: run_resiliparse(row["html"])),
        ):
            if tool not in answers:
                started = time.perf_counter()
                answers[tool] = extract()
                seconds_by_tool[tool] += time.perf_counter() - started
        table = build_line_table(["\n".join(blocks.texts)])
        word_table = build_word_table(table)
        first_words = select_first_words(word_table)
        gold_share, gold_word_counts = label_blocks(blocks.texts, row["gold"]["text"])
        pages.append(
            {
                "id": row["id"], "set": "id" if name == "id-html" else row["set"], "site": extract_site(row["url"]),
                "gold": row["gold"]["text"], "judged": row["gold"].get("body_gold_quality", "good") == "good",
                "texts": blocks.texts, "x": features, "words": word_counts,
                "share": gold_share, "size": gold_word_counts, "answers": answers,
                "votes": {vote: measure_block_shares(blocks.texts, answer) for vote, answer in answers.items()},
                "word_hashes": word_table.hashes[first_words],
                "row_words": np.bincount(word_table.line[first_words], minlength=len(blocks.texts)),
                "tags": [blocks.tags[owner] for owner in blocks.owners],
            }
        )  # fmt: skip
    return pages


def load_pages(cache: Path) -> list[dict]:
    """Load the pages of all sets from the cache."""
    return [page for name in SET_NAMES for page in pickle.loads((cache / f"{name}.pkl").read_bytes())]


if __name__ == "__main__":
    cache = Path(sys.argv[1])
    cache.mkdir(parents=True, exist_ok=True)
    seconds_by_tool: Counter = Counter()
    for name in reversed(SET_NAMES):
        target = cache / f"{name}.pkl"
        cached_pages = pickle.loads(target.read_bytes()) if target.exists() else []
        cached_answers = {page["id"]: page["answers"] for page in cached_pages}
        target.write_bytes(pickle.dumps(build_pages(name, seconds_by_tool, cached_answers)))
        print(name, {key: round(value, 1) for key, value in seconds_by_tool.items()}, flush=True)
