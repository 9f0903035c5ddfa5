"""The example notebook runs from its first cell to its last on a release of the samples."""

import datetime
import json
import os

import pytest

from flows.parameters import Publish
from flows.run.publish_run import run_publish

pytestmark = pytest.mark.slow


def test_the_notebook_reads_a_release(root, tmp_path, monkeypatch):
    outcome = run_publish(Publish(source=str(root / "seeds"), dataset="seeds", output=str(tmp_path / "output")))
    assert outcome.status == "published"
    notebook = json.loads((root / "docs" / "examples" / "read-a-release.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in cells:
        exec(compile(cell, "read-a-release.ipynb", "exec"), names)
    articles, new = names["articles"], names["new"]
    assert len(articles) == 5 and len(new) == 5 and os.fspath(names["release"]).endswith(outcome.version)
    dates = [value for value in articles["date"] if isinstance(value, datetime.date)]
    assert dates and str(articles["date"].dtype) == "date32[day][pyarrow]"
    assert len(names["evidence"]) > 5 and names["by_outlet"]["size"].sum() == len(names["once"])
