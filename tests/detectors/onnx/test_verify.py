"""A folder that is not exactly what its card says does not load (C-01, C-02, C-03, C-06, C-07)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import onnx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from gateway.detectors.onnx import load_folder
from gateway.detectors.onnx.verify import inspect, require_plain
from gateway.errors import ModelError
from tests.support.tiny_models import make, write_card


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("at", [0, 1000, -1])
def test_one_changed_bit_is_refused(tmp_path: Path, name: str, at: int) -> None:
    folder = make(tmp_path / "m")
    flip(folder / name, at)
    with pytest.raises(ModelError, match="SHA-256"):
        load_folder(folder)


def link(folder: Path) -> None:
    (folder / "model.onnx").rename(folder.parent / "elsewhere.onnx")
    (folder / "model.onnx").symlink_to(folder.parent / "elsewhere.onnx")


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a further file": (lambda f: (f / "weights.bin").write_bytes(b"x"), "not part of a model"),
    "a pickle": (lambda f: (f / "model.pt").write_bytes(b"x"), "not part of a model"),
    "a folder": (lambda f: (f / "more").mkdir(), "not a plain file"),
    "a symlink": (link, "not a plain file"),
    "a hard link": (lambda f: os.link(f / "model.onnx", f.parent / "other"), "hard link"),
    "a missing file": (lambda f: (f / "tokenizer.json").unlink(), "cannot be read"),
    "a date that there is not": (lambda f: (f / "card.yaml").write_text("version: 2024-13-45\n"), "cannot be read"),
    "no card": (lambda f: (f / "card.yaml").unlink(), "cannot be read"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_folder_is_refused(tmp_path: Path, how: str) -> None:
    folder = make(tmp_path / "m")
    spoil, says = SPOILED[how]
    spoil(folder)
    with pytest.raises(ModelError, match=says):
        load_folder(folder)


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "m")
    (tmp_path / "n").symlink_to(tmp_path / "m")
    with pytest.raises(ModelError, match="not a folder"):
        load_folder(tmp_path / "n")


def test_a_card_that_lists_other_files_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    card = yaml.safe_load((folder / "card.yaml").read_text())
    card["files"]["../../etc/passwd"] = "0" * 64
    (folder / "card.yaml").write_text(yaml.safe_dump(card))
    with pytest.raises(ModelError, match="and no more"):
        load_folder(folder)


def graph(*nodes: onnx.NodeProto, domains: tuple[str, ...] = ("",), **more: object) -> onnx.ModelProto:
    g = helper.make_graph(list(nodes), "g", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    return helper.make_model(g, opset_imports=[helper.make_opsetid(d, 1) for d in domains], **more)


def external(location: str, *, only_marked: bool = False) -> onnx.TensorProto:
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [1], [1.0])
    tensor.data_location = TensorProto.EXTERNAL
    if not only_marked:
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", location
    return tensor


def inside(tensor: onnx.TensorProto, depth: int) -> onnx.NodeProto:
    """A tensor in an attribute of a node of a graph in an attribute ..."""
    if depth == 0:
        return helper.make_node("Constant", [], ["y"], value=tensor)
    inner = helper.make_graph([inside(tensor, depth - 1)], "inner", [], [])
    return helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)


PLAIN = helper.make_node("Identity", ["x"], ["y"])


def with_initializer(tensor: onnx.TensorProto) -> onnx.ModelProto:
    model = graph(PLAIN)
    model.graph.initializer.append(tensor)
    return model


def with_function() -> onnx.ModelProto:
    function = helper.make_function("own", "F", ["x"], ["y"], [PLAIN], [helper.make_opsetid("", 17)])
    return graph(helper.make_node("F", ["x"], ["y"], domain="own"), functions=[function])


BAD: dict[str, tuple[onnx.ModelProto, str]] = {
    "external data": (with_initializer(external("weights.bin")), "weights.bin"),
    "an absolute path": (with_initializer(external("/etc/passwd")), "/etc/passwd"),
    "a path upwards": (with_initializer(external("../../x")), r"\.\./\.\./x"),
    "external without a place": (with_initializer(external("", only_marked=True)), "outside"),
    "external in a constant": (graph(inside(external("c.bin"), 0)), "c.bin"),
    "external deep inside": (graph(inside(external("deep.bin"), 3)), "deep.bin"),
    "too deep": (graph(inside(helper.make_tensor("w", 1, [1], [1.0]), 12)), "too deep"),
    "a foreign operator": (graph(helper.make_node("Run", ["x"], ["y"], domain="evil")), "evil"),
    "a foreign domain": (graph(PLAIN, domains=("", "ai.onnx.ml")), "ai.onnx.ml"),
    "functions": (with_function(), "functions"),
    "a loop": (graph(helper.make_node("Loop", ["n", "c"], ["y"])), "Loop"),
    "no nodes": (graph(), "no graph"),
    "too many nodes": (graph(*[PLAIN] * 20_001), "20000 nodes"),
}


@pytest.mark.parametrize("how", BAD)
def test_a_graph_that_is_not_plain_is_refused(how: str) -> None:
    model, says = BAD[how]
    with pytest.raises(ModelError, match=says):
        require_plain(model.SerializeToString(), "m")


def test_the_walker_sees_what_the_library_sees(tmp_path: Path) -> None:
    for shape in ("bert", "roberta", "deberta"):
        data = (make(tmp_path / shape, shape=shape) / "model.onnx").read_bytes()
        model = onnx.load_from_string(data)
        found = inspect(data)
        assert found.nodes == len(model.graph.node)
        assert found.operators == {n.op_type for n in model.graph.node}
        assert found.external == []
        assert not found.quantized


@given(data=st.binary(max_size=200), cut=st.integers(0, 10**6), at=st.integers(0, 10**6))
def test_broken_files_give_only_our_error(data: bytes, cut: int, at: int) -> None:
    good = graph(inside(helper.make_tensor("w", 1, [1], [1.0]), 2)).SerializeToString()
    at %= len(good)
    for text in (data, good[: cut % len(good)], good[:at] + data + good[at:]):
        with suppress(ModelError):
            inspect(text)


def test_no_onnx_at_all(tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    (folder / "model.onnx").write_bytes(b"\x80\x04pickle")
    write_card(folder, "classifier")
    with pytest.raises(ModelError, match="not an ONNX file"):
        load_folder(folder)


def test_no_tokenizer(tmp_path: Path) -> None:
    folder = make(tmp_path / "m")
    (folder / "tokenizer.json").write_text("{}")
    write_card(folder, "classifier")
    with pytest.raises(ModelError, match="not a tokenizer"):
        load_folder(folder)
