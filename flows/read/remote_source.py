"""Files of a source given as an fsspec URL (s3://, gs://, https://, memory://, ...), in the order of their paths.

A URL must not carry credentials: one with a password is refused, and its query (a signature, a token) is used for
reading and never stored. Credentials belong in the environment or in fsspec's own configuration.
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
from flows.read.source_file import SourceFile

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL: Final = re.compile(r"(?!file://)[A-Za-z][A-Za-z0-9+.-]{0,40}(?:::|://)")
_USERINFO: Final = re.compile(r"(?<=://)[^/?#]{0,1000}@")
_MAX_MEMORY_BYTES: Final = 16 << 20
_CHUNK_BYTES: Final = 1 << 20
_WEB_PROTOCOLS: Final = frozenset({"http", "https"})


def is_url(source: str) -> bool:
    """Return True if the source is read through fsspec; file:// is a local path."""
    return _URL.match(source) is not None


def redact_url(url: str) -> str:
    """Return a URL without user, query and fragment, which may hold secrets."""
    return re.split(r"[?#]", _USERINFO.sub("", url), maxsplit=1)[0]


def find_remote_files(url: str) -> Iterator[SourceFile]:
    """Find the files at a URL, below a folder or matching a glob. Raises SourceError before the first file."""
    filesystem, path = _open_filesystem(url)
    protocol = url.partition("://")[0]
    base = redact_url(url).rstrip("/")
    # The question mark of a web URL opens its query and is no wildcard.
    is_glob = bool(set(path) & set("*[")) or ("?" in path and protocol.rpartition("::")[2] not in _WEB_PROTOCOLS)
    try:
        if is_glob:
            return _list_files_below(filesystem, path, base)
        info = filesystem.info(path)
        if info["type"] != "directory":
            name = unquote(_split_chain(base)[0].rpartition("/")[2]) or base
            return iter([SourceFile(Path(name), name, base, opener=partial(_download_file, filesystem, path))])
        return _list_files_below(filesystem, path, base)
    except FileNotFoundError:
        raise SourceError(f"Read {base}: there is nothing there, a file, folder or glob was expected.") from None
    except Exception as error:  # each file system has its own errors, whose text may contain secrets
        raise SourceError(
            f"Read {base}: the store refused to list it ({type(error).__name__}); check the address and the "
            "credentials in the environment."
        ) from None


def _open_filesystem(url: str) -> tuple["AbstractFileSystem", str]:
    import fsspec

    base = redact_url(url)
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
        opened: tuple[AbstractFileSystem, str] = fsspec.url_to_fs(url)
    except ImportError as error:
        raise SourceError(
            f"Read {base}: {protocol}:// needs a package that is not installed ({str(error).rstrip('.')}): "
            "install it with .venv/bin/pip install."
        ) from None
    except Exception as error:  # as in find_remote_files
        raise SourceError(f"Read {base}: it cannot be opened ({type(error).__name__}); check the address.") from None
    return opened


def _list_files_below(filesystem: "AbstractFileSystem", path: str, base: str) -> Iterator[SourceFile]:
    """List the files below a folder or matching a glob, named as the local walk would name them."""
    root, patterns = glob_patterns.split_glob(path)
    root = "" if root == "." else root.rstrip("/")
    base, chain = _split_chain(base)
    scheme, separator, inner_path = base.rpartition("://")
    if patterns:
        inner_path = "/".join(inner_path.split("/")[: -len(patterns)])
    base = scheme + separator + (inner_path.rstrip("/") + "/" if inner_path else "")
    listing = cast(dict[str, dict[str, Any]], filesystem.find(root, detail=True))
    prefix = root.lstrip("/")
    matched: list[tuple[str, str]] = []
    for remote_path, info in listing.items():
        relative = remote_path.lstrip("/").removeprefix(prefix).lstrip("/")
        parts = relative.split("/")
        if any(part.startswith(".") for part in parts) or not relative or info.get("type") == "directory":
            continue
        if not patterns or glob_patterns.match_path(parts, patterns)[0]:
            matched.append((relative, remote_path))
    matched.sort(key=lambda match: match[0].encode("utf-8", "surrogateescape"))
    return iter(
        SourceFile(Path(name), name, f"{base}{name}{chain}", opener=partial(_download_file, filesystem, remote_path))
        for name, remote_path in matched
    )


def _split_chain(base: str) -> tuple[str, str]:
    """Split a URL chain (zip://folder::archive.zip) into the link that holds the path and the links after it."""
    first, link, following = base.partition("::")
    return (first, link + following) if "://" in first else (base, "")


def _download_file(filesystem: "AbstractFileSystem", remote_path: str) -> BinaryIO:
    """Copy a remote file to memory, or to disk if it is large: not every store supports seeking."""
    copy = SpooledTemporaryFile(max_size=_MAX_MEMORY_BYTES)  # noqa: SIM115 (the caller closes it)
    try:
        with filesystem.open(remote_path, "rb") as remote_file:
            shutil.copyfileobj(remote_file, copy, _CHUNK_BYTES)
    except Exception as error:  # each store has its own errors, whose text may quote a signed URL
        copy.close()
        raise OSError(None, f"{type(error).__name__} of the store") from None
    copy.seek(0)
    return cast(BinaryIO, copy)
