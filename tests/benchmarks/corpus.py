"""A corpus of raw news of any size from a seed: JSONL, the same bytes every time, written as a stream.

    python -m tests.benchmarks.corpus 1000000 7 /tmp/raw --shard 50000     a folder of part-00000.jsonl, ...
    python -m tests.benchmarks.corpus 20000 7 /tmp/raw.jsonl.gz            one file
    python -m tests.benchmarks.corpus 1000000 7 /tmp/raw --shard 50000 --edit 1
                                            the same, with another paragraph in one document of a hundred

Document i depends on the seed and on i alone, so a greater corpus begins with the smaller one; a file whose bytes
would not change is not touched. SHARES are of all documents. A `dump` is a page as a browser shows it, some 16 KB and
300 lines, most of them navigation; a `clean` one a text that was extracted already, some 3 KB and 40 lines. One in
eight of both tells a wire story again, each under its own dateline and on its own site: a third of these word for word,
the others with a sentence changed. `again` is the document before it, fetched once more.
"""

import argparse
import filecmp
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import IO

import numpy as np

from flows.outlets import Outlet, load_registry
from tests.benchmarks import newsroom
from tests.benchmarks.newsroom import Tongue

BLOCK = 1000  # documents whose numbers are drawn together
NUMBERS = 256  # drawn for each document
EDITED_OF = 100  # --edit changes one document of so many
HUGE_EVERY = 50_000  # one document of so many is larger than any limit
HUGE_BYTES = 11_000_000

# kind of document -> share in a thousand
SHARES = {
    "clean": 600, "dump": 365, "listing": 10, "login": 5, "missing": 3, "again": 5,
    "broken": 4, "empty": 3, "binary": 2, "no_content": 3,
}  # fmt: skip
BAD = {
    "broken": b'{"id": "d%09d", "text": "Berita yang terputus di tengah',
    "binary": b"\x89PNG\x1a\x00\x01\x02" + bytes(range(128, 255)) + b"%d",
    "empty": b'{"id": "d%09d", "text": "  \\n "}',
    "no_content": b'{"id": "d%09d", "headline": "Tanpa isi"}',
}
LANGUAGES = {"id": 88, "ms": 5, "en": 7}
FIRST_DAY = date(2024, 1, 1)

Pick = Callable[[list[str]], str]


def escaped(words: str) -> str:
    """As it stands in a JSON string. Escaping pools once is what makes this fast."""
    return json.dumps(words, ensure_ascii=False)[1:-1]


