"""The network as one plain ONNX file in 8-bit integers."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.model import GuardModel
from training.rounding import rounded
from training.smoothing import grams, linears, smoothed

__all__ = ["export", "matrices"]

Array = np.ndarray[Any, Any]

OPSET = 17
MATRIX = re.compile(r"onnx::MatMul_(\d+)_quantized")


class Outputs(nn.Module):
    """What the exported graph gives: probabilities instead of logits."""

    def __init__(self, model: GuardModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, _, tags, meaning = self.model(input_ids, attention_mask)
        return torch.sigmoid(logits), torch.softmax(tags, dim=-1), meaning


def export(model: GuardModel, target: Path, windows: Sequence[Array]) -> None:
    """`windows` of token ids are texts to round by."""
    even = smoothed(model, windows)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        _traced(even, whole)
        quantize_dynamic(
            whole,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )
    file = onnx.load(target)
    held = {one.name: one for one in file.graph.initializer}
    together = grams(even, windows)
    for name, (layer, linear) in zip(matrices(list(held)), linears(even).items(), strict=True):
        integers, scale = rounded(linear.weight.detach().numpy(), together[layer])
        for values, own in ((integers.T, name), (scale, f"{name.removesuffix('quantized')}scale")):
            held[own].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), own))
        print(f"rounded {layer}", flush=True)
    file.doc_string = ""
    for node in file.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save(file, target)


def matrices(names: Sequence[str]) -> list[str]:
    """The quantised matrices among the names of a file's arrays, in the order of the graph."""
    return sorted((n for n in names if MATRIX.fullmatch(n)), key=lambda n: int(n.split("_")[1]))


def _traced(model: GuardModel, whole: Path) -> None:
    ids = torch.tensor([[101, 7592, 2088, 102], [101, 7592, 102, 0]])
    torch.onnx.export(
        Outputs(model),
        (ids, (ids > 0).long()),
        str(whole),
        input_names=["input_ids", "attention_mask"],
        output_names=["scores", "tags", "embedding"],
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "attention_mask": {0: "batch", 1: "tokens"},
            "scores": {0: "batch"},
            "tags": {0: "batch", 1: "tokens"},
            "embedding": {0: "batch"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
