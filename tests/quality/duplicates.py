"""How many duplicates are found, and whether what is found is one: against brute force, on 2,000 real texts.

    python -m tests.quality.duplicates [--shared ../shared]

The texts are those of the evaluation data (id-meta, id-lines, web-extracted) and copies of some, three of each, changed
as copies are: another byline, a paragraph less or more, words replaced, the end cut off, paragraphs in another order,
residue of a page around them.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

from flows.dedupe import assemble_fingerprints, compute_prints, link_duplicates
from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.repetition import is_repetition
from flows.dedupe.sample_pairs import find_sample_pairs
from tests.benchmarks.figures.result_file import format_table, take_target, write_result
from tests.dedupe.brute_force import ALIKE, alike_pairs, brute_links, jaccard

TEXTS = 2000
SETS = ("id-meta", "id-lines", "web-extracted")


LEAST_SIMILARITY = 0.4  # from which copies that were cut or carry residue are to be found


@dataclass(frozen=True)
class Found:
    """Pairs of brute force by kind, those of them that meet and are told alike, and those told alike and not found.

    Near duplicates have a similarity of .7; of contained ones, below that, .8 of the shorter stand in the longer.
    """

    texts: int
    near: int
    near_met: int
    contained: int
    contained_met: int
    false: int
    links: int
    links_of_brute: int
    links_alike: int
    seconds: float

    @property
    def near_recall(self) -> float:
        return self.near_met / self.near

    @property
    def contained_recall(self) -> float:
        return self.contained_met / self.contained

    @property
    def precision(self) -> float:
        met = self.near_met + self.contained_met
        return met / (met + self.false)


def real_texts(shared: Path) -> Iterator[str]:
    """Texts of the evaluation data, in their order."""
    for name in SETS:
        with gzip.open(shared / "eval" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            yield from (json.loads(line)["raw_text"] for line in file)


def changed(text: str, number: int) -> str:
    """A copy of a text, changed in one of eight ways and more or less strongly: the same for the same number."""
    picks = random.Random(number)
    lines = [line for line in text.split("\n") if line.strip()]
    strength = picks.choice((0.005, 0.01, 0.02, 0.04, 0.08))
    match number % 8:
        case 0:  # words replaced
            return " ".join("lain" if picks.random() < strength else word for word in text.split(" "))
        case 1:  # another outlet's lines above and below
            return "\n".join([f"Kantor Berita {number} - Jumat", *lines, "Baca juga berita lainnya di situs kami"])
        case 2:  # the end cut off
            return text[: int(len(text) * (1 - 5 * strength))]
        case 3:  # a paragraph less
            return "\n".join(lines[:1] + lines[2:]) if len(lines) > 3 else text.upper()
        case 4:  # paragraphs in another order
            return "\n".join([*lines[1:], lines[0]])
        case 5:  # cut short
            words = text.split(" ")
            return " ".join(words[: int(len(words) * picks.uniform(0.4, 0.75))])
        case 6:  # residue of the page before and after it
            count = len(text.split())
            residue = [f"sisa{picks.randrange(10**6)}" for _ in range(int(count * picks.uniform(0.4, 1.4)))]
            place = picks.randrange(len(residue) + 1)
            return "\n".join([" ".join(residue[:place]), text, " ".join(residue[place:])])
        case _:  # words left out
            return " ".join(word for word in text.split(" ") if picks.random() >= strength)


def measure(texts: list[str]) -> Found:
    """Compare what flows/dedupe finds among the texts with what comparing each with each finds."""
    count = len(texts)
    ids = [f"{n:032x}" for n in range(count)]
    articles = pa.table(
        {
            "article_id": ids,
            "content_hash": ids,
            "text": texts,
            "date": pa.nulls(count, pa.date32()),
            "date_basis": pa.nulls(count, pa.string()),
            "published_at": pa.nulls(count, pa.timestamp("us", "UTC")),
            "char_count": pa.array([len(text) for text in texts], pa.int32()),
        }
    )
    begun = time.perf_counter()
    table = compute_prints(articles)
    made = link_duplicates(assemble_fingerprints(articles, table), table)
    seconds = time.perf_counter() - begun

    prints, rows = PrintTable(table), np.arange(count)
    comparable = np.flatnonzero(prints.has_bands(rows))
    met: set[tuple[int, int]] = set()
    for band in prints.iterate_band_keys(comparable):
        order = np.argsort(band, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(band[order])) + 1):
            met.update(combinations(sorted(comparable[group].tolist()), 2))
    sampled = find_sample_pairs(rows, rows, prints, count)
    met.update((row, partner) for row in range(count) for partner in sampled.of_row(row).tolist() if row < partner)
    told = {pair for pair in met if is_repetition(*prints.compare_rows(*pair))}
    pairs = alike_pairs(texts)
    near = {pair for pair, counts in pairs.items() if jaccard(*counts) >= ALIKE}
    contained = {pair for pair, counts in pairs.items() if LEAST_SIMILARITY <= jaccard(*counts) < ALIKE}
    goes = [(int(a, 16), int(b, 16)) for a, b in zip(*made.to_pydict().values(), strict=True)]
    return Found(
        texts=count,
        near=len(near),
        near_met=len(told & near),
        contained=len(contained),
        contained_met=len(told & contained),
        false=len(told - pairs.keys()),
        links=len(goes),
        links_of_brute=len(brute_links(articles, pairs).items() & set(zip(*made.to_pydict().values(), strict=True))),
        links_alike=sum(tuple(sorted(pair)) in pairs for pair in goes),
        seconds=seconds,
    )


def sample(shared: Path) -> list[str]:
    """2,000 texts: the real ones, and changed copies of them up to the number."""
    texts = list(real_texts(shared))
    return [*texts, *(changed(texts[n // 3 * 5 % len(texts)], n) for n in range(TEXTS - len(texts)))]


def main() -> None:
    """Measure and print."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[3] / "shared")
    found = measure(sample(parser.parse_args().shared))
    print(f"{found.texts:,} texts; by brute force {found.near:,} near duplicates (Jaccard >= {ALIKE})")
    print(f"and {found.contained:,} pairs of which one stands in the other (Jaccard {LEAST_SIMILARITY} to {ALIKE})")
    print(f"recall {found.near_recall:.4f} and {found.contained_recall:.4f}   precision {found.precision:.4f}")
    print(
        f"{found.links:,} links, {found.links_of_brute:,} of them those of brute force, "
        f"{found.links_alike:,} between two texts that are alike themselves"
    )
    print(f"{found.texts / found.seconds:,.0f} texts a second, prints and links")
    table = format_table(
        ["pairs by brute force", "how many", "recall", "precision"],
        [
            ["near duplicates (.7 and more)", f"{found.near:,}", f"{found.near_recall:.4f}", f"{found.precision:.4f}"],
            ["one in the other (.4 to .7)", f"{found.contained:,}", f"{found.contained_recall:.4f}",
             f"{found.precision:.4f}"],
            ["links that both make", f"{found.links_of_brute:,}", f"{found.links_of_brute / found.links:.4f}", ""],
        ],
    )  # fmt: skip
    write_result(target, f"{found.texts:,} texts", {"table": table}, asdict(found))


if __name__ == "__main__":
    main()
