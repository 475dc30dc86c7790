"""
Encoders with the shape of known models and random weights. Their verdicts mean nothing; their time is
that of the real ones, since a matrix product does not look at its numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["DEBERTA_V3_BASE", "MINILM_L6", "Shape", "write_classifier"]


@dataclass(frozen=True, slots=True)
class Shape:
    """`buckets`: relative positions of disentangled attention; 0 for absolute ones. `rows`: of the word table."""

    name: str
    layers: int
    width: int
    heads: int
    inner: int
    rows: int
    buckets: int = 0


MINILM_L6 = Shape("MiniLM-L6 shape", 6, 384, 12, 1536, 30_522)
# The real table has 128,100 rows; one lookup costs the same in a smaller one, and 370 MB less.
DEBERTA_V3_BASE = Shape("DeBERTa-v3-base shape", 12, 768, 12, 3072, 8_192, 256)


class _Graph:
    def __init__(self, width: int) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(11)
        self._width = width

    def constant(self, value: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def noise(self, *shape: int) -> str:
        return self.constant((0.02 * self._random.standard_normal(shape)).astype(np.float32))

    def __call__(self, operator: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        name = to or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, hidden: str, into: int, out: int) -> str:
        return self("Add", self("MatMul", hidden, self.noise(into, out)), self.noise(out))

    def norm(self, hidden: str) -> str:
        ones, zeros = np.ones(self._width, np.float32), np.zeros(self._width, np.float32)
        return self("LayerNormalization", hidden, self.constant(ones), self.constant(zeros), axis=-1)


def write_classifier(path: Path, shape: Shape) -> None:
    """Two labels over the first token's state."""
    g = _Graph(shape.width)
    hidden = g("Gather", g.noise(shape.rows, shape.width), "input_ids")
    length = g("Gather", g("Shape", "input_ids"), g.constant(np.int64(1)))
    steps = g("Range", g.constant(np.int64(0)), length, g.constant(np.int64(1)))
    if not shape.buckets:
        hidden = g("Add", hidden, g("Gather", g.noise(512, shape.width), steps))
    hidden = g.norm(hidden)
    mask = "mask"
    g.nodes.append(helper.make_node("Cast", ["attention_mask"], [mask], to=TensorProto.FLOAT))
    hide = g("Mul", g("Sub", g.constant(np.float32(1)), mask), g.constant(np.float32(-1e4)))
    hide = g("Unsqueeze", hide, g.constant([1, 2]))
    index = _relative(g, steps, shape.buckets) if shape.buckets else ""
    for _ in range(shape.layers):
        attended = _attention(g, hidden, hide, shape, index)
        hidden = g.norm(g("Add", hidden, g.linear(attended, shape.width, shape.width)))
        inner = g.linear(hidden, shape.width, shape.inner)
        erf = g("Erf", g("Div", inner, g.constant(np.float32(2**0.5))))
        inner = g("Mul", g("Mul", inner, g("Add", erf, g.constant(np.float32(1)))), g.constant(np.float32(0.5)))
        hidden = g.norm(g("Add", hidden, g.linear(inner, shape.inner, shape.width)))
    first = g("Gather", hidden, g.constant(np.int64(0)), axis=1)
    g("Add", g("MatMul", first, g.noise(shape.width, 2)), g.noise(2), to="logits")
    _save(g, path)


def _relative(g: _Graph, steps: str, buckets: int) -> str:
    """[T, T]: which relative position a key has for a query."""
    far = g("Sub", g("Unsqueeze", steps, g.constant([1])), g("Unsqueeze", steps, g.constant([0])))
    near = g("Clip", far, g.constant(np.int64(-buckets)), g.constant(np.int64(buckets - 1)))
    return g("Add", near, g.constant(np.int64(buckets)))


def _attention(g: _Graph, hidden: str, hide: str, shape: Shape, index: str) -> str:
    size = shape.width // shape.heads
    split = g.constant([0, 0, shape.heads, size])

    def heads(order: Sequence[int]) -> str:
        linear = g.linear(hidden, shape.width, shape.width)
        return g("Transpose", g("Reshape", linear, split), perm=order)

    q, k, v = heads([0, 2, 1, 3]), heads([0, 2, 3, 1]), heads([0, 2, 1, 3])
    scores = g("MatMul", q, k)
    if index:  # content to position, and position to content
        positions = g("Expand", g("Unsqueeze", index, g.constant([0, 1])), g("Shape", scores))
        key = g.noise(1, shape.heads, size, 2 * shape.buckets)
        scores = g("Add", scores, g("GatherElements", g("MatMul", q, key), positions, axis=-1))
        back = g("MatMul", g("Transpose", k, perm=[0, 1, 3, 2]), g.noise(1, shape.heads, size, 2 * shape.buckets))
        back = g("GatherElements", back, positions, axis=-1)
        scores = g("Add", scores, g("Transpose", back, perm=[0, 1, 3, 2]))
    scale = (size * (3 if index else 1)) ** -0.5
    weights = g("Softmax", g("Add", g("Mul", scores, g.constant(np.float32(scale))), hide), axis=-1)
    together = g("Transpose", g("MatMul", weights, v), perm=[0, 2, 1, 3])
    return g("Reshape", together, g.constant([0, 0, shape.width]))


def _save(g: _Graph, path: Path) -> None:
    graph = helper.make_graph(
        g.nodes,
        "shape",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["B", "T"]) for n in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["B", 2])],
        g.weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
