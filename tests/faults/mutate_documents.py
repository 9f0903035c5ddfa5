"""Mutated documents through read, clean and describe: none crashes, sticks, swells or gets lost.

    python -m tests.faults.mutate_documents --n 200000 --seed 1 [--state fire.json]

Documents of four shapes (text, page, JSONL, WARC), plain and packed, are damaged by seeded mutations and read as any
source is. Held to: no document is rejected as `crashed`, and none raises; every row that is read ends as exactly one
article or one reject; a lone file is exactly one row, and a JSONL file has a row for each of its non-blank lines; none
takes a second of processor time or 500 MB; the process does not grow. Rounds are seeded one by one: `--state` lets a
stopped run go on, and a violation is written down with the round that shows it. One batch in 25 is read at the quality
setting, the others at the fast one.
"""

import argparse
import gc
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pyarrow as pa

from flows import read
from flows.workers import batch_processing
from tests.faults import mutated_corpus
from tests.faults.mutations import mutated

FILES = 96  # a round: lone files, and a few of several documents
SECONDS, MEGABYTES, GROWTH = 1.0, 500, 60
SLICE = 32


@dataclass
class Tally:
    """What was seen so far."""

    rounds: int = 0
    documents: int = 0
    rejected: int = 0
    articles: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    largest: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    media: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)


def memory(word: str) -> float:
    """VmRSS or VmHWM of this process, in MB."""
    for row in Path("/proc/self/status").read_text().splitlines():
        if row.startswith(word):
            return int(row.split()[1]) / 1024
    return 0.0


def begin_peak() -> None:
    """Have the kernel measure the peak anew."""
    Path("/proc/self/clear_refs").write_text("5")


def made(folder: Path, rng: Random, texts: list[str]) -> None:
    """The files of one round."""
    for number in range(FILES):
        shape = rng.choice(("txt", "txt", "txt", "txt", "html", "jsonl", "jsonl", "warc"))
        first = rng.randrange(10_000)
        if shape == "txt":
            data = rng.choice(texts).encode()
        elif shape == "html":
            data = mutated_corpus.page(rng.choice(texts), first).encode()
        else:
            chosen = [rng.choice(texts) for _ in range(rng.randrange(4, 13))]
            # Most of the time what is in the frame is damaged, else nothing but frames would be tried.
            inside = rng.random() < 0.8
            if inside:
                chosen = [mutated(text.encode(), rng).decode("utf-8", "replace") for text in chosen]
            data = getattr(mutated_corpus, shape)(chosen, first)
            if inside:
                Path(folder, f"{number:03}.{shape}").write_bytes(data)
                continue
        packing = rng.choice(("", "", "", ".gz", ".zst"))
        if not packing or rng.random() < 0.6:  # else the packed bytes alone are damaged
            data = mutated(data, rng)
        data = mutated_corpus.PACKINGS[packing](data)
        if packing and rng.random() < 0.4:
            data = mutated(data, rng, 1)
        Path(folder, f"{number:03}.{shape}{packing}").write_bytes(data)


def filled(data: bytes) -> list[int]:
    """The numbers of the lines that are not blank."""
    rows = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    return [number for number, row in enumerate(rows, 1) if row.strip()]


def check_rows(folder: Path, uris: list[str]) -> list[str]:
    """Whether every file, and every line of a JSONL file that was read as one, has its row."""
    wrong = []
    by_file: dict[str, list[str]] = {path.as_posix(): [] for path in folder.iterdir()}
    for uri in uris:
        name, _, place = uri.partition("#")
        by_file[name].append(place)
    for name, places in by_file.items():
        lines = [int(place[1:]) for place in places if place.startswith("L")]
        if not places:
            wrong.append(f"{name}: no row")
        elif not any(places) and len(places) > 1:
            wrong.append(f"{name}: {len(places)} rows of one document")
        elif lines and name.endswith(".jsonl"):
            data = Path(name).read_bytes()
            # Wide encodings have breaks of other widths: those are left to the unit tests.
            if b"\x00" not in data and sorted(lines) != filled(data):
                wrong.append(f"{name}: rows of {len(lines)} lines, not of its {len(filled(data))} non-blank ones")
    return wrong


