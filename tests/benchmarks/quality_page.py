"""Store a printed table in docs/explanation/quality.md, between the two comments that name its command."""

import re
from pathlib import Path

PAGE = Path("docs/explanation/quality.md")


def store_table(name: str, table: str) -> None:
    """Replace the table between `<!-- name: begin, ... -->` and `<!-- name: end -->`.

    Raises SystemExit if the page lacks these comments.
    """
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"Read {PAGE}; expected the comments '{name}: begin' and '{name}: end' around its table.")
    PAGE.write_text(pattern.sub(lambda match: f"{match[1]}{table}\n{match[2]}", page), encoding="utf-8")
