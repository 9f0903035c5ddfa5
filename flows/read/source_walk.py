"""Walk over a source: its files in the order of the bytes of their paths, with the problems met."""

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
from flows.read.source_file import SourceFile

__all__ = [
    "SourceError",
    "SourceFile",
    "describe_os_error",
    "find_files",
    "format_source",
    "open_local_file",
    "open_source_file",
]

_UNDECODABLE: Final = re.compile("[\udc80-\udcff]")


def find_files(source: str | Path) -> Iterator[SourceFile]:
    """Find the files of a source. Raises SourceError at once where it is missing or has no file."""
    if not str(source):
        raise SourceError("Read no source: a file, folder or glob was expected.")
    files = (
        remote_source.find_remote_files(str(source))
        if remote_source.is_url(str(source))
        else _find_local_files(parse_local_path(str(source)))
    )
    first = next(files, None)
    if first is None:
        raise SourceError(
            f"Read {format_source(source)}: no document in it, a file with text, HTML, JSONL or WARC was expected "
            "(hidden files are skipped). Check the path."
        )
    return _chain_files(first, files)


def open_local_file(path: Path) -> BinaryIO:
    """Open a local file; read/ opens none anywhere else."""
    return path.open("rb")


def open_source_file(source_file: SourceFile) -> BinaryIO:
    """Open a file of the source for reading. Raises OSError."""
    return open_local_file(source_file.path) if source_file.opener is None else source_file.opener()


def parse_local_path(source: str) -> str:
    """Return the local path of a source; file:// is another spelling of it."""
    return unquote(source.removeprefix("file://")) if source.startswith("file://") else source


def format_source(source: str | Path) -> str:
    """Return a source as it may be shown and stored: a URL without secrets, a path in posix form."""
    text = str(source)
    return remote_source.redact_url(text) if remote_source.is_url(text) else Path(parse_local_path(text)).as_posix()


def describe_os_error(path: str, error: OSError) -> tuple[str, str]:
    """Return the reject reason and detail for a file or folder that the operating system refuses."""
    cause = error.strerror or type(error).__name__
    return "unreadable", f"The operating system refused to read {path} ({cause}): correct its permissions or remove it."


def _chain_files(first: SourceFile, following: Iterator[SourceFile]) -> Iterator[SourceFile]:
    yield first
    yield from following


def _find_local_files(source: str) -> Iterator[SourceFile]:
    # An existing path is never a pattern, even if its name contains glob characters.
    base, patterns = (source, ()) if os.path.lexists(source) else glob_patterns.split_glob(source)
    root = Path(base)
    try:
        status = root.stat()
        mode = status.st_mode
    except FileNotFoundError:
        where = "there" if base == source else f"at {base}"
        raise SourceError(f"Read {source}: there is nothing {where}, a file, folder or glob was expected.") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"Read {source}: {base} cannot be opened ({error}), check the path.") from None
    if patterns and not stat.S_ISDIR(mode):
        raise SourceError(f"Read {source}: {base} is a file, a folder was expected before the first * of a glob.")
    if not stat.S_ISDIR(mode):
        return iter([_build_regular_file(root, status, _percent_escape(root.name), _percent_escape(root.as_posix()))])
    try:
        with os.scandir(root):
            pass
    except OSError as error:
        raise SourceError(f"Read {source}: the folder {base} may not be listed ({error.strerror}).") from None
    return _FolderWalk(root, root.resolve(), patterns).walk_files()


@dataclass(frozen=True, slots=True)
class _PendingFolder:
    """Folder to list: `ancestors` are the real paths above it and its own; `is_linked` if a link led here."""

    path: Path
    parts: tuple[str, ...]
    ancestors: tuple[Path, ...]
    is_linked: bool


