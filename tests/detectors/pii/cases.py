"""
Tables of what a detector must find and what it must leave alone.

A hit marks the value in the text with « and ». A miss is a text in which the category must not be
found, though it looks close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from gateway.detectors.base import RegexDetector
from gateway.detectors.pii import pii

__all__ = ["Case", "detector", "hits", "misses", "unmarked"]


@dataclass(frozen=True, slots=True)
class Case:
    category: str
    hits: tuple[str, ...]
    misses: tuple[str, ...]


@cache
def detector() -> RegexDetector:
    """Built once for all tests."""
    return pii()


def unmarked(text: str) -> tuple[str, str]:
    """The text without its marks, and the value that stood between them."""
    before, value, after = text.replace("»", "«").split("«")
    return before + value + after, value


def hits(cases: Sequence[Case]) -> list[tuple[str, str]]:
    return [(case.category, text) for case in cases for text in case.hits]


def misses(cases: Sequence[Case]) -> list[tuple[str, str]]:
    return [(case.category, text) for case in cases for text in case.misses]
