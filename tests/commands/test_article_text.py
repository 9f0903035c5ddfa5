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


def test_open_names_the_report(output, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    done = kliping("open", output=output)
    version = json.loads((output / "news" / "latest.json").read_text())["version"]
    assert done.exit_code == 0 and f"{version}/report.html" in done.output
    assert opened == [(output / "news" / "releases" / version / "report.html").resolve().as_uri()]
