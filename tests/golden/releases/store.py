"""Store a small release of the present schema version: python tests/golden/releases/store.py [--again]

To be run once for each new schema version, in the change that makes it. `--again` replaces the one that is there: only
while no release of that version has been published anywhere.
"""

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1] / "release")]

import release_drafts as drafts  # noqa: E402

from flows import report  # noqa: E402
from flows.release import Dataset, audit_release, stage_release  # noqa: E402
from schemas import SCHEMA_VERSION  # noqa: E402


def main() -> None:
    target = HERE / SCHEMA_VERSION
    if target.exists():
        if "--again" not in sys.argv:
            sys.exit(f"{target} is there: a stored release never changes. Raise SCHEMA_VERSION in schemas/__init__.py.")
        shutil.rmtree(target)
    with tempfile.TemporaryDirectory() as folder:
        made = stage_release(
            Dataset(Path(folder) / "news"), drafts.draft(checks=()), "2026.11.22.1", report.write_pages
        )
        audit_release(made)
        shutil.copytree(made, target)
    print(f"stored {target}")


if __name__ == "__main__":
    main()
