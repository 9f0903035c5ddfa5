"""A wall clock that jumps back a day between two runs, and one that stands years ahead."""

from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene


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
