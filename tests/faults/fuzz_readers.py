"""A fuzzer that is led by coverage, for the readers and grammars that are ours. It needs atheris (the `bench` group).

    make fuzz SECONDS=600      (python -m tests.faults.fuzz_readers --seconds 600 [--only date csv])

atheris and not a loop of our own: it is maintained, has wheels for Python 3.11 to 3.13, and libFuzzer's mutations find
their way into nested ifs that blind ones do not. Each target (fuzz_targets.py) has a process of its own, one after
another. None may raise, take longer than ten seconds under the fuzzer (which slows code down several times), or need
more than 500 MB at once. Prints a line for each target; an input that shows a violation is kept in `--findings`. Ends
with 1 if there was one. `--corpus` keeps the inputs that reached new code, for a longer run later.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.fuzz_targets import list_targets, make_starts

_OPTIONS = ("-max_len=6000", "-rss_limit_mb=2500", "-malloc_limit_mb=500", "-timeout=10", "-print_final_stats=1")


def fuzz_target(name: str, corpus: Path, findings: Path, seconds: int, seed: int) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["flows"]):
        target = list_targets()[name]
    corpus.mkdir(parents=True, exist_ok=True)
    starts = make_starts()
    for number, start in enumerate(starts.get(name, starts["*"])):
        (corpus / f"start-{number}").write_bytes(start)
    limits = (f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={findings}/{name}-")
    atheris.Setup([sys.argv[0], str(corpus), *limits, *_OPTIONS], target)
    atheris.Fuzz()


def describe_run(name: str, code: int, text: str) -> str:
    """Say in a line how the fuzzing of a target ended, from what libFuzzer printed."""
    runs = re.findall(r"number_of_executed_units: (\d+)", text)
    edges = re.findall(r"cov: (\d+) ft: (\d+)", text)
    reach = f"edges {edges[0][0]} to {edges[-1][0]}" if edges else "no edges"
    words = "" if code == 0 else " ".join(re.findall(r"(?:SUMMARY|Uncaught|\w+Error|ERROR: libFuzzer).*", text)[-3:])
    return f"{name}: {runs[-1] if runs else '?'} inputs, {reach}; {'nothing found' if code == 0 else 'FOUND ' + words}"


def main() -> int:
    """Fuzz each target for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=300, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="names of targets")
    parser.add_argument("--corpus", type=Path, help="a folder for inputs that reached new code")
    parser.add_argument("--findings", type=Path, default=Path(".fuzz-findings"))
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    asked.findings.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kliping-corpus-") as folder:
        corpus = asked.corpus or Path(folder)
        if asked.inside:
            fuzz_target(asked.inside, corpus / asked.inside, asked.findings, asked.seconds, asked.seed)
        names = list(list_targets())
        if unknown := set(asked.only or ()) - set(names):
            parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        violations = 0
        for name in asked.only or names:
            words = [
                sys.executable,
                "-m",
                "tests.faults.fuzz_readers",
                "--inside",
                name,
                "--seconds",
                str(asked.seconds),
            ]
            words += ["--seed", str(asked.seed), "--findings", str(asked.findings), "--corpus", str(corpus)]
            ended = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
            violations += ended.returncode != 0
            (asked.findings / f"{name}.log").write_text(ended.stdout + ended.stderr)
            print(describe_run(name, ended.returncode, ended.stdout + ended.stderr), flush=True)
    print(f"fuzz: {len(asked.only or names)} targets, {asked.seconds} s each; {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