class Corpus:
    """Documents of one seed, as lines of JSONL."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        random = Random(seed)
        self.names = newsroom.people(random)
        made = (make(random, self.names) for make in (newsroom.indonesian, newsroom.malay, newsroom.english))
        self.tongues = {tongue.code: _escaped(tongue) for tongue in made}
        self.kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        self.languages = [code for code, share in LANGUAGES.items() for _ in range(share)]
        every = load_registry().outlets
        self.outlets = {code: [o for o in every if o.language == code] for code in LANGUAGES}
        self.furniture = {o.name: _furniture(random, o, self.tongues[o.language].title) for o in every}
        self.captions = [f"Foto: {name}" for name in self.names[:200]]

    def lines(self, count: int, edition: int = 0, first: int = 0) -> Iterator[tuple[str, bytes]]:
        """Kind and line of each document, from `first` on; an edition changes one of a hundred."""
        for block in range(first // BLOCK, -(-count // BLOCK)):
            drawn = np.random.default_rng([self.seed, block]).integers(0, 2**31, (BLOCK, NUMBERS)).tolist()
            for n, numbers in enumerate(drawn):
                i = block * BLOCK + n
                if first <= i < count:
                    yield self._line(i, numbers, drawn[n - 1], edition)

    def _line(self, i: int, numbers: list[int], before: list[int], edition: int) -> tuple[str, bytes]:
        draw = iter(numbers).__next__
        kind = self.kinds[draw() % len(self.kinds)]
        if i % HUGE_EVERY == HUGE_EVERY // 100 - 1:
            return "huge", b'{"id": "d%09d", "text": "%s"}\n' % (i, b"panjang sekali " * (HUGE_BYTES // 15))
        if kind in BAD:
            return kind, BAD[kind] % i + b"\n"
        told, article = i, kind
        if kind == "again":
            told, draw = i - 1, iter(before).__next__
            article = "dump" if self.kinds[draw() % len(self.kinds)] == "dump" else "clean"
        tongue = self.tongues[self.languages[draw() % 100]]
        outlets = self.outlets[tongue.code]
        outlet = outlets[min(draw() % len(outlets), draw() % len(outlets))]  # some have more news than others
        day = FIRST_DAY + timedelta(days=draw() % 700)
        keys = f'{{"id": "d{i:09d}", '
        if draw() % 10 < 7:
            keys += f'"url": "https://{outlet.domains[0]}/{day:%Y/%m/%d}/{told}/berita", '
        if draw() % 2:
            fetched = day + timedelta(days=1 + i - told)
            keys += f'"fetched_at": "{fetched}T{draw() % 24:02d}:{draw() % 60:02d}:00Z", '
        text = "\\n".join(self._text(article, tongue, outlet, day, draw, told, edition))
        return kind, f'{keys}"text": "{text}"}}\n'.encode()

    def _text(
        self, kind: str, tongue: Tongue, outlet: Outlet, day: date, draw: Callable[[], int], i: int, edition: int
    ) -> list[str]:
        def pick(pool: list[str]) -> str:
            return pool[draw() % len(pool)]

        head, foot = self.furniture[outlet.name]
        if kind == "login":
            return [*head[: draw() % 40], *newsroom.LOGIN, *foot[:6]]
        if kind == "missing":
            return [*head[: draw() % 40], *newsroom.MISSING, *foot[:6]]
        if kind == "listing":
            return [*head, *(pick(tongue.title) for _ in range(40 + draw() % 60)), *foot]
        sentences, title = self._story(i, pick, tongue, draw)
        if edition and i % EDITED_OF == self.seed % EDITED_OF:
            again = np.random.default_rng([self.seed, i, edition]).integers(0, 2**31, 8).tolist()
            sentences[3] = sentence(tongue, lambda pool: pool[again.pop() % len(pool)])
        name, place = pick(self.names), pick(newsroom.PLACES)
        body = _paragraphs(sentences, draw, blank=draw() % 4 > 0)
        body[0] = _dateline(outlet, place, draw() % 20) + body[0]
        stamp = f"{newsroom.DAYS[day.weekday()]}, {day.day} {newsroom.MONTHS[day.month - 1]} {day.year}"
        clock = f"{draw() % 24:02d}:{draw() % 60:02d} WIB"
        between = newsroom.BETWEEN[draw() % len(newsroom.BETWEEN)].format(pick(tongue.title)).replace("\n", "\\n")
        if kind != "dump":
            if draw() % 3 == 0:
                body = [title, "", *body]
            if draw() % 4 == 0:
                body.insert(2 + draw() % (len(body) - 2), between)
            if draw() % 4 == 0:
                body.append(f"(Penulis: {name})" if draw() % 2 else f"Editor: {name}")
            return body
        for _ in range(2):
            body.insert(2 + draw() % (len(body) - 2), between)
        related = [pick(tongue.title) for _ in range(40 + draw() % 20)]
        lead = [
            title,
            f"{name} - {outlet.name}",
            f"{stamp} {clock}",
            "A",
            "A",
            f"{pick(tongue.title)}. ({pick(self.captions)})",
        ]
        tags = ["Tags:", *(pick(newsroom.SECTIONS).lower() for _ in range(4)), "Berita Terkait"]
        return [*head, *lead, *body, *tags, *related, *foot]

    def _story(self, i: int, pick: Pick, tongue: Tongue, draw: Callable[[], int]) -> tuple[list[str], str]:
        """Sentences and title: its own, or those of a wire story that others tell too."""
        length, told = 20 + draw() % 12, draw() % 24
        if told >= 3:
            return [sentence(tongue, pick) for _ in range(length)], pick(tongue.title)
        story = draw() % (i // 24 + 1)
        numbers = np.random.default_rng([self.seed, 1, story]).integers(0, 2**31, 160).tolist()
        sentences = [sentence(tongue, lambda pool: pool[numbers.pop() % len(pool)]) for _ in range(25)]
        if told:
            sentences[1 + draw() % 23] = sentence(tongue, pick)
        return sentences, tongue.title[numbers.pop() % len(tongue.title)]


def sentence(tongue: Tongue, pick: Pick) -> str:
    """A sentence, now and then a quoted one."""
    who = pick(tongue.who)
    when = pick(tongue.when)
    if when[0] in "ksm" and len(who) % 5 == 0:
        return pick(tongue.said).replace("{}", who.rstrip(","))
    return f"{who} {pick(tongue.what)} {when}."


def _escaped(tongue: Tongue) -> Tongue:
    pools = (tongue.who, tongue.what, tongue.when, tongue.said, tongue.title)
    return Tongue(tongue.code, *([escaped(words) for words in pool] for pool in pools))


def _paragraphs(sentences: list[str], draw: Callable[[], int], *, blank: bool) -> list[str]:
    made, bits, at = [], draw(), 0
    while at < len(sentences):
        taken = 2 if bits >> (at % 15) * 2 & 3 == 3 else 1
        made.append(" ".join(sentences[at : at + taken]))
        if blank:
            made.append("")
        at += taken
    return made


def _dateline(outlet: Outlet, place: str, form: int) -> str:
    """A dateline in the forms and shares that the field shows: see the registry's spellings."""
    printed = outlet.spellings[0] if outlet.spellings else outlet.domain.upper()
    if form < 8:
        return f"{printed}, {place} -- " if form < 2 else f"{printed}, {place} - "
    return {
        8: f"{printed} - ", 9: f"{printed} – ", 10: f"{place}, {printed} - ", 11: f"{place}, {printed} -- ",
        12: f"{place} ({printed}) - ", 13: f"{place.upper()} - ", 14: f"{place.upper()} - ", 15: f"{place} - ",
    }.get(form, "")  # fmt: skip