def check_batch(raw: pa.Table, html: str, tally: Tally) -> list[str]:
    """Process a few documents, measured; alone where together they take long."""
    begin_peak()
    before, clock = memory("VmRSS"), time.process_time()
    try:
        outcome = batch_processing.process_batch(raw, html)
    except BaseException as error:
        return [f"raised {type(error).__name__}: {raw['source_uri'].to_pylist()}"]
    took, swelled = time.process_time() - clock, memory("VmHWM") - before
    if raw.num_rows > 1 and (took > SECONDS or swelled > MEGABYTES):
        return [said for n in range(raw.num_rows) for said in check_batch(raw.slice(n, 1), html, tally)]
    tally.seconds += took
    if raw.num_rows == 1:
        tally.slowest, tally.largest = max(tally.slowest, took), max(tally.largest, swelled)
    tally.articles += outcome.articles.num_rows
    tally.reasons.update(outcome.rejects["reason"].to_pylist())
    wrong = []
    ended = outcome.articles["source_uri"].to_pylist() + outcome.rejects["source_uri"].to_pylist()
    if Counter(ended) != Counter(raw["source_uri"].to_pylist()):
        wrong.append(f"{raw.num_rows} documents in, {len(ended)} out")
    for row in outcome.rejects.to_pylist():
        if row["reason"] in ("crashed", "too_slow"):
            wrong.append(f"{row['reason']}: {row['source_uri']}: {row['detail']}")
    if not all(outcome.articles["text"].to_pylist()):
        wrong.append("an article without text")
    if took > SECONDS:
        wrong.append(f"{took:.2f} s for {len(raw['raw'][0].as_py())} bytes: {raw['source_uri'][0]}")
    if swelled > MEGABYTES:
        wrong.append(f"{swelled:.0f} MB for {len(raw['raw'][0].as_py())} bytes: {raw['source_uri'][0]}")
    return wrong


def one_round(number: int, seed: int, texts: list[str], tally: Tally, keep: Path) -> None:
    """Make the files of a round, read and process them; a violation keeps the round's files."""
    rng = Random(f"{seed}:{number}")
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="fire-", dir=shm if shm.is_dir() else None) as name:
        folder = Path(name)
        made(folder, rng, texts)
        wrong, uris = [], []
        for batch in read.read_batches(folder, batch_documents=64):
            uris += batch.documents["source_uri"].to_pylist() + batch.rejects["source_uri"].to_pylist()
            tally.reasons.update(batch.rejects["reason"].to_pylist())
            tally.media.update(batch.documents["media"].to_pylist())
            html = "quality" if rng.random() < 0.04 else "fast"
            for first in range(0, batch.documents.num_rows, SLICE):
                wrong += check_batch(batch.documents.slice(first, SLICE), html, tally)
            tally.documents += batch.documents.num_rows
            tally.rejected += batch.rejects.num_rows
        wrong += check_rows(folder, uris)
        if wrong:
            kept = keep / f"{seed}-{number}"
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            tally.wrong += [f"round {number}: {said}" for said in wrong]
            for said in wrong:
                print(f"round {number}: {said}", flush=True)


def growth(resident: list[float]) -> float:
    """MB by which the process grew between the second quarter of its rounds and the last."""
    quarter = len(resident) // 4
    if quarter < 3:
        return 0.0
    return statistics.median(resident[-quarter:]) - statistics.median(resident[quarter : 2 * quarter])


def main() -> int:
    """Run the rounds until so many documents were seen."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--n", type=int, default=200_000, help="documents that are read, cleaned and described")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--round", type=int, default=None, help="this round alone, to see a violation again")
    asked.add_argument("--state", type=Path, default=None, help="a file to go on from")
    asked.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "kliping-fire", help="for what is wrong"
    )
    given = asked.parse_args()
    tally = Tally()
    if given.state and given.state.is_file():
        kept = json.loads(given.state.read_text())
        tally = Tally(**{**kept, "reasons": Counter(kept["reasons"]), "media": Counter(kept["media"]), "resident": []})
    texts = mutated_corpus.texts()
    if given.round is not None:
        one_round(given.round, given.seed, texts, tally, given.keep)
    while given.round is None and tally.documents < given.n:
        one_round(tally.rounds, given.seed, texts, tally, given.keep)
        tally.rounds += 1
        if tally.rounds % 5 == 0:
            gc.collect()
            tally.resident.append(memory("VmRSS"))
            if given.state:
                given.state.write_text(json.dumps(tally.__dict__))
    grew = growth(tally.resident)
    if grew > GROWTH:
        tally.wrong.append(f"the process grew by {grew:.0f} MB")
    most = ", ".join(f"{n:,} {reason}" for reason, n in tally.reasons.most_common(6))
    media = ", ".join(f"{n:,} {name}" for name, n in tally.media.items())
    print(
        f"mutate: {tally.documents:,} documents, and {tally.rejected:,} that reading rejected, in {tally.rounds:,} "
        f"rounds (seed {given.seed}; {media}): "
        f"{tally.articles:,} articles; {most}; of those measured alone, since {SLICE} together passed a bound, slowest "
        f"{tally.slowest:.2f} s, largest {tally.largest:.0f} MB; growth {grew:.0f} MB; "
        f"{tally.documents / max(tally.seconds, 0.01):.0f} documents/s; {len(tally.wrong)} violations"
    )
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
