"""Metadata of pages as peers find it: `python tests/bench/metadata_peers.py [SET ...] [--limit N]`.

Runs in an environment that holds the dependency group `bench` (trafilatura, htmldate, newspaper4k), which is no part of
the product. Prints the figures of score.py by set and tool, and milliseconds a page. A tool that fails on a page gets
an empty answer.
"""

import argparse
import gzip
import importlib.util
import json
import logging
import os
import time
from pathlib import Path

SHARED = Path(os.environ.get("KLIPING_SHARED", Path(__file__).parents[3] / "shared"))
FIGURES = ("title", "date", "date_wrong", "time", "author", "author_invented", "editor", "outlet")


def by_trafilatura(html, url):
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(html, default_url=url)
    return {
        "title": found.title,
        "authors": [name.strip() for name in (found.author or "").split(";") if name.strip()],
        "outlet": found.sitename,
        "date": found.date,
    }


def by_htmldate(html, url):
    from htmldate import find_date

    return {"date": find_date(html, url=url, original_date=True, extensive_search=True)}


def by_newspaper(html, url):
    import newspaper

    article = newspaper.Article(url)
    article.download(input_html=html)
    article.parse()
    day = article.publish_date
    return {
        "title": article.title,
        "authors": article.authors,
        "date": str(day)[:10] if day else None,
        "published_at": day.isoformat() if day and day.tzinfo else None,
    }


TOOLS = {"trafilatura": by_trafilatura, "htmldate": by_htmldate, "newspaper4k": by_newspaper}


def run(name, limit):
    spec = importlib.util.spec_from_file_location("score", SHARED / "eval" / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    with gzip.open(SHARED / "eval" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = [json.loads(line) for _, line in zip(range(limit or 10**9), lines, strict=False)]
    out = {}
    for tool, find in TOOLS.items():
        found, start = {}, time.perf_counter()
        for row in gold:
            try:
                answer = find(row["html"], row["url"])
            except Exception:
                answer = {}
            basis = "stated" if answer.get("date") else None
            found[row["id"]] = {**answer, "source_id": row["id"], "date_basis": basis}
        spent = time.perf_counter() - start
        figures = score.score([{**row, "gold": {**row["gold"], "text": None}} for row in gold], found)
        shares = {key: figures[key]["share"] for key in FIGURES if isinstance(figures.get(key), dict)}
        out[tool] = {**shares, "ms a page": round(1000 * spent / len(gold), 1)}
    return out


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["id-html", "web-pages"])
    parser.add_argument("--limit", type=int)
    wanted = parser.parse_args()
    print(json.dumps({name: run(name, wanted.limit) for name in wanted.sets}, indent=1))
