"""A token classifier as others publish them: `B-` and `I-` labels, to categories by the card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gateway.detectors.onnx.model import Column, Model, Output, require_outputs
from gateway.detectors.onnx.session import softmax

__all__ = ["Tagger"]


class Tagger(Model):
    """The first output is `logits` [B, T, L]. Labels of one category add up: where a word begins does not matter."""

    def _columns(self) -> tuple[Column, ...]:
        return ()

    def _tags(self) -> tuple[str | None, ...]:
        return (None, *dict.fromkeys(category for category in self.card.labels.values() if category))

    def infer(self, texts: Sequence[Sequence[int]]) -> list[Output]:
        (logits,) = self.session.run(self.session.outputs[:1], texts, self.encoder.pad)
        require_outputs([logits], len(self.card.labels), self.name)
        shares = softmax(logits)
        labels = list(self.card.labels.values())
        tags = np.stack(
            [shares[:, :, [i for i, c in enumerate(labels) if c == tag]].sum(axis=2) for tag in self.tags], axis=2
        ).astype(np.float32)
        first, last = len(self.encoder.prefix), len(self.encoder.suffix)
        none = np.zeros(0, dtype=np.float32)
        return [Output(none, tags[row, first : len(text) - last].copy()) for row, text in enumerate(texts)]
