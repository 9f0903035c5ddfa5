"""Refreshing: resumed where it stopped, one result at a time; skipped where inputs are absent; pages filled at once."""

import json
import sys

import pytest

from tests.benchmarks.figures import __main__ as refresh
from tests.benchmarks.figures import pages
from tests.benchmarks.figures.proofs import Proof

COMMAND = """
import json, sys
from pathlib import Path
calls = Path(sys.argv[1])
calls.write_text(calls.read_text() + sys.argv[2] + " ")
target = Path(sys.argv[sys.argv.index("--json") + 1])
target.write_text(json.dumps({"size": sys.argv[2], "blocks": {"table": "| a |", "size": "7 MB"}, "figures": 7}))
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A page with two blocks, a proof whose command counts its calls, and results of its own."""
    page = tmp_path / "page.md"
    page.write_text(
        "It takes <!-- figures:made.size -->x<!-- end -->.\n\n<!-- figures:made.table -->\n<!-- end -->\n"
        "An example is `<!-- figures:PROOF.PART -->` and `<!-- end -->`.\n"
    )
    (tmp_path / "calls").write_text("")
    (tmp_path / "made_proof.py").write_text(COMMAND)
    monkeypatch.setattr(pages, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(pages, "PAGES", (page,))
    calls = str(tmp_path / "calls")

    class MadeProof(Proof):
        code = "one"

        def build_command(self, target, *, short):
            words = self.short if short else self.whole
            return [sys.executable, str(tmp_path / "made_proof.py"), *words, "--json", str(target)]

        def compute_digest(self):
            return MadeProof.code

    proof = MadeProof("made", "none", (calls, "whole"), (calls, "short"), ())
    return proof, MadeProof, page, lambda: (tmp_path / "calls").read_text().split()


def run(proof, *, short=False):
    assert refresh.refresh_proof(proof, short=short, anew=False)
    pages.fill_pages()


def test_what_is_measured_on_this_code_is_not_measured_again(work):
    proof, _, page, list_calls = work
    run(proof, short=True)
    run(proof, short=True)
    assert list_calls() == ["short"] and "Short form: short; measured at commit " in page.read_text()
    run(proof)
    run(proof, short=True)
    assert list_calls() == ["short", "whole"] and "*Whole; measured at commit " in page.read_text()
    text = page.read_text()
    assert "It takes <!-- figures:made.size -->7 MB<!-- end -->." in text and "-->\n| a |\n\n*Whole" in text
    assert "`<!-- figures:PROOF.PART -->` and `<!-- end -->`" in text


def test_other_code_is_measured_again_and_without_inputs_the_block_says_so(work, monkeypatch):
    proof, made, page, list_calls = work
    run(proof)
    made.code = "two"
    monkeypatch.setattr(made, "explain_missing", lambda self: "the evaluation data is not at hand")
    run(proof)
    assert list_calls() == ["whole"] and "not measured again: the evaluation data is not at hand." in page.read_text()
    assert pages.read_result("made")["skipped"]["digest"] == "two" and pages.read_result("made")["digest"] == "one"
    monkeypatch.setattr(made, "explain_missing", lambda self: "")
    run(proof)
    assert list_calls() == ["whole", "whole"] and "not measured again" not in page.read_text()


def test_without_a_result_a_block_says_that_it_is_not_measured(work):
    _, _, page, _ = work
    pages.fill_pages()
    assert page.read_text().startswith("It takes <!-- figures:made.size -->not measured<!-- end -->.\n\n")
    assert "`make figures ONLY=made` does" in page.read_text()


def test_a_command_without_a_result_fails_and_leaves_the_older_one(work, monkeypatch):
    proof, made, _, _ = work
    run(proof)
    made.code = "two"
    monkeypatch.setattr(
        made, "build_command", lambda self, target, short: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    assert not refresh.refresh_proof(proof, short=False, anew=False)
    assert json.loads((pages.RESULTS / "made.json").read_text())["digest"] == "one"
