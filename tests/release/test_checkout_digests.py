"""The digest of the code changes with every file that may change a result, and with no other."""

import pytest

from flows.release import ReleaseError, compute_code_digest, compute_lock_digest


@pytest.fixture
def root(tmp_path):
    for name in ("flows/a.py", "flows/outlets/contoh.toml", "schemas/b.py", "expectations/articles.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "requirements.lock").write_text("pyarrow==26")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["flows/a.py", "flows/outlets/contoh.toml", "expectations/articles.json", "flows/w.npz"]
)
def test_a_changed_or_new_file_changes_it(root, name):
    before = compute_code_digest(root)
    (root / name).write_text("lain")
    assert compute_code_digest(root) != before


def test_a_moved_file_changes_it(root):
    before = compute_code_digest(root)
    (root / "flows/a.py").rename(root / "flows/c.py")
    assert compute_code_digest(root) != before


def test_caches_and_what_lies_elsewhere_do_not(root):
    before = compute_code_digest(root)
    for name in ("flows/__pycache__/a.pyc", "flows/.a.py.swp", "schemas/b.py~", "tests/t.py", "README.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    assert compute_code_digest(root) == before


def test_what_is_missing_is_said(root, tmp_path_factory):
    assert len(compute_lock_digest(root)) == 64
    empty = tmp_path_factory.mktemp("kosong")
    with pytest.raises(ReleaseError, match="checkout"):
        compute_code_digest(empty)
    with pytest.raises(ReleaseError, match=r"requirements\.lock"):
        compute_lock_digest(empty)


@pytest.mark.parametrize("name", ["requirements.lock", "flows/a.py", "schemas/b.py"])
def test_the_lock_and_the_code_have_digests_of_their_own(root, name):
    before = compute_code_digest(root), compute_lock_digest(root)
    (root / name).write_text("lain")
    after = compute_code_digest(root), compute_lock_digest(root)
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        name.endswith("lock"),
        not name.endswith("lock"),
    ]


@pytest.mark.parametrize("name", ["flows/cadangan.pyo", "flows/.hidden/a.py", "schemas/__pycache__/b.py"])
def test_no_file_of_a_hidden_folder_or_compiled_one_counts(root, name):
    before = compute_code_digest(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("x")
    assert compute_code_digest(root) == before
