"""Two hosts that publish into one folder with clocks that differ, in turn and at once; a parent that is pruned."""

import json
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.made_sources import drop
from tests.faults.release_reader import latest_of
from tests.faults.zygote import ROOT, Zygote

HOUR = 3600


def hosts(scene: Scene, rng: Random) -> None:
    """Two publishers whose clocks stand apart, and one whose parent another prunes."""
    sources = [drop(scene.work / f"edition-{edition}", 0, 8, edition=edition) for edition in (2, 3, 4)]
    with Zygote() as other:
        for ahead in (HOUR, -HOUR, 30 * HOUR, -30 * HOUR):
            _publish_in_turn(scene, other, ahead, sources)
            _publish_at_once(scene, other, ahead, sources)
    _prune_while_publishing(scene, rng, sources)


def _publish_in_turn(scene: Scene, other: Zygote, ahead: float, sources: list[Path]) -> None:
    """Every release is compared with the one before it and listed above it, whatever the clocks say."""
    what, output = f"hosts {ahead / HOUR:+.0f} h apart, in turn", scene.copy("hosts")
    versions = [(latest_of(output / "news") or {})["version"]]
    for source, (zygote, clock) in zip(sources, ((other, ahead), (scene.zygote, 0), (other, ahead)), strict=True):
        scene.told(what, zygote.run("publish", str(source), "--direct", output=output, clock=clock), 0)
        scene.whole(what, output)
        versions.append((latest_of(output / "news") or {})["version"])
    _check_chain(scene, what, output, versions)
    removed(output)


def _publish_at_once(scene: Scene, other: Zygote, ahead: float, sources: list[Path]) -> None:
    """Both publish, one after the other, as each waits."""
    what, output = f"hosts {ahead / HOUR:+.0f} h apart, at once", scene.copy("hosts")
    first = (latest_of(output / "news") or {})["version"]
    words = ("--direct", "--wait", "120")
    marks = [
        (scene.zygote, scene.zygote.start("publish", str(sources[0]), *words, output=output)),
        (other, other.start("publish", str(sources[1]), *words, output=output, clock=ahead)),
    ]
    for zygote, mark in marks:
        scene.told(what, zygote.wait(mark), 0)
    scene.whole(what, output)
    last = (latest_of(output / "news") or {})["version"]
    _check_chain(scene, what, output, [first, _read_parent(output, last), last])
    scene.next(what, output)
    removed(output)


def _check_chain(scene: Scene, what: str, output: Path, versions: list[str]) -> None:
    """Check that these versions are all that is listed, newest first, each the parent of the next."""
    listed = [entry["version"] for entry in json.loads((output / "news/versions.json").read_text())]
    if listed != versions[::-1] or len(set(listed)) < len(listed):
        scene.fail(f"{what}: published {versions}, listed {listed}")
        return
    for parent, version in pairwise(versions):
        if (compared := _read_parent(output, version)) != parent:
            scene.fail(f"{what}: {version} was compared with {compared}, not {parent}")
    scene.told(f"{what}: verify", scene.zygote.run("verify", output=output), 0)


def _read_parent(output: Path, version: str) -> str:
    return str(json.loads((output / "news/releases" / version / "manifest.json").read_text())["parent"])


def _prune_while_publishing(scene: Scene, rng: Random, sources: list[Path]) -> None:
    """A prune that is given in the middle of a run is told of it, and the parent stays; before the lock it works."""
    for _ in range(6):
        at, output = rng.randrange(1, scene.touches + 1), scene.copy("hosts")
        scene.told("a second release", scene.zygote.run("publish", str(scene.b), "--direct", output=output), 0)
        words = output.parent / "prune.words"
        act = (f"cd {ROOT} && {{ {sys.executable} -m flows.cli prune --keep 1 --output {output} > {words} 2>&1; "
               f"echo code $? >> {words}; }}")  # fmt: skip
        what = f"a parent that is pruned at touch {at}"
        ended = scene.zygote.run("publish", str(sources[0]), "--direct", output=output, act_at=at, act=act)
        scene.told(what, ended, 0)
        scene.whole(what, output)
        answer = words.read_text(encoding="utf-8") if words.exists() else ""
        is_busy = "code 1" in answer and "at work on" in answer
        if "Traceback" in answer or not (is_busy or "code 0" in answer):
            scene.fail(f"{what}: prune gave no sentence: {answer[-300:]}")
        words.unlink(missing_ok=True)
        scene.told(f"{what}: verify", scene.zygote.run("verify", output=output), 0)
        # Of another source: what equals a listed release publishes nothing.
        scene.told(f"{what}, the next run", scene.zygote.run("publish", str(sources[1]), "--direct", output=output), 0)
        scene.whole(what, output)
        removed(output)
