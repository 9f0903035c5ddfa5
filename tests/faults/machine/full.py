"""A disk that is full at a seeded touch, and for so many touches after it: each kind of write of a run meets it."""

from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene

_FOR_GOOD = 1_000_000


def full(scene: Scene, rng: Random, count: int = 30) -> None:
    """A write that a full disk refuses, at every part of a run."""
    output = scene.copy("full")
    mark = scene.zygote.start("publish", str(scene.b), "--direct", output=output)
    assert scene.zygote.wait(mark).code == 0
    kinds = scene.zygote.touches(mark)
    removed(output)
    # The same share of each part of the run, and each touch a number that was drawn within it.
    parts = [range(len(kinds) * n // count + 1, len(kinds) * (n + 1) // count + 1) for n in range(count)]
    for number, part in enumerate(part for part in parts if part):
        at, lasts = rng.choice(part), (1, _FOR_GOOD)[number % 2]
        what = f"a disk full at touch {at} ({kinds[at - 1]}) for {'good' if lasts > 1 else 'once'}"
        output = scene.copy("full")
        ended = scene.zygote.run("publish", str(scene.b), "--direct", output=output, full_from=at, full_for=lasts)
        # What is made after the commit (indexes, pages) may be missing; the release stands, and the run says so.
        scene.told(what, ended, 0, 3, words="space" if ended.code == 3 else "")
        scene.whole(what, output)
        scene.next(what, output)
        removed(output)
