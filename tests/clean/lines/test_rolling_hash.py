"""Hashes of spans: equal for equal text at any offset, ignoring case."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.clean.lines.rolling_hash import compute_prefix_hashes, hash_spans, hash_texts

TEXTS = st.lists(st.text(max_size=12), max_size=8)


@given(TEXTS)
def test_a_text_hashes_alike_alone_among_others_and_as_a_span(texts: list[str]) -> None:
    hashes = hash_texts(texts)
    assert hashes.tolist() == [hash_texts([text])[0] for text in texts]
    for text, digest in zip(texts, hashes, strict=True):
        codes = np.frombuffer(f"--{text}!".encode("utf-16-le", "surrogatepass"), np.uint16)
        span = hash_spans(compute_prefix_hashes(codes), np.array([2]), np.array([len(codes) - 1]))
        assert span.tolist() == [digest]


def test_case_is_ignored_and_order_is_not() -> None:
    upper, lower, turned = hash_texts(["Baca JUGA", "baca juga", "juga baca"]).tolist()
    assert upper == lower != turned
