"""Tests are chosen by what they import, and each explained mutant is still one of the code."""

import tomllib

from tests.faults.mutant_tests import choose_tests
from tests.faults.mutate_code import EXPLAINED


def write_files(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_tests_of_the_module_come_first_and_none_twice(tmp_path):
    write_files(tmp_path, {
        "flows/read/grain.py": "", "flows/run/mill.py": "from flows.read.grain import x", "flows/run/oven.py": "",
        "tests/read/test_grain.py": "", "tests/read/test_bread.py": "from flows.read import grain",
        "tests/read/test_salt.py": "", "tests/run/test_mill.py": "", "tests/run/test_oven.py": "",
        "tests/test_shop.py": "import flows.read.grain",
    })  # fmt: skip
    assert choose_tests(tmp_path, "flows/read/grain.py") == [
        ["tests/read/test_bread.py", "tests/read/test_grain.py"],
        ["tests/read/test_salt.py"],
        ["tests/run/test_mill.py", "tests/test_shop.py"],
    ]


def test_each_explained_mutant_changes_a_line_that_stands_and_has_a_reason(root):
    for each in tomllib.loads(EXPLAINED.read_text())["mutant"]:
        lines = {line.strip() for line in (root / each["module"]).read_text().splitlines()}
        assert each["before"] in lines and each["after"] not in lines, each
        assert each["kind"] in ("equivalent", "speed", "message", "limit"), each
        assert len(each["reason"]) > 20 and each["before"] != each["after"], each
