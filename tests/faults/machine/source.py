"""A source that vanishes, loses files, grows, is cut short or turns into a link, before seeded touches of the disk."""

import subprocess
from random import Random

import pyarrow.parquet as pq

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.release_reader import latest_of


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
