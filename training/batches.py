"""Windows on the device, and batches of them: few shapes, some words hidden, two windows joined to one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["UNKNOWN", "Flat", "batches", "hidden", "spliced"]

MASK, FIRST_WORD, UNKNOWN = 103, 1996, 255


class Flat:
    """Texts of token ids, one after another, on the device; batches are gathered there."""

    def __init__(self, ids: np.ndarray[Any, Any], starts: np.ndarray[Any, Any], device: str) -> None:
        self.ids = torch.from_numpy(ids.astype(np.int32)).to(device)
        self.starts = torch.from_numpy(starts.astype(np.int64)).to(device)
        self.sizes = self.starts[1:] - self.starts[:-1]

    def batch(self, rows: Tensor, *others: Tensor, length: int = 0) -> tuple[Tensor, ...]:
        """Ids and mask [B, T]; then what the others hold for each token, UNKNOWN where padded."""
        sizes = self.sizes[rows]
        steps = torch.arange(length or _fitting(int(sizes.max())), device=rows.device)
        mask = steps[None, :] < sizes[:, None]
        at = (self.starts[rows][:, None] + steps[None, :]).clamp(max=len(self.ids) - 1)
        ids = torch.where(mask, self.ids[at], 0).long()
        return ids, mask.long(), *(torch.where(mask, other[at].int(), UNKNOWN) for other in others)


# Few shapes: libraries on the GPU look for the best way to do each new one, for longer than the work takes.
LENGTHS = (16, 24, 32, 48, 64, 96, 128, 192, 256)


def _fitting(size: int) -> int:
    return next(length for length in LENGTHS if length >= size)


def batches(
    sizes: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], tokens: int, seed: int
) -> list[np.ndarray[Any, Any]]:
    """Shuffled batches of texts of about the same length; in each length all of one shape."""
    random = np.random.default_rng(seed)
    out: list[np.ndarray[Any, Any]] = []
    sizes, low = sizes[rows], 0
    for high in LENGTHS:
        pool = random.permutation(rows[(sizes > low) & (sizes <= high)])
        low, count = high, tokens // high
        if len(pool) == 0:
            continue
        short = -len(pool) % count
        pool = np.concatenate([pool, random.choice(pool, short)])
        out += np.split(pool, len(pool) // count)
    random.shuffle(out)
    return out


def hidden(ids: Tensor, mask: Tensor, rate: float) -> Tensor:
    """Some words hidden, so that no single one decides."""
    hit = (torch.rand(ids.shape, device=ids.device) < rate) & (ids >= FIRST_WORD) & mask.bool()
    return torch.where(hit, MASK, ids)


def spliced(ids: Tensor, mask: Tensor, share: float) -> tuple[Tensor, Tensor, Tensor]:
    """
    Ids and mask in which a share of the rows go on, from somewhere on, as another row of the batch does at that
    place; and which rows did (bool [B]). What such a text is no label says: it is for a teacher to judge.
    """
    count = len(ids)
    other = torch.randperm(count, device=ids.device)
    sizes = mask.sum(1)
    cut = 1 + (torch.rand(count, device=ids.device) * (torch.minimum(sizes, sizes[other]) - 2)).long()
    joined = torch.rand(count, device=ids.device) < share
    first = (torch.arange(ids.shape[1], device=ids.device)[None, :] < cut[:, None]) | ~joined[:, None]
    return torch.where(first, ids, ids[other]), torch.where(first, mask, mask[other]), joined
