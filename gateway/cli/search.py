"""
How much of what is caught is still caught once somebody changes words and tries again.

The attacker sees only scores: words are ranked by how much the score falls without them, then changed one
after another, each time to the variant with the lowest score, until the text passes or the tries are spent.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.cli.evaluation import Judge, Judged, Question
from gateway.cli.evasion import Evaded
from gateway.redteam.swaps import Swap, words

__all__ = ["MOST", "TRIES", "search"]

TRIES = 200  # of one text
MOST = 25  # texts a technique: each costs up to TRIES scans
RANKED = 60  # words that are ranked at most, by tries
LONGEST = 2_000  # characters of texts that are tried: a long one has more words than tries
FAMILY = "search"


async def search(judge: Judge, caught: Sequence[Judged], question: Question, swap: Swap) -> Evaded:
    """One technique over up to MOST of the texts that it can change."""
    texts = still = 0
    for plain in caught:
        if texts == MOST:
            break
        if len(plain.row.text) > LONGEST:
            continue
        attack = _Attack(judge, plain, question)
        passed = await attack.passes(swap)
        if attack.changed:
            texts += 1
            still += not passed
    return Evaded(swap.name, FAMILY, texts, still)


class _Attack:
    """One text, and the tries that are left."""

    def __init__(self, judge: Judge, plain: Judged, question: Question) -> None:
        self._judge, self._plain, self._question = judge, plain, question
        self._left = TRIES
        self.changed = False  # could the technique change anything at all?

    async def passes(self, swap: Swap) -> bool:
        pieces, gaps = _cut(self._plain.row.text)
        for index in await self._ranked(pieces, gaps):
            best: tuple[float, list[str]] | None = None
            following = pieces[index + 1] if index + 1 < len(pieces) else ""
            for variant in swap.variants(pieces[index], following):
                self.changed = True
                tried = [*pieces]
                tried[index] = variant
                if swap.merges:
                    tried[index + 1] = ""
                judged = await self._try(_text(tried, gaps))
                if judged is None:
                    return False
                if not judged.flagged(self._question):
                    return True
                score = judged.score(self._question)
                if best is None or score < best[0]:
                    best = score, tried
            if best is not None:
                pieces = best[1]
        return False

    async def _ranked(self, pieces: Sequence[str], gaps: Sequence[str]) -> list[int]:
        """Words in the order in which the score falls without them."""
        falls: list[tuple[float, int]] = []
        for index in range(min(len(pieces), RANKED)):
            judged = await self._try(_text([*pieces[:index], "", *pieces[index + 1 :]], gaps))
            if judged is not None:
                falls.append((judged.score(self._question), index))
        return [index for _, index in sorted(falls)]

    async def _try(self, text: str) -> Judged | None:
        """None where no try is left."""
        if self._left == 0:
            return None
        self._left -= 1
        return await self._judge.judge(self._plain.row.with_text(text))


def _cut(text: str) -> tuple[list[str], list[str]]:
    """The words of a text, and what stands before each and behind the last."""
    spans = words(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    gaps = [text[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)]
    return [text[start:end] for start, end in spans], gaps


def _text(pieces: Sequence[str], gaps: Sequence[str]) -> str:
    """The text again. The gap before a word that is gone goes with it."""
    parts = (gap + piece if piece else "" for gap, piece in zip(gaps, pieces, strict=False))
    return "".join(parts) + gaps[-1]
