"""What an outcome was made by: all code that touches it, and the profiles it consulted."""

import shutil
from dataclasses import replace

import pyarrow as pa
import pytest

from flows import cache, read
from flows.clean.rules import cues
from flows.describe import stage
from flows.outlets import Registry, load_registry
from flows.outlets.profiles import load_profiles
from flows.workers import batch_processing


@pytest.fixture
def checkout(tmp_path, root):
    for name in ("flows", "schemas"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def changed(checkout, name):
    before = cache.compute_code_version(checkout)
    cache.compute_code_version.cache_clear()
    with (checkout / name).open("a") as file:
        file.write("\n# more\n")
    after = cache.compute_code_version(checkout)
    cache.compute_code_version.cache_clear()
    return before, after


@pytest.mark.parametrize(
    "name",
    [
        "flows/clean/rules/cues.toml",
        "flows/describe/headline.py",
        "flows/outlets/registry.csv",
        "flows/dedupe/shingles.py",
        "schemas/columns.py",
    ],
)
def test_what_touches_every_document_is_in_it(checkout, name):
    before, after = changed(checkout, name)
    assert before.code != after.code


@pytest.mark.parametrize(
    "name",
    [
        "flows/release/csv_tables.py",
        "flows/cli.py",
        "flows/read/source_walk.py",
        "flows/run/validation.py",
        "flows/dedupe/linking.py",
    ],
)
def test_what_touches_none_is_not(checkout, name):
    before, after = changed(checkout, name)
    assert before == after


def test_a_profile_counts_for_itself(checkout):
    before, after = changed(checkout, "flows/outlets/profiles/okezone.toml")
    assert before.code == after.code
    assert {name for name in after.profiles if after.profiles[name] != before.profiles[name]} == {"okezone"}


def test_no_document_changes_by_a_profile_that_it_is_not_said_to_have_consulted(root, monkeypatch):
    """Each profile emptied of all but its bylines (which count as code), over the golden story of every profile."""
    folder = root / "tests" / "golden" / "outlets"
    raw = pa.concat_tables(
        [b.documents.filter(pa.compute.equal(b.documents["media"], "text")) for b in read.read_batches(folder)]
    )
    known = load_registry()

    def made(now: Registry) -> tuple[dict[str, object], dict[str, set[str]]]:
        for module in (cues, stage, batch_processing):
            monkeypatch.setattr(module, "load_registry", lambda: now)
        cues.load_outlet_cues.cache_clear()
        outcome = batch_processing.process_batch(raw)
        rows = [*outcome.articles.to_pylist(), *outcome.rejects.to_pylist()]
        spans: dict[str, object] = {}
        for row in outcome.spans.to_pylist():
            spans.setdefault(row["article_id"], []).append(row)
        values = {
            row["source_id"]: ({k: v for k, v in row.items() if k != "profiles"}, spans.get(row.get("article_id")))
            for row in rows
        }
        return values, {row["source_id"]: set(row["profiles"].split(",")) for row in rows}

    before, consulted = made(known)
    told = 0
    for name, profile in load_profiles().items():
        bare = replace(profile, zone=None, sign_off=None, author_box=frozenset(), roles={}, cues={}, url_days=None)
        outlets = [replace(one, profile=bare) if one.profile is profile else one for one in known.outlets]
        after, _ = made(Registry(outlets))
        differ = {key for key in before if before[key] != after[key]}
        assert all(name in consulted[key] for key in differ), (name, differ)
        told += len(differ)
    assert told > 0
    cues.load_outlet_cues.cache_clear()
