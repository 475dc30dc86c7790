"""
What a guard reads besides a text itself: the text without its escapes, with digits as letters, with its words in the
other order. Of an honest text these are honest too, and mostly nonsense; a model that never saw any takes some for
attacks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from unicodedata import combining, normalize

from gateway.engine.views import look
from gateway.types import Part
from training.examples import Example

__all__ = ["readings"]

LONGEST = 3000  # characters of a text
OFTEN = 0.2  # of all that is written, how much may be of one kind
TURNED = 0.3  # ... and is of words in the other order, the nonsense that looks most like a text


def readings(random: Random, count: int, texts: Sequence[Example]) -> Iterator[Example]:
    """At most `count`, of honest texts, with their labels; `texts` may hold others."""
    honest = [e for e in texts if e.labels.get("injection/direct") == 0 and not e.spans and len(e.text) <= LONGEST]
    random.shuffle(honest)
    turned = int(TURNED * count)
    for example in honest[:turned]:
        words = example.text.split()
        if len(words) > 2:
            yield _read(example, " ".join(reversed(words)), "turned")
    kinds: Counter[str] = Counter()
    for example in honest[turned:]:
        for seen in look(Part(example.text), example.text).seen[1:]:
            name = seen.view.name
            if kinds[name] < OFTEN * count and _plain(seen.view.text) != _plain(example.text):
                kinds[name] += 1
                yield _read(example, seen.view.text, str(seen.reading))
        if kinds.total() >= count - turned:
            return


def _read(example: Example, text: str, reading: str) -> Example:
    return replace(example, text=text, source=f"gen:readings:{reading}", tags=None)


def _plain(text: str) -> str:
    """As the model's tokenizer sees it: without case and marks."""
    return "".join(c for c in normalize("NFD", text.lower()) if not combining(c))
