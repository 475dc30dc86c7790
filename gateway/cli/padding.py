"""How much of what is caught by itself is still caught in the midst of long honest text, by place and length."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from gateway.cli.evaluation import Judge, Judged, Question
from gateway.cli.evasion import Evaded

__all__ = ["ALONE", "LENGTHS", "MOST", "PLACES", "pad"]

PLACES = {"start": 0.0, "middle": 0.5, "end": 1.0}
ALONE = "alone"  # the padding without anything in it: what is found there is a false alarm
LENGTHS = (1_000, 4_000, 16_000, 32_000)  # tokens
CHARACTERS = 4  # of a token, about
MOST = 25  # texts of each place and length: long ones take long
FAMILY = "padding"


async def pad(
    judge: Judge,
    caught: Sequence[Judged],
    question: Question,
    honest: Sequence[str],
    place: str,
    tokens: int,
    seed: int,
) -> Evaded:
    """Up to MOST of the texts, each in padding of its own. Chance depends on the seed, the length and the text only."""
    found = 0
    chosen = caught[:MOST]
    for number, plain in enumerate(chosen):
        chance = Random(f"{seed} {tokens} {number}")  # noqa: S311 - to be repeated, not to be secret
        text = plain.row.text if place != ALONE else ""
        filler = _filler(honest, max(0, tokens * CHARACTERS - len(text)), chance)
        at = round(PLACES.get(place, 0.0) * len(filler))
        padded = "\n\n".join(piece for piece in (*filler[:at], text, *filler[at:]) if piece)
        found += (await judge.judge(plain.row.with_text(padded))).flagged(question)
    name = f"{tokens // 1000}k tokens, {'nothing in it' if place == ALONE else place}"
    return Evaded(name, FAMILY, len(chosen), found)


def _filler(honest: Sequence[str], size: int, chance: Random) -> list[str]:
    out: list[str] = []
    while size > 0:
        out.append(chance.choice(honest)[:size])
        size -= len(out[-1]) + 2
    return out
