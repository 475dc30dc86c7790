"""
Small models, made here: the shapes of BERT, RoBERTa and DeBERTa with a few dozen weights.

Each really attends (with random weights that matter little) and really reads: the word `zebra` drives
its score up, `Lisbon` is a place. So a test can say what must be found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

WIDTH = 8
WORDS = (
    "the",
    "a",
    "of",
    "and",
    "to",
    "weather",
    "is",
    "fine",
    "zebra",
    "lisbon",
    "rain",
    "word",
    "##s",
    ".",
    ",",
    "x",
)
RELATIVE = 4  # how far DeBERTa's relative positions tell apart


class Builder:
    """Nodes and weights of a graph."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, value: Any) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def noise(self, *shape: int) -> str:
        return self.weight((0.05 * self._random.standard_normal(shape)).astype(np.float32))

    def __call__(self, operator: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        name = to or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def floats(self, name: str) -> str:
        self.nodes.append(helper.make_node("Cast", [name], [f"{name}_f"], to=TensorProto.FLOAT))
        return f"{name}_f"


def encoder(b: Builder, vocabulary: Mapping[str, int], shape: str, positions: int) -> tuple[str, str]:
    """Hidden states [B, T, D] and the mask [B, T, 1]; two of the dimensions carry the words of interest."""
    table = 0.05 * np.random.default_rng(3).standard_normal((max(vocabulary.values()) + 1, WIDTH)).astype(np.float32)
    table[:, :2] = 0
    for token, index in vocabulary.items():
        plain = token.strip("▁Ġ").lower()
        table[index, 0] = 1.0 if plain == "zebra" else 0.0
        table[index, 1] = 1.0 if plain == "lisbon" else 0.0
    hidden = b("Gather", b.weight(table), "input_ids")
    if shape == "bert":
        hidden = b("Add", hidden, b("Gather", b.noise(2, WIDTH), "token_type_ids"))
    length = b("Gather", b("Shape", "input_ids"), b.weight(np.int64(1)))
    steps = b("Range", b.weight(np.int64(0)), length, b.weight(np.int64(1)))
    if shape != "deberta":
        hidden = b("Add", hidden, b("Gather", b.weight(np.zeros((positions, WIDTH), np.float32)), steps))
    q, k, v = (b("MatMul", hidden, b.noise(WIDTH, WIDTH)) for _ in range(3))
    scores = b("Einsum", q, k, equation="bqd,bkd->bqk")
    if shape == "deberta":  # content to position: how far a key is from its query
        far = b("Sub", b("Unsqueeze", steps, b.weight([1])), b("Unsqueeze", steps, b.weight([0])))
        near = b("Clip", far, b.weight(np.int64(-RELATIVE)), b.weight(np.int64(RELATIVE)))
        relative = b("Gather", b.noise(2 * RELATIVE + 1, WIDTH), b("Add", near, b.weight(np.int64(RELATIVE))))
        scores = b("Add", scores, b("Einsum", q, relative, equation="bqd,qkd->bqk"))
    mask = b.floats("attention_mask")
    hide = b("Mul", b("Sub", b.weight(np.float32(1)), mask), b.weight(np.float32(-1e4)))
    scores = b("Add", scores, b("Unsqueeze", hide, b.weight([1])))
    attended = b("Einsum", b("Softmax", scores, axis=-1), v, equation="bqk,bkd->bqd")
    return b("Add", hidden, attended), b("Unsqueeze", mask, b.weight([2]))


def pooled(b: Builder, hidden: str, mask: str) -> str:
    """The largest of each dimension over the real tokens: [B, D]."""
    low = b("Mul", b("Sub", b.weight(np.float32(1)), mask), b.weight(np.float32(-1e4)))
    return b("ReduceMax", b("Add", b("Mul", hidden, mask), low), axes=[1], keepdims=0)


def save(
    b: Builder, path: Path, inputs: Sequence[str], outputs: Mapping[str, int], domain: Sequence[str] = ("",)
) -> None:
    graph = helper.make_graph(
        b.nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["B", "T"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * rank) for name, rank in outputs.items()],
        b.weights,
    )
    opsets = [helper.make_opsetid(d, 17 if d == "" else 1) for d in domain]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def tokenizer(shape: str) -> Tokenizer:
    """WordPiece, byte-level BPE or Unigram, with the special tokens of their families."""
    if shape == "bert":
        vocabulary = {t: i for i, t in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS))}
        out = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        out.normalizer = normalizers.BertNormalizer()
        out.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        ends = ("[CLS]", "[SEP]")
    elif shape == "roberta":
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocabulary = {t: i for i, t in enumerate(("<s>", "<pad>", "</s>", *alphabet))}
        merges: list[tuple[str, str]] = []
        for word in ("Ġzebra", "zebra", "ĠLisbon", "Lisbon", "Ġword", "Ġthe"):
            for end in range(2, len(word) + 1):
                merge = (word[: end - 1], word[end - 1])
                if merge not in merges:
                    merges.append(merge)
                    vocabulary.setdefault(word[:end], len(vocabulary))
        out = Tokenizer(models.BPE(vocabulary, merges))
        out.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        out.decoder = decoders.ByteLevel()
        ends = ("<s>", "</s>")
    else:
        words = [f"▁{w}" for w in ("the", "weather", "is", "fine", "zebra", "Lisbon", "word", "a")]
        letters = [*"▁abcdefghijklmnopqrstuvwxyzLTW.,"]
        pieces = [("[PAD]", 0.0), ("[CLS]", 0.0), ("[SEP]", 0.0), ("[UNK]", 0.0)]
        pieces += [(w, -2.0) for w in words] + [(letter, -8.0) for letter in letters]
        vocabulary = {t: i for i, (t, _) in enumerate(pieces)}
        out = Tokenizer(models.Unigram(pieces, unk_id=3))
        out.pre_tokenizer = pre_tokenizers.Metaspace()
        ends = ("[CLS]", "[SEP]")
    first, last = ((e, vocabulary[e]) for e in ends)
    out.post_processor = processors.TemplateProcessing(
        single=f"{first[0]} $A {last[0]}",
        pair=f"{first[0]} $A {last[0]} $B {last[0]}",
        special_tokens=[first, last],
    )
    out.add_special_tokens([t for t in vocabulary if t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "<s>", "</s>", "<pad>")])
    return out


