"""
The mean of several trainings from the same start: often better on texts unlike the train set than each of them.

    python -m training.soup --prepared build/prepared.npz --out build/soup.npz build/a.npz build/b.npz

Writes the weights and the dev figures, as `training.train` does. `3*build/a.npz` counts three times; `--share 0.1`
mixes in a tenth of the encoder that training began with.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.judging import evaluate_on, load_encoder
from training.model import GuardModel
from training.packing import packed, unpacked

__all__ = ["main", "mean"]


Weighted = tuple[float, Path]


def mean(files: Sequence[Weighted]) -> dict[str, np.ndarray[Any, Any]]:
    total: dict[str, np.ndarray[Any, Any]] = {}
    whole = sum(weight for weight, _ in files)
    for weight, file in files:
        with np.load(file) as arrays:
            for name, value in unpacked(arrays).items():
                total[name] = total.get(name, 0) + value * (weight / whole)
    return total


def weighted(text: str) -> Weighted:
    weight, star, file = text.rpartition("*")
    return float(weight) if star else 1.0, Path(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=weighted, nargs="+", metavar="[WEIGHT*]FILE")
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="weights that training began with")
    parser.add_argument("--share", type=float, default=0.0, help="how much of those to mix in")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    weights = mean(args.files)
    model = GuardModel().to(args.device).eval()
    if args.begin:
        with np.load(args.begin) as file:
            load_encoder(model, {k: file[k] for k in file.files})
        for name, value in model.encoder.state_dict().items():
            own = f"encoder.{name}"
            weights[own] = weights[own] * (1 - args.share) + value.cpu().numpy() * args.share
    model.load_state_dict({k: torch.from_numpy(np.asarray(v, np.float32)) for k, v in weights.items()})
    with np.load(args.prepared) as file:
        data = {k: file[k] for k in file.files}
    result, _ = evaluate_on(data, model, args.device)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    small: dict[str, Any] = packed(weights)
    np.savez(args.out, **small)
    args.out.with_suffix(".json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
