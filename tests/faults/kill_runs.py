"""kill -9 at seeded points of a publish, a reader looking on: nothing half, nothing lost, the next run succeeds.

    python -m tests.faults.kill_runs --n 200 --seed 1 [--flow 4]

Three stories: a fresh dataset, a source that changed, a drop that is appended. Each is told once undisturbed; then
again and again on a copy, killed before the n-th touch of the disk (zygote.py says what that is), or in the middle of
a write by a limit on a file's size; one in four is killed a second time while the next run mends. After each kill and
after each mending run: latest.json names a release whose every byte is as published; the run that is not killed ends
with 0; its data/, csv/, rejects/, lineage/ and diff/ are those of the undisturbed run; every document is accounted
for; state/raw holds the bytes of each; no process, staged folder or unlisted release is left. `--flow` kills as many
runs of the Prefect flow.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from tests.faults.made_sources import drop
from tests.faults.release_reader import Watcher, bytes_of, latest_of, wrong_with, wrong_with_release
from tests.faults.zygote import Zygote, gone

STORIES = ("fresh", "incremental", "append")


@dataclass
class Stage:
    """One story: how the output stands before it, the words of the run, what an undisturbed run gives."""

    name: str
    before: Path
    words: tuple[str, ...]
    touches: int = 0
    largest: int = 0  # bytes of the largest file of the release
    bytes: dict[str, str] = field(default_factory=dict)
    raws: frozenset[str] = frozenset()
    documents: int = 0


def raws_of(home: Path) -> frozenset[str]:
    """The digests of all raw bytes that are kept."""
    packs = (home / "state/raw").glob("*.parquet")
    return frozenset(d for path in packs for d in pq.read_table(path, columns=["raw_sha256"])["raw_sha256"].to_pylist())


def documents_of(release: Path) -> int:
    """Documents that the manifest says came in, and were carried over."""
    counts = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["counts"]
    return int(counts["documents_in"] + counts["carried_over"])


def copied(stage: Stage, target: Path) -> Path:
    """A copy of the output as it stands before the story, with its modes and links."""
    if stage.before.is_dir():
        shutil.copytree(stage.before, target, symlinks=True)
    else:
        target.mkdir()
    return target


def removed(folder: Path) -> None:
    """Remove a folder with read-only ones in it."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


def stages(work: Path, zygote: Zygote, wanted: tuple[str, ...]) -> list[Stage]:
    """The stories, each told once undisturbed."""
    old, new, more = drop(work / "a", 0, 12), drop(work / "b", 0, 12, edition=1), drop(work / "c", 50, 12)
    first = work / "first"
    first.mkdir()
    assert zygote.run("publish", str(old), "--direct", output=first).code == 0
    made = [
        Stage("fresh", work / "nothing", ("publish", str(old), "--direct")),
        Stage("incremental", first, ("publish", str(new), "--direct")),
        Stage("append", first, ("publish", str(more), "--direct", "--append")),
    ]
    for stage in made:
        if stage.name not in wanted:
            continue
        output = copied(stage, work / f"undisturbed-{stage.name}")
        ended = zygote.run(*stage.words, output=output)
        assert ended.code == 0, ended.said
        home = output / "news"
        release = home / (latest_of(home) or {})["path"]
        stage.touches, stage.bytes, stage.raws = ended.touches, bytes_of(release), raws_of(home)
        stage.documents = documents_of(release)
        stage.largest = max(path.stat().st_size for path in release.rglob("*.parquet"))
    return [stage for stage in made if stage.name in wanted]


def mended(stage: Stage, home: Path) -> list[str]:
    """What is wrong after the run that was let end."""
    wrong = wrong_with(home, first=False)
    if wrong:
        return wrong
    release = home / (latest_of(home) or {})["path"]
    if bytes_of(release) != stage.bytes:
        differ = [path for path, digest in bytes_of(release).items() if stage.bytes.get(path) != digest]
        wrong.append(f"not the bytes of an undisturbed run: {differ}")
    if documents_of(release) != stage.documents:
        wrong.append(f"{documents_of(release)} documents accounted for, {stage.documents} came in")
    if lost := stage.raws - raws_of(home):
        wrong.append(f"the raw bytes of {len(lost)} documents were not kept")
    listed = {each["path"] for each in json.loads((home / "versions.json").read_text())}
    there = {f"releases/{path.name}" for path in (home / "releases").iterdir()}
    wrong += [f"{path}: in one of releases/ and versions.json alone" for path in sorted(there ^ listed)]
    wrong += [f"{path}: {said}" for path in sorted(there) for said in wrong_with_release(home / path)]
    wrong += [f"left behind: {path}" for path in (home / ".staging").glob("*")]
    wrong += [f"left behind: {path}" for path in home.rglob(".*.new")]
    if (home / "state/journal.json").exists():
        wrong.append("the journal is still open")
    if (home / "latest").resolve() != release.resolve():
        wrong.append("the link `latest` points elsewhere")
    return wrong


