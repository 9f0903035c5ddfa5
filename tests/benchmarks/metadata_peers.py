"""Compare metadata of pages with peers: `python tests/benchmarks/metadata_peers.py [SET ...] [--every N] [--tools T]`.

Runs in an environment that holds the dependency group `bench` (trafilatura, htmldate, newspaper4k), which is no part of
the product. Prints the figures of score.py by set and tool, and milliseconds a page. A tool that fails on a page gets
an empty answer. Kliping runs beside them where its own packages are installed too.
"""

import argparse
import gzip
import importlib.metadata
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
ONLY_DAYS = ("date", "date_wrong")  # all that htmldate looks for


def run(name, every, tools):
    spec = importlib.util.spec_from_file_location("score", SHARED / "eval" / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    with gzip.open(SHARED / "eval" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = [json.loads(line) for number, line in enumerate(lines) if number % every == 0]
    out = {}
    if importlib.util.find_spec("pyarrow"):
        from tests.quality import metadata

        ours = metadata.figures(f"{name}.html", every)
        out["**Kliping**"] = {key: ours[key] for key in FIGURES if key in ours}
    for tool in tools:
        try:
            label = f"{tool} {importlib.metadata.version(tool)}"
        except importlib.metadata.PackageNotFoundError:
            print(f"{tool} is not installed here")
            continue
        find = TOOLS[tool]
        found, start = {}, time.process_time()
        for row in gold:
            try:
                answer = find(row["html"], row["url"])
            except Exception:
                answer = {}
            basis = "stated" if answer.get("date") else None
            found[row["id"]] = {**answer, "source_id": row["id"], "date_basis": basis}
        spent = time.process_time() - start
        figures = score.score([{**row, "gold": {**row["gold"], "text": None}} for row in gold], found)
        shares = {key: figures[key]["share"] for key in FIGURES if isinstance(figures.get(key), dict)}
        if tool == "htmldate":
            shares = {key: shares[key] for key in ONLY_DAYS if key in shares}
        out[label] = {**shares, "ms a page": round(1000 * spent / len(gold), 1)}
    return out


def render_table(found):
    """The figures as Markdown: one row a set and tool."""
    from tests.benchmarks.figures.result_file import format_table

    keys = ("title", "date", "date_wrong", "time", "author", "author_invented")
    rows = [
        [f"{name}: {tool}", *(f"{shares[key]:.3f}" if key in shares else "" for key in keys)]
        for name, tools in found.items()
        for tool, shares in tools.items()
    ]
    return format_table(["", "title", "day", "day wrong", "minute and zone", "authors", "invented"], rows)


if __name__ == "__main__":
    from tests.benchmarks.figures.result_file import take_target, write_result

    target = take_target()
    logging.disable(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["id-html", "web-pages"])
    parser.add_argument("--every", type=int, default=1, help="take one row in so many")
    parser.add_argument("--tools", nargs="+", default=list(TOOLS), choices=list(TOOLS))
    wanted = parser.parse_args()
    found = {name: run(name, wanted.every if name == "web-pages" else 1, wanted.tools) for name in wanted.sets}
    print(json.dumps(found, indent=1))
    size = f"id-html whole, one web page in {wanted.every}"
    write_result(target, size, {"table": render_table(found)}, found)
