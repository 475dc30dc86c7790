"""
Inputs of matrices brought to like sizes: one word's numbers share one scale in 8 bits, and where one is ten times the
rest, the rest is rounded to little. A factor on each input, and its inverse in the weights, change nothing but that
(SmoothQuant, Xiao et al. 2022, arXiv 2211.10438).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.model import GuardModel

__all__ = ["Scaled", "grams", "linears", "smoothed"]

Array = np.ndarray[Any, Any]

EVEN = 0.7  # of the unevenness of inputs that is taken over by the weights: 0.5 and 0.85 round worse
MOST = 100.0  # a factor, and one over it
UNSCALED = "output"  # what attention mixed is even already


class Scaled(nn.Module):
    """`linear(x)`, with `linear` kept as weights for `x * factor`."""

    factor: Tensor

    def __init__(self, linear: nn.Linear, factor: Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.register_buffer("factor", factor)
        with torch.no_grad():
            linear.weight.div_(factor[None, :])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear(x * self.factor)
        return out


def linears(model: GuardModel) -> dict[str, nn.Linear]:
    """By name, in the order of the graph; `inside` is training's own."""
    return {n: part for n, part in model.named_modules() if isinstance(part, nn.Linear) and n != "inside"}


def follow(model: GuardModel, windows: Sequence[Array], see: Callable[[str, Tensor], None]) -> None:
    """Calls `see` with each linear layer's name and its input [words, in], for each window of token ids."""

    def hook(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        return lambda _, given, __: see(name, given[0].detach().flatten(0, -2))

    hooks = [part.register_forward_hook(hook(name)) for name, part in linears(model).items()]
    with torch.no_grad():
        for window in windows:
            ids = torch.from_numpy(window[None].astype(np.int64))
            model(ids, torch.ones_like(ids))
    for one in hooks:
        one.remove()


def smoothed(model: GuardModel, windows: Sequence[Array]) -> GuardModel:
    """A copy that answers alike; `windows` show how large inputs get."""
    largest: dict[str, list[Tensor]] = {}
    follow(model, windows, lambda name, x: largest.setdefault(name, []).append(x.abs().amax(0)))
    out = copy.deepcopy(model)
    for name, linear in linears(out).items():
        parent, _, last = name.rpartition(".")
        if last == UNSCALED:
            continue
        inputs = torch.stack(largest[name]).mean(0).clamp(min=1e-4)
        weights = linear.weight.detach().abs().amax(0).clamp(min=1e-5)
        factor = weights ** (1 - EVEN) / inputs**EVEN
        factor = (factor / factor.log().mean().exp()).clamp(1 / MOST, MOST)
        setattr(out.get_submodule(parent), last, Scaled(linear, factor))
    return out


def grams(model: GuardModel, windows: Sequence[Array]) -> dict[str, Array]:
    """Sums over all words of the products of inputs [in, in], by the name of each linear layer but training's own."""
    out: dict[str, Array] = {}

    def see(name: str, inputs: Tensor) -> None:
        both = (inputs.T @ inputs).numpy().astype(np.float64)
        out[name] = out[name] + both if name in out else both

    follow(model, windows, see)
    return out
