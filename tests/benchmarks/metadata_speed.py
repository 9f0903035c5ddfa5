"""Speed of describe/: `python tests/benchmarks/metadata_speed.py [--pages N]`.

Text: documents a second on one core over id-meta, language detection included, best of three runs, with the parts that
cost most; the grammar of dates alone, in milliseconds a document. Pages: what stating and describing add to cleaning.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
SHARED = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))


def cleaned(name, key, limit=None):
    from flows.clean import clean_documents
    from flows.read import read_batches

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "set.jsonl"
        with gzip.open(SHARED / "eval" / f"{name}.jsonl.gz", "rt") as lines, source.open("w") as out:
            for _, line in zip(range(limit or 10**9), lines, strict=False):
                row = json.loads(line)
                content = {"text": row["raw_text"]} if key == "text" else {"html": row["html"], "url": row["url"]}
                out.write(json.dumps({"id": row["id"], **content}) + "\n")
        batches = [batch.documents for batch in read_batches(str(source), batch_documents=64)]
    start = time.process_time()
    return [clean_documents(batch) for batch in batches], time.process_time() - start, batches


def best(work, rounds=3):
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=120)
    wanted = parser.parse_args()
    from flows.clean.decoding import decode_bytes
    from flows.clean.html.page_marks import parse_page
    from flows.clean.html.page_metadata import extract_stated_values
    from flows.describe import describe_documents
    from flows.describe.date_grammar import find_dates
    from flows.describe.language import detect_languages

    parts, _, _ = cleaned("id-meta", "text")
    texts = [text for part in parts for text in part.documents.column("text").to_pylist()]
    whole = best(lambda: [describe_documents(part.documents, part.marks, part.candidates) for part in parts])
    dates = best(lambda: [list(find_dates(line)) for text in texts for line in text.split("\n")])
    tongue = best(lambda: detect_languages(texts))
    each = 1000 * whole / len(texts)
    print(f"text: {1000 / each:.0f} documents a second ({each:.2f} ms each)")
    print(f"  language {1000 * tongue / len(texts):.2f} ms, dates of every line {1000 * dates / len(texts):.2f} ms")

    parts, body, batches = cleaned("web-pages", "html", wanted.pages)
    trees = []
    for batch in batches:
        for row in batch.to_pylist():
            content = row["raw"] if row["content"] is None else row["content"]
            trees.append(parse_page(decode_bytes(content, declared=row["encoding"], html=True) or ""))
    states = best(lambda: [extract_stated_values(tree) for tree in trees if tree is not None])
    described = best(lambda: [describe_documents(part.documents, part.marks, part.candidates) for part in parts])
    share = (states + described) / (body - states)
    print(
        f"pages: {1000 * (body - states) / len(trees):.1f} ms to clean, {1000 * states / len(trees):.1f} to state, "
        f"{1000 * described / len(trees):.1f} to describe: {share:.0%} on top"
    )


if __name__ == "__main__":
    main()
