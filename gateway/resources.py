"""Where our data files are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["folder"]

_HERE = Path(__file__).parent


def folder(name: str) -> Path:
    """`policies` or `onnx_models`."""
    packed = _HERE / "_data" / name
    return packed if packed.is_dir() else _HERE.parent / name
