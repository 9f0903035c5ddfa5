"""The process that cleans is killed while it works."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.release_reader import bytes_of, latest_of
from tests.faults.zygote import left_behind


def worker(scene: Scene, rng: Random) -> None:
    """The process that cleans dies while it works: once, and each time it is started."""
    for again in (False, True):
        output = scene.copy("worker")
        mark = scene.zygote.start("publish", str(scene.b), "--direct", output=output)
        until, killed = time.monotonic() + 60, 0
        while time.monotonic() < until and (killed == 0 or again) and killed < 3:
            for pid in left_behind(mark):
                with suppress(OSError):
                    if b"flows.workers.child_service" in Path(f"/proc/{pid}/cmdline").read_bytes():
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
