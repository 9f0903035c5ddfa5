"""Names of the columns of a table, one rule for every format: no value takes the place of another of its name."""

from collections.abc import Iterable


def name_columns(cells: Iterable[str]) -> tuple[str, ...]:
    """Name the columns of a header: as printed, a repeated name with its number behind it."""
    name_counts: dict[str, int] = {}
    names: list[str] = []
    for cell in cells:
        name = cell.strip().strip("\ufeff")
        count = name_counts[name] = name_counts.get(name, 0) + 1
        unique_name = name if count == 1 else f"{name}_{count}"
        while unique_name in names:  # another column is called so
            count += 1
            unique_name = f"{name}_{count}"
        names.append(unique_name)
    return tuple(names)
