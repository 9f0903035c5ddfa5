"""ConvNet: the score of a net with several members is the mean of theirs, whatever the number of rows."""

from itertools import pairwise

import numpy as np
import pytest

from flows.clean.models.conv_net import DILATIONS, POOLING_DILATION, ConvNet

FEATURES, HIDDEN, CHANNELS = 5, 4, 3


def make_arrays(seed, *, has_pooling=False):
    draw = np.random.default_rng(seed)
    shapes = {"first": (FEATURES, HIDDEN), "second": (HIDDEN, CHANNELS), "out": (CHANNELS, 1)}
    if has_pooling:
        shapes["pool"] = (2 * CHANNELS, CHANNELS)
    for dilation in DILATIONS:
        shapes |= {f"taps{dilation}": (3 * CHANNELS, CHANNELS), f"mix{dilation}": (CHANNELS, CHANNELS)}
    arrays = {"mean": np.zeros(FEATURES, np.float32), "scale": np.ones(FEATURES, np.float32)}
    for name, shape in shapes.items():
        arrays[name] = draw.normal(size=shape).astype(np.float32)
        arrays[f"{name}_bias"] = draw.normal(size=shape[1]).astype(np.float32)
    return arrays


def stack(*members):
    shared = ("mean", "scale", "word_hashes")
    return {
        name: value if name in shared else np.stack([member[name] for member in members])
        for name, value in members[0].items()
    }


def score_alone(arrays, features):
    """The score of each row by the definition: a row of zeros stands beyond both ends."""
    x = np.maximum(features @ arrays["first"] + arrays["first_bias"], 0)
    x = np.maximum(x @ arrays["second"] + arrays["second_bias"], 0)
    for d in DILATIONS:
        if "pool" in arrays and d == POOLING_DILATION:
            most = np.maximum(x.max(axis=0), 0)
            x = x + np.concatenate((x.mean(axis=0), most)) @ arrays["pool"] + arrays["pool_bias"]
        padded = np.pad(x, ((d, d), (0, 0)))
        near = np.concatenate((padded[: len(x)], x, padded[2 * d :]), axis=1)
        x = x + np.maximum(near @ arrays[f"taps{d}"] + arrays[f"taps{d}_bias"], 0) @ arrays[f"mix{d}"]
        x = x + arrays[f"mix{d}_bias"]
    return (x @ arrays["out"] + arrays["out_bias"])[:, 0]


@pytest.mark.parametrize("rows", [1, 3, 9, 40])
def test_members_are_averaged(rows):
    features = np.random.default_rng(rows).normal(size=(rows, FEATURES)).astype(np.float32)
    members = [make_arrays(seed) for seed in range(3)]
    expected = np.mean([score_alone(member, features) for member in members], axis=0)
    scores = ConvNet.from_arrays(stack(*members)).score_rows(features)
    assert scores.shape == (rows,) and scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_pooled_rows_tell_each_row_of_the_whole_document(rows):
    features = np.random.default_rng(rows).normal(size=(rows, FEATURES)).astype(np.float32)
    members = [make_arrays(seed, has_pooling=True) for seed in range(2)]
    expected = np.mean([score_alone(member, features) for member in members], axis=0)
    scores = ConvNet.from_arrays(stack(*members)).score_rows(features)
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


def test_a_single_member_needs_no_axis_of_members():
    features = np.random.default_rng(1).normal(size=(6, FEATURES)).astype(np.float32)
    member = make_arrays(0)
    scores = ConvNet.from_arrays(member).score_rows(features)
    np.testing.assert_allclose(scores, score_alone(member, features), rtol=1e-3, atol=1e-4)
    assert (ConvNet.from_arrays(stack(member)).score_rows(features) == scores).all()


def test_many_rows_are_multiplied_in_chunks_with_the_same_scores(monkeypatch):
    features = np.random.default_rng(2).normal(size=(50, FEATURES)).astype(np.float32)
    net = ConvNet.from_arrays(stack(make_arrays(0), make_arrays(1)))
    whole = net.score_rows(features)
    monkeypatch.setattr("flows.clean.models.conv_net._SINGLE_THREAD_PRODUCTS", 100)
    np.testing.assert_allclose(net.score_rows(features), whole, rtol=1e-4, atol=1e-5)


def test_each_member_has_word_vectors_of_its_own():
    draw = np.random.default_rng(4)
    features, width = draw.normal(size=(7, FEATURES - 2)).astype(np.float32), 2
    hashes = np.array([3, 8, 21], np.uint64)
    members = []
    for seed in range(2):
        member = make_arrays(seed)
        member |= {"word_hashes": hashes, "word_vectors": draw.normal(size=(3, width)).astype(np.float32)}
        members.append(member)
    net = ConvNet.from_arrays(stack(*members))
    bounds = np.array([0, 2, 2, 3, 4, 5, 6, 7])
    words = np.array([3, 8, 21, 5, 8, 3, 21], np.uint64)
    row_vectors = net.word_vectors.average_words(words, bounds)
    expected = []
    for member in members:
        by_word = dict(zip(hashes.tolist(), member["word_vectors"], strict=True))
        rows = [
            sum(by_word.get(word, np.zeros(width)) for word in words[start:end].tolist()) / max(end - start, 1)
            if end > start
            else np.zeros(width)
            for start, end in pairwise(bounds.tolist())
        ]
        expected.append(score_alone(member, np.hstack([features, np.array(rows, np.float32)])))
    np.testing.assert_allclose(net.score_rows(features, row_vectors), np.mean(expected, 0), rtol=1e-3, atol=1e-4)
    first = net.score_rows(features, row_vectors, member_count=1)
    np.testing.assert_allclose(first, expected[0], rtol=1e-3, atol=1e-4)


def test_some_members_alone_can_be_asked():
    features = np.random.default_rng(5).normal(size=(6, FEATURES)).astype(np.float32)
    members = [make_arrays(seed, has_pooling=True) for seed in range(2)]
    scores = ConvNet.from_arrays(stack(*members)).score_rows(features, member_count=1)
    np.testing.assert_allclose(scores, score_alone(members[0], features), rtol=1e-3, atol=1e-4)
