"""
A graph in onnxruntime: plain settings, checked inputs and outputs, arrays in and out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from gateway.errors import ModelError

__all__ = ["FAULTS", "Floats", "Session"]

Floats = npt.NDArray[np.float32]

# What onnxruntime raises. They have no common base of their own.
FAULTS = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NoSuchFile,
    faults.NotImplemented,
    faults.RuntimeException,
    faults.EPFail,
)
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
ERRORS_ONLY = 3  # of onnxruntime's levels: its warnings are about graphs, not about us

ort.disable_telemetry_events()


class Session:
    """
    Safe to share between threads: each run computes in the thread that calls it, if `threads` is 1.

    `fits_16_bits`: the graph's 8-bit products may be added in 16 bits. Processors without VNNI do that; where a sum is
    too large they cut it off, and score otherwise than the processor that the thresholds were measured on.
    """

    def __init__(self, data: bytes, source: str, threads: int = 1, *, fits_16_bits: bool = False) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = ERRORS_ONLY
        # A plan of memory for each shape ever seen would grow without bound: batches have many shapes.
        options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        # A fifth slower on such processors, and nothing on others.
        options.add_session_config_entry("session.x64quantprecision", "0" if fits_16_bits else "1")
        try:
            self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"], enable_fallback=0)
        except FAULTS as e:
            raise ModelError(f"{source}: onnxruntime does not load it: {str(e)[:300]}") from None
        # It keeps the file's bytes for other providers, to which it is not to fall back, as long as it lives.
        vars(self._session).update(_model_bytes=None)
        inputs = {i.name: i.type for i in self._session.get_inputs()}
        if "input_ids" not in inputs or not set(inputs) <= set(INPUTS):
            raise ModelError(f"{source}: its inputs are {sorted(inputs)}; known are {', '.join(INPUTS)}")
        if any(kind not in ("tensor(int64)", "tensor(int32)") for kind in inputs.values()):
            raise ModelError(f"{source}: its inputs must be integers")
        self._types = {name: np.int64 if kind == "tensor(int64)" else np.int32 for name, kind in inputs.items()}
        self.outputs = tuple(o.name for o in self._session.get_outputs())

    def run(self, names: Sequence[str], texts: Sequence[Sequence[int]], pad: int) -> list[Floats]:
        """One batch, padded to its longest text."""
        longest = max(map(len, texts))
        ids = np.full((len(texts), longest), pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(texts):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        values = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feed = {name: values[name].astype(kind, copy=False) for name, kind in self._types.items()}
        out: list[Floats] = [np.asarray(a, dtype=np.float32) for a in self._session.run(list(names), feed)]
        return out


def softmax(values: Floats) -> Floats:
    shifted = np.exp(values - values.max(axis=-1, keepdims=True))
    out: Floats = shifted / shifted.sum(axis=-1, keepdims=True)
    return out


def sigmoid(values: Floats) -> Floats:
    out: Floats = (1 / (1 + np.exp(-np.clip(values, -60, 60)))).astype(np.float32)
    return out
