"""Two publishers at once: one works, the other is told so, or waits as asked."""

from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.zygote import Zygote


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
