"""How much of what is caught plainly is still caught in disguise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from gateway.cli.evaluation import Judge, Judged, Question
from gateway.cli.metrics import wilson
from gateway.redteam.transforms import Transform
from gateway.types import Json

__all__ = ["Evaded", "caught_plainly", "disguise"]


@dataclass(frozen=True, slots=True)
class Evaded:
    """`texts` are those that the technique changes at all."""

    technique: str
    family: str
    texts: int
    caught: int

    def figures(self) -> Json:
        return {
            "technique": self.technique,
            "family": self.family,
            "texts": self.texts,
            "caught": self.caught,
            "share": self.caught / self.texts if self.texts else None,
            "share_95": wilson(self.caught, self.texts),
        }


def caught_plainly(judged: Iterable[Judged], question: Question) -> list[Judged]:
    return [j for j in judged if j.row.label is True and j.flagged(question)]


async def disguise(
    judge: Judge, caught: Sequence[Judged], question: Question, transform: Transform, seed: int
) -> Evaded:
    """One technique over all texts that were caught. Chance depends on the seed, the technique and the place only."""
    texts = still = 0
    for number, plain in enumerate(caught):
        chance = Random(f"{seed} {transform.name} {number}")  # noqa: S311 - to be repeated, not to be secret
        text = transform(plain.row.text, chance)
        if text == plain.row.text:
            continue
        texts += 1
        still += (await judge.judge(plain.row.with_text(text))).flagged(question)
    return Evaded(transform.name, transform.family, texts, still)
