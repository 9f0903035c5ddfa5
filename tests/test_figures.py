"""Figures of speed, memory and quality stand in marked blocks, and are of this code."""

import re
from dataclasses import replace

import pytest

from flows.settings import ROOT
from tests.benchmarks.figures.code_digest import list_entry_files, strip_comments
from tests.benchmarks.figures.pages import BLOCK, PAGES, RESULTS, list_blocks, read_result
from tests.benchmarks.figures.proofs import PROOFS

BY_NAME = {proof.name: proof for proof in PROOFS}
BLOCKS = list(list_blocks())
# What a measured figure looks like: a rate, a share with three digits, a size, a time or a ratio with a fraction.
# Bounds and settings are whole numbers, or shares with two digits.
FIGURE = re.compile(
    r"\d (?:\w+ )?a second|(?<![\w.\d])[01]?\.\d{3,4}\b|\b\d[\d,]*\.\d+ (?:MB|GB|ms|s|times|CPU)\b", re.ASCII
)
# Pages on which such numbers are examples, or of the day of a decision.
EXEMPT = {"decisions.md", "columns.md"}


@pytest.mark.parametrize("name", sorted({proof for _, proof, *_ in BLOCKS}))
def test_a_figure_is_of_this_code(name):
    assert name in BY_NAME, f"no proof is named {name}; see tests/benchmarks/figures/proofs.py"
    result = read_result(name)
    if result is None:
        return  # the block says that it is not measured
    digest = BY_NAME[name].compute_digest()
    assert digest in (result["digest"], result.get("skipped", {}).get("digest")), (
        f"The figures of {name} were measured on other code (commit {result['commit']}). Measure them again: "
        f"`make figures ONLY={name}`, or `make figures-short ONLY={name}` within minutes; or take them out: "
        f"`python -m tests.benchmarks.figures --remove {name}`."
    )


@pytest.mark.parametrize(("page", "proof", "part", "block", "filled"), BLOCKS, ids=[f"{b[1]}.{b[2]}" for b in BLOCKS])
def test_a_block_holds_what_its_result_says(page, proof, part, block, filled):
    assert block == filled, f"{page.name}: `python -m tests.benchmarks.figures --fill` writes {proof}.{part} again"


def test_every_result_is_shown():
    shown = {proof for _, proof, *_ in BLOCKS}
    assert {path.stem for path in RESULTS.glob("*.json")} <= shown <= BY_NAME.keys()


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in EXEMPT], ids=lambda page: page.name)
def test_no_figure_stands_outside_a_block(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    assert [line for line in text.splitlines() if FIGURE.search(line)] == []


def test_the_digest_is_that_of_the_code_without_comments_and_docstrings():
    commented = (
        'def count(rows):\n    """Count rows."""\n    # all of them\n\n    return len(rows)  # "#" is no comment\n'
    )
    assert strip_comments(commented) == "def count(rows):\n    return len(rows)"
    assert strip_comments("mark = '#'\n") == "mark = '#'" != strip_comments("mark = ';'\n")
    assert strip_comments('text = """\n# kept\n"""\n') == 'text = """\n# kept\n"""'


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_a_proof_depends_on_code_and_not_on_documents_or_tests(proof):
    files = {path.relative_to(ROOT).as_posix() for path in list_entry_files(proof.entries)}
    assert files or proof.patterns
    assert all(name.startswith(("flows/", "schemas/")) for name in files)
    assert all(list(ROOT.glob(pattern)) for pattern in (*proof.patterns, *proof.unread))


def test_proofs_depend_on_their_own_packages_alone():
    assert BY_NAME["duplicates"].compute_digest() != BY_NAME["formats"].compute_digest()
    for name, packages in (("duplicates", {"dedupe"}), ("listings", {"clean", "outlets"})):
        files = [path.relative_to(ROOT) for path in list_entry_files(BY_NAME[name].entries)]
        stages = {path.parts[1] for path in files if path.parts[0] == "flows"}
        assert not stages & {"release", "report", "run", "operate", "serve.py"}, (name, stages)
        assert packages <= stages


def test_weights_that_texts_never_open_do_not_age_the_figures_of_text():
    text = BY_NAME["text"]
    read = {*list_entry_files(text.entries)} - {path for pattern in text.unread for path in ROOT.glob(pattern)}
    weights = {path.name for path in read if path.suffix == ".npz"}
    assert "line_cnn.npz" in weights
    assert not any(name.startswith("page_") for name in weights)
    assert text.compute_digest() != replace(text, unread=()).compute_digest()
