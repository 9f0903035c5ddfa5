"""A zip or tar archive -> its members, each as a file of the source, in the order of the archive.

Nothing is unpacked beside the source: a member is copied into a temporary file of this process, and how much all of
them may unpack to is bounded by `Limits.max_expansion` times the archive. A name that leads out, a member that is
encrypted, broken or no regular file is a problem of its own; the others are read. What a zip archive is of (DOCX,
EPUB, XLSX, WACZ, ...) is told by its members.
"""

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, Final, Literal, cast

from flows.read import lenient_decoding
from flows.read.byte_reader import ByteReader
from flows.read.source_file import SourceFile

_CHUNK: Final = 1 << 20
_IN_MEMORY: Final = 16 << 20
_MOST_MEMBERS: Final = 1_000_000
ZipKind = Literal["archive", "wacz", "excel", "document"]
_DOCUMENTS: Final = (
    ("word/document.xml", "DOCX, an Office document: save it as text or HTML"),
    ("ppt/presentation.xml", "PPTX, an Office presentation: save its text"),
    ("AndroidManifest.xml", "APK, a program for Android"),
    ("META-INF/MANIFEST.MF", "JAR, a program in Java"),
    ("META-INF/container.xml", "EPUB, a book: save its chapters as HTML"),
    ("Index/Document.iwa", "a document of Apple's Pages, Numbers or Keynote: export it as text or CSV"),
)
_MIMETYPES: Final = {
    "application/epub+zip": "EPUB, a book: save its chapters as HTML",
    "application/vnd.oasis.opendocument.text": "ODT, an Office document: save it as text or HTML",
    "application/vnd.oasis.opendocument.presentation": "ODP, an Office presentation: save its text",
}
_SPREADSHEETS: Final = frozenset({"application/vnd.oasis.opendocument.spreadsheet"})


