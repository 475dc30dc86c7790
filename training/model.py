"""The network: a MiniLM encoder, one pooled vector a head, tags, an embedding. Needs torch and transformers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from training.examples import HEADS, TAGS

__all__ = ["CONFIG", "GuardModel"]

CONFIG: dict[str, Any] = {
    "vocab_size": 30_522,
    "hidden_size": 384,
    "num_hidden_layers": 6,
    "num_attention_heads": 12,
    "intermediate_size": 1536,
    "max_position_embeddings": 512,
}


class GuardModel(nn.Module):
    """
    `forward(ids, mask)`, int64 [B, T] each, gives logits: heads [B, H], inside [B, T] (is this token part of an
    injection: training only), tags [B, T, K], and a unit vector [B, D].
    """

    def __init__(self, attention: str = "sdpa", dropout: float = 0.1) -> None:
        super().__init__()
        config = BertConfig(
            **CONFIG, attn_implementation=attention, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        width = CONFIG["hidden_size"]
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

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids)).last_hidden_state
        keep = mask.unsqueeze(-1).to(hidden.dtype)
        weights = torch.softmax(self.look(hidden) + (keep - 1.0) * 1e4, dim=1)
        pooled = torch.matmul(weights.transpose(1, 2), hidden)  # [B, H, width]
        pooled = pooled + F.gelu(self.mix(pooled))
        logits = (pooled * self.judge).sum(-1) + self.bias
        mean = (hidden * keep).sum(1) / keep.sum(1)
        return logits, self.inside(hidden).squeeze(-1), self.tags(hidden), F.normalize(self.meaning(mean), dim=-1)
