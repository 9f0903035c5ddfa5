"""Objects under a URL: read, written whole, and written only if nobody else has meanwhile.

S3 has conditional puts (If-None-Match, If-Match), and there they decide. `memory://` lives in one process, whose lock
decides. Any other store of fsspec is asked and then written: with it, one machine at a time must publish a dataset.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from flows.release.errors import ReleaseError

Result = TypeVar("Result")

# What read() found, for swap() to expect: an ETag on S3, the bytes themselves elsewhere, None where there was nothing.
Tag = str | bytes | None

_EXTRAS: Final = {"s3": "s3", "s3a": "s3"}
_one = threading.Lock()
# Of a conditional put that came too late: botocore's code, and the errno that s3fs makes of it.
_LATE: Final = ("PreconditionFailed", "ConditionalRequestConflict", "At least one of the pre-conditions")


@dataclass(frozen=True)
class Store:
    """The objects under `url`; names are relative to it, with slashes."""

    url: str
    _opened: list[Any] = field(default_factory=list, repr=False, compare=False)

    def read(self, name: str) -> tuple[bytes | None, Tag]:
        """An object and its tag; None and None where there is none."""
        return self._asked(lambda: self._read(name))

    def swap(self, name: str, content: bytes, tag: Tag) -> bool:
        """Write an object if it still is what `tag` says (None: if there is none); False where it is not."""
        return self._asked(lambda: self._swap(name, content, tag))

    def write(self, name: str, content: bytes) -> None:
        """Write an object, whatever is there."""
        self._asked(lambda: self._fs.pipe_file(self._path(name), content))

    def upload(self, name: str, path: Path) -> None:
        """Write a file as an object."""
        self._asked(lambda: self._fs.put_file(str(path), self._path(name)))

    def download(self, name: str, path: Path) -> None:
        """Write an object as a file."""
        self._asked(lambda: self._fs.get_file(self._path(name), str(path)))

    def names(self, under: str) -> list[str]:
        """The names of the objects under a name, sorted."""
        base = self._path("")

        def found() -> list[str]:
            self._fs.invalidate_cache()
            try:
                return [path[len(base) :] for path in self._fs.find(self._path(under))]
            except FileNotFoundError:
                return []

        return sorted(self._asked(found))

    def remove(self, name: str) -> None:
        """Remove an object, there or not."""

        def gone() -> None:
            try:
                self._fs.rm_file(self._path(name))
            except FileNotFoundError:
                return

        self._asked(gone)

    @property
    def _fs(self) -> Any:  # noqa: ANN401  fsspec has no types
        if not self._opened:
            import fsspec

            protocol = self.url.partition("://")[0]
            options = {"use_listings_cache": False, "skip_instance_cache": True} if protocol in _EXTRAS else {}
            self._opened.append(fsspec.filesystem(protocol, **options))
        return self._opened[0]

    def _path(self, name: str) -> str:
        return f"{self._fs._strip_protocol(self.url).rstrip('/')}/{name}"

    def _asked(self, call: Callable[[], Result]) -> Result:
        try:
            return call()
        except ImportError as error:
            extra = _EXTRAS.get(self.url.partition("://")[0])
            do = f"install the extra `{extra}`" if extra else f"install what it asks for ({error})"
            raise ReleaseError(f"{self.url} cannot be opened: {do}.") from None
        except ValueError as error:
            raise ReleaseError(f"{self.url} names no store that fsspec knows ({error}).") from None
        except Exception as error:  # each store has errors of its own
            raise ReleaseError(
                f"{self.url} did not do what was asked ({type(error).__name__}: {error}): check that it is reached and "
                "its credentials may write, and run again; no release was harmed."
            ) from error

    @property
    def _conditional(self) -> bool:
        return hasattr(self._fs, "call_s3")

    def _read(self, name: str) -> tuple[bytes | None, Tag]:
        path = self._path(name)
        while True:
            try:
                tag = self._fs.info(path, refresh=True)["ETag"] if self._conditional else None
                content: bytes = self._fs.cat_file(path)
            except FileNotFoundError:
                return None, None
            if not self._conditional:
                return content, content
            if self._fs.info(path, refresh=True)["ETag"] == tag:  # not replaced between the two
                return content, tag

    def _swap(self, name: str, content: bytes, tag: Tag) -> bool:
        if self._conditional:
            bucket, key, _ = self._fs.split_path(self._path(name))
            condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
            try:
                self._fs.call_s3("put_object", Bucket=bucket, Key=key, Body=content, **condition)
            except Exception as error:
                if isinstance(error, FileNotFoundError) or any(word in _words(error) for word in _LATE):
                    return False
                raise
            return True
        with _one:
            if self._read(name)[1] != tag:
                return False
            self._fs.pipe_file(self._path(name), content)
            return True


def _words(error: BaseException) -> str:
    return f"{error} {error.__cause__}"
