"""Small sources for whole runs: every shape that is read, repeats, and what is rejected."""

import gzip
from pathlib import Path

from tests.faults import mutated_corpus
from tests.makers import dump, story


def drop(folder: Path, first: int, count: int, *, edition: int = 0) -> Path:
    """A source of some thirty documents, in files whose names and words hang on the numbers alone.

    `edition` changes two stories, takes one away and adds one.
    """
    folder.mkdir(parents=True)
    numbers = range(first, first + count)
    for number in numbers:
        if edition and number == first:
            continue
        text = story(number)
        if edition and number in (first + 1, first + 2):
            text = text.replace("Warga menyambut", "Para warga menyambut")
        Path(folder, f"{number}.txt").write_text(text, encoding="utf-8")
    if edition:
        Path(folder, f"{first}-baru.txt").write_text(story(first + 900 + edition), encoding="utf-8")
    Path(folder, f"{first}-halaman.html").write_text(mutated_corpus.page(story(first + 100), first), encoding="utf-8")
    Path(folder, f"{first}-dump.txt").write_text(dump(first + 200), encoding="utf-8")
    Path(folder, f"{first}-ulang.txt").write_text(story(first + 3), encoding="utf-8")  # repeats
    stories = [story(first + 300 + n) for n in range(6)]
    Path(folder, f"{first}.jsonl.gz").write_bytes(
        gzip.compress(mutated_corpus.jsonl(stories, 1000 + first) + b"rusak\n", mtime=0)
    )
    Path(folder, f"{first}.warc").write_bytes(
        mutated_corpus.warc([story(first + 400 + n) for n in range(3)], 2000 + first)
    )
    Path(folder, f"{first}-kosong.txt").write_bytes(b" \n")
    Path(folder, f"{first}-gambar.bin").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    return folder
