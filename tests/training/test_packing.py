"""Packed weights come back near to what they were; keys of windows depend on their tokens and nothing else."""

from __future__ import annotations

import numpy as np

from training.packing import keys, packed, unpacked


def test_what_is_packed_comes_back() -> None:
    random = np.random.default_rng(1)
    weights = {"encoder.words.weight": random.normal(size=(50, 8)), "bias": random.normal(size=8)}
    small = packed(weights)
    assert (small["encoder.words.weight"].dtype, small["bias"].dtype) == (np.int8, np.float16)
    back = unpacked(small)
    assert set(back) == set(weights)
    assert all(np.abs(back[name] - weights[name]).max() < 0.03 for name in weights)


def test_keys_are_of_the_tokens() -> None:
    ids = np.array([101, 7, 8, 102, 101, 7, 8, 102, 101, 8, 7, 102], np.uint16)
    first, again, other = keys(ids, np.array([0, 4, 8, 12], np.uint32))
    assert first == again != other
    assert keys(ids[4:], np.array([0, 4, 8]))[1] == other
