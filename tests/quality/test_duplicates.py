"""Floors of the figures for near duplicates; they only go up."""

import pytest

from tests.makers import story
from tests.quality import duplicates


@pytest.mark.shared
@pytest.mark.proof
def test_on_2000_real_texts(shared):
    found = duplicates.measure(duplicates.sample(shared))
    assert found.texts == 2000 and found.near > 500 and found.contained > 100
    assert found.near_recall >= 0.99 and found.contained_recall >= 0.97
    assert found.precision == 1.0
    assert found.links == found.links_alike


def test_on_our_own_stories():
    texts = [f"{story(n)}\n" + " ".join(f"kalimat{n} nomor{i}" for i in range(120)) for n in range(40)]
    found = duplicates.measure([*texts, *(duplicates.changed(texts[n % 40], n) for n in range(160))])
    assert found.near > 100 and found.contained > 20
    assert (found.near_recall, found.precision) == (1.0, 1.0) and found.contained_recall >= 0.97
    assert found.links == found.links_alike and found.links_of_brute >= 0.97 * found.links
