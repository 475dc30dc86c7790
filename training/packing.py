"""
Weights small enough to carry: half precision, the word table (or all matrices) in rows of 8-bit integers. And keys of
windows.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["keys", "packed", "unpacked"]

Array = np.ndarray[Any, Any]

WORDS = ("word_embeddings.weight", "encoder.words.weight")
SCALE = ".scale_of_rows"


def packed(weights: Mapping[str, Array], *, everything: bool = False) -> dict[str, Array]:
    out = {name: value.astype(np.float16) for name, value in weights.items()}
    for name in [n for n in weights if n.endswith(WORDS) or (everything and weights[n].ndim == 2)]:
        words = weights[name].astype(np.float32)
        scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / 127
        out[name] = np.round(words / scale).astype(np.int8)
        out[name + SCALE] = scale
    return out


def unpacked(weights: Mapping[str, Array]) -> dict[str, Array]:
    out = {name: value.astype(np.float32) for name, value in weights.items() if not name.endswith(SCALE)}
    for name in [n for n in out if n + SCALE in weights]:
        out[name] *= weights[name + SCALE]
    return out


def keys(ids: Array, starts: Array) -> Array:
    """A number for each window, the same for the same tokens."""
    parts = (blake2b(ids[a:b].tobytes(), digest_size=8).digest() for a, b in pairwise(starts.astype(int)))
    return np.frombuffer(b"".join(parts), np.uint64)
