"""Our own kind of model: one trunk, a score for each head, tags for each token, an embedding."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.detectors.onnx.card import Card
from gateway.detectors.onnx.encode import Encoder
from gateway.detectors.onnx.model import Column, Model, Output, require_outputs
from gateway.detectors.onnx.session import Session
from gateway.errors import ModelError

__all__ = ["Heads"]

NAMES = ("scores", "tags", "embedding")


class Heads(Model):
    """Outputs `scores` [B, H], and where the graph has them `tags` [B, T, K] and `embedding` [B, D]."""

    def __init__(self, card: Card, session: Session, encoder: Encoder, *, quantized: bool) -> None:
        super().__init__(card, session, encoder, quantized=quantized)
        self._names = tuple(name for name in NAMES if name in session.outputs)
        self.embeds = "embedding" in self._names
        if "scores" not in self._names:
            raise ModelError(f"{card.name}: the graph has no output `scores`")
        if card.tags and "tags" not in self._names:
            raise ModelError(f"{card.name}: the card names tags, but the graph has no output `tags`")

    def _columns(self) -> tuple[Column, ...]:
        return tuple(Column(head.category, head) for head in self.card.heads)

    def _tags(self) -> tuple[str | None, ...]:
        return self.card.tags

    def infer(self, texts: Sequence[Sequence[int]]) -> list[Output]:
        found = dict(zip(self._names, self.session.run(self._names, texts, self.encoder.pad), strict=True))
        scores, tags, embedding = (found.get(name) for name in NAMES)
        assert scores is not None
        require_outputs([scores], len(self.columns), self.name)
        if tags is not None and self.tags:
            require_outputs([tags], len(self.tags), self.name)
        first, last = len(self.encoder.prefix), len(self.encoder.suffix)
        return [
            Output(
                scores[row].copy(),
                tags[row, first : len(text) - last].copy() if tags is not None and self.tags else None,
                embedding[row].copy() if embedding is not None else None,
            )
            for row, text in enumerate(texts)
        ]
