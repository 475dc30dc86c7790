"""
Weights to go on from, out of the model folder that ships: what the 8-bit file holds, as `training.train` reads it.

    python -m training.recover --model onnx_models/guard-small --out build/shipped.npz

A training's own weights are not in the repository; these are the same but for the rounding to 8 bits. The layer that
only training uses (is this word inside of an injection) is not in the file: it begins anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import yaml
from onnx import numpy_helper

from training.graph import matrices
from training.model import GuardModel
from training.packing import packed
from training.smoothing import linears

__all__ = ["main", "recovered"]

Array = np.ndarray[Any, Any]


def _matrices(arrays: dict[str, Array]) -> Iterator[Array]:
    """In the order of the graph, each as torch keeps it: [out, in]."""
    for name in matrices(list(arrays)):
        yield (arrays[name].astype(np.float32) * arrays[f"{name.removesuffix('quantized')}scale"]).T


def _words(arrays: dict[str, Array], name: str) -> Array:
    zero = arrays[f"{name}_zero_point"].astype(np.float32)
    table = arrays[f"{name}_quantized"].astype(np.float32)
    return np.asarray((table - zero) * arrays[f"{name}_scale"], np.float32)


def recovered(folder: Path) -> dict[str, Array]:
    """Arrays under the names of `GuardModel`; raises ValueError if the file is not one that `training.export` wrote."""
    graph = onnx.load(folder / "model.onnx").graph
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    model = GuardModel(plain=True)
    wanted = {n: v for n, v in model.state_dict().items() if v.is_floating_point()}
    order = [f"{name}.weight" for name in linears(model)]
    out = {n.removeprefix("model.").replace(".linear.", "."): v for n, v in arrays.items() if n.startswith("model.")}
    for name, weight in zip(order, _matrices(arrays), strict=True):
        factor = out.get(f"{name.removesuffix('weight')}factor")
        out[name] = weight if factor is None else weight * factor
    out |= {name: _words(arrays, f"model.{name}") for name in ("encoder.words.weight", "encoder.positions.weight")}
    card = yaml.safe_load((folder / "card.yaml").read_text("utf-8"))
    for name in ("scale", "shift"):
        out[name] = np.array([card["similarity"][kind][name] for kind in ("rules", "tasks")], np.float32)
    out |= {name: wanted[name].numpy() for name in ("inside.weight", "inside.bias")}
    wrong = [n for n, v in wanted.items() if n not in out or out[n].shape != tuple(v.shape)]
    if wrong:
        raise ValueError(f"{folder} does not hold {', '.join(wrong)}")
    return {n: np.asarray(out[n], np.float32) for n in wanted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(1)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    small: dict[str, Any] = packed(recovered(args.model))
    np.savez(args.out, **small)


if __name__ == "__main__":
    main()
