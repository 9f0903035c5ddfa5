"""fsspec URLs: read as a folder of this machine would be, and nothing secret is repeated."""

import gzip
import http.server
import json
import threading
import zipfile

import fsspec
import pytest

from flows.read import SourceError, remote_source, survey_source

GOOD = b"Jakarta - Hujan turun sejak pagi di Pasar Minggu.\n"
FILES = {
    "b.txt": GOOD,
    "a/z.jsonl": b'{"id": "z", "text": "Satu."}\n{"id":\n',
    "a/b/c.txt.gz": gzip.compress(GOOD),
    "a-b.txt": GOOD,
    ".hidden/x.txt": GOOD,
}


@pytest.fixture
def store():
    files = fsspec.filesystem("memory")
    for name, data in FILES.items():
        files.pipe_file(f"/drop/{name}", data)
    yield files
    files.rm("/drop", recursive=True)


def test_a_url_is_read_as_a_folder_is(store, rows, tmp_path):
    for name, data in FILES.items():
        path = tmp_path / "drop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def plain(found):
        return [{k: v for k, v in row.items() if k not in ("source_uri", "detail")} for row in found]

    there, here = rows("memory://drop"), rows(tmp_path / "drop")
    assert [plain(found) for found in there] == [plain(found) for found in here]
    assert [d["source_uri"] for d in there[0]] == [
        "memory://drop/a-b.txt", "memory://drop/a/b/c.txt.gz", "memory://drop/a/z.jsonl#L1", "memory://drop/b.txt",
    ]  # fmt: skip
    assert survey_source("memory://drop").inputs.digest == survey_source(tmp_path / "drop").inputs.digest
    assert rows(f"file://{tmp_path}/drop")[0][0]["source_uri"] == f"{tmp_path}/drop/a-b.txt"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("memory://drop/*.txt", ["a-b.txt", "b.txt"]),
        ("memory://drop/**/*.txt*", ["a-b.txt", "a/b/c.txt.gz", "b.txt"]),
        ("memory://drop/b.txt", ["b.txt"]),
        ("memory://drop/", ["a-b.txt", "a/b/c.txt.gz", "z", "b.txt"]),
    ],
)
def test_globs_and_single_files(store, rows, source, expected):
    documents, _ = rows(source)
    assert [d["source_id"] for d in documents] == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("memory://nowhere", "there is nothing there"),
        ("gopher://host/drop", '"gopher" is no protocol'),
        ("s4://bucket/drop", '"s4" is no protocol'),
        ("ftp://reader:hunter2@host/drop", "password"),
        ("https://reader:hunter2@host/drop?X-Sig=hunter2", "password"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(source, words):
    for ask in (survey_source, lambda s: list(remote_source.find_remote_files(s))):
        with pytest.raises(SourceError, match=words) as told:
            ask(source)
        assert "hunter2" not in str(told.value) and str(told.value).endswith(".")


class _Signed(http.server.BaseHTTPRequestHandler):
    """Gives one file to whoever signs, and no part of it."""

    def do_GET(self):
        signed = self.path.endswith("?token=hunter2")
        self.send_response(200 if signed else 403)
        self.send_header("Content-Length", str(len(FILES["a/b/c.txt.gz"]) if signed else 0))
        self.end_headers()
        if signed and self.command == "GET":
            self.wfile.write(FILES["a/b/c.txt.gz"])

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Signed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def test_a_signed_address_is_used_and_never_repeated(web, rows):
    pytest.importorskip("aiohttp", reason="fsspec reads http(s) with aiohttp")
    [document], _ = rows(f"{web}/drop/c.txt.gz?token=hunter2")
    assert document["source_uri"] == f"{web}/drop/c.txt.gz"
    assert "hunter2" not in json.dumps(document, default=str)
    inputs = survey_source(f"{web}/drop/c.txt.gz?token=hunter2").inputs
    assert inputs.uri == f"{web}/drop/c.txt.gz"
    with pytest.raises(SourceError) as told:
        survey_source(f"{web}/drop/c.txt.gz?token=hunter3")
    assert "hunter3" not in str(told.value)


def test_a_file_that_the_store_withholds_is_one_reject(store, rows, monkeypatch):
    opened = type(store).open

    def refuse(self, path, *args, **options):
        if path.endswith("b.txt") and "a-b" not in path:
            raise RuntimeError("https://store/?token=hunter2 says no")
        return opened(self, path, *args, **options)

    monkeypatch.setattr(type(store), "open", refuse)
    documents, rejects = rows("memory://drop")
    assert len(documents) == 3
    assert [r["reason"] for r in rejects] == ["broken_record", "unreadable"]
    assert "hunter2" not in rejects[1]["detail"]


def test_a_path_that_looks_odd_is_still_a_path(tmp_path):
    for name in ("a:b", "2024-03-05T06:07", "c:/x"):
        assert not remote_source.is_url(name)
    for name in ("s3://b/k", "zip://x::s3://b/k", "simplecache::https://h/x"):
        assert remote_source.is_url(name)


@pytest.mark.parametrize("inside", ["", "in", "**", "*", "in/*.txt", "**/*.txt", "in/a.txt"])
def test_an_archive_is_a_folder_whose_files_can_be_found_again(tmp_path, inside):
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("in/a.txt", GOOD)
    (found,) = remote_source.find_remote_files(f"zip://{inside}::{archive}")
    assert found.uri == f"zip://in/a.txt::{archive}"
    assert found.relative in {"a.txt", "in/a.txt"}
    (again,) = remote_source.find_remote_files(found.uri)
    with again.opener() as file:
        assert file.read() == GOOD


def test_a_password_with_an_at_sign_is_not_shown():
    with pytest.raises(SourceError) as refused:
        survey_source("s3://ani:ra@hasia@wadah/berita")
    assert "carries a password" in str(refused.value)
    assert "hasia" not in str(refused.value)
