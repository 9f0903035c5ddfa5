"""Which tests are likely to notice a change of a module: three steps, each without the files of those before.

1. the test file that mirrors the module, and those of its package that import it
2. the other test files of its package
3. the files that mirror modules elsewhere that import it, or that import it themselves
"""

import ast
from functools import lru_cache
from pathlib import Path


def choose_tests(root: Path, module: str) -> list[list[str]]:
    """Choose test files for `flows/<package>/<module>.py`, as paths from the root; steps may be empty."""
    package, stem = Path(module).parent.name, Path(module).stem
    name = f"flows.{package}" if stem == "__init__" else f"flows.{package}.{stem}"
    own = sorted((root / "tests" / package).glob("test_*.py"))
    importers = [
        path for path in sorted((root / "tests").rglob("test_*.py"))
        if path not in own and "faults" not in path.parts and name in read_imports(path)
    ]  # fmt: skip
    mirrors = [
        mirror for path in sorted((root / "flows").rglob("*.py"))
        if path.parent.name != package and name in read_imports(path)
        and (mirror := root / "tests" / path.parent.relative_to(root / "flows") / f"test_{path.stem}.py").exists()
    ]  # fmt: skip
    first = [path for path in own if path.stem == f"test_{stem}" or name in read_imports(path)]
    steps = [first, own, [*dict.fromkeys([*mirrors, *importers])]]
    seen, chosen = set[Path](), list[list[str]]()
    for step in steps:
        chosen.append([path.relative_to(root).as_posix() for path in step if path not in seen])
        seen.update(step)
    return chosen


@lru_cache(maxsize=2000)
def read_imports(path: Path) -> frozenset[str]:
    """Read the full names of what a file imports: `from flows.read import a` gives flows.read and flows.read.a."""
    names = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{each.name}" for each in node.names)
    return frozenset(names)
