"""Puts what a grammar wrote together: noise, honest text around it, the spans of the attack."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from . import noise

__all__ = ["Piece", "compose", "surround"]

JOINTS = (" ", " ", " ", "\n", "\n\n", "\n\n", " - ", "\n---\n", " ... ", "\n\n\n")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool  # part of the attack


def surround(random: Random, text: str, marked: bool, around: list[str]) -> list[Piece]:
    """`text` with none, one or both of the `around` texts before and after it."""
    piece = Piece(text, marked)
    if not around:
        return [piece]
    first, last = Piece(around[0], False), Piece(around[-1], False)
    if len(around) > 1:
        return [first, piece, last]
    return [first, piece] if random.random() < 0.6 else [piece, last]


def compose(random: Random, pieces: list[Piece], lang: str, raw: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text, and where its marked pieces are; no spans where all of it is marked or none."""
    before, after = ("", "") if raw else noise.frame(random, lang)
    text, spans = before, []
    for index, piece in enumerate(pieces):
        if index:
            text += random.choice(JOINTS)
        start = len(text)
        text += piece.text if raw else noise.letters(random, piece.text)
        if piece.marked:
            spans.append((start, len(text)))
    text += after
    whole = all(piece.marked for piece in pieces)
    return text, () if whole else tuple(spans)
