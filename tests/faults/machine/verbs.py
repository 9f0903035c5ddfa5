"""Prune, takedown, takedown --purge and latest-set, killed at seeded touches of the disk, then given again."""

from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from tests.faults.kill_runs import Stage as Before
from tests.faults.kill_runs import copied, removed
from tests.faults.machine.scene import Scene
from tests.faults.release_reader import bytes_of, latest_of


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
