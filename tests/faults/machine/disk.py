"""A disk that fills up while a release is written, and one that turns read-only: both a small tmpfs.

The mounts need a namespace of their own, so a process of its own; skipped with a reason where that is not permitted.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.zygote import ROOT, Zygote


def disk(scene: Scene, rng: Random) -> None:
    """Give the rest to a process with mounts of its own."""
    unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        print("disk: not run: this machine does not let us have mounts of our own (unshare -m)")
        return
    done = subprocess.run(
        [*unshare, sys.executable, "-m", "tests.faults.machine.disk", str(rng.random())],
        cwd=ROOT, text=True, capture_output=True,
    )  # fmt: skip
    *said, last = done.stdout.splitlines() or [""]
    for each in said:
        scene.fail(f"disk: {each}")
    if done.returncode or not last.startswith("cases "):
        scene.fail(f"disk: ended with {done.returncode}: {last} {done.stderr[-500:]}")
    else:
        scene.cases += int(last.removeprefix("cases "))


def inside(scene: Scene, rng: Random) -> None:
    """A full and a read-only disk; within the mount namespace."""
    small = scene.work / "small"
    small.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(small)]
    subprocess.run(mount, check=True)
    output = scene.copy("small/output")
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
    output = scene.copy("small/output")
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kliping-faults-", ignore_cleanup_errors=True) as name, Zygote() as zygote:
        scene = Scene(Path(name), zygote)
        inside(scene, Random(sys.argv[1]))
        print(f"cases {scene.cases}")
