"""Every recipe of a card, run on a fresh release by the tool it is for.

KLIPING_RECIPES_PYTHON names another interpreter that has the tools (`make recipes` makes one); a tool that the
interpreter does not have is skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import release_drafts as drafts

from flows import report
from flows.release import Dataset, audit_release, commit_release, publisher_lock, read_manifest, stage_release
from flows.report.templating import TEMPLATES

PYTHON = os.environ.get("KLIPING_RECIPES_PYTHON", sys.executable)
WORDS = ("NA", "null", "NaN", "None", "n/a", "<NA>", "'NA", "-nan")
TEXT = 'Baris satu, "kutipan".\nBaris dua; akhir.'
ARTICLES = [
    *drafts.ARTICLES,
    *(
        drafts.article(f"kata{n}", title=word, place=word, authors=[word], source_id=word, text=f"{TEXT}\n{n}")
        for n, word in enumerate(WORDS)
    ),
]
READING = (TEMPLATES / "reading.md.j2").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```python\n# ([^\n]+)\n(.*?)```", READING, re.DOTALL))
(QUERY,) = re.findall(r"```sql\n-- DuckDB\n(.*?)```", READING, re.DOTALL)
MODULES = {"Hugging Face datasets": "datasets", "Croissant": "mlcroissant", "Spark": "pyspark"}
# Counts the rows of whatever kind of table the recipe made, and looks for nulls where the release has none.
CHECK = """
import json
rows = articles
if hasattr(rows, "toPandas"):
    rows = rows.toPandas()
if hasattr(rows, "to_pylist"):
    rows = rows.to_pylist()
elif hasattr(rows, "to_dicts"):
    rows = rows.to_dicts()
elif hasattr(rows, "to_dict") and not isinstance(rows, list):
    rows = rows.to_dict("records") if hasattr(rows, "iloc") else rows.to_list()
def word(value):
    value = value.decode() if isinstance(value, bytes) else value
    return value if isinstance(value, str) else None
print(json.dumps([{name: word(row[name]) for name in ("source_id", "title", "place", "text")} for row in rows]))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    dataset = Dataset(tmp_path_factory.mktemp("output") / "news")
    with publisher_lock(dataset, 0):
        folder = stage_release(dataset, drafts.draft(ARTICLES, checks=()), "2026.11.22.1", report.write_pages)
        audit_release(folder)
        return commit_release(dataset, folder, read_manifest(folder))


