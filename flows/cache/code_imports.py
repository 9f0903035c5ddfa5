"""Source files that a module needs, derived from its imports, so that no list of paths must be kept by hand.

Imports are followed from an entry through flows/ and schemas/, those inside functions too; imports for type checking
alone are not. An `__init__` that hands on names of its modules is looked through: `from flows.read import
add_outlet_hints` and `read.add_outlet_hints` need the module that defines the function, not the whole package. A
package that is used in any other way is needed whole. Data (weights, tables of cues, TOML, CSV) counts with the modules
of its folder.

Parsing takes a third of a second, so the last lists are stored beside the byte code, each under a digest of all code
that it was derived from.
"""

import ast
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import uuid4

CODE_PACKAGES: Final = ("flows", "schemas")
_MAX_STORED_LISTS: Final = 8


def list_needed_files(root: Path, entries: Iterable[str]) -> list[Path]:
    """List the Python files below `root` that the entry modules (`flows.x.y`) need, and the data in their folders.

    Raises FileNotFoundError where an entry is no module of the checkout.
    """
    entry_names = sorted(entries)
    key = _hash_code(root, json.dumps(entry_names))
    lists = _read_stored_lists()
    if key in lists:
        return [root / path for path in lists[key]]
    files = derive_needed_files(root, entry_names)
    relative_paths = [path.relative_to(root).as_posix() for path in files]
    if not sys.dont_write_bytecode:
        _store_lists({**dict(list(lists.items())[1 - _MAX_STORED_LISTS :]), key: relative_paths})
    return files


def locate_stored_lists() -> Path:
    """Return the file of the stored lists."""
    return Path(importlib.util.cache_from_source(__file__)).with_name("needed-files.json")


def _hash_code(root: Path, extra: str) -> str:
    """Return the digest of the names of all files of the code, of what the Python files hold, and of a string."""
    digest = hashlib.sha256(extra.encode())
    for package in CODE_PACKAGES:
        for folder, subfolders, names in os.walk(root / package):
            subfolders[:] = sorted(name for name in subfolders if name != "__pycache__")
            for name in sorted(names):
                path = Path(folder, name)
                content = path.read_bytes() if name.endswith(".py") else b""
                digest.update(f"\0{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_stored_lists() -> dict[str, list[str]]:
    """Read the stored lists; none where the file is missing or damaged."""
    try:
        lists = json.loads(locate_stored_lists().read_bytes())
    except (OSError, ValueError):
        return {}
    return lists if isinstance(lists, dict) else {}


def _store_lists(lists: dict[str, list[str]]) -> None:
    """Write the lists, put in place by rename, where that is allowed."""
    path = locate_stored_lists()
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:12]}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(lists))
        temporary.replace(path)


def derive_needed_files(root: Path, entries: Iterable[str]) -> list[Path]:
    """Derive the list of `list_needed_files` from the code."""
    modules: dict[str, _Module] = {}
    pending = list(entries)
    needed: set[Path] = set()
    visited: set[str] = set()
    while pending:
        name = pending.pop()
        if name in visited:
            continue
        visited.add(name)
        module = _find_module(root, name, modules)
        if module is None:
            raise FileNotFoundError(f"{root} holds no module {name}: run kliping from its own checkout.")
        if not module.is_package or module.defined_names:
            needed.add(module.path)
        for dependency in module.imports:
            pending += _resolve_import(root, dependency, module, modules)
    folders = {path.parent for path in needed}
    data = (path for folder in folders for path in folder.iterdir() if _is_data_file(path))
    return sorted({*needed, *data})


class _Module:
    """Parsed module of the checkout."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path, self.is_package = name, path, path.name == "__init__.py"
        self._tree = ast.parse(path.read_bytes())

    @cached_property
    def imports(self) -> list[tuple[str, str | None, str]]:
        """Return (module, imported name or None, name it is bound to) for each import from the project."""
        imports: list[tuple[str, str | None, str]] = []
        for node in _iterate_statements(self._tree.body):
            if isinstance(node, ast.Import):
                imports += [(alias.name, None, alias.asname or "") for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                package = self._resolve_package(node)
                imports += [(package, alias.name, alias.asname or alias.name) for alias in node.names]
        return [pair for pair in imports if pair[0].split(".")[0] in CODE_PACKAGES]

    @cached_property
    def defined_names(self) -> frozenset[str]:
        """Return the names that the module itself defines at its top level, but for `__all__`."""
        names: set[str] = set()
        for node in self._tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        return frozenset(names - {"__all__"})

    def list_attributes(self, name: str) -> set[str] | None:
        """List the attributes taken of a bound name; None where the name is also used in any other way."""
        uses = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(self._tree))
        attributes = [
            node.attr
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        ]
        return set(attributes) if len(attributes) == uses else None

    def _resolve_package(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parents = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*parents, *([node.module] if node.module else [])])


def _iterate_statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield all statements, nested ones too, but those under `if TYPE_CHECKING:`."""
    pending = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            blocks = getattr(node, name, None)
            if isinstance(blocks, list):
                pending += blocks


def _find_module(root: Path, name: str, modules: dict[str, _Module]) -> _Module | None:
    if name not in modules:
        path = root.joinpath(*name.split("."))
        file = next(
            (candidate for candidate in (path.with_suffix(".py"), path / "__init__.py") if candidate.is_file()), None
        )
        if file is None:
            return None
        modules[name] = _Module(name, file)
    return modules[name]


def _resolve_import(
    root: Path, dependency: tuple[str, str | None, str], importer: _Module, modules: dict[str, _Module]
) -> list[str]:
    """Return the modules that an import needs."""
    package, name, bound_name = dependency
    if name is None:
        return [package]
    submodule = _find_module(root, f"{package}.{name}", modules)
    if submodule is None:
        return _resolve_name(root, package, name, modules)
    attributes = importer.list_attributes(bound_name) if submodule.is_package else None
    if attributes is None or importer.is_package:
        return [submodule.name]
    return [module for attribute in attributes for module in _resolve_name(root, submodule.name, attribute, modules)]


def _resolve_name(root: Path, package: str, name: str, modules: dict[str, _Module]) -> list[str]:
    """Return the module that defines a name, through the packages that hand it on."""
    module = _find_module(root, package, modules)
    if module is not None and module.is_package and name not in module.defined_names:
        for origin, origin_name, bound_name in module.imports:
            if bound_name == name and origin_name is not None:
                return _resolve_import(root, (origin, origin_name, bound_name), module, modules)
        if _find_module(root, f"{package}.{name}", modules) is not None:
            return [f"{package}.{name}"]
    return [package]


def _is_data_file(path: Path) -> bool:
    is_leftover = path.suffix in (".py", ".pyc") or path.name.startswith(".") or path.name.endswith("~")
    return path.is_file() and not is_leftover
