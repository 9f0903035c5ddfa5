"""Mutation testing: how many small faults of the code do its tests notice?

    make mutants       (python -m tests.faults.mutate_code --sample 300 --seed 1, in the environment of the benchmarks)

A sample of mutants (mutant_sites.py) over read, describe, release, run and dedupe is drawn, so many of each package as
it has lines. Each is put into a temporary copy of the checkout and the tests that may notice it run there, likely ones
first (mutant_tests.py), until one fails. A mutant is `killed` where a test fails or hangs, `explained` where
explained_mutants.toml gives the reason why no test can or should fail, else it `survived`.

Results are kept in a JSON file (`--state`): a stopped run goes on. `--again survived` runs those once more, after tests
were added; `--only flows/read/source.py:40` those of one line; `--list` prints the survivors. Ends with 1 if more than
a tenth survived.
"""

import argparse
import compileall
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.faults.mutant_sites import Mutant, list_mutants, mutate, sample_mutants
from tests.faults.mutant_tests import choose_tests

ROOT: Final = Path(__file__).resolve().parents[2]
EXPLAINED: Final = Path(__file__).with_name("explained_mutants.toml")
PACKAGES: Final = ("read", "describe", "release", "run", "dedupe")
MOST_SURVIVORS: Final = 0.1
_FIRST_TESTS: Final = 20  # of those that killed mutants of the same package before
_COPIED = ("flows", "schemas", "expectations", "tests", "seeds", "docs", ".ci")


