"""What machines, disks and people do to a run: each ends in a sentence and an exit code, and nothing is lost.

    python -m tests.fire.faults --seed 1 [--only disk,source]

disk      a disk that fills up while a release is written, and one that turns read-only (both a small tmpfs, in a mount
          namespace of its own; skipped with a reason where that is not permitted)
denied    an output that may not be written, files and folders of a source that may not be read
source    a source that vanishes, loses files, or grows, before seeded touches of the disk
clock     a wall clock that jumps back a day between two runs, and one that stands years ahead
twice     two publishers at once: one works, the other is told so, or waits as asked
verbs     prune, takedown, takedown --purge and latest-set killed at seeded touches, then given again
worker    the process that cleans is killed while it works
server    a Prefect server that goes away while a run speaks to it

After each: latest.json names a whole release, and the run that follows ends well, with every document accounted for.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from tests.fire.crash import Stage as Before
from tests.fire.crash import copied, removed
from tests.fire.reader import bytes_of, latest_of, wrong_with
from tests.fire.sources import drop
from tests.fire.zygote import ROOT, Ended, Zygote, gone, left_behind


class Scene:
    """A dataset with one release of source `a`; `b` is what it becomes, and `bytes_b` what that must give."""

    def __init__(self, work: Path, zygote: Zygote) -> None:
        self.work, self.zygote, self.wrong, self.cases = work, zygote, list[str](), 0
        self.a, self.b = drop(work / "a", 0, 8), drop(work / "b", 0, 8, edition=1)
        self.first = work / "first"
        self.first.mkdir()
        assert zygote.run("publish", str(self.a), "--direct", output=self.first).code == 0
        output = self.copy("reference")
        ended = zygote.run("publish", str(self.b), "--direct", output=output)
        assert ended.code == 0, ended.said
        self.touches = ended.touches
        self.bytes_b = bytes_of(output / "news" / (latest_of(output / "news") or {})["path"])

    def copy(self, name: str) -> Path:
        """A copy of the output with its one release."""
        return copied(Before(name, self.first, ()), self.work / name)

    def told(self, what: str, ended: Ended, *codes: int, words: str = "") -> None:
        """The end of a faulty run: its exit code, and a sentence that says what to do rather than a traceback."""
        self.cases += 1
        if ended.code not in codes:
            self.fail(f"{what}: ended with {ended.code}, not {codes}: {ended.said[-300:]}")
        if "Traceback" in ended.said or (ended.code > 0 and not ended.said.strip()):
            self.fail(f"{what}: no sentence: {ended.said[-300:]}")
        if words and words.lower() not in ended.said.lower():
            self.fail(f"{what}: does not say {words!r}: {ended.said[-300:]}")
        if not gone(ended.mark):
            self.fail(f"{what}: its processes outlived it")

    def whole(self, what: str, output: Path, *, published: bool = True) -> None:
        """What readers see is whole."""
        for said in wrong_with(output / "news", first=not published):
            self.fail(f"{what}: {said}")

    def next(self, what: str, output: Path, zygote: Zygote | None = None) -> None:
        """The next run of `b` ends well and gives what it always gives."""
        ended = (zygote or self.zygote).run("publish", str(self.b), "--direct", output=output)
        self.told(f"{what}, the next run", ended, 0)
        self.whole(what, output)
        made = bytes_of(output / "news" / (latest_of(output / "news") or {})["path"])
        # The faulty run may have published too, and then the changes are told since that.
        if any(made[path] != digest for path, digest in self.bytes_b.items() if not path.startswith("diff/")):
            self.fail(f"{what}: the next run gave other bytes")
        if left := list((output / "news/.staging").glob("*")):
            self.fail(f"{what}: left behind {left}")

    def fail(self, said: str) -> None:
        """Note a violation."""
        print(said, flush=True)
        self.wrong.append(said)


def disk(scene: Scene, rng: Random) -> None:
    """Give the rest to a process with mounts of its own."""
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        print("disk: not run: this machine does not let us have mounts of our own (unshare -m)")
        return
    done = subprocess.run(
        [*unshare, sys.executable, "-m", "tests.fire.faults", "--inside", str(scene.work), "--seed", str(rng.random())],
        cwd=ROOT, text=True, capture_output=True,
    )  # fmt: skip
    *_, last = done.stdout.splitlines() or ["", ""]
    if done.returncode:
        scene.fail(f"disk: {done.stdout[-2000:]} {done.stderr[-500:]}")
    scene.cases += int(last.rpartition(" ")[2] or 0) if done.returncode == 0 else 0


def inside(scene: Scene, rng: Random) -> None:
    """A full and a read-only disk; within the mount namespace."""
    small = scene.work / "small"
    small.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(small)]
    subprocess.run(mount, check=True)
    output = copied(Before("disk", scene.first, ()), small / "output")
    free = [0, 5_000, 20_000, 60_000, 100_000, 140_000, *(rng.randrange(200_000) for _ in range(3))]
    for left in free:
        with (small / "filler").open("wb") as filler:
            status = os.statvfs(small)
            filler.write(b"x" * max(status.f_bavail * status.f_frsize - left, 0))
        ended = scene.zygote.run("publish", str(scene.b), "--direct", output=output)
        (small / "filler").unlink()
        scene.whole(f"{left} bytes left", output)
        if ended.code == 0:
            continue  # enough, or what was there already
        scene.told(f"{left} bytes left", ended, 3, words="space")
    scene.next("a full disk", output)
    removed(output)
    output = copied(Before("disk", scene.first, ()), small / "output")
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    for words in (
        ("publish", str(scene.b), "--direct"),
        ("pin", "2026.1.1.1"),
        ("takedown", "0" * 32, "--reason", "x"),
    ):
        scene.told(f"read-only disk: {words[0]}", scene.zygote.run(*words, output=output), 3, words="read-only")
    scene.told("read-only disk: verify", scene.zygote.run("verify", output=output), 0)
    scene.told("read-only disk: versions", scene.zygote.run("versions", output=output), 0)
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    scene.next("a read-only disk", output)
    subprocess.run(["umount", "-l", str(small)], check=True)


def denied(scene: Scene, rng: Random) -> None:
    """An output and a source that may not be touched. Root may everything, unless it gives that up."""
    weak = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if weak and (not shutil.which("setpriv") or subprocess.run([*weak, "true"], capture_output=True).returncode):
        print("denied: not run: root may read and write everything here, and setpriv cannot take that away")
        return
    with Zygote(*weak) as zygote:
        for below in ("news", "news/state", "news/releases", "news/.staging", "."):
            output = scene.copy("denied")
            folder = output / below
            mode = folder.stat().st_mode
            folder.chmod(0o555)
            ended = zygote.run("publish", str(scene.b), "--direct", output=output)
            folder.chmod(mode)
            # Nothing new is made in the output itself. What was begun is finished by the next run.
            scene.told(f"no leave to write {below}", ended, *((0, 3) if below == "." else (3,)))
            if ended.code == 3 and "permission" not in ended.said.lower():
                scene.fail(f"no leave to write {below}: does not say so: {ended.said[-300:]}")
            scene.whole(f"no leave to write {below}", output)
            scene.next(f"leave to write {below} again", output, zygote)
            removed(output)
        output = scene.copy("denied")
        scene.next("an output that may be written again", output, zygote)
        removed(output)
        # From what stood before `b` was ever read: else its files are known, and equal a release that is listed.
        output = scene.copy("denied")
        secret, closed = scene.b / "2.txt", scene.b / "closed"
        closed.mkdir()
        (closed / "x.txt").write_text("tertutup")
        secret.chmod(0)
        closed.chmod(0)
        ended = zygote.run("publish", str(scene.b), "--direct", output=output)
        secret.chmod(0o644)
        closed.chmod(0o755)
        shutil.rmtree(closed)
        scene.told("no leave to read a file and a folder", ended, 0, words="unreadable")
        scene.whole("no leave to read", output)
        scene.b.chmod(0)
        scene.told("no leave to list the source", zygote.run("publish", str(scene.b), "--direct", output=output), 2)
        scene.b.chmod(0o755)
        scene.next("a source that may be read again", output, zygote)
    removed(output)


def source(scene: Scene, rng: Random) -> None:
    """The source is not what it was when the run began."""
    acts = {
        "vanishes": "mv {b} {b}.away",
        "loses files": "mkdir {b}.away && mv {b}/3.txt {b}/4.txt {b}/*.warc {b}.away",
        "grows": "cp {b}/3.txt {b}/30.txt && cp {b}/*.warc {b}/again.warc",
        "is cut short": "cp -p {b}/0.warc {b}.away && truncate -s 700 {b}/0.warc",
        "turns into a link": "mv {b}/5.txt {b}.away && ln -s /etc/passwd {b}/5.txt",
    }
    back = {
        "vanishes": "mv {b}.away {b}",
        "loses files": "mv {b}.away/* {b} && rmdir {b}.away",
        "grows": "rm {b}/30.txt {b}/again.warc",
        "is cut short": "mv {b}.away {b}/0.warc",
        "turns into a link": "rm {b}/5.txt && mv {b}.away {b}/5.txt",
    }
    for what, act in acts.items():
        for at in sorted({1, 10, rng.randrange(2, 24), rng.randrange(24, scene.touches)}):
            output = scene.copy("source")
            ended = scene.zygote.run(
                "publish", str(scene.b), "--direct", output=output, act_at=at, act=act.format(b=scene.b)
            )
            said = f"a source that {what} at touch {at}"
            subprocess.run(["/bin/sh", "-c", back[what].format(b=scene.b)], check=True)
            scene.told(said, ended, 0, 1, 2, 3)
            scene.whole(said, output)
            published = (output / "news" / (latest_of(output / "news") or {})["path"] / "data").glob("*.parquet")
            if any("root:" in row for path in published for row in pq.read_table(path)["text"].to_pylist()):
                scene.fail(f"{said}: a file outside the source was published")
            scene.next(said, output)
            removed(output)


def clock(scene: Scene, rng: Random) -> None:
    """A wall clock that jumps."""
    for ahead in (-86_400, -400 * 86_400, -3600, 10 * 365 * 86_400):
        output = scene.copy("clock")
        ended = scene.zygote.run("publish", str(scene.b), "--direct", output=output, clock=ahead)
        scene.told(f"a clock that stands {ahead} s off", ended, 0)
        scene.whole(f"a clock that stands {ahead} s off", output)
        again = scene.zygote.run("publish", str(scene.a), "--direct", output=output)
        scene.told(f"after a clock that stood {ahead} s off", again, 0)
        scene.whole(f"after a clock that stood {ahead} s off", output)
        for words in (("versions",), ("verify",), ("prune", "--keep", "1")):
            scene.told(f"after a clock: {words[0]}", scene.zygote.run(*words, output=output), 0)
        scene.whole(f"after a clock that stood {ahead} s off", output)
        removed(output)


def twice(scene: Scene, rng: Random) -> None:
    """Two publishers at once, started as a user starts them."""
    with Zygote() as other:
        output = scene.copy("twice")
        marks = [z.start("publish", str(scene.b), "--direct", output=output) for z in (scene.zygote, other)]
        ends = [z.wait(mark) for z, mark in zip((scene.zygote, other), marks, strict=True)]
        scene.told("two publishers at once", min(ends, key=lambda end: end.code), 0)
        scene.told("two publishers at once, the other", max(ends, key=lambda end: end.code), 0, 1)
        if any(end.code == 1 and "at work on" not in end.said for end in ends):
            scene.fail(f"two publishers at once: no word of the other: {ends}")
        scene.next("two publishers at once", output)
        removed(output)
        output = scene.copy("twice")
        marks = [z.start("publish", str(s), "--direct", "--wait", "120", output=output)
                 for z, s in ((scene.zygote, scene.a), (other, scene.b))]  # fmt: skip
        for z, mark in zip((scene.zygote, other), marks, strict=True):
            scene.told("two publishers, each of which waits", z.wait(mark), 0)
        scene.next("two publishers that waited", output)
        removed(output)


def verbs(scene: Scene, rng: Random, count: int = 4) -> None:
    """What changes releases that stand, killed and given again."""
    start = scene.copy("verbs")
    scene.told("a second release", scene.zygote.run("publish", str(scene.b), "--direct", output=start), 0)
    home = start / "news"
    newest = (latest_of(home) or {})["version"]
    oldest = min(path.name for path in (home / "releases").iterdir())
    table = pq.read_table(next((home / "releases" / newest / "data").glob("*.parquet")))
    article = table["article_id"][rng.randrange(table.num_rows)].as_py()
    orders = {
        "prune": ("prune", "--keep", "1"),
        "takedown": ("takedown", article, "--reason", "atas permintaan"),
        "takedown --purge": ("takedown", article, "--reason", "atas permintaan", "--purge"),
        "latest-set": ("latest-set", oldest, "--reason", "salah"),
    }
    for name, words in orders.items():
        output = copied(Before(name, start, ()), scene.work / "verb")
        ended = scene.zygote.run(*words, output=output)
        scene.told(name, ended, 0)
        scene.whole(name, output)
        wanted = bytes_of(output / "news" / (latest_of(output / "news") or {})["path"])
        touches = ended.touches
        removed(output)
        for _ in range(count):
            output, at = copied(Before(name, start, ()), scene.work / "verb"), rng.randrange(1, touches + 1)
            killed = scene.zygote.run(*words, output=output, die_at=at)
            if not killed.died:
                scene.fail(f"{name} at touch {at}: was to die and ended with {killed.code}")
            scene.whole(f"{name} killed at touch {at} of {touches}", output)
            scene.told(f"{name} again after touch {at}", scene.zygote.run(*words, output=output), 0)
            scene.whole(f"{name} again after touch {at}", output)
            if bytes_of(output / "news" / (latest_of(output / "news") or {})["path"]) != wanted:
                scene.fail(f"{name} killed at touch {at} of {touches}: other bytes than undisturbed")
            if "purge" in name and held(output, article):
                scene.fail(f"{name} killed at touch {at}: still in {held(output, article)}")
            scene.told("verify", scene.zygote.run("verify", output=output), 0)
            ended = scene.zygote.run("publish", str(scene.a), "--direct", output=output)
            scene.told(f"publish after {name} at touch {at}", ended, 0)
            scene.whole(f"publish after {name}", output)
            removed(output)
    removed(start)


def held(output: Path, article: str) -> list[str]:
    """The releases that hold an article."""
    tables = (output / "news/releases").glob("*/data/*.parquet")
    return [path.parts[-3] for path in tables if article in pq.read_table(path, columns=["article_id"])[0].to_pylist()]


def worker(scene: Scene, rng: Random) -> None:
    """The process that cleans dies while it works: once, and each time it is started."""
    for again in (False, True):
        output = scene.copy("worker")
        mark = scene.zygote.start("publish", str(scene.b), "--direct", output=output)
        until, killed = time.monotonic() + 60, 0
        while time.monotonic() < until and (killed == 0 or again) and killed < 3:
            for pid in left_behind(mark):
                with suppress(OSError):
                    if b"flows.supervise" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        time.sleep(rng.random())
                        os.kill(pid, signal.SIGKILL)
                        killed += 1
            time.sleep(0.02)
            if killed and not left_behind(mark):
                break
        ended = scene.zygote.wait(mark)
        scene.told(f"a worker killed {killed} times", ended, 0, 1, 3)
        scene.whole("a worker killed", output)
        ended = scene.zygote.run("publish", str(scene.b), "--direct", "--max-seconds", "61", output=output)
        scene.told("the run after a worker was killed", ended, 0)
        if bytes_of(output / "news" / (latest_of(output / "news") or {})["path"]) != scene.bytes_b:
            scene.fail("the run after a worker was killed gave other bytes")
        removed(output)


def server(scene: Scene, rng: Random) -> None:
    """A Prefect server that is not there, and one that goes away in the middle of a run."""
    port = 20_000 + os.getpid() % 20_000
    url = f"http://127.0.0.1:{port}/api"
    environment = {**os.environ, "PREFECT_HOME": str(scene.work / "prefect"), "PREFECT_SERVER_API_PORT": str(port),
                   "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # fmt: skip
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    with Zygote(PREFECT_API_URL=url) as zygote:
        output = scene.copy("server")
        absent = zygote.run("publish", str(scene.b), output=output)
        scene.told("no server", absent, 3, words="no prefect server answers")
        scene.whole("no server", output)
        with (scene.work / "server.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            if not _answers(url):
                scene.fail("server: the test server did not start")
                return
            mark = zygote.start("publish", str(scene.b), output=output)
            until = time.monotonic() + 90
            while time.monotonic() < until and not list((output / "news/.staging").glob("*")):
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            ended = zygote.wait(mark)
            scene.told("a server that goes away", ended, 0, 3)
            scene.whole("a server that goes away", output)
            scene.next("a server that went away", output)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        removed(output)


def _answers(url: str) -> bool:
    from urllib.request import urlopen

    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(OSError), urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
        time.sleep(0.5)
    return False


FAULTS: dict[str, Callable[[Scene, Random], None]] = {
    "disk": disk, "denied": denied, "source": source, "clock": clock, "twice": twice, "verbs": verbs, "worker": worker,
    "server": server,
}  # fmt: skip


def main() -> int:
    """Meet each fault."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seed", default="1")
    asked.add_argument("--only", default=",".join(FAULTS), help="some of them, apart by commas")
    asked.add_argument("--inside", type=Path, default=None, help=argparse.SUPPRESS)
    given = asked.parse_args()
    rng = Random(given.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kliping-faults-", ignore_cleanup_errors=True) as name, Zygote() as zygote:
        scene = Scene(Path(name), zygote)
        if given.inside:
            inside(scene, rng)
            print(f"cases {scene.cases}")
            return 1 if scene.wrong else 0
        for fault in given.only.split(","):
            before, clock_before = scene.cases, time.monotonic()
            FAULTS[fault](scene, rng)
            print(f"{fault}: {scene.cases - before} cases, {time.monotonic() - clock_before:.0f} s", flush=True)
        for path in Path(name).rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
    print(
        f"faults: {scene.cases} cases of {given.only} (seed {given.seed}); {time.monotonic() - began:.0f} s; "
        f"{len(scene.wrong)} violations"
    )
    return 1 if scene.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
