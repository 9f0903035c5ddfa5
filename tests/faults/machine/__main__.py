"""What machines, disks and people do to a run: each ends in a sentence and an exit code, and nothing is lost.

    python -m tests.faults.machine --seed 1 [--only disk,source]

Each kind has a module of its name beside this one; scene.py is what all of them share.

disk      a disk that fills up while a release is written, and one that turns read-only (both a small tmpfs, in a mount
          namespace of its own; skipped with a reason where that is not permitted)
denied    an output that may not be written, files and folders of a source that may not be read
source    a source that vanishes, loses files, or grows, before seeded touches of the disk
clock     a wall clock that jumps back a day between two runs, and one that stands years ahead
full      a disk that refuses one write, or all from then on, at a seeded touch of each part of a run
hosts     two publishers whose clocks stand hours apart, in turn and at once; a parent that is pruned during a run
twice     two publishers at once: one works, the other is told so, or waits as asked
verbs     prune, takedown, takedown --purge and latest-set killed at seeded touches, then given again
worker    the process that cleans is killed while it works
server    a Prefect server that goes away while a run speaks to it

After each: latest.json names a whole release, and the run that follows ends well, with every document accounted for.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.faults.machine.clock import clock
from tests.faults.machine.denied import denied
from tests.faults.machine.disk import disk
from tests.faults.machine.full import full
from tests.faults.machine.hosts import hosts
from tests.faults.machine.scene import Scene
from tests.faults.machine.server import server
from tests.faults.machine.source import source
from tests.faults.machine.twice import twice
from tests.faults.machine.verbs import verbs
from tests.faults.machine.worker import worker
from tests.faults.zygote import Zygote

FAULTS: dict[str, Callable[[Scene, Random], None]] = {
    "disk": disk, "denied": denied, "source": source, "clock": clock, "twice": twice, "verbs": verbs, "worker": worker,
    "server": server, "full": full, "hosts": hosts,
}  # fmt: skip


def main() -> int:
    """Meet each fault."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seed", default="1")
    asked.add_argument("--only", default=",".join(FAULTS), help="some of them, apart by commas")
    given = asked.parse_args()
    rng = Random(given.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kliping-faults-", ignore_cleanup_errors=True) as name, Zygote() as zygote:
        scene = Scene(Path(name), zygote)
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
