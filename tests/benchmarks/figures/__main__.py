"""Measure what is not measured on this code, one proof at a time, and fill the pages: `make figures`."""

import argparse
import fcntl
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.settings import ROOT
from tests.benchmarks.figures.pages import RESULTS, fill_pages, read_result, store_result
from tests.benchmarks.figures.proofs import PROOFS, Proof


def refresh_proof(proof: Proof, *, short: bool, anew: bool) -> bool:
    """Measure a proof unless its result is of this code; return False where its command fails."""
    digest, result = proof.compute_digest(), read_result(proof.name)
    is_current = result is not None and result["digest"] == digest and (short or result["form"] == "whole")
    if is_current and not anew:
        print(f"{proof.name}: measured on this code", flush=True)
        return True
    if missing := proof.explain_missing():
        print(f"{proof.name}: skipped, {missing}", flush=True)
        mark_skipped(proof, digest, missing)
        return True
    print(f"{proof.name}: measuring ...", flush=True)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="kliping-figures-") as folder:
        target = Path(folder) / "result.json"
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(proof.build_command(target, short=short), cwd=ROOT, env=environment, check=False)
        if not target.exists():
            print(f"{proof.name}: the command ended with exit code {done.returncode} and no result", flush=True)
            return False
        written = json.loads(target.read_text(encoding="utf-8"))
    store_result(
        proof.name,
        {
            **written,
            "commit": describe_commit(),
            "digest": digest,
            "form": "short" if short and proof.short != proof.whole else "whole",
            "machine": describe_machine(load),
            "measured": datetime.now(UTC).date().isoformat(),
        },
    )
    if done.returncode:
        print(f"{proof.name}: a bound was not held to (exit code {done.returncode})", flush=True)
    return not done.returncode


def mark_skipped(proof: Proof, digest: str, reason: str) -> None:
    """Note in an older result that it could not be measured on this code, so that its blocks say so."""
    result = read_result(proof.name)
    if result is not None and result["digest"] != digest:
        store_result(proof.name, {**result, "skipped": {"digest": digest, "reason": reason}})


def describe_commit() -> str:
    """Describe the commit that is checked out, with a mark where flows/ or schemas/ differ from it."""
    asked = ["git", "describe", "--always", "--abbrev=7", "--exclude=*"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    changed = ["git", "status", "--porcelain", "--", "flows", "schemas"]
    is_changed = subprocess.run(changed, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return (commit or "unknown") + (" and changes" if is_changed else "")


def describe_machine(load_before: float) -> dict[str, Any]:
    """Describe the machine in words that name nobody, with its load before and after."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": f"{load_before:.1f} before and {os.getloadavg()[0]:.1f} after",
    }


def main() -> int:
    """Refresh what was asked for; return 1 where a command failed or a bound was not held to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="proofs; without names all but those of many hours")
    parser.add_argument("--short", action="store_true", help="short forms, minutes each")
    parser.add_argument("--anew", action="store_true", help="measure also what is measured on this code")
    parser.add_argument("--fill", action="store_true", help="only fill the pages from the results")
    parser.add_argument("--remove", action="store_true", help="remove the results of these proofs from the pages")
    parser.add_argument("--skip", default="", metavar="REASON", help="mark older results as not measured again")
    given = parser.parse_args()
    by_name = {proof.name: proof for proof in PROOFS}
    if unknown := set(given.names) - by_name.keys():
        parser.error(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(by_name)}")
    if given.remove and not given.names:
        parser.error("name the proofs whose results are to be removed")
    chosen = [by_name[name] for name in given.names] or PROOFS
    RESULTS.mkdir(exist_ok=True)
    folder = os.open(RESULTS, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another `make figures` ...", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    is_good = True
    for proof in () if given.fill else chosen:
        if given.remove:
            (RESULTS / f"{proof.name}.json").unlink(missing_ok=True)
        elif given.skip:
            mark_skipped(proof, proof.compute_digest(), given.skip)
        elif proof.by_name_only and not given.names:
            mark_skipped(proof, proof.compute_digest(), f"`make figures ONLY={proof.name}` takes hours")
        else:
            is_good &= refresh_proof(proof, short=given.short, anew=given.anew)
        fill_pages()
    for page in fill_pages():
        print(f"filled {page.relative_to(ROOT)}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
