"""
Matrices in integers that give the same on every processor, rounded with an eye on what goes together.

Processors without VNNI (many servers of AMD, older ones of Intel) add two products of an activation (0 to 255) and a
weight in 16 bits, and cut off what is too large: with weights up to 127 a text scores otherwise there, by 0.05 in what
we saw. So that nothing is ever cut off, two weights that are added first (an even input and the next) sum to at most
128. What the rounding of one input's weights gets wrong, the weights of the inputs after it make good, as far as the
inputs go together in real texts (GPTQ, Frantar et al. 2022, arXiv 2210.17323).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["MOST_OF_TWO", "rounded"]

Array = np.ndarray[Any, Any]

MOST = 127
MOST_OF_TWO = 128  # 255 * 128 fits into 16 bits with a sign
RANGE = 88  # what the largest weight of an output becomes: larger is finer, but leaves less room for pairs
DAMPING = 0.01  # of the mean of the diagonal


def rounded(weight: Array, gram: Array) -> tuple[Array, Array]:
    """Of a matrix [out, in] the integers (int8, [out, in]) and the scale of each output (float32, [out])."""
    rest = weight.astype(np.float64)
    scale = np.maximum(np.abs(rest).max(axis=1), 1e-8) / RANGE
    damped = gram + np.eye(len(gram)) * (DAMPING * np.diag(gram).mean())
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    out = np.zeros(rest.shape, np.int64)
    for column in range(rest.shape[1]):
        before = out[:, column - 1] if column % 2 else np.zeros(len(out), np.int64)
        low, high = np.maximum(-MOST, -MOST_OF_TWO - before), np.minimum(MOST, MOST_OF_TWO - before)
        out[:, column] = np.clip(np.round(rest[:, column] / scale), low, high)
        wrong = (rest[:, column] - out[:, column] * scale) / upper[column, column]
        rest[:, column + 1 :] -= wrong[:, None] * upper[column, column + 1 :]
    return out.astype(np.int8), scale.astype(np.float32)
