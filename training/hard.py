"""
Train windows that a model still gets wrong, for `training.train --hard` to draw more often.

    python -m training.hard --prepared build/prepared.npz --model onnx_models/guard-small --out build/hard.npz clinc150

Windows are known by their token ids, so the file serves after `training.prepare` has run again. Look at what it
finds: what a set labels wrongly is found first.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.export import session
from training.packing import keys

__all__ = ["HARD", "main"]

HARD = 0.05  # how far from its label a score is that is worth another look
Array = np.ndarray[Any, Any]


def misses(data: Any, model: Path, sources: Sequence[str]) -> Array:
    """How far the score of each window is from its label as a direct injection; 0 where it was not looked at."""
    run = session(model / "model.onnx", 1)
    names, starts, label = data["train_sources"], data["train_starts"].astype(int), data["train_labels"][:, 0]
    wanted = np.array([name.startswith(tuple(sources)) for name in names])[data["train_source"]]
    out = np.zeros(len(label), np.float32)
    for row in np.flatnonzero(wanted & (label >= 0)):
        ids = data["train_ids"][starts[row] : starts[row + 1]].astype(np.int64)[None]
        score = run.run(["scores"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0, 0]
        out[row] = abs(score - label[row])
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", help="how the names of the sources begin")
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder of an exported model")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with np.load(args.prepared) as file:
        data = {k: file[k] for k in file.files if k.startswith("train_")}
    missed = misses(data, args.model, args.sources)
    hard = missed > HARD
    np.savez_compressed(args.out, keys=keys(data["train_ids"], data["train_starts"])[hard], missed=missed[hard])
    print(f"{hard.sum()} windows", flush=True)


if __name__ == "__main__":
    main()
