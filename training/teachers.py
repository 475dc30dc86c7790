"""Trained models that only answer: one of them, or several whose answers are averaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from training.judging import weights_in
from training.model import SHAPES, GuardModel

__all__ = ["Teachers", "answering"]

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


class Teachers:
    """`given`: files and what each counts."""

    def __init__(self, given: Sequence[tuple[Path, float]], device: str, *, plain: bool, compiled: bool) -> None:
        whole = sum(weight for _, weight in given)
        self.models = [
            (answering(path, device, plain=plain, compiled=compiled), weight / whole) for path, weight in given
        ]

    def __call__(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mean logits: of heads [B, H], inside [B, T], tags [B, T, K]."""
        total: list[Tensor] = []
        for model, weight in self.models:
            with torch.no_grad(), torch.autocast(ids.device.type, torch.bfloat16):
                answers = model(ids, mask)[:3]
            parts = [part.float().clamp(-SURE, SURE) * weight for part in answers]
            total = [a + b for a, b in zip(total, parts, strict=True)] if total else parts
        heads, inside, tags = total
        return heads, inside, tags
