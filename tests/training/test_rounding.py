"""Rounded matrices never overflow 16 bits, and give nearer answers than plain rounding where inputs go together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.rounding import MOST_OF_TWO, rounded


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.sampled_from([0.01, 1.0, 30.0]))
def test_two_weights_that_are_added_first_fit(seed: int, outputs: int, half: int, heavy: float) -> None:
    random = np.random.default_rng(seed)
    weight = random.standard_t(2, (outputs, 2 * half)) * heavy
    inputs = random.normal(size=(50, 2 * half))
    integers, scale = rounded(weight, inputs.T @ inputs)
    wide = integers.astype(int)
    assert integers.dtype == np.int8
    assert np.abs(wide).max() <= 127
    assert np.abs(wide[:, 0::2] + wide[:, 1::2]).max() <= MOST_OF_TWO
    assert scale.shape == (outputs,)
    assert (scale > 0).all()


def test_answers_are_nearer_than_by_plain_rounding() -> None:
    random = np.random.default_rng(3)
    inputs = random.normal(size=(4000, 8)) @ random.normal(size=(8, 96)) + 0.1 * random.normal(size=(4000, 96))
    weight = random.normal(size=(32, 96))
    integers, scale = rounded(weight, inputs.T @ inputs)
    plain = np.clip(np.round(weight / scale[:, None]), -127, 127)
    wrong = [np.square(inputs @ (q * scale[:, None] - weight).T).mean() for q in (integers.astype(float), plain)]
    assert wrong[0] < wrong[1] / 3


def test_weights_that_are_all_alike_or_nothing() -> None:
    integers, _ = rounded(np.array([[5.0, 5.0, 5.0, 5.0], [0.0, 0.0, 0.0, 0.0]]), np.eye(4))
    assert integers.astype(int)[0, :2].sum() <= MOST_OF_TWO
    assert not integers[1].any()
