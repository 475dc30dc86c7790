"""
Models as folders: `model.onnx`, `tokenizer.json` and a card. A new one needs no Python.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gateway.detectors.onnx.card import CARD, Card, load_card
from gateway.detectors.onnx.classifier import Classifier
from gateway.detectors.onnx.encode import Encoded, Encoder
from gateway.detectors.onnx.heads import Heads
from gateway.detectors.onnx.model import Meaning, Model, Output, Said, useful
from gateway.detectors.onnx.session import FAULTS, Session
from gateway.detectors.onnx.tagger import Tagger
from gateway.detectors.onnx.verify import read_files, require_plain
from gateway.errors import ModelError

__all__ = ["Card", "Encoded", "Meaning", "Model", "Output", "Said", "load_folder", "useful"]

KINDS: dict[str, Callable[..., Model]] = {"heads": Heads, "classifier": Classifier, "tagger": Tagger}


def load_folder(folder: Path, *, threads: int = 1) -> Model:
    """
    The detector in a folder, once everything in it is what the card says. `Model.check` then scores the
    golden texts. `threads` compute one batch. Raises ModelError.
    """
    card = load_card(folder / CARD)
    files = read_files(folder, card.files)
    graph = require_plain(files["model.onnx"], str(folder / "model.onnx"))
    encoder = Encoder(files["tokenizer.json"], card.window, str(folder / "tokenizer.json"))
    session = Session(files["model.onnx"], str(folder / "model.onnx"), threads, fits_16_bits=card.fits_16_bits)
    model = KINDS[card.kind](card, session, encoder, quantized=graph.quantized)
    try:
        model.infer([[*encoder.prefix, *encoder.tokens("a")[0], *encoder.suffix]])
    except FAULTS as e:
        raise ModelError(f"{folder}: the graph does not run: {str(e)[:300]}") from None
    return model
