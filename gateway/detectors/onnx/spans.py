"""
Tags of tokens to stretches of text.

A word's tag is that of the mean over its tokens; neighbouring words of one tag are one stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gateway.types import Span

if TYPE_CHECKING:
    from gateway.detectors.onnx.encode import Encoded
    from gateway.detectors.onnx.session import Floats

__all__ = ["Tagged", "tagged_spans"]


@dataclass(frozen=True, slots=True)
class Tagged:
    category: str
    score: float
    span: Span


def tagged_spans(reading: Encoded, tags: Floats, names: Sequence[str | None]) -> list[Tagged]:
    """`tags` has a row for each token of the text; `names` says what its columns stand for."""
    out: list[Tagged] = []
    starts, ends, text = reading.starts, reading.ends, reading.text
    others = np.array([name is None for name in names])
    # A word counts only if one of its tokens is no more likely nothing than something: most are skipped here.
    likely = tags[:, ~others].max(axis=1) >= tags[:, others].max(axis=1, initial=0.0)
    run: list[float] = []
    open_tag = -1
    begin = finish = 0
    for first, last in _words(starts, ends, text):
        tag, score = -1, 0.0
        if likely[first:last].any():
            mean = tags[first:last].mean(axis=0)
            best = int(mean.argmax())
            tag, score = (best, float(mean[best])) if names[best] is not None else (-1, 0.0)
        joined = tag == open_tag and tag >= 0 and "\n" not in text[finish : starts[first]]
        if not joined:
            if open_tag >= 0:
                out.append(_tagged(names[open_tag], run, text, begin, finish))
            open_tag, run, begin = tag, [], starts[first]
        run.append(score)
        finish = ends[last - 1]
    if open_tag >= 0:
        out.append(_tagged(names[open_tag], run, text, begin, finish))
    return out


def _tagged(name: str | None, scores: Sequence[float], text: str, begin: int, end: int) -> Tagged:
    """Without the white space that some tokenizers count to a word."""
    assert name is not None
    stretch = text[begin:end]
    begin, end = begin + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())
    return Tagged(name, min(1.0, sum(scores) / len(scores)), Span(begin, end))


def _words(starts: Sequence[int], ends: Sequence[int], text: str) -> list[tuple[int, int]]:
    """Tokens of each word: those that touch, where letters or digits do."""
    out: list[tuple[int, int]] = []
    first = 0
    for at in range(1, len(starts) + 1):
        if at < len(starts):
            start = starts[at]
            inside = start < ends[at - 1] or (
                start == ends[at - 1] and text[start - 1 : start].isalnum() and text[start : start + 1].isalnum()
            )
            if inside:
                continue
        if at > first:
            out.append((first, at))
        first = at
    return out
