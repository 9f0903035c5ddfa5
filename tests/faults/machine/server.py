"""A Prefect server that is not there, and one that goes away while a run speaks to it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from random import Random
from urllib.request import urlopen

from tests.faults.kill_runs import removed
from tests.faults.machine.scene import Scene
from tests.faults.zygote import Zygote


def server(scene: Scene, rng: Random) -> None:
    """A Prefect server that is not there, and one that goes away in the middle of a run."""
    port = 20_000 + os.getpid() % 20_000
    url = f"http://127.0.0.1:{port}/api"
    environment = {**os.environ, "PREFECT_HOME": str(scene.work / "prefect"), "PREFECT_SERVER_API_PORT": str(port),
                   "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # fmt: skip
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    with Zygote(PREFECT_API_URL=url) as zygote:
        output = scene.copy("server")
        absent = zygote.run("publish", str(scene.b), output=output)
        scene.told("no server", absent, 3, words="no prefect server answers")
        scene.whole("no server", output)
        with (scene.work / "server.log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            if not _answers(url):
                scene.fail("server: the test server did not start")
                return
            mark = zygote.start("publish", str(scene.b), output=output)
            until = time.monotonic() + 90
            while time.monotonic() < until and not list((output / "news/.staging").glob("*")):
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            ended = zygote.wait(mark)
            scene.told("a server that goes away", ended, 0, 3)
            scene.whole("a server that goes away", output)
            scene.next("a server that went away", output)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        removed(output)


def _answers(url: str) -> bool:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(OSError), urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
        time.sleep(0.5)
    return False
