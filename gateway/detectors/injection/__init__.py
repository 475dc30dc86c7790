"""
Phrases that try to take a model over: a first line before the classifier, cheap and explainable.

`injection` looks for people who talk past the system prompt, `indirect_injection` for documents and
tools that talk to the model, `planted_orders` for what they have it do behind the user's back. None
understands: a paraphrase passes, and a text about the subject that quotes an attack is found. Scores
say how rarely honest text uses the phrase.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from gateway.detectors.base import RegexDetector, Row
from gateway.detectors.injection import (
    english,
    indirect,
    indirect_languages,
    languages,
    languages_more,
    planted,
    pretexts,
)
from gateway.types import Kind, Reading

__all__ = ["indirect_injection", "injection", "planted_orders"]


# What is split over several messages is said all the same.
_READINGS = frozenset(Reading)


def injection() -> RegexDetector:
    """Overriding, extracting, unlocking and forged turns, in English and some thirty other languages."""
    phrases = (english.PHRASES, pretexts.PHRASES, languages.PHRASES, languages_more.PHRASES)
    rows = _rows("injection/direct", chain.from_iterable(phrases))
    return RegexDetector("injection", rows, group=_alone, readings=_READINGS, counted=True)


def indirect_injection() -> RegexDetector:
    """Instructions to an assistant inside what it was given to read."""
    rows = _rows("injection/indirect", [*indirect.PHRASES, *indirect_languages.PHRASES])
    return RegexDetector("indirect_injection", rows, group=_alone, readings=_READINGS, counted=True)


def planted_orders() -> RegexDetector:
    """What a tool, a file or a description of a tool has a program do that the user would have to be asked about."""
    rows = _rows("injection/indirect", planted.PHRASES)
    kinds = (Kind.TOOL_RESULT, Kind.TOOL_DESCRIPTION, Kind.DOCUMENT)
    return RegexDetector("planted_orders", rows, kinds, group=_alone, readings=_READINGS, counted=True)


def _rows(category: str, phrases: Iterable[tuple[str, float]]) -> list[Row]:
    return [Row(category, pattern, score=score) for pattern, score in phrases]


def _alone(row: Row) -> str:
    """
    An automaton for each row. They all count words, so the states of a common one would multiply
    [measured: what is pending after 2 kB of fresh prose, 890 us in one automaton, 300 us in ninety].
    """
    return row.pattern
