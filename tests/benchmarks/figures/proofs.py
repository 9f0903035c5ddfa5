"""The proofs: command, inputs and measured modules of each."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.settings import ROOT
from tests.benchmarks.figures.code_digest import compute_digest

SHARED: Final = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
CACHE: Final = Path(os.environ.get("BENCH_CACHE", ".bench-cache"))
BENCH: Final = os.environ.get("BENCH", ".bench/bin/python")
METADATA: Final = os.environ.get("BENCH_METADATA", BENCH)
_RUN: Final = ("flows.run.publish_run",)
_WORKER: Final = ("flows.workers.batch_processing",)
_CLEAN: Final = ("flows.clean.stage", "flows.clean.spans")
_PROFILES: Final = ("flows/outlets/profiles/*.toml",)
_PAGE_WEIGHTS: Final = ("flows/clean/models/page_*.npz",)


@dataclass(frozen=True)
class Proof:
    """One command that measures. `whole` and `short` are its arguments; `needs` are inputs outside the repository.

    `unread` names files that its modules may need and this command never opens.
    """

    name: str
    module: str
    whole: tuple[str, ...]
    short: tuple[str, ...]
    entries: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    python: str = sys.executable
    by_name_only: bool = False
    unread: tuple[str, ...] = ()

    def compute_digest(self) -> str:
        """Compute the digest of the code that it measures."""
        return compute_digest(self.entries, self.patterns, self.unread)

    def explain_missing(self) -> str:
        """Return what is not at hand of its inputs, in words; empty where all is."""
        names = {
            "shared": ((SHARED / "eval").is_dir(), "the evaluation data is not at hand"),
            "python": (
                Path(self.python).exists() or shutil.which(self.python) is not None,
                "the environment of the benchmarks is not at hand",
            ),
            "html-weights": (
                (CACHE / "weights" / "fold-0").is_dir(),
                "the weights of `make train-html` are not at hand",
            ),
            "text-weights": ((CACHE / "net-0.npz").exists(), "the weights of `make train-text` are not at hand"),
        }
        return next((words for need in self.needs if not names[need][0] for words in [names[need][1]]), "")

    def build_command(self, target: Path, *, short: bool) -> list[str]:
        """Build the command that writes its result to a file."""
        arguments = self.short if short else self.whole
        return [self.python, "-m", self.module, *arguments, "--json", str(target)]


_PEERS: Final = ("--peers", BENCH) if Path(BENCH).exists() else ()
PROOFS: Final = (
    Proof(
        "index", "tests.benchmarks.index_size", (), (), ("flows.report.index_page",), ("flows/report/templates/index*",)
    ),
    Proof(
        "duplicates", "tests.quality.duplicates", (), (), ("flows.dedupe.linking", "flows.dedupe.text_digest"),
        needs=("shared",),
    ),
    Proof(
        "formats", "tests.benchmarks.read_formats", (), ("--records", "1000", "--rounds", "3"), ("flows.read.source",)
    ),
    Proof("listings", "tests.benchmarks.listings", (), (), _CLEAN),
    Proof("metadata", "tests.quality.metadata", (), ("--every", "6"), _WORKER, _PROFILES, ("shared",)),
    Proof(
        "metadata-peers", "tests.benchmarks.metadata_peers", ("--every", "6"), ("--every", "30"), _WORKER, _PROFILES,
        ("shared", "python"), METADATA,
    ),
    Proof("clean-speed", "tests.benchmarks.clean_speed", (), (), _CLEAN, (), ("shared", "python"), BENCH),
    Proof(
        "html", "tests.benchmarks.html_table", (str(CACHE),), (str(CACHE),), _WORKER, (),
        ("shared", "python", "html-weights"), BENCH,
    ),
    Proof(
        "html-splits", "tests.benchmarks.html_splits", (str(CACHE), "--splits", "3"), (str(CACHE), "--splits", "1"),
        _CLEAN, (),
        ("shared", "python", "html-weights"), BENCH,
    ),
    Proof(
        "text", "tests.benchmarks.text_quality", (str(CACHE),),
        (str(CACHE), "id-html", "id-lines", "id-blobs"), _WORKER, (),
        ("shared", "python", "text-weights"), BENCH, unread=_PAGE_WEIGHTS,
    ),
    Proof(
        "start", "tests.benchmarks.many_datasets", ("--only", "start"), ("--only", "start"),
        (), ("flows/serve.py", "flows/operate/*.py", "flows/parameters.py", "prefect.yaml"),
    ),
    Proof("memory", "tests.benchmarks.many_datasets", ("--only", "memory"), ("--only", "memory", "--due", "4"), _RUN),
    Proof(
        "nights", "tests.benchmarks.nightly", ("--parent", "10000", "100000", "--nights", "16"),
        ("--parent", "10000", "--nights", "2"), _RUN,
    ),
    Proof("cluster", "tests.benchmarks.cluster_speed", ("20000",), ("2000",), _RUN),
    Proof("speed", "tests.benchmarks.performance", ("100000", *_PEERS), ("10000", *_PEERS), _RUN),
    Proof(
        "million", "tests.benchmarks.performance", ("1000000", "--growth"), ("100000", "--growth"), _RUN,
        by_name_only=True,
    ),
)  # fmt: skip
