"""`kliping explain` and `kliping open`, as their user gives them."""

import json

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import dump


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    (folder / "source").mkdir()
    words = dump(3).replace("Harga Cabai Turun", "Harga \x1b[31mCabai Turun")
    (folder / "source" / "page.txt").write_text(words, encoding="utf-8")
    assert run_publish(Publish(source=str(folder / "source"), output=str(folder / "output"))).status == "published"
    return folder / "output"


def kliping(*words, output):
    return CliRunner().invoke(app, [*words, "--output", str(output)])


def test_an_article_is_shown_with_its_evidence_and_its_cuts(output):
    done = kliping("explain", "page.txt", output=output)
    assert done.exit_code == 0, done.output
    assert "outlet            Republika" in done.output
    assert "REPUBLIKA.CO.ID" in done.output.split("\nEvidence")[1]
    cut = [line for line in done.output.split("The document")[1].splitlines() if " -  [" in line]
    assert any("Baca Juga" in line and "related" in line for line in cut)
    assert "\x1b" not in done.output


def test_it_is_found_by_its_id_and_the_beginning_of_it(output):
    whole = kliping("explain", "page.txt", output=output).output
    key = next(line.split()[1] for line in whole.splitlines() if line.startswith("article_id"))
    assert kliping("explain", key, output=output).output == whole == kliping("explain", key[:8], output=output).output


def test_what_is_not_there_is_a_sentence(output, tmp_path):
    for words in (("explain", "nothing"), ("explain", "page.txt", "--version", "1999.01.01.1"), ("open", "no-version")):
        done = kliping(*words, output=output)
        assert done.exit_code in (2, 3) and done.exception.code == done.exit_code, done.output
    assert kliping("explain", "page.txt", output=tmp_path).exit_code == 2


def test_what_is_no_article_says_why(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.txt").write_text(dump(3), encoding="utf-8")
    (source / "other.txt").write_text(dump(4), encoding="utf-8")
    (source / "copy.txt").write_text(dump(4), encoding="utf-8")
    (source / "code.py").write_text("import os\n\n\ndef count(rows):\n    return len(rows)\n" * 9, encoding="utf-8")
    output = tmp_path / "output"
    job = Publish(source=str(source), output=str(output), duplicates="drop")
    assert run_publish(job).status == "published"
    assert "code.py was rejected as not_prose" in kliping("explain", "code.py", output=output).output
    dropped = [name for name in ("copy.txt", "other.txt") if "was dropped as duplicate" in
               kliping("explain", name, output=output).output]  # fmt: skip
    assert len(dropped) == 1
    article = kliping("explain", "page.txt", output=output).output
    key = next(line.split()[1] for line in article.splitlines() if line.startswith("article_id"))
    assert kliping("takedown", key, "--reason", "asked for", output=output).exit_code == 0
    still = kliping("explain", key, output=output).output
    assert still.startswith(article) and f"{key} was taken down on" in still and "still holds it" in still
    assert run_publish(job).status == "published"
    gone = kliping("explain", key, output=output).output
    assert "was taken down on" in gone and "asked for" in gone and "still holds" not in gone
    assert "was rejected as withdrawn" in kliping("explain", "page.txt", output=output).output


def test_a_dataset_without_a_release_is_a_sentence(tmp_path):
    (tmp_path / "news").mkdir()
    for words in (("verify",), ("open",), ("versions",), ("explain", "page.txt")):
        assert "has no release yet" in kliping(*words, output=tmp_path).output, words


def test_open_names_the_report(output, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    done = kliping("open", output=output)
    version = json.loads((output / "news" / "latest.json").read_text())["version"]
    assert done.exit_code == 0 and f"{version}/report.html" in done.output
    assert opened == [(output / "news" / "releases" / version / "report.html").resolve().as_uri()]
