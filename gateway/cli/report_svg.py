"""Figures of an evaluation as SVG to stand in a page. Colours are classes of the page; no scripts, no texts of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log10, sqrt

from gateway.cli.metrics import Point, pr_curve, roc_curve

__all__ = ["histogram", "precision_recall", "roc"]

WIDTH, HEIGHT = 336, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 316, 30, 208
BINS = 20
LEAST = 0.0005  # the left end of the axis of false positives; what is less stands there

Scale = Callable[[float], float]  # value -> 0..1


def histogram(positives: Sequence[float], negatives: Sequence[float]) -> str:
    """Shares of each side by score. The axis is a square root's, so that few texts can be seen beside many."""
    ticks = (0, 0.01, 0.1, 0.25, 0.5, 1)
    plot = _Plot("Scores", "score", "share of texts", _same, sqrt, (0, 0.25, 0.5, 0.75, 1), ticks)
    bars = []
    for side, (name, scores) in enumerate((("benign", negatives), ("positive", positives))):
        for index, count in enumerate(_bins(scores)):
            if count:
                share, low = count / len(scores), index / BINS
                x, top = plot.x(low + (0.06 + 0.44 * side) / BINS), plot.y(share)
                what = f"{name}: {count} of {len(scores)} score {low:.2f} to {low + 1 / BINS:.2f}"
                bars.append(
                    f'<rect class="{name}" x="{x:.1f}" y="{top:.1f}" width="{plot.across(0.44 / BINS):.1f}" '
                    f'height="{BOTTOM - top:.1f}"><title>{what}</title></rect>'
                )
    return plot.drawn(bars)


def roc(positives: Sequence[float], negatives: Sequence[float], policy: Point | None) -> str:
    """Recall by false positives, those on a logarithmic axis: what matters is at its left."""
    plot = _Plot(
        "ROC", "false positives (log)", "recall", _logarithmic, _same, (0.001, 0.01, 0.1, 1), (0, 0.25, 0.5, 0.75, 1)
    )
    chance = [(10 ** (x / 10), 10 ** (x / 10)) for x in range(-33, 1)]
    marks = [plot.line("chance", chance), plot.line("curve", _stairs(roc_curve(positives, negatives)))]
    return plot.drawn([*marks, *plot.dot(policy)])


def precision_recall(positives: Sequence[float], negatives: Sequence[float], policy: Point | None) -> str:
    quarters = (0, 0.25, 0.5, 0.75, 1)
    plot = _Plot("Precision and recall", "recall", "precision", _same, _same, quarters, quarters)
    base = len(positives) / (len(positives) + len(negatives))
    marks = [plot.line("chance", [(0, base), (1, base)]), plot.line("curve", _falling(pr_curve(positives, negatives)))]
    return plot.drawn([*marks, *plot.dot(policy)])


@dataclass(frozen=True, slots=True)
class _Plot:
    title: str
    across_is: str
    up_is: str
    horizontal: Scale
    vertical: Scale
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]

    def x(self, value: float) -> float:
        return LEFT + self.across(self.horizontal(value))

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * self.vertical(value)

    def across(self, share: float) -> float:
        return (RIGHT - LEFT) * share

    def line(self, name: str, points: Iterable[Point]) -> str:
        at = dict.fromkeys(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)  # in order, each place once
        return f'<polyline class="{name}" points="{" ".join(at)}"/>'

    def dot(self, point: Point | None) -> list[str]:
        if point is None:
            return []
        what = f"the policy: {self.across_is.partition(' (')[0]} {point[0]:.3f}, {self.up_is} {point[1]:.3f}"
        place = f'cx="{self.x(point[0]):.1f}" cy="{self.y(point[1]):.1f}"'
        return [f'<circle class="policy" {place} r="5"><title>{what}</title></circle>']

    def drawn(self, marks: Iterable[str]) -> str:
        grid = []
        for value in self.y_ticks:
            y = self.y(value)
            grid.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{RIGHT}" y2="{y:.1f}"/>')
            grid.append(
                f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{_percent(value)}</text>'
            )
        for value in self.x_ticks:
            x = self.x(value)
            label = f"{value:g}" if self.across_is == "score" else _percent(value)
            grid.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{BOTTOM}"/>')
            grid.append(f'<text class="tick" x="{x:.1f}" y="{BOTTOM + 15}" text-anchor="middle">{label}</text>')
        middle = (LEFT + RIGHT) / 2
        what = f"{self.title}: {self.up_is}, {self.across_is}"
        return "\n".join(
            [
                f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{what}">',
                f'<text class="title" x="{LEFT}" y="12">{self.title}</text>',
                f'<text class="axis" x="{LEFT}" y="24">{self.up_is}</text>',
                *grid,
                *marks,
                f'<text class="axis" x="{middle}" y="{BOTTOM + 32}" text-anchor="middle">{self.across_is}</text>',
                "</svg>",
            ]
        )


def _bins(scores: Iterable[float]) -> list[int]:
    counts = [0] * BINS
    for score in scores:
        counts[min(BINS - 1, int(score * BINS))] += 1
    return counts


def _stairs(points: Sequence[Point]) -> Iterable[Point]:
    """To the right, then up: what lies between two cuts can not be reached."""
    before = 0.0
    for x, y in points:
        yield x, before
        yield x, y
        before = y


def _falling(points: Iterable[Point]) -> Iterable[Point]:
    """Down, then to the right: between two cuts no more can be told than the lower one keeps."""
    before = 0.0
    for x, y in points:
        yield before, y
        yield x, y
        before = x


def _same(value: float) -> float:
    return value


def _logarithmic(value: float) -> float:
    return 1 - log10(max(value, LEAST)) / log10(LEAST)


def _percent(value: float) -> str:
    return f"{100 * value:g}%"
