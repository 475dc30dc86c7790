"""What the trainer is asked to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from training.batches import UNKNOWN

__all__ = ["apart", "rank_loss", "where"]


def apart(ours: Tensor, theirs: Tensor) -> Tensor:
    """How far, in nats, one yes or no is from another, both as logits."""
    answers = torch.sigmoid(theirs)
    return F.binary_cross_entropy_with_logits(ours, answers, reduction="none") - F.binary_cross_entropy_with_logits(
        theirs, answers, reduction="none"
    )


def rank_loss(truth: Tensor, score: Tensor) -> Tensor:
    """
    How near the most suspect honest texts of a batch come to the attacks: what is let through is decided among
    these, and where one in a hundred is too many the usual loss hardly sees them.
    """
    honest, attacks = score[truth == 0], score[truth == 1]
    if not len(honest) or not len(attacks):
        return score.sum() * 0
    worst = honest.topk(max(1, len(honest) // 8)).values
    return F.softplus(worst[:, None] - attacks[None, :] + 1).mean()


def where(loss: Tensor, labels: Tensor) -> Tensor:
    """The mean over what is labelled, without asking the device whether anything is."""
    known = (labels != UNKNOWN).float()
    return (loss * known).sum() / known.sum().clamp(min=1)
