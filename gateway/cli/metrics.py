"""
What an evaluation counts. Pure: scores, labels and spans in, figures out; no texts.

A figure that cannot be told (recall without positives) is None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, sqrt

from gateway.types import Span

__all__ = [
    "Counts",
    "Overlaps",
    "auc",
    "best_f1",
    "cut_at",
    "pr_curve",
    "quantile",
    "roc_curve",
    "share_above",
    "wilson",
]

Point = tuple[float, float]
Tagged = tuple[Span, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a yes or no: how often it was right."""

    tp: int = 0
    fp: int = 0
    tn: int = 0
    fn: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> Counts:
        """From pairs of what was true and what was said."""
        found = [0, 0, 0, 0]
        for true, said in pairs:
            found[2 * true + said] += 1
        tn, fp, fn, tp = found
        return cls(tp, fp, tn, fn)

    @property
    def precision(self) -> float | None:
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float | None:
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float | None:
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def fpr(self) -> float | None:
        """Share of negatives that were called positive."""
        return _ratio(self.fp, self.fp + self.tn)

    @property
    def accuracy(self) -> float | None:
        return _ratio(self.tp + self.tn, self.tp + self.tn + self.fp + self.fn)


@dataclass(frozen=True, slots=True)
class Overlaps:
    """
    Spans found against spans that are there, of one label or of several.

    `exact` are those with the same ends; `near_found` and `near_true` those of either side that share
    a character with one of the other side under the same label.
    """

    found: int = 0
    true: int = 0
    exact: int = 0
    near_found: int = 0
    near_true: int = 0

    @classmethod
    def of(cls, found: Iterable[Tagged], true: Iterable[Tagged]) -> Overlaps:
        """Of one text; what stands twice counts once."""
        ours, theirs = set(found), set(true)
        return cls(
            len(ours),
            len(theirs),
            len(ours & theirs),
            sum(any(_touch(a, b) for b in theirs) for a in ours),
            sum(any(_touch(a, b) for a in ours) for b in theirs),
        )

    def __add__(self, other: Overlaps) -> Overlaps:
        return Overlaps(
            self.found + other.found,
            self.true + other.true,
            self.exact + other.exact,
            self.near_found + other.near_found,
            self.near_true + other.near_true,
        )

    def scores(self, *, exact: bool) -> tuple[float | None, float | None, float | None]:
        """Precision, recall and their harmonic mean."""
        hits, reached = (self.exact, self.exact) if exact else (self.near_found, self.near_true)
        precision, recall = _ratio(hits, self.found), _ratio(reached, self.true)
        if precision is None or recall is None:
            return precision, recall, None if not self.found and not self.true else 0.0
        return precision, recall, 2 * precision * recall / (precision + recall) if hits and reached else 0.0


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """How likely a positive scores higher than a negative; a tie is half a win (Mann and Whitney's U)."""
    if not positives or not negatives:
        return None
    wins, below = 0.0, 0
    scored = sorted([(s, True) for s in positives] + [(s, False) for s in negatives])
    for _, tied in groupby(scored, key=lambda pair: pair[0]):
        labels = [label for _, label in tied]
        high = sum(labels)
        low = len(labels) - high
        wins += high * (below + low / 2)
        below += low
    return wins / (len(positives) * len(negatives))


def best_f1(positives: Sequence[float], negatives: Sequence[float]) -> Point | None:
    """The greatest F1 that a cut on these very scores can have, and the least score that is then called positive."""
    if not positives or not negatives:
        return None
    ranked = sorted([(s, True) for s in positives] + [(s, False) for s in negatives], reverse=True)
    best, hits, said = (0.0, ranked[0][0]), 0, 0
    for score, tied in groupby(ranked, key=lambda pair: pair[0]):
        for _, true in tied:
            said, hits = said + 1, hits + true
        best = max(best, (2 * hits / (said + len(positives)), score))
    return best


def cut_at(negatives: Sequence[float], rate: float) -> float | None:
    """
    The lowest cut that at most `rate` of the negatives are above; a score counts if it is greater.

    None without negatives. With few of them it is strict: 1 % of 50 is none, so the cut is their greatest.
    """
    if not negatives:
        return None
    allowed = floor(rate * len(negatives) + 1e-9)  # 0.07 * 100 is 7.000000000000001, 0.29 * 100 is 28.999999999999996
    if allowed >= len(negatives):
        return -1.0
    return sorted(negatives, reverse=True)[allowed]


def share_above(scores: Sequence[float], cut: float | None) -> float | None:
    """Recall, where the scores are of positives; the rate of false alarms, where they are of negatives."""
    return None if cut is None else _ratio(sum(s > cut for s in scores), len(scores))


def roc_curve(positives: Sequence[float], negatives: Sequence[float]) -> list[Point]:
    """From (0, 0) to (1, 1): share of negatives and of positives at or above each score."""
    return [(0.0, 0.0), *((fp / len(negatives), tp / len(positives)) for tp, fp in _steps(positives, negatives))]


def pr_curve(positives: Sequence[float], negatives: Sequence[float]) -> list[Point]:
    """Recall and precision at or above each score, from the highest."""
    return [(tp / len(positives), tp / (tp + fp)) for tp, fp in _steps(positives, negatives)]


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float] | None:
    """A 95 % interval of a share. Unlike the normal one it holds near 0 and 1 and with small numbers."""
    if not n:
        return None
    share, spread = hits / n, z * z / n
    middle = share + spread / 2
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The least value that at least this share of the values do not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else None


def _steps(positives: Sequence[float], negatives: Sequence[float]) -> Iterable[tuple[int, int]]:
    """Positives and negatives at or above each distinct score, from the highest."""
    tp = fp = 0
    scored = sorted([(s, True) for s in positives] + [(s, False) for s in negatives], reverse=True)
    for _, tied in groupby(scored, key=lambda pair: pair[0]):
        for _, label in tied:
            tp, fp = tp + label, fp + (not label)
        yield tp, fp


def _touch(a: Tagged, b: Tagged) -> bool:
    return a[1] == b[1] and max(a[0].start, b[0].start) < min(a[0].end, b[0].end)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