def load_explained() -> dict[tuple[str, str, str], str]:
    """Load the reasons of explained mutants by module, line before and line after."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["mutant"]
    return {(each["module"], each["before"], each["after"]): f"{each['kind']}: {each['reason']}" for each in entries}


class Checkout:
    """A copy of the checkout, and a process that runs its tests."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self._python = folder, python
        for name in _COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "results")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored, symlinks=True)
        (folder / "output").mkdir()
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy2(path, folder / path.name)
        compileall.compile_dir(folder / "flows", quiet=2)
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [self._python, "-m", "tests.faults.forked_pytest"],
            cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "PYTHONPATH": str(self.folder),
                 "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8", "KLIPING_SHARED": str(self.folder / "none")},
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def run_tests(
        self, files: list[str], seconds: float, durations: dict[str, float], first: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Run test files, the tests in `first` first, then the shortest; for the answer see forked_pytest."""
        assert self._process.stdin is not None and self._process.stdout is not None
        order = {
            "files": files, "seconds": seconds, "durations": durations, "first": list(first),
            "log": str(self.folder / "pytest.log"),
        }  # fmt: skip
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def write_module(self, module: str, source: str) -> None:
        """Put the text of a module into the copy; what was compiled of it goes."""
        path = self.folder / module
        path.write_text(source, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()

    def close(self) -> None:
        """End the process that runs tests."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class State:
    """Results, times of tests and digests of the test files that were measured, in a JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        stored = json.loads(path.read_text()) if path.exists() else {}
        self.results: dict[str, dict[str, Any]] = stored.get("results", {})
        self.durations: dict[str, float] = stored.get("durations", {})
        self.measured: dict[str, str] = stored.get("measured", {})

    def list_killers(self, package: str) -> list[str]:
        """List the tests that killed mutants of a package so far, those of most mutants first."""
        killers = Counter(
            result["by"] for result in self.results.values()
            if result["end"] == "killed" and "::" in result["by"] and Path(result["module"]).parent.name == package
        )  # fmt: skip
        return [test for test, _ in killers.most_common(_FIRST_TESTS)]

    def save(self) -> None:
        """Replace the file."""
        part = self.path.with_name(self.path.name + ".part")
        stored = {"results": self.results, "durations": self.durations, "measured": self.measured}
        part.write_text(json.dumps(stored, indent=1))
        part.replace(self.path)


def judge_mutant(checkout: Checkout, mutant: Mutant, state: State, seconds: float) -> dict[str, Any]:
    """Run the tests of a mutant, step by step, and say how it ended."""
    source = (checkout.folder / mutant.module).read_text(encoding="utf-8")
    mutated = mutate(source, mutant.operator, mutant.occurrence)
    assert mutated is not None
    checkout.write_module(mutant.module, mutated)
    spent, stopped, first = 0.0, False, state.list_killers(Path(mutant.module).parent.name)
    try:
        for files in choose_tests(checkout.folder, mutant.module):
            if not files or spent > seconds:
                continue
            answer = checkout.run_tests(files, seconds - spent, state.durations, first)
            spent += answer["seconds"]
            stopped = stopped or answer.get("stopped", False)
            assert answer["code"] != 4, f"pytest cannot run {files}"
            # Code 5: no test is left of these files. What a mutant slowed down says nothing of the code.
            if answer["code"] not in (0, 5) and not (answer["code"] == 2 and answer.get("stopped")):
                return {"end": "killed", "by": answer["failed"] or f"code {answer['code']}", "seconds": round(spent, 1)}
    finally:
        checkout.write_module(mutant.module, source)
    return {"end": "survived", "by": "part of the tests" if stopped else "all tests", "seconds": round(spent, 1)}


def measure_tests(checkout: Checkout, state: State, mutants: list[Mutant]) -> bool:
    """Run the tests of each package on the code as it is, for their times; False where one fails.

    A stopped run that goes on measures only the files that are new or were changed since.
    """
    for package in dict.fromkeys(Path(each.module).parent.name for each in mutants):
        paths = sorted((ROOT / "tests" / package).glob("test_*.py"))
        digests = {path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
        names = [name for name, digest in digests.items() if state.measured.get(name) != digest]
        if not names:
            continue
        answer = checkout.run_tests(names, 3600, state.durations)
        if answer["code"] not in (0, 5):  # 5: all tests of these files are left out
            print(f"the tests of {package} fail without a mutant: {answer}")
            print((checkout.folder / "pytest.log").read_text()[-3000:])
            return False
        state.durations.update(answer["durations"])
        state.measured.update((name, digests[name]) for name in names)
        state.save()
        print(f"{package}: {len(answer['durations'])} tests, {answer['seconds']:.0f} s", flush=True)
    return True


def print_figures(mutants: list[Mutant], state: State, *, names: bool) -> bool:
    """Print the share of survivors, and each of them where `names`; return whether it is small enough."""
    explained = load_explained()
    ends, by_package = Counter[str](), dict[str, Counter[str]]()
    for each in mutants:
        reason = explained.get((each.module, each.before, each.after))
        end = "explained" if reason else state.results.get(each.key, {}).get("end", "not run")
        ends[end] += 1
        by_package.setdefault(Path(each.module).parent.name, Counter())[end] += 1
        if names and end == "survived":
            print(f"{each.module}:{each.line} {each.operator} ({state.results[each.key]['by']})")
            print(f"  - {each.before}\n  + {each.after}")
    for package, counted in by_package.items():
        print(f"{package}: " + ", ".join(f"{count} {end}" for end, count in sorted(counted.items())))
    judged = ends["killed"] + ends["survived"] + ends["explained"]
    share = ends["survived"] / judged if judged else 0.0
    print(f"mutants: {judged} of {len(mutants)} judged; {ends['killed']} killed, {ends['explained']} explained, "
          f"{ends['survived']} survived ({share:.1%})")  # fmt: skip
    return share <= MOST_SURVIVORS


def main() -> int:
    """Judge a sample of mutants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--packages", nargs="*", default=PACKAGES)
    parser.add_argument("--state", type=Path, default=ROOT / ".faults-mutants.json")
    parser.add_argument("--python", type=Path, default=ROOT / ".venv/bin/python", help="runs the tests")
    parser.add_argument("--seconds", type=float, default=240, help="of tests for one mutant, at most")
    parser.add_argument("--again", choices=["survived"], help="judge these once more")
    parser.add_argument("--only", metavar="FILE:LINE", help="judge the mutants of this line, whether judged or not")
    parser.add_argument("--list", action="store_true", help="print the survivors so far and end")
    asked = parser.parse_args()
    if asked.only:
        module, _, line = asked.only.rpartition(":")
        mutants = list_mutants(ROOT, module, int(line))
    else:
        mutants = sample_mutants(ROOT, asked.packages, asked.sample, asked.seed)
    state, explained = State(asked.state), load_explained()
    if asked.list:
        return 0 if print_figures(mutants, state, names=True) else 1
    with tempfile.TemporaryDirectory(prefix="kliping-mutants-", ignore_cleanup_errors=True) as name:
        checkout = Checkout(Path(name), asked.python)
        if not asked.only and not measure_tests(checkout, state, mutants):
            return 2
        for number, mutant in enumerate(mutants, 1):
            end = state.results.get(mutant.key, {}).get("end")
            is_judged = end and end != asked.again and not asked.only
            if (mutant.module, mutant.before, mutant.after) in explained or is_judged:
                continue
            begun = time.monotonic()
            state.results[mutant.key] = {**asdict(mutant), **judge_mutant(checkout, mutant, state, asked.seconds)}
            state.save()
            result = state.results[mutant.key]
            print(f"{number}/{len(mutants)} {mutant.module}:{mutant.line} {mutant.operator}: {result['end']} by "
                  f"{result['by']}, {time.monotonic() - begun:.0f} s", flush=True)  # fmt: skip
        checkout.close()
    return 0 if print_figures(mutants, state, names=True) else 1


if __name__ == "__main__":
    sys.exit(main())
