"""
The network: an encoder, one pooled vector a head, tags, an embedding. Needs torch. Of two shapes: MINILM ships, MPNET
teaches it.

The encoder is written out (post-norm BERT, names as in the published weights): a training step is bound by
the number of kernel calls, and this form makes a seventh of those that a general library makes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.examples import HEADS, TAGS

__all__ = ["MINILM", "MPNET", "SHAPES", "Encoder", "GuardModel", "Shape"]

WORDS, POSITIONS = 30_522, 512


@dataclass(frozen=True, slots=True)
class Shape:
    """`buckets`: how many distances between words the attention tells apart, 0 if none."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    buckets: int = 0


MINILM = Shape(384, 6, 12, 1536, 1e-12)
MPNET = Shape(768, 12, 12, 3072, 1e-5, 32)
SHAPES = {"minilm": MINILM, "mpnet": MPNET}


class Layer(nn.Module):
    def __init__(self, shape: Shape, dropout: float, plain: bool) -> None:
        super().__init__()
        self.plain = plain  # attention spelled out, without its dropout: for export, and for processors
        self.rate = dropout
        self.heads, self.size = shape.heads, shape.width // shape.heads
        self.inputs = nn.Linear(shape.width, 3 * shape.width)  # query, key, value
        self.output = nn.Linear(shape.width, shape.width)
        self.norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.up = nn.Linear(shape.width, shape.inner)
        self.down = nn.Linear(shape.inner, shape.width)
        self.last = nn.LayerNorm(shape.width, shape.epsilon)

    def forward(self, x: Tensor, visible: Tensor) -> Tensor:
        batch, size, width = x.shape
        parts = self.inputs(x).view(batch, size, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        if self.plain:
            scores = torch.matmul(query, key.transpose(-1, -2)) * self.size**-0.5 + visible
            mixed = torch.matmul(torch.softmax(scores, dim=-1), value)
        else:
            rate = self.rate if self.training else 0.0
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible, dropout_p=rate)
        mixed = mixed.transpose(1, 2).reshape(batch, size, width)
        x = self.norm(x + F.dropout(self.output(mixed), self.rate, self.training))
        return self.last(x + F.dropout(self.down(F.gelu(self.up(x))), self.rate, self.training))


class Encoder(nn.Module):
    def __init__(self, shape: Shape = MINILM, dropout: float = 0.1, plain: bool = False) -> None:
        super().__init__()
        self.shape, self.plain, self.rate = shape, plain, dropout
        self.words = nn.Embedding(WORDS, shape.width)
        self.positions = nn.Embedding(POSITIONS, shape.width)
        self.norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.layers = nn.ModuleList(Layer(shape, dropout, plain) for _ in range(shape.layers))
        if shape.buckets:  # as published, never trained
            self.distances = nn.Embedding(shape.buckets, shape.heads).requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        steps = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.positions(steps))
        x = F.dropout(x, self.rate, self.training)
        kind = torch.get_autocast_dtype(x.device.type) if torch.is_autocast_enabled(x.device.type) else x.dtype
        visible = ((1.0 - mask.to(kind)) * -1e4)[:, None, None, :]
        if self.shape.buckets:
            apart = self.distances(_buckets(steps[None, :] - steps[:, None], self.shape.buckets))
            visible = visible + apart.permute(2, 0, 1)[None].to(kind)
        elif not self.plain:
            visible = visible.expand(-1, 1, ids.shape[1], -1)
        for layer in self.layers:
            x = layer(x, visible)
        return x

    def load_published(self, weights: dict[str, Any]) -> None:
        """From arrays under the names of the published models. The one token type is added to the words."""
        own = {
            "words.weight": weights["embeddings.word_embeddings.weight"],
            "positions.weight": weights["embeddings.position_embeddings.weight"],
            "norm.weight": weights["embeddings.LayerNorm.weight"],
            "norm.bias": weights["embeddings.LayerNorm.bias"],
        }
        names = {
            "output": "attention.output.dense",
            "norm": "attention.output.LayerNorm",
            "up": "intermediate.dense",
            "down": "output.dense",
            "last": "output.LayerNorm",
        }
        three = tuple(f"attention.self.{name}" for name in ("query", "key", "value"))
        if self.shape.buckets:
            names |= {"output": "attention.attn.o", "norm": "attention.LayerNorm"}
            three = tuple(f"attention.attn.{name}" for name in "qkv")
            own["distances.weight"] = weights["encoder.relative_attention_bias.weight"]
        else:
            own["words.weight"] = own["words.weight"] + weights["embeddings.token_type_embeddings.weight"][:1]
        for i in range(self.shape.layers):
            theirs = f"encoder.layer.{i}."
            for end in ("weight", "bias"):
                parts = [torch.from_numpy(weights[f"{theirs}{name}.{end}"]) for name in three]
                own[f"layers.{i}.inputs.{end}"] = torch.cat(parts).numpy()
                for mine, name in names.items():
                    own[f"layers.{i}.{mine}.{end}"] = weights[f"{theirs}{name}.{end}"]
        self.load_state_dict({name: torch.from_numpy(value) for name, value in own.items()})


def _buckets(distance: Tensor, count: int) -> Tensor:
    """Distances behind, then before: each near one by itself, far ones by their logarithm (up to 128), as in MPNet."""
    half = count // 2
    near = half // 2
    size = distance.abs()
    far = near + (torch.log(size.clamp(min=1) / near) / math.log(128 / near) * (half - near)).long()
    return (distance > 0) * half + torch.where(size < near, size, far.clamp(max=half - 1))


class GuardModel(nn.Module):
    """
    `forward(ids, mask)`, int64 [B, T] each, gives logits: heads [B, H], inside [B, T] (is this token part of an
    injection: training only), tags [B, T, K], and a unit vector [B, D].
    """

    def __init__(self, dropout: float = 0.1, plain: bool = False, shape: Shape = MINILM) -> None:
        super().__init__()
        width = shape.width
        self.encoder = Encoder(shape, dropout, plain)
        self.look = nn.Linear(width, len(HEADS))
        self.mix = nn.Linear(width, width)
        self.judge = nn.Parameter(torch.randn(len(HEADS), width) * 0.02)
        self.bias = nn.Parameter(torch.full((len(HEADS),), -2.0))
        self.inside = nn.Linear(width, 1)
        self.tags = nn.Linear(width, 1 + len(TAGS))
        self.meaning = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.meaning.weight)
        # how a cosine becomes a probability that a text falls under a rule; rules and tasks apart
        self.scale = nn.Parameter(torch.tensor([10.0, 10.0]))
        self.shift = nn.Parameter(torch.tensor([-3.0, -3.0]))

    def embed(self, hidden: Tensor, mask: Tensor) -> Tensor:
        keep = mask.unsqueeze(-1).to(hidden.dtype)
        return F.normalize(self.meaning((hidden * keep).sum(1) / keep.sum(1)), dim=-1)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        hidden = self.encoder(ids, mask)
        keep = mask.unsqueeze(-1).to(hidden.dtype)
        weights = torch.softmax(self.look(hidden).float() + (keep - 1.0) * 1e4, dim=1).to(hidden.dtype)
        pooled = torch.matmul(weights.transpose(1, 2), hidden)  # [B, H, width]
        pooled = pooled + F.gelu(self.mix(pooled))
        logits = (pooled * self.judge).sum(-1) + self.bias
        return logits, self.inside(hidden).squeeze(-1), self.tags(hidden), self.embed(hidden, mask)