def _furniture(random: Random, outlet: Outlet, titles: list[str]) -> tuple[list[str], list[str]]:
    """What stands above and below every article of a site; some of it as long as a sentence."""
    topics = [f"{random.choice(newsroom.SECTIONS)} {random.choice(newsroom.PLACES)}" for _ in range(110)]
    teasers = [f"{random.choice(titles)}. {random.choice(titles)}" for _ in range(36)]
    head = [outlet.name, *random.sample(newsroom.FURNITURE, 14), *random.sample(newsroom.SECTIONS, 25), *topics[:60]]
    foot = [*random.sample(newsroom.FURNITURE, 10), *topics[60:], *random.sample(newsroom.FOOT, 12)]
    foot += [f"Copyright @ 2026 {outlet.name}, all right reserved"]
    return [escaped(line) for line in head] + teasers[:6], teasers[6:] + [escaped(line) for line in foot]


def files(target: Path, count: int, shard: int) -> Iterator[tuple[Path, int, int]]:
    """The files of a corpus: path, first document, and the one after its last."""
    if not shard:
        yield target, 0, count
        return
    suffix = ".jsonl.gz" if target.suffix == ".gz" else ".jsonl"
    folder = target.with_suffix("") if target.suffix == ".gz" else target
    for number, first in enumerate(range(0, count, shard)):
        yield folder / f"part-{number:05d}{suffix}", first, min(first + shard, count)


def write(
    count: int, seed: int, target: Path, shard: int = 0, edition: int = 0, *, sound: bool = False
) -> Counter[str]:
    """Write a corpus; how many documents of each kind it has. `sound`: without those that no reader can read."""
    corpus, kinds = Corpus(seed), Counter[str]()
    for path, first, end in files(target, count, shard):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.new")
        with _opened(aside, packed=path.suffix == ".gz") as file:
            for kind, line in corpus.lines(end, edition, first):
                if sound and (kind in BAD or kind == "huge"):
                    continue
                kinds[kind] += 1
                file.write(line)
        if path.exists() and filecmp.cmp(aside, path, shallow=False):
            aside.unlink()
        else:
            aside.replace(path)
    return kinds


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with path.open("wb", buffering=1 << 20) as file:
        if not packed:
            yield file
            return
        # Without name and time, so that the same documents are the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as zipped:
            yield zipped  # type: ignore[misc]


def main() -> None:
    """Write a corpus and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("target", type=Path)
    parser.add_argument("--shard", type=int, default=0, help="documents a file; 0: one file")
    parser.add_argument("--gz", action="store_true", help="compress the shards")
    parser.add_argument(
        "--edit", type=int, default=0, metavar="EDITION", help="0: as made; 1, 2, ...: one of 100 edited"
    )
    parser.add_argument("--sound", action="store_true", help="leave out what no reader can read")
    asked = parser.parse_args()
    target = asked.target.with_name(asked.target.name + ".gz") if asked.gz and asked.shard else asked.target
    begun = time.process_time()
    kinds = write(asked.count, asked.seed, target, asked.shard, asked.edit, sound=asked.sound)
    seconds = time.process_time() - begun
    said = ", ".join(f"{n:,} {kind}" for kind, n in kinds.most_common())
    sys.stderr.write(f"{asked.count:,} documents ({said}) in {seconds:.1f} s of one core\n")


if __name__ == "__main__":
    main()
