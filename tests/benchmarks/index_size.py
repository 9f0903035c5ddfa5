"""How large index.html of a dataset becomes, and how long it takes to build: `python -m tests.benchmarks.index_size`.

1,000 releases and 200 outlets, from totals that are made up. Held to: 2 MB, 2 s of CPU.
"""

import sys
import time

from flows.report.index_page import render_index
from tests.benchmarks.figures.result_file import take_target, write_result
from tests.report.test_index_page import make_run, make_sample, make_totals

RELEASES = 1000
MOST_BYTES, MOST_SECONDS = 2_000_000, 2.0


def main() -> int:
    """Build the page, print its size and time; return 1 where a bound was not held to."""
    target = take_target()
    totals = [make_totals(number) for number in range(RELEASES)]
    runs = [make_run(number) for number in reversed(range(RELEASES))]
    begun = time.process_time()
    page = render_index("news", runs, totals, make_sample())
    seconds, size = time.process_time() - begun, len(page.encode())
    words = f"{size / 1e6:.1f} MB, built in {seconds:.1f} s of CPU"
    print(words)
    write_result(target, f"{RELEASES:,} releases, 200 outlets", {"size": words}, {"bytes": size, "cpu": seconds})
    return int(size > MOST_BYTES or seconds > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
