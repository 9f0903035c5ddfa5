"""Figures in the documents: each comes from a proof, a command that measures, and holds for the code that it measured.

    python -m tests.benchmarks.figures [--short] [NAME ...]     make figures, make figures-short

A page marks where a figure stands, and this fills it:

    <!-- figures:html.table --> ... <!-- end -->

A proof (proofs.py) names its command, its inputs, and the modules that it measures. Its result lies in
results/<proof>.json: the blocks as Markdown, the figures, the commit, the machine with its load, and a digest of the
files that the modules need, weights and tables included (code_digest.py). tests/test_figures.py fails where a digest is
not that of the code, or where a block is not what the result says.

Proofs run one after another, and each result is stored at once: started again, the command goes on where it stopped.
A proof whose inputs are not at hand is skipped; its blocks then say at which commit they were measured. Short forms
take minutes, say their size, and never replace a whole one of the same code.
"""
