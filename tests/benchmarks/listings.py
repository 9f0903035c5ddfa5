"""How many made pages that only lead to stories are rejected, and how many made stories that look like them.

    python -m tests.benchmarks.listings [fast|quality]      from the root of a checkout; prints Markdown

The pages are those of tests/clean/listing_pages.py and story_pages.py: each shape in two languages, in two fashions of
a site, with and without times, with no teasers, cut ones and whole ones, and lists of 6, 12 and 30 items.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product

import pyarrow as pa

from flows.clean import clean_documents
from flows.clean.html.effort import Effort
from schemas.stage_tables import RAW
from tests.benchmarks.figures.result_file import format_table, take_target, write_result
from tests.clean.listing_pages import HELD_BACK, HELD_BACK_AGAIN, LISTINGS
from tests.clean.made_site import Site, page
from tests.clean.story_pages import STORIES, STORIES_HELD_BACK

SETS = {
    "listings, the rule made on them": LISTINGS,
    "listings, written later": HELD_BACK,
    "listings, written last": HELD_BACK_AGAIN,
    "stories, the rule made on them": STORIES,
    "stories, written later": STORIES_HELD_BACK,
}


def sites() -> Iterator[Site]:
    """One for each way to show a list, twice: odd and even numbers are two fashions of a site."""
    ways = product(("id", "en"), ("none", "cut", "whole"), (False, True), (6, 12, 30), (0, 1))
    for number, (code, teasers, times, count, _) in enumerate(ways):
        yield Site(code, number, count, teasers, times)


def rejected(shape: Callable[[Site], str], html: Effort) -> list[bool]:
    """Which pages of the shape are rejected."""
    shown = [page(site, shape(site)) for site in sites()]
    raw = [
        {
            "source_id": f"{number}", "source_uri": f"file:{number}", "raw_sha256": "0" * 64, "raw": text.encode(),
            "content": None, "media": "html", "encoding": "utf-8", "identity": f"{number}", "url": None,
            "fetched_at": None, "outlet_hint": None, "stated": [],
        }
        for number, text in enumerate(shown)
    ]  # fmt: skip
    gone = set(clean_documents(pa.Table.from_pylist(raw, RAW), html).rejects["source_id"].to_pylist())
    return [row["source_id"] in gone for row in raw]


def main(html: Effort) -> None:
    """Print the pages that are rejected, by set and by shape."""
    target = take_target()
    rows, odd = [], []
    for name, shapes in SETS.items():
        found = {shape: rejected(made, html) for shape, made in shapes.items()}
        gone, pages = (sum(map(of, found.values())) for of in (sum, len))
        rows.append([name, str(len(shapes)), f"{pages:,}", f"{gone:,}"])
        for shape, each in found.items():
            if sum(each) != len(each) * name.startswith("listings"):
                odd.append(f"- {shape}: {sum(each)} of {len(each)} rejected")
    table = format_table(["made pages", "shapes", "pages", f"rejected, `--html {html}`"], rows)
    print("\n".join([table, "", *odd]))
    write_result(target, "all shapes", {"table": table}, rows)


if __name__ == "__main__":
    main("quality" if "quality" in sys.argv[1:] else "fast")
