"""What an outcome was made by: all code that touches it, and the profiles it consulted."""

import ast
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from flows import cache, read
from flows.cache import code_imports, code_version
from flows.clean.rules import cues
from flows.describe import stage
from flows.outlets import Registry, load_registry
from flows.outlets.profiles import load_profiles
from flows.workers import batch_processing


@pytest.fixture(autouse=True)
def stored_lists(tmp_path_factory, monkeypatch):
    """Keep lists of needed files in a place of each test, whatever Python was told about byte code."""
    path = tmp_path_factory.mktemp("bytecode") / "cache" / "needed-files.json"
    monkeypatch.setattr(code_imports, "locate_stored_lists", lambda: path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return path


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
        "flows/clean/models/line_cnn.npz",
        "flows/read/raw_documents.py",
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
        "flows/clean/models/train/train_line_cnn.py",
        "schemas/reader_schemas.py",
    ],
)
def test_what_touches_none_is_not(checkout, name):
    before, after = changed(checkout, name)
    assert before == after


def test_a_module_counts_from_its_first_import_on(checkout):
    """Also one that a function of a package imports by the name that the package hands on."""
    (checkout / "flows/describe/moods.py").write_text("from flows.describe.mood_words import WORDS as WORDS\n")
    (checkout / "flows/describe/mood_words.py").write_text("WORDS = ()\n")
    (checkout / "flows/outlets/__init__.py").open("a").write("\nfrom flows.describe.moods import WORDS\n")
    unused, used = changed(checkout, "flows/describe/mood_words.py")
    assert unused == used
    with (checkout / "flows/describe/headline.py").open("a") as file:
        file.write("\n\ndef find_mood():\n    from flows import outlets\n\n    return outlets.WORDS\n")
    before, after = changed(checkout, "flows/describe/mood_words.py")
    assert used.code != before.code != after.code


def test_an_import_for_type_checking_alone_needs_nothing(checkout):
    (checkout / "flows/describe/moods.py").write_text("class Mood: ...\n")
    path = checkout / "flows/describe/headline.py"
    path.write_text(path.read_text() + "\nif TYPE_CHECKING:\n    from flows.describe.moods import Mood\n")
    before, after = changed(checkout, "flows/describe/moods.py")
    assert before == after


def test_every_function_that_runs_for_a_document_is_in_it(root):
    """The calls of a run over text and pages, recorded: none lies in a file that does not count."""
    batches = [batch.documents for batch in read.read_batches(root / "seeds", limit=60)]
    raw = pa.concat_tables(batches)
    called: set[str] = set()
    sys.setprofile(lambda frame, event, _argument: called.add(frame.f_code.co_filename) if event == "call" else None)
    try:
        batch_processing.process_batch(raw)
    finally:
        sys.setprofile(None)
    ours = {path for path in map(Path, called) if path.is_relative_to(root / "flows")}
    assert len(ours) > 40
    assert ours <= set(code_imports.list_needed_files(root, [code_version.WORKER_ENTRY]))


def test_an_entry_that_is_gone_is_named(checkout):
    with pytest.raises(FileNotFoundError, match=r"flows\.nowhere"):
        code_imports.list_needed_files(checkout, ["flows.nowhere"])


def test_the_versions_of_python_and_of_the_libraries_are_in_it(checkout, monkeypatch):
    def compute_code() -> str:
        cache.compute_code_version.cache_clear()
        return cache.compute_code_version(checkout).code

    codes = {compute_code()}
    with monkeypatch.context() as patch:
        patch.setattr(code_version.sys, "version_info", (3, 99, 0))
        codes.add(compute_code())
    version = code_version.metadata.version
    for library in code_version.OUTCOME_LIBRARIES:
        with monkeypatch.context() as patch:
            other = {library: "0.0"}
            patch.setattr(code_version.metadata, "version", lambda name, other=other: other.get(name) or version(name))
            codes.add(compute_code())
    cache.compute_code_version.cache_clear()
    assert len(codes) == 2 + len(code_version.OUTCOME_LIBRARIES)


def test_every_library_that_the_code_imports_is_in_it(root):
    """Each library is named as it is installed, so `_` and `-` are the same here."""
    imported: set[str] = set()
    for path in code_imports.list_needed_files(root, [code_version.WORKER_ENTRY]):
        for node in ast.walk(ast.parse(path.read_bytes())) if path.suffix == ".py" else ():
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    libraries = {name.replace("_", "-") for name in imported - sys.stdlib_module_names - {"flows", "schemas"}}
    assert libraries - {"pandas"} == set(code_version.OUTCOME_LIBRARIES)  # pandas serves checks of the main process


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


def test_the_list_of_unchanged_code_is_derived_once(checkout, stored_lists, monkeypatch):
    entries = [code_version.WORKER_ENTRY]
    derived = code_imports.list_needed_files(checkout, entries)
    assert derived == code_imports.derive_needed_files(checkout, entries) and len(derived) > 100
    monkeypatch.setattr(code_imports, "derive_needed_files", None)
    assert code_imports.list_needed_files(checkout, entries) == derived
    assert [path.name for path in stored_lists.parent.iterdir()] == [stored_lists.name]


@pytest.mark.parametrize("change", ["import", "data", "entries"])
def test_a_stored_list_is_not_taken_for_other_code(checkout, change):
    entries = [code_version.WORKER_ENTRY]
    before = code_imports.list_needed_files(checkout, entries)
    match change:
        case "import":
            with (checkout / "flows/describe/headline.py").open("a") as file:
                file.write("\nimport flows.release.csv_tables\n")
        case "data":
            (checkout / "flows/describe/more.toml").write_text("")
        case "entries":
            entries = ["flows.read"]
    after = code_imports.list_needed_files(checkout, entries)
    assert after == code_imports.derive_needed_files(checkout, entries) != before


def test_few_lists_are_stored_and_a_damaged_file_is_replaced(checkout, stored_lists, monkeypatch):
    for number in range(12):
        monkeypatch.setattr(code_imports, "derive_needed_files", lambda root, _entries: [root / "flows/cli.py"])
        code_imports.list_needed_files(checkout, [f"flows.entry{number}"])
    assert len(code_imports._read_stored_lists()) == 8
    stored_lists.write_bytes(stored_lists.read_bytes()[:-9])
    assert code_imports.list_needed_files(checkout, ["flows.last"]) == [checkout / "flows/cli.py"]
    assert len(code_imports._read_stored_lists()) == 1
    stored_lists.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    code_imports.list_needed_files(checkout, ["flows.last"])
    assert not stored_lists.exists()
