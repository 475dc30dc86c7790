"""A text classifier as others publish them: logits for each label, labels to categories by the card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gateway.detectors.onnx.model import Column, Model, Output, require_outputs
from gateway.detectors.onnx.session import sigmoid, softmax

__all__ = ["Classifier"]


class Classifier(Model):
    """The first output is `logits` [B, L]. Labels of one category add up (softmax), or the best counts (sigmoid)."""

    def _columns(self) -> tuple[Column, ...]:
        categories = dict.fromkeys(category for category in self.card.labels.values() if category)
        return tuple(Column(category, self.card.reads) for category in categories)

    def _tags(self) -> tuple[str | None, ...]:
        return ()

    def infer(self, texts: Sequence[Sequence[int]]) -> list[Output]:
        (logits,) = self.session.run(self.session.outputs[:1], texts, self.encoder.pad)
        logits = logits.reshape(len(texts), -1)
        require_outputs([logits], len(self.card.labels), self.name)
        softmaxed = self.card.activation == "softmax"
        shares = softmax(logits) if softmaxed else sigmoid(logits)
        labels = list(self.card.labels.values())
        columns = []
        for column in self.columns:
            mine = shares[:, [i for i, category in enumerate(labels) if category == column.category]]
            columns.append(mine.sum(axis=1) if softmaxed else mine.max(axis=1))
        scores = np.stack(columns, axis=1).astype(np.float32)
        return [Output(row.copy()) for row in scores]
