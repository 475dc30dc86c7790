"""Trained models that only answer: one of them, or several whose answers are averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from torch import Tensor

from training.devices import half_where_fast
from training.examples import HEADS
from training.judging import weights_in
from training.model import SHAPES, GuardModel

__all__ = ["Teacher", "Teachers", "answering"]

SURE = 9.2  # logits beyond count as this: 1 in 10,000, or the surest of several would decide alone


def answering(path: Path, device: str, *, plain: bool = False, compiled: bool = False) -> GuardModel:
    """The model of that file, of whichever shape its weights are; not to be trained."""
    weights = weights_in(path)
    width = weights["encoder.words.weight"].shape[1]
    shape = next(shape for shape in SHAPES.values() if shape.width == width)
    model: GuardModel = GuardModel(0, plain, shape).to(device).eval()
    model.load_state_dict(weights)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    if compiled:
        for layer in model.encoder.layers:
            layer.compile(dynamic=True)
    return model


@dataclass(frozen=True, slots=True)
class Teacher:
    """What its answers count, and about which heads it is asked (a glob)."""

    path: Path
    count: float = 1.0
    heads: str = "*"

    @classmethod
    def of(cls, text: str) -> Teacher:
        """WEIGHTS[=COUNT][@HEADS]."""
        rest, _, heads = text.partition("@")
        name, _, count = rest.partition("=")
        if heads and not any(fnmatchcase(head, heads) for head in HEADS):
            raise ValueError(f"no head is called {heads}")
        return cls(Path(name), float(count or 1), heads or "*")

    def says(self, device: str) -> Tensor:
        """What its answers count, of each head."""
        return torch.tensor([self.count * fnmatchcase(head, self.heads) for head in HEADS], device=device)


class Teachers:
    """Of words (what is inside of an injection, names) only those are asked that answer for all heads."""

    def __init__(self, given: Sequence[Teacher], device: str, *, plain: bool, compiled: bool) -> None:
        says = [teacher.says(device) for teacher in given]
        whole = torch.stack(says).sum(0)
        about_words = [teacher.count if teacher.heads == "*" else 0.0 for teacher in given]
        if not whole.min() or not sum(about_words):
            raise ValueError("every head needs a teacher, and one at least has to answer for all heads")
        self.models = [
            (answering(teacher.path, device, plain=plain, compiled=compiled), head / whole, word / sum(about_words))
            for teacher, head, word in zip(given, says, about_words, strict=True)
        ]

    def __call__(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean logits: of heads [B, H], inside [B, T], tags [B, T, K]."""
        total: list[Tensor] = []
        for model, head, word in self.models:
            with torch.no_grad(), half_where_fast(ids.device.type):
                answers = model(ids, mask)[:3]
            parts = [
                part.float().clamp(-SURE, SURE) * weight
                for part, weight in zip(answers, (head, word, word), strict=True)
            ]
            total = [a + b for a, b in zip(total, parts, strict=True)] if total else parts
        heads, inside, tags = total
        return heads, inside, tags