def inputs_of(shape: str) -> tuple[str, ...]:
    return ("input_ids", "attention_mask", "token_type_ids") if shape == "bert" else ("input_ids", "attention_mask")


def classifier(folder: Path, shape: str = "bert", *, truncates: bool = True, positions: int = 512) -> Path:
    """A folder as it is published: a graph with logits, a tokenizer that cuts and pads, a config with labels."""
    folder.mkdir(parents=True)
    words = tokenizer(shape)
    b = Builder()
    hidden, mask = encoder(b, words.get_vocab(), shape, positions)
    turn = np.zeros((WIDTH, 2), np.float32)
    turn[0, 1] = 12
    b("Add", b("MatMul", pooled(b, hidden, mask), b.weight(turn)), b.weight(np.array([3, -3], np.float32)), to="logits")
    save(b, folder / "model.onnx", inputs_of(shape), {"logits": 2})
    if truncates:
        words.enable_truncation(16)
        words.enable_padding(length=16)
    words.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text('{"id2label": {"0": "SAFE", "1": "INJECTION"}}')
    return folder


def tagger(folder: Path, shape: str = "bert") -> Path:
    folder.mkdir(parents=True)
    words = tokenizer(shape)
    b = Builder()
    hidden, _ = encoder(b, words.get_vocab(), shape, 512)
    turn = np.zeros((WIDTH, 3), np.float32)
    turn[1, 1] = 12
    b("Add", b("MatMul", hidden, b.weight(turn)), b.weight(np.array([3, -3, -3], np.float32)), to="logits")
    save(b, folder / "model.onnx", inputs_of(shape), {"logits": 3})
    words.save(str(folder / "tokenizer.json"))
    return folder


def heads(folder: Path, shape: str = "bert") -> Path:
    """Two scores (of `zebra`; of nothing), two tags, an embedding."""
    folder.mkdir(parents=True)
    words = tokenizer(shape)
    b = Builder()
    hidden, mask = encoder(b, words.get_vocab(), shape, 512)
    together = pooled(b, hidden, mask)
    turn = np.zeros((WIDTH, 2), np.float32)
    turn[0, 0] = 12
    b("Sigmoid", b("Add", b("MatMul", together, b.weight(turn)), b.weight(np.array([-6, -5], np.float32))), to="scores")
    tags = np.zeros((WIDTH, 2), np.float32)
    tags[1, 1] = 12
    b(
        "Softmax",
        b("Add", b("MatMul", hidden, b.weight(tags)), b.weight(np.array([3, -3], np.float32))),
        to="tags",
        axis=-1,
    )
    norm = b("ReduceL2", together, axes=[1], keepdims=1)
    b("Div", together, norm, to="embedding")
    save(b, folder / "model.onnx", inputs_of(shape), {"scores": 2, "tags": 3, "embedding": 2})
    words.save(str(folder / "tokenizer.json"))
    return folder


CURVE = {"scores": [0.1, 0.5, 0.9], "fpr": [0.1, 0.01, 0.001]}
CARDS: dict[str, dict[str, Any]] = {
    "classifier": {"kind": "classifier", "labels": {"SAFE": None, "INJECTION": "injection/direct"}},
    "tagger": {"kind": "tagger", "labels": {"O": None, "B-LOC": "pii/location", "I-LOC": "pii/location"}},
    "heads": {
        "kind": "heads",
        "heads": [
            {"category": "injection/direct", "roles": ["user", "tool"]},
            {"category": "output/refusal", "directions": ["output"]},
        ],
        "tags": [None, "pii/location"],
        "calibration": {"injection/direct": {"user": CURVE, "document": CURVE}},
    },
}
SMALL_WINDOW = {"tokens": 16, "stride": 8, "max_tokens": 5000}


def write_card(folder: Path, kind: str, **more: Any) -> Path:
    """A card with the hashes of the files that are there."""
    files = {n: sha256((folder / n).read_bytes()).hexdigest() for n in ("model.onnx", "tokenizer.json")}
    card = {"version": 1, "name": folder.name, "files": files, "window": SMALL_WINDOW, **CARDS[kind], **more}
    (folder / "config.json").unlink(missing_ok=True)
    (folder / "card.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    return folder


def make(folder: Path, kind: str = "classifier", shape: str = "bert", **more: Any) -> Path:
    """A model that loads."""
    build = {"classifier": classifier, "tagger": tagger, "heads": heads}[kind]
    return write_card(build(folder, shape), kind, **more)
