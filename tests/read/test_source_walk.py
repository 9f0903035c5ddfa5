"""Files, folders, globs, links: which files are read, in which order, under which names."""

import os
from pathlib import Path

import pytest

from flows.read import SourceError, source_walk
from flows.read.glob_patterns import match_path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder `src` in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "a.txt", "a-b.txt", ".git/config", "a/.DS_Store", "B.txt"):
        path = Path("src") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return Path("src")


ORDER = ["B.txt", "a-b.txt", "a.txt", "a/b/c.txt", "a/z.txt", "b.txt"]


def names(source):
    return [found.relative for found in source_walk.find_files(source)]


def test_a_folder_is_walked_in_the_order_of_its_paths_bytes(folder):
    assert names(folder) == ORDER == sorted(ORDER, key=os.fsencode)


def test_names_do_not_depend_on_where_the_folder_lies(folder):
    assert [f.uri for f in source_walk.find_files("src")] == [f"src/{name}" for name in ORDER]
    assert [f.uri for f in source_walk.find_files("./src/")] == [f"src/{name}" for name in ORDER]
    assert [f.uri for f in source_walk.find_files(folder.resolve())] == [f"{folder.resolve()}/{name}" for name in ORDER]


def test_one_file(folder):
    [found] = source_walk.find_files("src/a/z.txt")
    assert (found.relative, found.uri) == ("z.txt", "src/a/z.txt")


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("src/*.txt", ["B.txt", "a-b.txt", "a.txt", "b.txt"]),
        ("src/?.txt", ["B.txt", "a.txt", "b.txt"]),
        ("src/[ab].txt", ["a.txt", "b.txt"]),
        ("src/**/*.txt", ORDER),
        ("src/**/z.txt", ["a/z.txt"]),
        ("src/a*", ["a-b.txt", "a.txt", "a/b/c.txt", "a/z.txt"]),
        ("src/*/b", ["a/b/c.txt"]),
        ("src/**", ORDER),
    ],
)
def test_globs(folder, glob, expected):
    assert names(glob) == expected


def test_a_file_whose_name_is_a_glob(folder):
    (folder / "x[1].txt").write_text("x")
    assert names("src/x[1].txt") == ["x[1].txt"]


@pytest.mark.parametrize(
    "source", ["", "nowhere", "src/*.csv", "nowhere/*.txt", "src/a.txt/*", "empty", "\0", "src/lost"]
)
def test_a_source_with_nothing_in_it_is_a_clear_error(folder, source):
    Path("empty/.hidden").mkdir(parents=True)
    (folder / "lost").symlink_to("nowhere")
    with pytest.raises(SourceError, match=r"^Read .*\.$"):
        source_walk.find_files(source)


def test_a_glob_does_not_look_elsewhere(folder, monkeypatch):
    listed = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(str(path)) or scandir(path))
    assert names("src/a/*.txt") == ["a/z.txt"[2:]]
    assert set(listed) == {"src/a"}


def problems(source):
    return {found.relative: found.problem and found.problem[0] for found in source_walk.find_files(source)}


def test_links(folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.txt").write_text("secret")
    links = {
        "out-file": tmp_path / "secret" / "key.txt",
        "out-folder": tmp_path / "secret",
        "out-lost": tmp_path / "nowhere",
        "out-relative": "../secret/key.txt",
        "in-file": "a.txt",
        "in-folder": "a/b",
        "in-lost": "nowhere",
        "round": "round",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    found = problems("src")
    assert {name: found[name] for name in found if name not in ORDER} == {
        "out-file": "outside_source",
        "out-folder": "outside_source",
        "out-lost": "outside_source",
        "out-relative": "outside_source",
        "in-file": None,
        "in-folder/c.txt": None,
        "in-lost": "unreadable",
        "round": "unreadable",
    }


def test_a_glob_tells_of_links_that_its_files_may_lie_behind(folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "lost").symlink_to(tmp_path / "nowhere")
    assert problems("src/**/c.txt") == {"a/b/c.txt": None, "out": "outside_source"}
    assert problems("src/*.txt") == dict.fromkeys(["B.txt", "a-b.txt", "a.txt", "b.txt"])


def test_a_sentence_has_one_line_whatever_the_name(folder):
    (folder / "x\ny").symlink_to("/")
    [found] = [f for f in source_walk.find_files("src") if f.problem]
    assert found.relative == "x\ny"
    assert found.problem[1].startswith("x y is a link")


def test_links_that_lead_round_end(folder):
    (folder / "a" / "up").symlink_to("..")
    (folder / "a" / "self").symlink_to(".")
    (folder / "c").mkdir()
    for n in range(12):
        Path(folder, "c", str(n)).mkdir()
        for m in range(12):
            Path(folder, "c", str(n), f"to{m}").symlink_to(f"../{m}")
    Path(folder, "c", "0", "x.txt").write_text("x")
    found = names("src")
    assert [name for name in found if not name.startswith("c/")] == ORDER
    assert len(found) == len(ORDER) + 1 + 11


def test_a_name_that_is_not_utf8(folder):
    Path(os.fsdecode(b"src/caf\xe9.txt")).write_text("x")
    [found] = source_walk.find_files(os.fsdecode(b"src/caf\xe9.txt"))
    assert (found.relative, found.uri) == ("caf%E9.txt", "src/caf%E9.txt")
    assert "caf%E9.txt" in names("src")


def test_folders_deeper_than_calls_may_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deep = Path("d", *["d"] * 600)
    os.makedirs(deep)  # noqa: PTH103 (Path.mkdir calls itself for each parent)
    (deep / "x.txt").write_text("x")
    assert names("d") == ["d/" * 600 + "x.txt"]


@pytest.mark.parametrize("depth", [30])
def test_a_hostile_glob_is_cheap(depth):
    assert match_path(["a"] * depth, ["**", "a"] * depth + ["b"]) == (False, True)
