"""Names of the columns of a table, one rule for every format: no value takes the place of another of its name."""

from collections.abc import Iterable, Sequence


def name_columns(cells: Iterable[str]) -> tuple[str, ...]:
    """Name the columns of a header that was printed: without blanks around, a repeated name with its number behind."""
    return number_repeats([cell.strip().strip("\ufeff") for cell in cells])


def number_repeats(names: Sequence[str]) -> tuple[str, ...]:
    """Return names as they are, but a repeated one with its number behind it: `text`, `text_2`."""
    if len(set(names)) == len(names):
        return tuple(names)
    name_counts: dict[str, int] = {}
    unique_names: dict[str, None] = {}  # in their order
    for name in names:
        count = name_counts[name] = name_counts.get(name, 0) + 1
        unique_name = name if count == 1 else f"{name}_{count}"
        while unique_name in unique_names:  # another column is called so
            count += 1
            unique_name = f"{name}_{count}"
        unique_names[unique_name] = None
    return tuple(unique_names)
