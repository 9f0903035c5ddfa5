"""Every file of a release damaged at seeded points: `kliping verify` says so, names the file, and changes nothing.

    python -m tests.faults.damage_releases --n 400 --seed 1

Ways: a bit flipped, bytes changed, cut short, emptied, added to, removed, replaced by a link to the same bytes or by a
pipe, exchanged with another file, and a file more. Every file of the release meets every way in turn. The tree is
compared before and after, with its modes and times.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.faults.kill_runs import removed
from tests.faults.made_sources import drop
from tests.faults.release_reader import digest_of, latest_of
from tests.faults.zygote import Zygote

Way = Callable[[Path, Random], None]


def flip(path: Path, rng: Random) -> None:
    """One bit turns."""
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def change(path: Path, rng: Random) -> None:
    """A stretch of other bytes, as long as what stood there."""
    data = bytearray(path.read_bytes())
    at = rng.randrange(len(data))
    there = data[at : at + rng.randrange(1, 40)]
    data[at : at + len(there)] = bytes((byte + 1) % 256 for byte in there)
    path.write_bytes(data)


def cut(path: Path, rng: Random) -> None:
    """The end is missing."""
    os.truncate(path, rng.randrange(path.stat().st_size))


def cut_at_a_line(path: Path, rng: Random) -> None:
    """The last lines are missing, and what is left looks whole."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: rng.randrange(len(lines))]))


def empty(path: Path, rng: Random) -> None:
    """Nothing is left."""
    os.truncate(path, 0)


def add(path: Path, rng: Random) -> None:
    """Bytes more at the end; a line break alone is enough."""
    path.write_bytes(path.read_bytes() + rng.choice((b"\n", b" ", b"\x00", rng.randbytes(9))))


def remove(path: Path, rng: Random) -> None:
    """The file is gone."""
    path.unlink()


def link(path: Path, rng: Random) -> None:
    """A link to the same bytes elsewhere."""
    aside = path.resolve().parents[-2] / "nowhere"
    copy = Path(tempfile.mkdtemp(prefix="kliping-elsewhere-"), path.name)
    shutil.copyfile(path, copy)
    path.unlink()
    path.symlink_to(copy if rng.random() < 0.8 else aside)


def pipe(path: Path, rng: Random) -> None:
    """A pipe, which whoever opens it would wait on for ever."""
    path.unlink()
    os.mkfifo(path)


def exchange(path: Path, rng: Random) -> None:
    """Another file's bytes."""
    release = next(parent for parent in path.parents if parent.parent.name == "releases")
    other = rng.choice([each for each in sorted(release.rglob("*")) if each.is_file() and each != path])
    path.write_bytes(other.read_bytes() + b"")


def another(path: Path, rng: Random) -> None:
    """A file that nobody published, beside it."""
    name = rng.choice(("extra.parquet", ".hidden", "Sáng tên.txt", "a b", "-rf", f"{path.name}.bak"))
    path.with_name(name).write_bytes(rng.randbytes(3))


WAYS: tuple[Way, ...] = (flip, change, cut, cut_at_a_line, empty, add, remove, link, pipe, exchange, another)


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder: kind, mode, time, size and digest."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest = digest_of(path) if path.is_file() and not path.is_symlink() else ""
        found[path.relative_to(folder).as_posix()] = (status.st_mode, status.st_mtime_ns, status.st_size, digest)
    return found


def damaged(before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]]) -> set[str]:
    """The entries that differ in kind or bytes; a folder does not."""
    kinds = [{key: (mode, digest) for key, (mode, _, _, digest) in at.items()} for at in (before, after)]
    return {key for key in kinds[0].keys() | kinds[1].keys() if kinds[0].get(key) != kinds[1].get(key)}


def one(whole: Path, copy: Path, name: str, way: Way, rng: Random, zygote: Zygote) -> list[str]:
    """Damage one file of a copy in one way; what verify missed or did."""
    shutil.copytree(whole, copy, symlinks=True)
    release = copy / (latest_of(copy) or {})["path"]
    for path in [release, *release.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    intact = tree(release)
    way(release / name, rng)
    before = tree(copy)
    files = damaged(intact, tree(release))
    said = f"{way.__name__} {name}"
    if not files:
        removed(copy)
        return []  # the exchanged file had the same bytes
    ended = zygote.run("verify", "--dataset", copy.name, "--output", str(copy.parent))
    wrong = []
    if ended.code != 1:
        wrong.append(f"{said}: verify ended with {ended.code}: {ended.said[-200:]}")
    for file in files:
        if not any(line.startswith(f"{file}: ") for line in ended.said.splitlines()):
            wrong.append(f"{said}: {file} is not named: {ended.said[:300]}")
    if tree(copy) != before:
        wrong.append(f"{said}: verify changed something")
    removed(copy)
    return wrong


def main() -> int:
    """Damage a release so many times."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--n", type=int, default=400, help="damages")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    rng, wrong = Random(given.seed), list[str]()
    with tempfile.TemporaryDirectory(prefix="kliping-damage-") as name, Zygote() as zygote:
        work = Path(name)
        output = work / "output"
        output.mkdir()
        for source in (drop(work / "a", 0, 12), drop(work / "b", 0, 12, edition=1)):
            assert zygote.run("publish", str(source), "--direct", output=output).code == 0
        whole = output / "news"
        assert zygote.run("verify", output=output).code == 0
        files = sorted((whole / (latest_of(whole) or {})["path"]).rglob("*"))
        names = [
            path.relative_to(whole / (latest_of(whole) or {})["path"]).as_posix() for path in files if path.is_file()
        ]
        pairs = [(file, way) for way in WAYS for file in names]
        rng.shuffle(pairs)
        for number in range(given.n):
            file, way = pairs[number % len(pairs)]
            found = one(whole, work / "copies" / "news", file, way, rng, zygote)
            print(*found, sep="\n", end="\n" if found else "", flush=True)
            wrong += found
        for path in work.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
    print(
        f"damage: {given.n} damages of {len(names)} files in {len(WAYS)} ways (seed {given.seed}); "
        f"{len(wrong)} violations"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
