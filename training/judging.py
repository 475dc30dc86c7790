"""Scores of windows by a model in torch, and its figures on the dev sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.batches import Flat
from training.examples import HEADS
from training.measure import report
from training.model import GuardModel
from training.packing import unpacked

__all__ = ["evaluate_on", "load_encoder", "scores_of", "weights_in"]


def weights_in(path: Path) -> dict[str, Tensor]:
    with np.load(path) as file:
        return {k: torch.from_numpy(v) for k, v in unpacked({k: file[k] for k in file.files}).items()}


def load_encoder(model: GuardModel, start: Any) -> None:
    model.encoder.load_published(unpacked(start))


@torch.no_grad()
def scores_of(model: GuardModel, flat: Flat, device: str, tokens: int = 65_536) -> Iterator[tuple[Any, ...]]:
    """Rows, then heads' probabilities and tags' most likely labels for each batch of windows."""
    order = torch.argsort(flat.sizes)
    begin = 0
    while begin < len(order):
        end = min(len(order), begin + max(1, tokens // 256))
        rows = order[begin:end]
        ids, mask = flat.batch(rows)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits, _, tagged, _ = model(ids, mask)
        yield rows.cpu().numpy(), torch.sigmoid(logits.float()).cpu().numpy(), tagged.argmax(-1).cpu().numpy()
        begin = end


@torch.no_grad()
def embeddings_of(model: GuardModel, flat: Flat, rows: np.ndarray[Any, Any], device: str) -> np.ndarray[Any, Any]:
    out = []
    for at in range(0, len(rows), 256):
        ids, mask = flat.batch(torch.from_numpy(rows[at : at + 256]).to(device))
        out.append(model(ids, mask)[3].float().cpu().numpy())
    return np.concatenate(out)


def evaluate_on(data: Any, model: GuardModel, device: str) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
    flat = Flat(data["dev_ids"], data["dev_starts"], device)
    scores = np.zeros((len(flat.sizes), len(HEADS)), np.float32)
    tags: list[Any] = [None] * len(flat.sizes)
    for rows, probabilities, labels in scores_of(model, flat, device):
        scores[rows] = probabilities
        for row, label in zip(rows, labels, strict=True):
            tags[row] = label
    held = np.flatnonzero(data["pair_held"])
    cosine = (
        embeddings_of(model, Flat(data["rule_ids"], data["rule_starts"], device), held, device)
        * embeddings_of(model, Flat(data["text_ids"], data["text_starts"], device), held, device)
    ).sum(-1)
    return report(data, scores, tags, cosine, data["pair_label"][held]), scores
