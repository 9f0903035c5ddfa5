"""Two hosts that publish into one folder with clocks that differ, in turn and at once; a parent that is pruned."""

from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.release_reader import latest_of
from tests.faults.zygote import ROOT, Zygote

HOUR = 3600


def hosts(scene: Scene, rng: Random) -> None:
    """Two publishers whose clocks stand apart, and one whose parent another prunes."""
    with Zygote() as other:
        for ahead in (HOUR, -HOUR, 30 * HOUR, -30 * HOUR):
            _publish_in_turn(scene, other, ahead)
            _publish_at_once(scene, other, ahead)
    _prune_while_publishing(scene, rng)


def _publish_in_turn(scene: Scene, other: Zygote, ahead: float) -> None:
    """Every release comes after the one that it was compared with, whatever the clocks say."""
    what, output = f"hosts {ahead / HOUR:+.0f} h apart, in turn", scene.copy("hosts")
    versions = [(latest_of(output / "news") or {})["version"]]
    for zygote, source, clock in ((other, scene.b, ahead), (scene.zygote, scene.a, 0), (other, scene.b, ahead)):
        scene.told(what, zygote.run("publish", str(source), "--direct", output=output, clock=clock), 0)
        scene.whole(what, output)
        versions.append((latest_of(output / "news") or {})["version"])
    # The third has the inputs of a release that is listed; it may publish it again, or nothing.
    if len(set(versions[:3])) < 3:
        scene.fail(f"{what}: a release was lost: {versions}")
    scene.told(f"{what}: verify", scene.zygote.run("verify", output=output), 0)
    removed(output)


def _publish_at_once(scene: Scene, other: Zygote, ahead: float) -> None:
    """Both publish, one after the other, as each waits."""
    what, output = f"hosts {ahead / HOUR:+.0f} h apart, at once", scene.copy("hosts")
    words = ("--direct", "--wait", "120")
    marks = [
        (scene.zygote, scene.zygote.start("publish", str(scene.b), *words, output=output)),
        (other, other.start("publish", str(scene.a), *words, "--append", output=output, clock=ahead)),
    ]
    for zygote, mark in marks:
        scene.told(what, zygote.wait(mark), 0)
    scene.whole(what, output)
    scene.next(what, output)
    removed(output)


def _prune_while_publishing(scene: Scene, rng: Random) -> None:
    """A prune that is given in the middle of a run is told of it, or waits; the parent is there until the run ends."""
    output = scene.copy("hosts")
    touches = scene.touches
    removed(output)
    for _ in range(6):
        at, output = rng.randrange(1, touches + 1), scene.copy("hosts")
        scene.told("a second release", scene.zygote.run("publish", str(scene.b), "--direct", output=output), 0)
        said = output.parent / "prune.said"
        act = (f"cd {ROOT} && {{ python -m flows.cli prune --keep 1 --output {output} > {said} 2>&1; "
               f"echo code $? >> {said}; }}")  # fmt: skip
        what = f"a parent that is pruned at touch {at}"
        ended = scene.zygote.run("publish", str(scene.a), "--direct", "--rehash", output=output, act_at=at, act=act)
        scene.told(what, ended, 0)
        scene.whole(what, output)
        answer = said.read_text(encoding="utf-8") if said.exists() else ""
        if "Traceback" in answer or ("code 0" not in answer and "at work on" not in answer and answer):
            scene.fail(f"{what}: prune gave no sentence: {answer[-300:]}")
        scene.told(f"{what}: verify", scene.zygote.run("verify", output=output), 0)
        scene.next(what, output)
        removed(output)
