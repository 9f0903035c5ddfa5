"""Objects in Google Cloud Storage and Azure, by obstore (the extra `cloud`).

Both have conditional puts: Google compares the generation of an object, Azure its ETag. obstore tells which it was.
Credentials and endpoint come from the environment, as obstore's documentation lists them (among them
GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from flows.release.object_store import ObjectStore, ObjectTag, Result, explain_store_errors

_PROTOCOLS: Final = ("gs", "az", "abfs", "abfss")
# Over plain HTTP only an emulator on this machine is asked, which one of these variables names.
_LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
_ENDPOINTS: Final = ("AZURITE_BLOB_STORAGE_URL", "AZURE_STORAGE_ENDPOINT", "GOOGLE_SERVICE_ACCOUNT_KEY")


def is_cloud_url(url: str) -> bool:
    """Return True for a URL of Google Cloud Storage or Azure."""
    return url.partition("://")[0] in _PROTOCOLS


@dataclass(frozen=True)
class CloudStore(ObjectStore):
    """Objects under `url` (gs://bucket/..., az://container/..., abfs://container@account...)."""

    _opened: list[Any] = field(default_factory=list, repr=False, compare=False)

    def read_object(self, name: str) -> tuple[bytes | None, ObjectTag]:
        """Read an object and its tag; None and None where there is none."""

        def read_with_tag() -> tuple[bytes | None, ObjectTag]:
            try:
                result = self._store.get(name)
                return bytes(result.bytes()), (result.meta["e_tag"], result.meta["version"])
            except FileNotFoundError:
                return None, None

        return self._explain_errors(read_with_tag)

    def replace_if_unchanged(self, name: str, content: bytes, tag: ObjectTag) -> bool:
        """Write an object if its tag is still `tag` (None: if there is no object); return False otherwise."""

        def put_if_unchanged() -> bool:
            from obstore.exceptions import AlreadyExistsError, PreconditionError

            mode: Any = "create"
            if isinstance(tag, tuple):
                mode = {key: value for key, value in zip(("e_tag", "version"), tag, strict=True) if value is not None}
            try:
                self._store.put(name, content, mode=mode)
            except (AlreadyExistsError, PreconditionError, FileNotFoundError) as error:
                if isinstance(error, FileNotFoundError) and tag is None:
                    raise  # a new object misses nothing but its bucket
                # A put whose answer was lost is sent again, and then loses against itself.
                return self.read_object(name)[0] == content
            return True

        return self._explain_errors(put_if_unchanged)

    def write_object(self, name: str, content: bytes) -> None:
        """Write an object unconditionally."""
        self._explain_errors(lambda: self._store.put(name, content))

    def upload_file(self, name: str, path: Path) -> None:
        """Write a file as an object."""
        self._explain_errors(lambda: self._store.put(name, path))

    def copy_object(self, name: str, target: str) -> None:
        """Copy an object on the server. Raises ReleaseError where there is none."""
        self._explain_errors(lambda: self._store.copy(name, target))

    def download_file(self, name: str, path: Path) -> None:
        """Write an object as a file."""

        def write_chunks() -> None:
            with path.open("wb") as file:
                for chunk in self._store.get(name).stream():
                    file.write(chunk)

        self._explain_errors(write_chunks)

    def list_names(self, under: str) -> list[str]:
        """List the names of the objects under a prefix, sorted."""
        return sorted(
            self._explain_errors(lambda: [entry["path"] for page in self._store.list(under) for entry in page])
        )

    def remove_object(self, name: str) -> None:
        """Remove an object if it exists."""

        def remove_file() -> None:
            try:
                self._store.delete(name)
            except FileNotFoundError:
                return

        self._explain_errors(remove_file)

    @property
    def _store(self) -> Any:  # noqa: ANN401  obstore has a class for each kind of store
        if not self._opened:
            import os
            from datetime import timedelta

            from obstore.store import from_url

            endpoints = [os.environ.get(name, "") for name in _ENDPOINTS]
            is_emulator = any(address in endpoint for endpoint in endpoints for address in _LOOPBACK)
            self._opened.append(
                from_url(
                    self.url,
                    client_options={"allow_http": True} if is_emulator else {},
                    retry_config={"max_retries": 5, "retry_timeout": timedelta(minutes=2)},
                )
            )
        return self._opened[0]

    def _explain_errors(self, call: Callable[[], Result]) -> Result:
        return explain_store_errors(self.url, "cloud", call)
