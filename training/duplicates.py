"""Near-copies between train and dev: found by shared runs of words, removed and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Shingles", "shingles"]

_WORD = re.compile(r"\w+")
SIZE = 6  # words in a run


def shingles(text: str) -> set[int]:
    words = _WORD.findall(text.lower())
    if len(words) < SIZE:
        return {hash(tuple(words))} if words else set()
    return {hash(tuple(words[i : i + SIZE])) for i in range(len(words) - SIZE + 1)}


class Shingles:
    """The runs of words of some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known: set[int] = set()
        for text in texts:
            self._known |= shingles(text)

    def share(self, text: str) -> float:
        """How much of the text stands in the others, 0..1."""
        own = shingles(text)
        return len(own & self._known) / len(own) if own else 0.0
