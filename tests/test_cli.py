"""The command as its user gives it, in a process of its own."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.makers import story


def kliping(*words, cwd, **env):
    command = [sys.executable, "-m", "flows.cli", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(cwd[1]), **env}
    return subprocess.run(
        command, cwd=cwd[0], capture_output=True, text=True, env=environment, timeout=300, check=False
    )


def write_drop(folder):
    (folder / "drop").mkdir()
    for number in range(2):
        (folder / "drop" / f"{number}.txt").write_text(story(number), encoding="utf-8")
    (folder / "drop" / "empty.txt").write_bytes(b"")


@pytest.fixture
def place(tmp_path, root):
    write_drop(tmp_path)
    return tmp_path, root


@pytest.fixture(scope="module")
def published(tmp_path_factory, root):
    """A place with a release of its folder, and what the command printed, then whether it had loaded Prefect."""
    folder = tmp_path_factory.mktemp("published")
    write_drop(folder)
    code = (
        "import sys\nfrom flows import cli\nsys.argv = ['kliping', 'publish', 'drop', '--direct']\n"
        "try:\n    cli.main()\nfinally:\n    print('prefect' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )
    return (folder, root), done


def test_publish_verify_versions(published):
    place, done = published
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "2 articles, 1 rejected" in done.stdout and "empty.txt" in done.stdout
    assert 'pandas.read_parquet("output/news/releases/' in done.stdout
    again = kliping("publish", "drop", "--direct", cwd=place)
    assert again.returncode == 0 and "nothing new" in again.stdout
    assert "complete and unchanged" in kliping("verify", cwd=place).stdout
    listed = kliping("versions", cwd=place).stdout.splitlines()
    assert len(listed) == 1 and "latest" in listed[0] and "2 articles, 1 rejected" in listed[0]


def test_a_direct_run_does_not_load_prefect(published):
    _, done = published
    assert "2 articles" in done.stdout and done.stdout.splitlines()[-1] == "False"


def test_verify_names_the_damaged_file(published, tmp_path):
    (folder, root), _ = published
    shutil.copytree(folder / "output", tmp_path / "output", symlinks=True)
    home = tmp_path / "output" / "news"
    release = home / json.loads((home / "latest.json").read_text())["path"]
    codebook = release / "codebook.csv"
    codebook.chmod(0o644)
    codebook.write_bytes(codebook.read_bytes() + b"x")
    done = kliping("verify", cwd=(tmp_path, root))
    assert done.returncode == 1 and "codebook.csv" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("publish", "nowhere"), "nowhere"),
        (("publish", "drop", "--workers", "0"), "workers"),
        (("publish", "drop", "--dataset", "../escape"), "dataset"),
        (("publish", "drop", "--duplicates", "hide"), "duplicates"),
        (("verify",), "no dataset"),
        (("verify", "1999.01.01.1"), "no"),
        (("versions",), "no dataset"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_code_2(place, words, said):
    extra = ("--direct",) if words[0] == "publish" else ()
    done = kliping(*words, *extra, cwd=place)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr


def test_help_is_for_newcomers(place):
    done = kliping("publish", "--help", cwd=place)
    assert done.returncode == 0
    for option in ("--append", "--limit", "--dry-run", "--direct", "--dataset", "--output"):
        assert option in done.stdout
    assert "Example" in done.stdout


def test_a_defect_is_a_sentence_and_exit_code_3(place):
    (place[0] / "output").write_text("a file where the folder should be")
    done = kliping("publish", "drop", "--direct", cwd=place)
    assert done.returncode == 3 and "Nothing was published" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.flow
def test_the_flow_from_the_command_line_is_quiet(place):
    done = kliping("publish", "drop", cwd=place, PREFECT_HOME=str(place[0] / "prefect"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "2 articles, 1 rejected" in done.stdout
    assert "prefect" not in done.stdout.lower() and "Traceback" not in done.stdout
