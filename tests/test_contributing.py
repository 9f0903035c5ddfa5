"""The recipes of CONTRIBUTING.md work: they are followed to the letter in a copy of the project.

A block of a recipe belongs to the file that the paragraph above it names last. A `diff` replaces its lines in the file
(lines that are only added go to the end), any other block is the whole file, and `sh` blocks are run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from schemas import SCHEMA_VERSION

ROOT = Path(__file__).parents[1]
COPIED = ("flows", "schemas", "expectations", "tests", "docs", "seeds", ".ci", "output/README.md")
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
pytestmark = [pytest.mark.slow, pytest.mark.proof]


@pytest.fixture
def project(tmp_path):
    """A copy of the files of the project, without releases and caches."""
    skipped = shutil.ignore_patterns("__pycache__", ".*")
    for name in COPIED:
        source, target = ROOT / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=skipped)
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    return tmp_path


def read_recipe(title):
    """Yield (language, file or None, text) for each block under a heading of CONTRIBUTING.md."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[1]
    above = 0
    for block in BLOCK.finditer(section):
        named = [path for path in re.findall(r"`([^`\s]+)`", section[above : block.start()]) if "/" in path]
        above = block.end()
        yield block[2], named[-1] if named else None, textwrap.dedent(block[3])


def run(project, *words):
    environment = {**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=project, env=environment, capture_output=True, text=True, timeout=3600
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def run_shell_block(project, text):
    for line in text.splitlines():
        program, *words = shlex.split(line, comments=True)
        if program == ".venv/bin/kliping":
            run(project, "-m", "flows.cli", *words)
        else:
            assert program == ".venv/bin/python"
            run(project, *words, *(["-p", "no:cacheprovider"] if "pytest" in words else []))


def apply_diff(file, diff):
    text = file.read_text(encoding="utf-8")
    lines = diff.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
    if before:
        assert text.count(before) == 1, (
            f"{file}: CONTRIBUTING.md shows lines that stand there {text.count(before)} times"
        )
        text = text.replace(before, after)
    else:
        text += after
    file.write_text(text, encoding="utf-8")


def follow_recipe(project, title):
    major, minor, _ = SCHEMA_VERSION.split(".")
    # The recipe keeps its meaning when the version that it starts from is raised.
    versions = {"-": SCHEMA_VERSION, "+": f"{major}.{int(minor) + 1}.0"}
    for language, path, text in read_recipe(title):
        if language == "sh":
            run_shell_block(project, text)
        elif language == "diff":
            apply_diff(
                project / path,
                re.sub(
                    r"^([-+])SCHEMA_VERSION = .*$",
                    lambda match: f'{match[1]}SCHEMA_VERSION = "{versions[match[1]]}"',
                    text,
                    flags=re.MULTILINE,
                ),
            )
        else:
            (project / path).write_text(text, encoding="utf-8")


def test_an_outlet_is_added(project):
    story = {path: text for _, path, text in read_recipe("Add an outlet")}["tests/golden/outlets/kabarpagi.txt"]
    scraped = project / "scraped" / "kabarpagi"
    scraped.mkdir(parents=True)
    for number in range(4):
        (scraped / f"{number}.txt").write_text(story.replace("tiga bulan", f"{number + 3} bulan"), encoding="utf-8")
    follow_recipe(project, "Add an outlet")
    assert "| Kabar Pagi | kabarpagi.example |" in (project / "docs/reference/outlets.md").read_text(encoding="utf-8")
    run(project, "-m", "flows.cli", "publish", "scraped/kabarpagi/0.txt", "--direct", "--dataset", "outlet")
    assert read_column(project, "outlet", "outlet") == ["Kabar Pagi"]


def test_a_cue_is_added(project):
    follow_recipe(project, "Add a rule")
    [seed] = (project / "seeds").glob("000_*.txt")
    (project / "cue.txt").write_text(
        seed.read_text(encoding="utf-8") + "\nKirim naskah Anda ke redaksi dan dapatkan honor\n", encoding="utf-8"
    )
    run(project, "-m", "flows.cli", "publish", "cue.txt", "--direct", "--dataset", "cue")
    assert "promo.send-story" in read_column(project, "cue", "rule", "lineage/*spans*.parquet")
    assert "promo.send-story" not in read_column(project, "after", "rule", "lineage/*spans*.parquet")


def test_a_column_is_added(project):
    follow_recipe(project, "Add a column")
    run(project, "-m", "flows.cli", "publish", "seeds", "--direct", "--dataset", "column")
    counts = read_column(project, "column", "paragraph_count")
    texts = read_column(project, "column", "text")
    assert counts == [len(text.split("\n")) for text in texts] and min(counts) > 1


def test_a_stage_runs_in_a_notebook(project):
    [(language, _, code)] = read_recipe("Try one stage in a notebook")
    assert language == "python"
    printed = run(project, "-c", code + "print(described.metadata.num_rows, len(texts), min(map(len, texts)) > 100)")
    assert printed.split() == ["3", "3", "True"]


def read_column(project, dataset, column, files="data/*.parquet"):
    import pyarrow.parquet as pq

    paths = sorted((project / "output" / dataset / "latest").glob(files))
    return [value for path in paths for value in pq.ParquetFile(path).read([column])[column].to_pylist()]
