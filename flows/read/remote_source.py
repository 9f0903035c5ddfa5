"""A source that is an fsspec URL (s3://, gs://, https://, memory://, ...) -> its files, in the order of their paths.

A URL says where, never who: one that carries a password is refused, and what follows `?` (a signature, a token) is
used to read and never repeated. Credentials belong into the environment or fsspec's own configuration.
"""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast
from urllib.parse import unquote

from flows.read import glob_patterns
from flows.read.errors import SourceError
from flows.read.source_file import Found

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL: Final = re.compile(r"(?!file://)[A-Za-z][A-Za-z0-9+.-]{0,40}(?:::|://)")
_USERINFO: Final = re.compile(r"(?<=://)[^/?#@]{0,1000}@")
_IN_MEMORY: Final = 16 << 20
_STEP: Final = 1 << 20
_WEB: Final = frozenset({"http", "https"})


def is_url(source: str) -> bool:
    """Whether a source is to be read through fsspec; file:// is a path of this machine."""
    return _URL.match(source) is not None


def shown(url: str) -> str:
    """A URL fit to be published: without user, query and fragment, where secrets stand."""
    return re.split(r"[?#]", _USERINFO.sub("", url), maxsplit=1)[0]


def find(url: str) -> Iterator[Found]:
    """The files at a URL, a folder walked whole or a glob. Raises SourceError, at once, with a sentence."""
    files, path = _opened(url)
    protocol = url.partition("://")[0]
    base = shown(url).rstrip("/")
    # A query is no pattern: its question mark opens it.
    is_glob = bool(set(path) & set("*[")) or ("?" in path and protocol.rpartition("::")[2] not in _WEB)
    try:
        if is_glob:
            return _below(files, path, base)
        info = files.info(path)
        if info["type"] != "directory":
            name = unquote(_first_link(base)[0].rpartition("/")[2]) or base
            return iter([Found(Path(name), name, base, opener=partial(_open, files, path))])
        return _below(files, path, base)
    except FileNotFoundError:
        raise SourceError(f"Read {base}: there is nothing there, a file, folder or glob was expected.") from None
    except Exception as error:  # each file system has errors of its own, and their words may hold what is secret
        raise SourceError(
            f"Read {base}: the store refused to list it ({type(error).__name__}); check the address and the "
            "credentials in the environment."
        ) from None


def _opened(url: str) -> tuple["AbstractFileSystem", str]:
    import fsspec

    base = shown(url)
    if any(":" in part[0] for part in _USERINFO.finditer(url)):
        raise SourceError(
            f"Read {base}: the URL carries a password, which would be stored with the run; put credentials into the "
            "environment or fsspec's configuration."
        )
    protocol = re.split(r"::|://", url, maxsplit=1)[0]
    if protocol not in fsspec.available_protocols():
        raise SourceError(f'Read {base}: "{protocol}" is no protocol that can be read; a path, s3://, gs://, https:// '
                          "or another of fsspec was expected.")  # fmt: skip
    try:
        made: tuple[AbstractFileSystem, str] = fsspec.url_to_fs(url)
    except ImportError as error:
        raise SourceError(f"Read {base}: {protocol}:// needs a package that is not installed ({error}).") from None
    except Exception as error:  # as above
        raise SourceError(f"Read {base}: it cannot be opened ({type(error).__name__}); check the address.") from None
    return made


def _below(files: "AbstractFileSystem", path: str, base: str) -> Iterator[Found]:
    """The files below a folder, or of a glob below the folder it starts from, with the names that walk/ would give."""
    root, names = glob_patterns.split(path)
    root = "" if root == "." else root.rstrip("/")
    base, rest = _first_link(base)
    scheme, mark, place_in = base.rpartition("://")
    if names:
        place_in = "/".join(place_in.split("/")[: -len(names)])
    base = scheme + mark + (place_in.rstrip("/") + "/" if place_in else "")
    listed = cast(dict[str, dict[str, Any]], files.find(root, detail=True))
    prefix = root.lstrip("/")
    found: list[tuple[str, str]] = []
    for place, info in listed.items():
        relative = place.lstrip("/").removeprefix(prefix).lstrip("/")
        parts = relative.split("/")
        if any(part.startswith(".") for part in parts) or not relative or info.get("type") == "directory":
            continue
        if not names or glob_patterns.matches(parts, names)[0]:
            found.append((relative, place))
    found.sort(key=lambda one: one[0].encode("utf-8", "surrogateescape"))
    return iter(
        Found(Path(name), name, f"{base}{name}{rest}", opener=partial(_open, files, place)) for name, place in found
    )


def _first_link(base: str) -> tuple[str, str]:
    """A URL in two: of a chain (zip://folder::archive.zip) the path stands in the first link, where that has one."""
    first, link, rest = base.partition("::")
    return (first, link + rest) if "://" in first else (base, "")


def _open(files: "AbstractFileSystem", place: str) -> BinaryIO:
    """A copy of the file on this machine, in memory while it is small: not every store lets one go back in a file."""
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
    try:
        with files.open(place, "rb") as there:
            shutil.copyfileobj(there, copy, _STEP)
    except Exception as error:  # each store has errors of its own, and their words may quote a signed address
        copy.close()
        raise OSError(None, f"{type(error).__name__} of the store") from None
    copy.seek(0)
    return cast(BinaryIO, copy)
