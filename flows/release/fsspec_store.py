"""Objects under a URL of fsspec.

S3 has conditional puts (If-None-Match, If-Match), which make the replacement atomic. `memory://` lives in one process,
and a lock of that process makes it atomic. Any other store of fsspec is read and then written, which is not atomic:
there, only one machine at a time may publish a dataset.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flows.release.errors import ReleaseError
from flows.release.object_store import ObjectStore, ObjectTag, Result, explain_store_errors

_EXTRAS: Final = {"s3": "s3", "s3a": "s3"}
_replace_lock = threading.Lock()
# Errors of a conditional put that lost against another writer: the codes of botocore, and the text of s3fs.
_CONFLICT_MESSAGES: Final = ("PreconditionFailed", "ConditionalRequestConflict", "At least one of the pre-conditions")


@dataclass(frozen=True)
class FsspecStore(ObjectStore):
    """Objects under `url`, read and written by fsspec."""

    _opened: list[Any] = field(default_factory=list, repr=False, compare=False)

    def read_object(self, name: str) -> tuple[bytes | None, ObjectTag]:
        """Read an object and its tag; None and None where there is none."""
        return self._explain_errors(lambda: self._read_with_tag(name))

    def replace_if_unchanged(self, name: str, content: bytes, tag: ObjectTag) -> bool:
        """Write an object if its tag is still `tag` (None: if there is no object); return False otherwise."""
        return self._explain_errors(lambda: self._put_if_unchanged(name, content, tag))

    def write_object(self, name: str, content: bytes) -> None:
        """Write an object unconditionally."""
        self._explain_errors(lambda: self._filesystem.pipe_file(self._object_path(name), content))

    def upload_file(self, name: str, path: Path) -> None:
        """Write a file as an object."""
        self._explain_errors(lambda: self._filesystem.put_file(str(path), self._object_path(name)))

    def copy_object(self, name: str, target: str) -> None:
        """Copy an object on the server. Raises ReleaseError where there is none."""
        self._explain_errors(lambda: self._filesystem.cp_file(self._object_path(name), self._object_path(target)))

    def download_file(self, name: str, path: Path) -> None:
        """Write an object as a file."""
        self._explain_errors(lambda: self._filesystem.get_file(self._object_path(name), str(path)))

    def list_names(self, under: str) -> list[str]:
        """List the names of the objects under a prefix, sorted."""
        base = self._object_path("")

        def find_paths() -> list[str]:
            self._filesystem.invalidate_cache()
            try:
                return [path[len(base) :] for path in self._filesystem.find(self._object_path(under))]
            except FileNotFoundError:
                return []

        return sorted(self._explain_errors(find_paths))

    def remove_object(self, name: str) -> None:
        """Remove an object if it exists."""

        def remove_file() -> None:
            try:
                self._filesystem.rm_file(self._object_path(name))
            except FileNotFoundError:
                return

        self._explain_errors(remove_file)

    @property
    def _filesystem(self) -> Any:  # noqa: ANN401  fsspec has no types
        if not self._opened:
            import fsspec

            protocol = self.url.partition("://")[0]
            options = {"use_listings_cache": False, "skip_instance_cache": True} if protocol in _EXTRAS else {}
            try:
                fsspec.get_filesystem_class(protocol)
            except ValueError as error:
                raise ReleaseError(f"{self.url} names no store that fsspec knows ({error}).") from None
            self._opened.append(fsspec.filesystem(protocol, **options))
        return self._opened[0]

    def _object_path(self, name: str) -> str:
        return f"{self._filesystem._strip_protocol(self.url).rstrip('/')}/{name}"

    def _explain_errors(self, call: Callable[[], Result]) -> Result:
        return explain_store_errors(self.url, _EXTRAS.get(self.url.partition("://")[0], ""), call)

    @property
    def _has_conditional_puts(self) -> bool:
        return hasattr(self._filesystem, "call_s3")

    def _read_with_tag(self, name: str) -> tuple[bytes | None, ObjectTag]:
        path = self._object_path(name)
        while True:
            try:
                tag = self._filesystem.info(path, refresh=True)["ETag"] if self._has_conditional_puts else None
                content: bytes = self._filesystem.cat_file(path)
            except FileNotFoundError:
                return None, None
            if not self._has_conditional_puts:
                return content, content
            if self._filesystem.info(path, refresh=True)["ETag"] == tag:  # not replaced between the two
                return content, tag

    def _put_if_unchanged(self, name: str, content: bytes, tag: ObjectTag) -> bool:
        if self._has_conditional_puts:
            bucket, key, _ = self._filesystem.split_path(self._object_path(name))
            condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
            try:
                self._filesystem.call_s3("put_object", Bucket=bucket, Key=key, Body=content, **condition)
            except Exception as error:
                # A new object misses nothing but its bucket.
                is_removed = isinstance(error, FileNotFoundError) and tag is not None
                if is_removed or any(word in _error_text(error) for word in _CONFLICT_MESSAGES):
                    # A put whose answer was lost is sent again, and then loses against itself.
                    return self._read_with_tag(name)[0] == content
                raise
            return True
        with _replace_lock:
            if self._read_with_tag(name)[1] != tag:
                return False
            self._filesystem.pipe_file(self._object_path(name), content)
            return True


def _error_text(error: BaseException) -> str:
    return f"{error} {error.__cause__}"
