"""Which labels count: of some sources and heads only, where the rest is to stay as earlier weights have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from training.examples import HEADS

__all__ = ["Heeded", "counting"]


@dataclass(frozen=True, slots=True)
class Heeded:
    """`source` begins the names of the sources; `heads` is a pattern of heads."""

    source: str
    heads: str

    @classmethod
    def of(cls, text: str) -> Heeded:
        """[SOURCE=]HEADS."""
        source, _, heads = text.rpartition("=")
        if not any(fnmatchcase(head, heads) for head in HEADS):
            raise ValueError(f"no head is called {heads}")
        return cls(source, heads)


def counting(heeded: Sequence[Heeded], sources: Sequence[str]) -> np.ndarray[Any, Any]:
    """Whether the labels of each head count, of each source: bool [sources, heads]."""
    return np.array(
        [
            [any(source.startswith(one.source) and fnmatchcase(head, one.heads) for one in heeded) for head in HEADS]
            for source in sources
        ]
    )
