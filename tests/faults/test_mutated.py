"""Whatever the bytes, a document ends as exactly one article or one reject, and never by a defect of ours."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import read
from flows.workers import batch_processing
from tests.faults import mutated_corpus
from tests.faults.mutations import MUTATIONS, mutated

TEXTS = mutated_corpus.texts()
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(folder):
    """Read and process a folder; the reasons of its rejects."""
    came, went, reasons = Counter(), Counter(), []
    for batch in read.read_batches(folder):
        came.update(batch.documents["source_uri"].to_pylist())
        outcome = batch_processing.process_batch(batch.documents, "fast")
        went.update(outcome.articles["source_uri"].to_pylist() + outcome.rejects["source_uri"].to_pylist())
        reasons += outcome.rejects["reason"].to_pylist()
    assert came == went and "crashed" not in reasons
    return reasons


@few
@given(data=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    check(tmp_path)


@few
@given(
    seed=st.integers(0, 2**32),
    shape=st.sampled_from(["text", "page", "jsonl", "warc"]),
    packing=st.sampled_from(["", ".gz", ".zst"]),
)
def test_mutated_documents(tmp_path, seed, shape, packing):
    rng = Random(seed)
    text = rng.choice(TEXTS)
    made = {
        "text": lambda: text.encode(),
        "page": lambda: mutated_corpus.page(text, seed).encode(),
        "jsonl": lambda: mutated_corpus.jsonl([text, text], seed),
        "warc": lambda: mutated_corpus.warc([text, text], seed % 10**9),
    }[shape]()
    (tmp_path / "a").write_bytes(mutated_corpus.PACKINGS[packing](mutated(made, rng)[:60_000]))
    check(tmp_path)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mutation_is_seeded_and_bears_no_bytes(mutation):
    assert mutation(TEXTS[0].encode(), Random(3)) == mutation(TEXTS[0].encode(), Random(3))
    assert isinstance(mutation(b"", Random(3)), bytes)
