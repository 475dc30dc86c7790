"""
What detectors share that read the operator's own words: system and developer messages say what a model must not do.

Each finds nothing by itself: `bind` gives the detector for one request or for its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gateway.types import OF_ONE_TEXT, Finding, Kind, Part, Reading, Role, Transcript

__all__ = ["MAX_PROMPT", "SYSTEM", "Unbound", "sentences", "system_texts"]

SYSTEM = (Role.SYSTEM, Role.DEVELOPER)
MAX_PROMPT = 64 << 10  # characters that are read for sentences

_SENTENCE = re.compile(r"(?:[^.!?;\n]|[.!?](?![\s\"')\]]|$))+[.!?;]*")


class Unbound:
    """Before it has seen a request. What it says of itself holds for what `bind` gives too."""

    name: str
    categories: frozenset[str]
    kinds: frozenset[Kind] | None = None
    readings: frozenset[Reading] = OF_ONE_TEXT
    reach: int | None = 0
    behind = 0

    def scan(self, parts: Sequence[Part]) -> list[list[Finding]]:
        return [[] for _ in parts]

    def pending(self, text: str) -> int:
        return len(text)


def system_texts(request: Transcript) -> list[str]:
    return [part.text for part in request.parts if part.role in SYSTEM and part.kind is Kind.TEXT]


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """Each sentence, and the one before it unless a paragraph has ended between them."""
    text = text[:MAX_PROMPT]
    before, at = "", 0
    for match in _SENTENCE.finditer(text):
        yield match[0], "" if "\n\n" in text[at : match.start()] else before
        before, at = match[0], match.end()
