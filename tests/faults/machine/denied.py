"""An output that may not be written, files and folders of a source that may not be read."""

import os
import shutil
import subprocess
from random import Random

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.zygote import Zygote


def denied(scene: Scene, rng: Random) -> None:
    """An output and a source that may not be touched. Root may everything, unless it gives that up."""
    weak = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if weak and (not shutil.which("setpriv") or subprocess.run([*weak, "true"], capture_output=True).returncode):
        print("denied: not run: root may read and write everything here, and setpriv cannot take that away")
        return
    with Zygote(*weak) as zygote:
        for below in ("news", "news/state", "news/releases", "news/.staging", "."):
            output = scene.copy("denied")
            folder = output / below
            mode = folder.stat().st_mode
            folder.chmod(0o555)
            ended = zygote.run("publish", str(scene.b), "--direct", output=output)
            folder.chmod(mode)
            # Nothing new is made in the output itself. What was begun is finished by the next run.
            scene.told(f"no leave to write {below}", ended, *((0, 3) if below == "." else (3,)))
            if ended.code == 3 and "permission" not in ended.said.lower():
                scene.fail(f"no leave to write {below}: does not say so: {ended.said[-300:]}")
            scene.whole(f"no leave to write {below}", output)
            scene.next(f"leave to write {below} again", output, zygote)
            removed(output)
        output = scene.copy("denied")
        scene.next("an output that may be written again", output, zygote)
        removed(output)
        # From what stood before `b` was ever read: else its files are known, and equal a release that is listed.
        output = scene.copy("denied")
        secret, closed = scene.b / "2.txt", scene.b / "closed"
        closed.mkdir()
        (closed / "x.txt").write_text("tertutup")
        secret.chmod(0)
        closed.chmod(0)
        ended = zygote.run("publish", str(scene.b), "--direct", output=output)
        secret.chmod(0o644)
        closed.chmod(0o755)
        shutil.rmtree(closed)
        scene.told("no leave to read a file and a folder", ended, 0, words="unreadable")
        scene.whole("no leave to read", output)
        scene.b.chmod(0)
        scene.told("no leave to list the source", zygote.run("publish", str(scene.b), "--direct", output=output), 2)
        scene.b.chmod(0o755)
        scene.next("a source that may be read again", output, zygote)
    removed(output)
