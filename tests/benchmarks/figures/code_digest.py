"""Digest of the code that a proof measures: what its modules import, with data, without comments and docstrings."""

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flows.cache.code_imports import list_needed_files
from flows.settings import ROOT


@cache
def compute_digest(entries: tuple[str, ...], patterns: tuple[str, ...] = (), unread: tuple[str, ...] = ()) -> str:
    """Compute the digest, 16 hex digits, of what modules need and of files that patterns name, without those `unread`.

    Patterns are relative to the root.
    """
    files = {*list_entry_files(entries), *_list_matches(patterns)} - _list_matches(unread)
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(_read_meaning(path))
    return digest.hexdigest()[:16]


def _list_matches(patterns: tuple[str, ...]) -> set[Path]:
    return {path for pattern in patterns for path in ROOT.glob(pattern)}


@cache
def list_entry_files(entries: tuple[str, ...]) -> list[Path]:
    """List what the entry modules need, once for all proofs of the same modules."""
    return list_needed_files(ROOT, entries)


@cache
def _read_meaning(path: Path) -> bytes:
    """Read a file; of Python code, leave out comments, docstrings and blank lines."""
    return strip_comments(path.read_text(encoding="utf-8")).encode() if path.suffix == ".py" else path.read_bytes()


def strip_comments(source: str) -> str:
    """Strip comments, docstrings and blank lines from Python code; the same on every version of Python."""
    lines = source.splitlines()
    if "#" in source:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    for first, last in _list_docstrings(ast.parse(source)):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _list_docstrings(tree: ast.AST) -> Iterable[tuple[int, int]]:
    """Yield the first and last line of each docstring that stands on lines of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                value = first.value.value
                if isinstance(value, str) and first.end_lineno is not None:
                    yield first.lineno, first.end_lineno