def run(code, release, tmp_path):
    environment = os.environ | {
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    done = subprocess.run(
        [str(Path(PYTHON).absolute()), "-c", code],
        cwd=release,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def need(module):
    asked = [PYTHON, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"]
    if subprocess.run(asked, check=False).returncode:
        pytest.skip(f"{module} is not installed here" + "; `make recipes` runs this with it" * (module != "pyspark"))


def test_the_card_has_the_recipes(release):
    assert READING in (release / "README.md").read_text(encoding="utf-8")
    tools = {name.partition(",")[0] for name in BLOCKS}
    assert tools == {"pandas", "pyarrow", "DuckDB", "Polars", "Spark", "Hugging Face datasets", "Croissant",
                     "Frictionless"}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in BLOCKS if ", new since" not in name])
def test_a_recipe_reads_every_row_and_no_value_as_null(name, release, tmp_path):
    tool = name.partition(",")[0]
    need(MODULES.get(tool, tool.lower()))
    if tool == "Spark" and not shutil.which("java"):
        pytest.skip("Spark needs Java")
    rows = json.loads(run(BLOCKS[name] + CHECK, release, tmp_path).splitlines()[-1])
    exact = "CSV" not in name and tool != "Frictionless"
    got = {row["text"]: row for row in rows}
    assert len(rows) == len(ARTICLES) == len(got)
    for row in ARTICLES:
        read = got[row["text"]]
        for column in ("source_id", "title", "place"):
            value = read[column]
            if not exact and value is not None and column != "text" and value.startswith("'"):
                value = value[1:]
            assert value == row[column] or (row[column] is None and value in (None, "")), (column, read)


@pytest.mark.parametrize("name", [name for name in BLOCKS if ", new since the release before" in name])
def test_a_recipe_reads_what_is_new(name, release, tmp_path):
    need(name.partition(",")[0].lower())
    count = "\nprint(len(new), sorted(set(new['op'].to_pylist() if hasattr(new['op'], 'to_pylist') else new['op'])))"
    assert run(BLOCKS[name] + count, release, tmp_path).splitlines()[-1] == f"{len(ARTICLES)} ['added']"


@pytest.mark.parametrize("name", [name for name in BLOCKS if ", new since another release" in name])
def test_a_recipe_reads_what_is_new_since_any_release(name, release, tmp_path):
    """Two releases later one article is new, one has another text, one is gone, and the others are as they were."""
    need(name.partition(",")[0].lower())
    dataset = Dataset(tmp_path / "output" / "news")
    changed = drafts.article("kata0", title="Lain", source_id="NA", text=f"{TEXT}\n0, diubah")
    added = drafts.article("baru", title="Baru", source_id="baru", text="Kabar yang baru terbit pagi ini.")
    releases = [ARTICLES, ARTICLES[:-1], [*(row for row in ARTICLES[:-1] if row["source_id"] != "NA"), changed, added]]
    for number, rows in enumerate(releases, start=21):
        version = f"2026.11.{number}.1"
        draft = drafts.draft(rows, checks=(), parent=dataset.read_latest_version())
        with publisher_lock(dataset, 0):
            staged = stage_release(dataset, draft, version, report.write_pages)
            path = commit_release(dataset, staged, read_manifest(staged))
    code = (
        BLOCKS[name] + "\nids = new['source_id']\nprint(sorted(ids.to_pylist() if hasattr(ids, 'to_pylist') else ids))"
    )
    assert run(code, path, tmp_path).splitlines()[-1] == "['NA', 'baru']"


def test_two_releases_in_one_cache_give_their_own_rows(release, tmp_path):
    """The datasets library caches by the name of a config."""
    need("datasets")
    smaller = Dataset(tmp_path / "output" / "news")
    with publisher_lock(smaller, 0):
        folder = stage_release(smaller, drafts.draft(ARTICLES[:2], checks=()), "2026.11.23.1", report.write_pages)
        path = commit_release(smaller, folder, read_manifest(folder))
    code = f"""
from datasets import load_dataset
folders = {[str(release), str(path), str(release.parent.parent / "latest"), str(smaller.root / "latest")]!r}
print([len(load_dataset(folder, split="train")) for folder in folders])
print(load_dataset(folders[1], "news-2026.11.23.1-changes", split="train")["op"][:])
"""
    lines = run(code, release, tmp_path).splitlines()
    assert lines[-2:] == [f"[{len(ARTICLES)}, 2, {len(ARTICLES)}, 2]", "['added', 'added']"]


def test_the_query(release):
    import duckdb

    found = duckdb.sql(QUERY.replace("'data/", f"'{release}/data/")).fetchall()
    assert found == [("Warta Contoh", len(ARTICLES))]


def test_frictionless_validates_data_and_csv(release, tmp_path):
    need("frictionless")
    code = """
import json
from frictionless import validate
report = validate("datapackage.json")
print(json.dumps({"valid": report.valid, "tasks": [task.name for task in report.tasks],
                  "errors": report.flatten(["name", "fieldName", "message"])[:5]}, default=str))
"""
    made = json.loads(run(code, release, tmp_path).splitlines()[-1])
    assert made["valid"], made["errors"]
    assert {"articles", "rejects", "changes", "spans", "evidence", "articles-csv", "metadata-csv"} == set(made["tasks"])


def test_croissant_iterates_every_table(release, tmp_path):
    need("mlcroissant")
    code = """
import json
import mlcroissant as mlc
dataset = mlc.Dataset(jsonld="croissant.json")
print(json.dumps({each.name: sum(1 for _ in dataset.records(record_set=each.name))
                  for each in dataset.metadata.record_sets}))
"""
    made = json.loads(run(code, release, tmp_path).splitlines()[-1])
    counts = {"articles": len(ARTICLES), "rejects": 1, "changes": len(ARTICLES), "spans": 3, "evidence": 2}
    assert made == counts


def test_frictionless_reads_types_from_csv(release, tmp_path):
    need("frictionless")
    code = """
from frictionless import Package
row = Package("datapackage.json").get_resource("articles-csv").read_rows()[0]
print(type(row["date"]).__name__, type(row["authors"]).__name__, type(row["is_partial"]).__name__)
"""
    assert run(code, release, tmp_path).split()[-3:] == ["date", "list", "bool"]
