"""A source -> its files in the order of their paths' bytes, and what stands in the way of reading them."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote

from flows.read import glob_patterns, lenient_decoding, remote_source
from flows.read.errors import SourceError
from flows.read.source_file import Found

__all__ = ["Found", "SourceError", "find", "named", "open_bytes", "open_found", "refused"]

_UNDECODABLE: Final = re.compile("[\udc80-\udcff]")


def find(source: str | Path) -> Iterator[Found]:
    """The files of a source. Raises SourceError at once where it is missing or holds no file at all."""
    if not str(source):
        raise SourceError("Read no source: a file, folder or glob was expected.")
    found = remote_source.find(str(source)) if remote_source.is_url(str(source)) else _start(local(str(source)))
    first = next(found, None)
    if first is None:
        raise SourceError(
            f"Read {named(source)}: no document in it, a file with text, HTML, JSONL or WARC was expected (hidden "
            "files are skipped). Check the path."
        )
    return _chain(first, found)


def open_bytes(path: Path) -> BinaryIO:
    """The one place where read/ opens a file of this machine."""
    return path.open("rb")


def open_found(found: Found) -> BinaryIO:
    """The bytes of a file of the source. Raises OSError where they are not given."""
    return open_bytes(found.path) if found.opener is None else found.opener()


def local(source: str) -> str:
    """A path of this machine, of which file:// is another spelling."""
    return unquote(source.removeprefix("file://")) if source.startswith("file://") else source


def named(source: str | Path) -> str:
    """A source as it may be shown and stored: a URL without what is secret in it."""
    said = str(source)
    return remote_source.shown(said) if remote_source.is_url(said) else Path(local(said)).as_posix()


def refused(path: str, error: OSError) -> tuple[str, str]:
    """The problem of a file or folder that the operating system does not give."""
    why = error.strerror or type(error).__name__
    return "unreadable", f"The operating system refused to give {path} ({why}): mend its permissions or remove it."


def _chain(first: Found, rest: Iterator[Found]) -> Iterator[Found]:
    yield first
    yield from rest


def _start(source: str) -> Iterator[Found]:
    # A file whose name has glob characters in it is that file.
    base, names = (source, ()) if os.path.lexists(source) else glob_patterns.split(source)
    root = Path(base)
    try:
        status = root.stat()
        mode = status.st_mode
    except FileNotFoundError:
        where = "there" if base == source else f"at {base}"
        raise SourceError(f"Read {source}: there is nothing {where}, a file, folder or glob was expected.") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"Read {source}: {base} cannot be opened ({error}), check the path.") from None
    if names and not stat.S_ISDIR(mode):
        raise SourceError(f"Read {source}: {base} is a file, a folder was expected before the first * of a glob.")
    if not stat.S_ISDIR(mode):
        return iter([_regular(root, status, _readable(root.name), _readable(root.as_posix()))])
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        raise SourceError(f"Read {source}: the folder {base} may not be listed ({error.strerror}).") from None
    return _Walk(root, root.resolve(), names).files()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to list: `above` are the real folders it lies in, itself last; `linked` says that a link led here."""

    path: Path
    parts: tuple[str, ...]
    above: tuple[Path, ...]
    linked: bool


@dataclass(frozen=True, slots=True)
class _Walk:
    root: Path
    real: Path
    names: tuple[str, ...]

    def files(self) -> Iterator[Found]:
        # A stack of our own: folders may lie deeper than calls may.
        stack = [self._listing(_Folder(self.root, (), (self.real,), linked=False))]
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
            elif isinstance(entry, Found):
                yield entry
            else:
                stack.append(self._listing(entry))

    def _listing(self, folder: _Folder) -> Iterator[Found | _Folder]:
        try:
            with os.scandir(folder.path) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError as error:
            shown = lenient_decoding.shown(_readable("/".join(folder.parts)))
            yield self._problem(folder.path, folder.parts, *refused(shown, error))
            return
        # With its slash a folder sorts where its files' full paths do.
        for entry in sorted(entries, key=lambda e: os.fsencode(e.name) + (b"/" if _is_folder(e) else b"")):
            parts = (*folder.parts, entry.name)
            meant, below = glob_patterns.matches(parts, self.names) if self.names else (True, True)
            if meant or below:
                made = self._entry(folder, Path(folder.path, entry.name), parts, _plain(entry))
                if isinstance(made, _Folder) or (made is not None and (meant or _is_folder(entry))):
                    yield made

    def _entry(
        self, folder: _Folder, path: Path, parts: tuple[str, ...], plain: os.stat_result | None
    ) -> Found | _Folder | None:
        """What stands at a path; None for a link to a folder that is met at its own place. `plain`: a file, no link."""
        relative = _readable("/".join(parts))
        if plain is not None:
            return _regular(path, plain, relative, self._uri(parts))
        shown = lenient_decoding.shown(relative)
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(self.real):
            detail = f"{shown} is a link that leads out of the source: copy what it points to into the source."
            return self._problem(path, parts, "outside_source", detail)
        try:
            status = path.stat()
            mode = status.st_mode
            real = path.resolve()
        except (OSError, RuntimeError) as error:
            system = error if isinstance(error, OSError) else OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            return self._problem(path, parts, *refused(shown, system))
        if not stat.S_ISDIR(mode):
            return _regular(path, status, relative, self._uri(parts))
        if path.is_symlink() and (folder.linked or real in folder.above):
            # Links within links can go round for ever.
            return None
        return _Folder(path, parts, (*folder.above, real), folder.linked or path.is_symlink())

    def _problem(self, path: Path, parts: tuple[str, ...], reason: str, detail: str) -> Found:
        return Found(path, _readable("/".join(parts)), self._uri(parts), (reason, detail))

    def _uri(self, parts: tuple[str, ...]) -> str:
        return _readable(self.root.joinpath(*parts).as_posix())


def _regular(path: Path, status: os.stat_result, relative: str, uri: str) -> Found:
    if stat.S_ISREG(status.st_mode):
        return Found(path, relative, uri, stamp=(status.st_size, status.st_mtime_ns))
    expected = "is a pipe, socket or device, a regular file was expected: remove it from the source."
    return Found(path, relative, uri, ("unreadable", f"{lenient_decoding.shown(relative)} {expected}"))


def _plain(entry: os.DirEntry[str]) -> os.stat_result | None:
    """What is known of a regular file that no link leads to; most entries are one, and need no more questions."""
    try:
        return entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _readable(path: str) -> str:
    """A path as text: bytes that are no UTF-8 as %XX."""
    text = os.fsencode(path).decode("utf-8", "surrogateescape")
    return _UNDECODABLE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", text)
