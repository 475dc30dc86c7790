"""Integers are added exactly on every processor, also where two products do not fit into 16 bits."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from gateway.detectors.onnx.session import Session

WIDTH = 64


def graph(weights: np.ndarray[tuple[int, ...], np.dtype[np.int8]]) -> bytes:
    """Tokens as numbers, in 8 bits, times the weights: what a quantised layer is."""
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]),
        helper.make_node("MatMulInteger", ["q", "weights", "zero"], ["sums"]),
        helper.make_node("Cast", ["sums"], ["whole"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["whole", "scale"], ["logits"]),
    ]
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", WIDTH])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", weights.shape[1]])]
    held = [numpy_helper.from_array(weights, "weights")]
    made = helper.make_graph(nodes, "layer", inputs, outputs, held)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("largest", [127, 90, 64])
def test_sums_are_exact(largest: int) -> None:
    random = np.random.default_rng(largest)
    weights = random.integers(largest - 20, largest + 1, (WIDTH, 8)).astype(np.int8)
    ids = random.integers(150, 256, WIDTH)
    ids[0], ids[1] = 0, 255  # the scale is one, the zero point nought
    (said,) = Session(graph(weights), "test").run(["logits"], [ids.tolist()], 0)
    assert np.array_equal(said[0], (ids @ weights.astype(np.int64)).astype(np.float32))


def test_the_bytes_of_the_file_are_not_kept() -> None:
    data = graph(np.ones((WIDTH, 8), np.int8))
    held = sys.getrefcount(data)
    session = Session(data, "test")
    assert sys.getrefcount(data) == held
    assert session.outputs == ("logits",)
