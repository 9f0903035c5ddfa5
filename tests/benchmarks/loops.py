"""The loops of other tools over the same JSONL, on two processes as they themselves offer: a peer to stand beside.

    python -m tests.benchmarks.loops datatrove|trafilatura RAW.jsonl TARGET

They do less: neither publishes anything, and neither says what an article says of itself.
datatrove: its reader, its C4 rules (which cut lines, and drop short texts), its Gopher rules on repetition, its exact
deduplication's hashing left out, its JSONL writer. trafilatura: it reads pages, so each line of a text becomes a
paragraph of a minimal page; its extraction with metadata, a JSON line each. Needs the group `bench` of pyproject.toml.
"""

import html
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def datatrove(source: Path, target: Path) -> None:
    """Two local tasks, each of which takes half the files."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.filters import C4QualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    LocalPipelineExecutor(
        pipeline=[
            JsonlReader(str(source)),
            C4QualityFilter(split_paragraph=True, filter_no_terminal_punct=True, min_num_sentences=3),
            GopherRepetitionFilter(language="ind"),
            JsonlWriter(str(target / "kept"), compression=None),
        ],
        tasks=2,
        workers=2,
        logging_dir=str(target / "log"),
    ).run()


def page(text: str) -> str:
    """A text as the least page that holds it."""
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())
    return f"<html><head><title></title></head><body><article>{paragraphs}</article></body></html>"


def extracted(line: bytes) -> str | None:
    """What trafilatura makes of a record; None where it is none, or no article."""
    from trafilatura import extract

    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError):
        return None
    return extract(page(text), output_format="json", with_metadata=True) if len(text) < 10_000_000 else None


def trafilatura(source: Path, target: Path) -> None:
    """A pool of two processes, as its own command line has for many files."""
    target.mkdir(parents=True)
    with ProcessPoolExecutor(2) as pool, (target / "kept.jsonl").open("w") as file:
        for path in sorted(source.iterdir()):
            for made in pool.map(extracted, path.read_bytes().split(b"\n"), chunksize=32):
                if made:
                    file.write(made + "\n")


if __name__ == "__main__":
    {"datatrove": datatrove, "trafilatura": trafilatura}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