class ArchiveError(Exception):
    """An archive that cannot be read on: a reason, and the rest of a sentence that begins with its name."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class SkippedMember:
    """A member that is no document: why."""

    kind: str


@dataclass(slots=True)
class _Budget:
    """How many bytes the members of an archive may still unpack to."""

    left: int
    expansion: int

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise ArchiveError(
                "expands_too_far",
                f"unpacks to more than {self.expansion} times its size: unpack it by hand if it is meant so.",
            )


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip archive. Raises ArchiveError where it is damaged."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise ArchiveError("damaged_container", f"is a damaged zip archive ({error}): fetch it again.") from None
    if len(archive.filelist) > _MOST_MEMBERS:
        raise ArchiveError("too_large", f"has more than {_MOST_MEMBERS:,} members: unpack it, and give the folder.")
    return archive


def classify_zip(archive: zipfile.ZipFile) -> tuple[ZipKind, str]:
    """Tell what a zip archive is by its members: its kind, and of a document its name."""
    names = {info.filename for info in archive.filelist}
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
        try:
            mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
        except Exception:  # as in iterate_zip
            mimetype = ""
        if mimetype in _SPREADSHEETS:
            return "excel", ""
        if mimetype in _MIMETYPES:
            return "document", _MIMETYPES[mimetype]
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "excel", ""
    for member, description in _DOCUMENTS:
        if member in names:
            return "document", description
    if any(name.startswith("word/") for name in names) and "[Content_Types].xml" in names:
        return "document", _DOCUMENTS[0][1]
    if any(name.startswith("archive/") and ".warc" in name for name in names) and "datapackage.json" in names:
        return "wacz", ""
    return "archive", ""


def measure_unpacked(archive: zipfile.ZipFile) -> int:
    """Return how many bytes the members say they unpack to."""
    return sum(info.file_size for info in archive.filelist)


def iterate_zip(
    archive: zipfile.ZipFile, container: SourceFile, kind: ZipKind, size: int, expansion: int
) -> Iterator[SourceFile | SkippedMember]:
    """Yield the members of a zip archive of `size` bytes. Raises ArchiveError where it unpacks too far."""
    budget = _Budget(max(size, 1) * expansion, expansion)
    pages = _find_saved_pages(info.filename for info in archive.filelist)
    for info in archive.filelist:
        if info.is_dir():
            continue
        name = info.filename
        skipped = _explain_skip(name, pages)
        if skipped is None and kind == "wacz" and not (name.startswith("archive/") and ".warc" in name):
            skipped = "archive metadata"
        if skipped is not None:
            yield SkippedMember(skipped)
            continue
        if problem := _check_name(name):
            yield _build_member(container, name, problem=problem)
            continue
        printable_name = lenient_decoding.make_printable(name)
        if info.flag_bits & 0x1:
            problem = (
                "damaged_container",
                f"{container.display_path}!{printable_name} is encrypted: unpack it with its password.",
            )
            yield _build_member(container, name, problem=problem)
            continue
        try:
            with archive.open(info) as packed:
                copy = _copy_member(packed, budget)
        except ArchiveError:
            raise
        except Exception as error:  # each compression has its own: zlib, bz2, lzma, from Python 3.14 zstd
            member = f"{container.display_path}!{printable_name}"
            detail = f"{member} is a damaged member of its archive ({error}): fetch it again."
            yield _build_member(container, name, problem=("damaged_container", detail))
            continue
        yield _build_member(container, name, copy)


def iterate_tar(reader: ByteReader, head: bytes, container: SourceFile) -> Iterator[SourceFile | SkippedMember]:
    """Yield the members of a tar archive as it streams by. Raises ArchiveError where it is damaged.

    How far it unpacks is bounded by the reader, since a tar archive is as large as its members.
    """
    stream = _HeadedStream(head, reader)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as archive:
            for info in archive:
                archive.members = []  # type: ignore[attr-defined]  # else each is held for ever
                if info.isdir():
                    continue
                if (skipped := _explain_skip(info.name, frozenset())) is not None:
                    yield SkippedMember(skipped)
                elif problem := _check_name(info.name):
                    yield _build_member(container, info.name, problem=problem)
                elif not info.isreg():
                    yield SkippedMember("link or device")
                elif info.issparse():  # a few bytes of the archive may stand for any number of zeros
                    problem = ("expands_too_far", "is a sparse member of its archive: pack it again without --sparse.")
                    yield _build_member(container, info.name, problem=problem)
                else:
                    packed = archive.extractfile(info)
                    assert packed is not None
                    yield _build_member(container, info.name, _copy_member(packed, None))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if reader.read_error is None:
            detail = f"is a damaged tar archive ({error}); what stands before was read. Fetch it again."
            raise ArchiveError("damaged_container", detail) from None


class _HeadedStream:
    """The bytes that were read already, and those that a reader still gives, as tarfile reads them."""

    def __init__(self, head: bytes, reader: ByteReader) -> None:
        self._head, self._reader = head, reader

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if self._head:
            chunk, self._head = self._head[:size], self._head[size:]
            return chunk
        return self._reader.read_bytes(size)


def _copy_member(packed: IO[bytes], budget: _Budget | None) -> BinaryIO:
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the reader of the member closes it)
    try:
        while chunk := packed.read(_CHUNK):
            if budget is not None:
                budget.spend(len(chunk))
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast(BinaryIO, copy)


def _build_member(
    container: SourceFile, name: str, copy: BinaryIO | None = None, problem: tuple[str, str] | None = None
) -> SourceFile:
    clean = lenient_decoding.replace_surrogates(name)
    path = f"{container.relative}!{clean}"
    if problem is not None and not problem[1].startswith(container.display_path):
        problem = (problem[0], f"{container.display_path}!{lenient_decoding.make_printable(clean)} {problem[1]}")
    opener = (lambda: copy) if copy is not None else None
    return SourceFile(Path(name.rpartition("/")[2] or "member"), path, f"{container.uri}!{clean}", problem, opener)


def _check_name(name: str) -> tuple[str, str] | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"):
        return ("outside_source", "has a name that leads out of its archive: rename it.")
    return None


def _explain_skip(name: str, pages: frozenset[str]) -> str | None:
    """Why a member is no document: hidden, a system's own, or what a browser saved beside a page."""
    parts = name.split("/")
    if any(part.startswith(".") and part not in (".", "..") for part in parts) or parts[0] == "__MACOSX":
        return "hidden file"
    folders = ("/".join(parts[: at + 1]) for at in range(len(parts) - 1))
    return "files of a saved page" if any(folder in pages for folder in folders) else None


def _find_saved_pages(names: Iterator[str]) -> frozenset[str]:
    """Find the folders that a browser writes beside a page that it saves."""
    return frozenset(
        f"{stem}_files"
        for name in names
        for stem, dot, end in [name.rpartition(".")]
        if dot and end.lower() in ("htm", "html", "xhtml")
    )
