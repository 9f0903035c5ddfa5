"""Pages of the evaluation data as rows of features, labels and votes, for training and measuring; never in the repo.

python flows/clean/models/train/block_data.py CACHE      writes CACHE/<set>.pkl; answers that lie there serve again
"""

import gzip
import json
import os
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

from flows.clean.html.block_features import features
from flows.clean.html.blocks import walk
from flows.clean.html.page_hints import hints_of
from flows.clean.html.page_marks import parse
from flows.clean.html.trafilatura_votes import of_trafilatura, shares

SHARED = Path(os.environ.get("KLIPING_SHARED") or Path(__file__).parents[5] / "shared") / "eval"
SETS = ("web-pages", "id-html")
WORDS = re.compile(r"\w+")


def rows(name: str) -> list[dict]:
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [row for line in file if (row := json.loads(line))["html"]]


def site(url: str) -> str:
    """The registrable domain: pages of one site are never in training and in the test at once."""
    return get_fld(url, fail_silently=True) or urlsplit(get_base_url(url) or url).netloc


def readability(html: str) -> str:
    import logging

    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)
    try:
        from lxml import html as lxml_html

        summary = lxml_html.fromstring(Document(html).summary(html_partial=True))
        return "\n".join(walk_of(summary))
    except Exception:
        return ""


def walk_of(tree) -> list[str]:
    return walk(tree).texts


def resiliparse(html: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return extract_plain_text(html, main_content=True, alt_texts=False, links=False, form_fields=False)


def labels(texts: list[str], gold: str) -> tuple[np.ndarray, np.ndarray]:
    """How much of each block is in the gold text (0 to 1), and its words."""
    words = WORDS.findall(gold)
    runs = set(zip(*(words[k:] for k in range(4)), strict=False))
    lines = {" ".join(WORDS.findall(line)) for line in gold.split("\n")}
    joined = " " + " ".join(words) + " "
    share, size = np.full(len(texts), np.nan), np.zeros(len(texts))
    for i, text in enumerate(texts):
        own = WORDS.findall(text)
        size[i] = len(own)
        line = " ".join(own)
        if line in lines:
            share[i] = 1.0
        elif len(own) >= 4:
            grams = list(zip(*(own[k:] for k in range(4)), strict=False))
            share[i] = sum(gram in runs for gram in grams) / len(grams)
    sure = np.where(np.isnan(share), -1, share)
    for i, text in enumerate(texts):
        if np.isnan(share[i]):
            above = next((sure[j] for j in range(i - 1, -1, -1) if sure[j] >= 0), 0)
            below = next((sure[j] for j in range(i + 1, len(texts)) if sure[j] >= 0), 0)
            inside = f" {' '.join(WORDS.findall(text))} " in joined
            share[i] = float(above >= 0.5 and below >= 0.5 and inside)
    # Of a text that stands several times the copies beyond those in the gold are teasers of it.
    seen: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        if share[i] >= 0.5 and size[i] >= 4:
            seen.setdefault(text, []).append(i)
    for copies in seen.values():
        if len(copies) > 1:
            near = [
                sum(share[j] * size[j] for j in range(max(0, i - 6), min(len(texts), i + 7)) if texts[j] != texts[i])
                for i in copies
            ]
            for i in copies:
                if i != copies[int(np.argmax(near))]:
                    share[i] = 0.0
    return share, size


def build(name: str, spent: Counter, known: dict[str, dict]) -> list[dict]:
    """The pages of a set; `known` are the answers of extractors to ask no more."""
    made = []
    for row in rows(name):
        tree = parse(row["html"])
        page = walk(tree)
        hints = hints_of(tree, row["html"])
        clock = time.perf_counter()
        x, words = features(page, hints.titles, hints.body, hints.summary)
        spent["features"] += time.perf_counter() - clock
        answers = dict(known.get(row["id"], {}))
        for vote, ask in (
            ("precise", lambda tree=tree, row=row: of_trafilatura(tree, row["url"], precise=True)),
            ("default", lambda tree=tree, row=row: of_trafilatura(tree, row["url"], precise=False)),
            ("readability", lambda row=row: readability(row["html"])),
            ("resiliparse", lambda row=row: resiliparse(row["html"])),
        ):
            if vote not in answers:
                clock = time.perf_counter()
                answers[vote] = ask()
                spent[vote] += time.perf_counter() - clock
        share, size = labels(page.texts, row["gold"]["text"])
        made.append(
            {
                "id": row["id"], "set": "id" if name == "id-html" else row["set"], "site": site(row["url"]),
                "gold": row["gold"]["text"], "judged": row["gold"].get("body_gold_quality", "good") == "good",
                "texts": page.texts, "x": x, "words": words, "share": share, "size": size, "answers": answers,
                "votes": {vote: shares(page.texts, answer) for vote, answer in answers.items()},
                "tags": [page.tags[owner] for owner in page.owners],
            }
        )  # fmt: skip
    return made


def load(cache: Path) -> list[dict]:
    return [page for name in SETS for page in pickle.loads((cache / f"{name}.pkl").read_bytes())]


if __name__ == "__main__":
    cache = Path(sys.argv[1])
    cache.mkdir(parents=True, exist_ok=True)
    spent: Counter = Counter()
    for name in reversed(SETS):
        kept = cache / f"{name}.pkl"
        known = {page["id"]: page["answers"] for page in pickle.loads(kept.read_bytes())} if kept.exists() else {}
        kept.write_bytes(pickle.dumps(build(name, spent, known)))
        print(name, {key: round(value, 1) for key, value in spent.items()}, flush=True)