@dataclass(frozen=True, slots=True)
class _FolderWalk:
    root: Path
    real_root: Path
    patterns: tuple[str, ...]

    def walk_files(self) -> Iterator[SourceFile]:
        # An explicit stack: folders may be nested deeper than the recursion limit.
        stack = [self._list_folder(_PendingFolder(self.root, (), (self.real_root,), is_linked=False))]
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
            elif isinstance(entry, SourceFile):
                yield entry
            else:
                stack.append(self._list_folder(entry))

    def _list_folder(self, folder: _PendingFolder) -> Iterator[SourceFile | _PendingFolder]:
        try:
            with os.scandir(folder.path) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError as error:
            display_path = lenient_decoding.make_printable(_percent_escape("/".join(folder.parts)))
            yield self._build_problem(folder.path, folder.parts, *describe_os_error(display_path, error))
            return
        # The slash sorts a folder to the position of the full paths of its files.
        for entry in sorted(entries, key=lambda e: os.fsencode(e.name) + (b"/" if _is_folder(e) else b"")):
            parts = (*folder.parts, entry.name)
            is_match, may_match_below = (
                glob_patterns.match_path(parts, self.patterns) if self.patterns else (True, True)
            )
            if is_match or may_match_below:
                if not_read := self._explain_not_read(entry, entries):
                    yield from self._skip_folder(Path(folder.path, entry.name), parts, not_read)
                    continue
                visited = self._classify_entry(folder, Path(folder.path, entry.name), parts, _stat_regular_file(entry))
                if isinstance(visited, _PendingFolder) or (visited is not None and (is_match or _is_folder(entry))):
                    yield visited

    def _explain_not_read(self, entry: "os.DirEntry[str]", entries: "list[os.DirEntry[str]]") -> str:
        """Return why a folder is no source: a browser laid it beside the page that it saved."""
        if not entry.name.endswith(("_files", "_Files", "-Dateien", "_berkas")) or not _is_folder(entry):
            return ""
        stem = re.split(r"(?:_files|_Files|-Dateien|_berkas)\Z", entry.name)[0]
        pages = {f"{stem}.{end}" for end in ("htm", "html", "xhtml", "HTM", "HTML")}
        return "files of a saved page" if any(other.name in pages for other in entries) else ""

    def _skip_folder(self, path: Path, parts: tuple[str, ...], not_read: str) -> Iterator[SourceFile]:
        """Yield the files of a folder that are no documents, to be counted."""
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                below = (*parts, *Path(folder, name).relative_to(path).parts)
                yield SourceFile(
                    Path(folder, name), _percent_escape("/".join(below)), self._build_uri(below), not_read=not_read
                )

    def _classify_entry(
        self, folder: _PendingFolder, path: Path, parts: tuple[str, ...], regular_status: os.stat_result | None
    ) -> SourceFile | _PendingFolder | None:
        """Return the file or folder at a path; None for a linked folder that is visited at its own place.

        `regular_status` is the status of a regular file that is no link, else None.
        """
        relative = _percent_escape("/".join(parts))
        if regular_status is not None:
            return _build_regular_file(path, regular_status, relative, self._build_uri(parts))
        display_path = lenient_decoding.make_printable(relative)
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(self.real_root):
            detail = f"{display_path} is a link that leads out of the source: copy what it points to into the source."
            return self._build_problem(path, parts, "outside_source", detail)
        try:
            status = path.stat()
            mode = status.st_mode
            real_path = path.resolve()
        except (OSError, RuntimeError) as error:
            os_error = error if isinstance(error, OSError) else OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            return self._build_problem(path, parts, *describe_os_error(display_path, os_error))
        if not stat.S_ISDIR(mode):
            return _build_regular_file(path, status, relative, self._build_uri(parts))
        if path.is_symlink() and (folder.is_linked or real_path in folder.ancestors):
            # Links reached through links can form endless loops.
            return None
        return _PendingFolder(path, parts, (*folder.ancestors, real_path), folder.is_linked or path.is_symlink())

    def _build_problem(self, path: Path, parts: tuple[str, ...], reason: str, detail: str) -> SourceFile:
        return SourceFile(path, _percent_escape("/".join(parts)), self._build_uri(parts), (reason, detail))

    def _build_uri(self, parts: tuple[str, ...]) -> str:
        return _percent_escape(self.root.joinpath(*parts).as_posix())


def _build_regular_file(path: Path, status: os.stat_result, relative: str, uri: str) -> SourceFile:
    if stat.S_ISREG(status.st_mode):
        return SourceFile(path, relative, uri, stamp=(status.st_size, status.st_mtime_ns))
    expected = "is a pipe, socket or device, a regular file was expected: remove it from the source."
    return SourceFile(path, relative, uri, ("unreadable", f"{lenient_decoding.make_printable(relative)} {expected}"))


def _stat_regular_file(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the status of a regular file that is no link, else None; most entries need no further calls."""
    try:
        return entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _percent_escape(path: str) -> str:
    """Return a path as text; bytes that are not UTF-8 become %XX."""
    text = os.fsencode(path).decode("utf-8", "surrogateescape")
    return _UNDECODABLE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", text)