def one(stage: Stage, zygote: Zygote, watcher: Watcher, work: Path, rng: Random, number: int) -> list[str]:
    """Kill one run, look, let the next run end (or kill that one too), look again."""
    output = copied(stage, work / "copy")
    home, first = output / "news", stage.name == "fresh"
    watcher.watch(home, first=first)
    torn = number % 8 == 7
    point = {"most_bytes": rng.randrange(1, stage.largest)} if torn else {"die_at": rng.randrange(1, stage.touches + 1)}
    said = f"{stage.name} {point}"
    killed = zygote.run(*stage.words, output=output, **point)
    wrong = [] if killed.died else [f"the run was to die and ended with {killed.code}: {killed.said[-200:]}"]
    if not gone(killed.mark):
        wrong.append("its processes outlived it")
    if home.is_dir():
        wrong += wrong_with(home, first=first)
    if number % 4 == 3:
        again = {"die_at": rng.randrange(1, stage.touches + 1)}
        said += f", then {again}"
        gone(zygote.run(*stage.words, output=output, **again).mark)
        wrong += wrong_with(home, first=first) if home.is_dir() else []
    ended = zygote.run(*stage.words, output=output)
    if ended.code:
        wrong.append(f"the next run ended with {ended.code}: {ended.said[-300:]}")
    wrong += mended(stage, home)
    watcher.watch(None)
    removed(output)
    return [f"{said}: {each}" for each in wrong]


def through_the_flow(stage: Stage, watcher: Watcher, work: Path, rng: Random, count: int) -> list[str]:
    """The same with runs of the Prefect flow, on its embedded API."""
    wrong = []
    words = tuple(word for word in stage.words if word != "--direct")
    with Zygote() as zygote:
        for number in range(count):
            output = copied(stage, work / f"flow-{number}")
            home, point = output / "news", rng.randrange(1, stage.touches + 1)
            watcher.watch(home, first=stage.name == "fresh")
            killed = zygote.run(*words, output=output, die_at=point)
            gone(killed.mark, 2)  # the embedded API outlives its client by some seconds
            if not killed.died:
                wrong.append(
                    f"flow {stage.name} {point}: was to die, and ended with {killed.code}: {killed.said[-300:]}"
                )
            ended = zygote.run(*words, output=output)
            gone(ended.mark, 2)
            said = [f"the next run ended with {ended.code}: {ended.said[-300:]}"] if ended.code else []
            wrong += [f"flow {stage.name} {point}: {each}" for each in said + mended(stage, home)]
            watcher.watch(None)
            removed(output)
    return wrong


def main() -> int:
    """Kill at so many points, spread evenly over the stories."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--n", type=int, default=200, help="points")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--flow", type=int, default=4, help="of them so many more through the Prefect flow")
    given = asked.parse_args()
    rng, wrong, began = Random(given.seed), list[str](), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kliping-crash-") as name, Zygote() as zygote, Watcher() as watcher:
        work = Path(name)
        told = stages(work, zygote, STORIES)
        for number in range(given.n):
            found = one(told[number % 3], zygote, watcher, work, rng, number)
            for said in found:
                print(said, flush=True)
            wrong += found
        for number in range(min(given.flow, 3)):
            share = given.flow // 3 + (number < given.flow % 3)
            found = through_the_flow(told[number], watcher, work, rng, share)
            print(*found, sep="\n", end="\n" if found else "")
            wrong += found
        for path in work.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        looks, seen = watcher.looks, watcher.wrong
    print(*sorted(set(seen)), sep="\n", end="\n" if seen else "")
    touches = ", ".join(f"{stage.name} {stage.touches}" for stage in told)
    print(
        f"crash: {given.n} runs killed (seed {given.seed}; touches of the disk: {touches}), {given.flow} of the flow; "
        f"the reader looked {looks:,} times; {time.monotonic() - began:.0f} s; {len(wrong) + len(seen)} violations"
    )
    return 1 if wrong or seen else 0


if __name__ == "__main__":
    sys.exit(main())
