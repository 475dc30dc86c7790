"""
What a model's folder may hold, checked before anything of it is loaded.

An ONNX file is protobuf. The few fields that could reach outside the file, or run something other
than plain operators, are read here by hand, so that nothing has parsed the graph before it is known
to be harmless. Weights are skipped, not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from gateway.detectors.onnx.card import CARD, FILES
from gateway.errors import ModelError

__all__ = ["MAX_NODES", "Graph", "inspect", "read_files", "require_plain"]

DOMAINS = frozenset({"", "ai.onnx", "com.microsoft"})
ENDLESS = frozenset({"Loop", "Scan", "SequenceMap"})  # may run for ever; encoders need none
QUANTIZED = frozenset({"MatMulInteger", "DynamicQuantizeMatMul", "QLinearMatMul", "DynamicQuantizeLinear"})
MAX_NODES = 20_000
MAX_DEPTH = 8
MAX_FILE = 2 << 30
_EXTERNAL = 1  # TensorProto.DataLocation

# Field numbers of messages inside messages, from onnx.proto. What is not listed holds no graph and no tensor.
_GRAPH_IN: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 8: "opset", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}


@dataclass(slots=True)
class Graph:
    """What a file holds."""

    domains: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)
    nodes: int = 0
    external: list[str] = field(default_factory=list)  # where tensors lie that are not in the file
    functions: int = 0

    @property
    def quantized(self) -> bool:
        return not self.operators.isdisjoint(QUANTIZED)


def read_files(folder: Path, expected: Mapping[str, str]) -> dict[str, bytes]:
    """
    The files of a folder, each read once, its SHA-256 the one in the card: what was checked is what
    will be used. Raises ModelError for a missing, changed, linked or further file.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise ModelError(f"{folder}: not a folder")
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or not path.is_file():
            raise ModelError(f"{path}: not a plain file; a model is {', '.join(FILES)} and {CARD}")
        if path.stat().st_nlink > 1:
            raise ModelError(f"{path}: has another name elsewhere (a hard link); copy it")
        if path.name != CARD and path.name not in FILES:
            raise ModelError(f"{path}: not part of a model; a model is {', '.join(FILES)} and {CARD}")
    if set(expected) != set(FILES):
        raise ModelError(f"{folder / CARD}: files: must give the SHA-256 of {' and '.join(FILES)}, and no more")
    return {name: _read(folder / name, digest) for name, digest in expected.items()}


def _read(path: Path, digest: str) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise ModelError(f"{path}: larger than {MAX_FILE} bytes")
        data = path.read_bytes()
    except OSError as e:
        raise ModelError(f"{path}: cannot be read: {e.strerror}") from None
    if sha256(data).hexdigest() != digest:
        raise ModelError(f"{path}: is not the file that {CARD} names (SHA-256 differs)")
    return data


def require_plain(data: bytes, source: str) -> Graph:
    """Raises ModelError where a graph is not one file of plain operators."""
    graph = inspect(data, source)
    if graph.external:
        raise ModelError(f"{source}: tensors lie outside the file ({graph.external[0]!r}); save it as a single file")
    if graph.functions:
        raise ModelError(f"{source}: holds functions of its own or training steps; inline them")
    if foreign := sorted(graph.domains - DOMAINS):
        raise ModelError(f"{source}: operators of the domain {foreign[0]!r}; allowed are ai.onnx and com.microsoft")
    if endless := sorted(graph.operators & ENDLESS):
        raise ModelError(f"{source}: the operator {endless[0]} is not allowed: it may never end")
    if not graph.nodes:
        raise ModelError(f"{source}: holds no graph")
    return graph


def inspect(data: bytes, source: str = "model") -> Graph:
    """What an ONNX file holds. Raises ModelError where it is no protobuf, or too large a graph."""
    out = Graph()
    try:
        _message(memoryview(data), "model", out, 0)
    except (IndexError, ValueError) as e:
        raise ModelError(f"{source}: not an ONNX file ({e})") from None
    return out


def _message(data: memoryview, kind: str, out: Graph, depth: int) -> None:
    if depth > 3 * MAX_DEPTH:
        raise ValueError("graphs inside graphs, too deep")
    nested = _GRAPH_IN.get(kind, {})
    named = external = False
    for number, value in _fields(data):
        inner = nested.get(number)
        if inner in ("function", "training"):
            out.functions += 1
        elif inner is not None:
            _message(_bytes(value), inner, out, depth + 1)
        elif kind == "node" and number in (4, 7):
            text = _bytes(value).tobytes().decode()
            (out.operators if number == 4 else out.domains).add(text)
        elif kind == "opset" and number == 1:
            out.domains.add(_bytes(value).tobytes().decode())
        elif kind == "tensor" and number == 13:
            named = external = True
            out.external.append(_location(_bytes(value)))
        elif kind == "tensor" and number == 14 and value == _EXTERNAL:
            external = True
    if external and not named:
        out.external.append("")
    if kind == "node":
        out.nodes += 1
        if out.nodes > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes")


def _location(entry: memoryview) -> str:
    """The value of a key-value pair."""
    values = [_bytes(value).tobytes().decode("utf-8", "replace") for number, value in _fields(entry) if number == 2]
    return values[0] if values else ""


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Numbers and values of one message; values of the types that no field here has are skipped."""
    at, size = 0, len(data)
    while at < size:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(data, at)
            if length > size - at:
                raise ValueError("a field is longer than its message")
            yield number, data[at : at + length]
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
            if at > size:
                raise ValueError("a field is longer than its message")
        else:
            raise ValueError(f"wire type {wire}")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message should be")
    return value
