"""What every fault is judged by: a dataset with a release, the words of the run that met it, the run that follows."""

import json
from pathlib import Path

from tests.faults.kill_runs import Stage as Before
from tests.faults.kill_runs import copied
from tests.faults.made_sources import drop
from tests.faults.release_reader import bytes_of, latest_of, rows_of, wrong_with
from tests.faults.zygote import Ended, Zygote, gone


class Scene:
    """A dataset with one release of source `a`; `b` is what it becomes, `bytes_b` and `rows_b` what that must give."""

    def __init__(self, work: Path, zygote: Zygote) -> None:
        self.work, self.zygote, self.wrong, self.cases = work, zygote, list[str](), 0
        self.a, self.b = drop(work / "a", 0, 8), drop(work / "b", 0, 8, edition=1)
        self.first = work / "first"
        self.first.mkdir()
        assert zygote.run("publish", str(self.a), "--direct", output=self.first).code == 0
        output = self.copy("reference")
        ended = zygote.run("publish", str(self.b), "--direct", output=output)
        assert ended.code == 0, ended.said
        self.touches = ended.touches
        release = output / "news" / (latest_of(output / "news") or {})["path"]
        self.bytes_b, self.rows_b = bytes_of(release), rows_of(release)
        self.parent_b = json.loads((release / "manifest.json").read_text())["parent"]

    def copy(self, name: str) -> Path:
        """A copy of the output with its one release."""
        return copied(Before(name, self.first, ()), self.work / name)

    def told(self, what: str, ended: Ended, *codes: int, words: str = "") -> None:
        """The end of a faulty run: its exit code, and a sentence that says what to do rather than a traceback."""
        self.cases += 1
        if ended.code not in codes:
            self.fail(f"{what}: ended with {ended.code}, not {codes}: {ended.said[-300:]}")
        if "Traceback" in ended.said or (ended.code > 0 and not ended.said.strip()):
            self.fail(f"{what}: no sentence: {ended.said[-300:]}")
        if words and words.lower() not in ended.said.lower():
            self.fail(f"{what}: does not say {words!r}: {ended.said[-300:]}")
        if not gone(ended.mark):
            self.fail(f"{what}: its processes outlived it")

    def whole(self, what: str, output: Path, *, published: bool = True) -> None:
        """What readers see is whole."""
        for said in wrong_with(output / "news", first=not published):
            self.fail(f"{what}: {said}")

    def next(self, what: str, output: Path, zygote: Zygote | None = None) -> None:
        """The next run of `b` ends well and gives what it always gives."""
        ended = (zygote or self.zygote).run("publish", str(self.b), "--direct", output=output)
        self.told(f"{what}, the next run", ended, 0)
        self.whole(what, output)
        release = output / "news" / (latest_of(output / "news") or {})["path"]
        if json.loads((release / "manifest.json").read_text())["parent"] == self.parent_b:
            if bytes_of(release) != self.bytes_b:
                self.fail(f"{what}: the next run gave other bytes")
        # The faulty run published too: then the segments and the changes are those since that.
        elif rows_of(release) != self.rows_b:
            self.fail(f"{what}: the next run gave other rows")
        if left := list((output / "news/.staging").glob("*")):
            self.fail(f"{what}: left behind {left}")

    def fail(self, said: str) -> None:
        """Note a violation."""
        print(said, flush=True)
        self.wrong.append(said)
