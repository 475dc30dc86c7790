"""
The network: a MiniLM encoder, one pooled vector a head, tags, an embedding. Needs torch.

The encoder is written out (post-norm BERT, names as in the published weights): a training step is bound by
the number of kernel calls, and this form makes a seventh of those that a general library makes.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.examples import HEADS, TAGS

__all__ = ["LAYERS", "Encoder", "GuardModel"]

WIDTH, LAYERS, ATTENTION, INNER, WORDS, POSITIONS = 384, 6, 12, 1536, 30_522, 512
EPSILON = 1e-12


class Layer(nn.Module):
    def __init__(self, dropout: float, plain: bool) -> None:
        super().__init__()
        self.plain = plain  # attention spelled out, without its dropout: for export, and for processors
        self.rate = dropout
        self.inputs = nn.Linear(WIDTH, 3 * WIDTH)  # query, key, value
        self.output = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.last = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, x: Tensor, visible: Tensor) -> Tensor:
        batch, size, _ = x.shape
        parts = self.inputs(x).view(batch, size, 3, ATTENTION, WIDTH // ATTENTION).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        if self.plain:
            scores = torch.matmul(query, key.transpose(-1, -2)) * (WIDTH // ATTENTION) ** -0.5 + visible
            mixed = torch.matmul(torch.softmax(scores, dim=-1), value)
        else:
            rate = self.rate if self.training else 0.0
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible, dropout_p=rate)
        mixed = mixed.transpose(1, 2).reshape(batch, size, WIDTH)
        x = self.norm(x + F.dropout(self.output(mixed), self.rate, self.training))
        return self.last(x + F.dropout(self.down(F.gelu(self.up(x))), self.rate, self.training))


class Encoder(nn.Module):
    def __init__(self, dropout: float = 0.1, plain: bool = False) -> None:
        super().__init__()
        self.rate = dropout
        self.words = nn.Embedding(WORDS, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout, plain) for _ in range(LAYERS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        steps = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.positions(steps))
        x = F.dropout(x, self.rate, self.training)
        kind = torch.get_autocast_dtype(x.device.type) if torch.is_autocast_enabled(x.device.type) else x.dtype
        visible = ((1.0 - mask.to(kind)) * -1e4)[:, None, None, :]
        if not self.layers[0].plain:
            visible = visible.expand(-1, 1, ids.shape[1], -1)
        for layer in self.layers:
            x = layer(x, visible)
        return x

    def load_published(self, weights: dict[str, Any]) -> None:
        """From arrays under the names of the published model. The one token type is added to the words."""
        own = {
            "words.weight": weights["embeddings.word_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][:1],
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
        for i in range(LAYERS):
            theirs = f"encoder.layer.{i}."
            for end in ("weight", "bias"):
                three = [
                    torch.from_numpy(weights[f"{theirs}attention.self.{n}.{end}"]) for n in ("query", "key", "value")
                ]
                own[f"layers.{i}.inputs.{end}"] = torch.cat(three).numpy()
                for mine, name in names.items():
                    own[f"layers.{i}.{mine}.{end}"] = weights[f"{theirs}{name}.{end}"]
        self.load_state_dict({name: torch.from_numpy(value) for name, value in own.items()})


class GuardModel(nn.Module):
    """
    `forward(ids, mask)`, int64 [B, T] each, gives logits: heads [B, H], inside [B, T] (is this token part of an
    injection: training only), tags [B, T, K], and a unit vector [B, D].
    """

    def __init__(self, dropout: float = 0.1, plain: bool = False) -> None:
        super().__init__()
        self.encoder = Encoder(dropout, plain)
        self.look = nn.Linear(WIDTH, len(HEADS))
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.judge = nn.Parameter(torch.randn(len(HEADS), WIDTH) * 0.02)
        self.bias = nn.Parameter(torch.full((len(HEADS),), -2.0))
        self.inside = nn.Linear(WIDTH, 1)
        self.tags = nn.Linear(WIDTH, 1 + len(TAGS))
        self.meaning = nn.Linear(WIDTH, WIDTH, bias=False)
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
