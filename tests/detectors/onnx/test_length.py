"""E-31: a longer text is no likelier a false alarm, though it has more windows in which to be one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gateway.detectors.onnx import Model, Output, load_folder
from gateway.text.windows import count_windows
from gateway.types import Part
from tests.support.tiny_models import make

SHARES = np.array([0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001])
SCORES = np.linspace(0.1, 0.9, len(SHARES))
TEXTS = 2000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    curve = {"scores": SCORES.tolist(), "fpr": SHARES.tolist()}
    folder = tmp_path_factory.mktemp("models") / "m"
    return load_folder(make(folder, "heads", calibration={"injection/direct": {"user": curve}}, tags=[]))


def honest(random: np.random.Generator, size: int) -> Any:
    """Scores of honest windows, as the card's curve has them and as it goes on."""
    odds, shares = np.log(SCORES / (1 - SCORES)), -np.log(SHARES)
    slope = (odds[-1] - odds[-2]) / (shares[-1] - shares[-2])
    odds, shares = np.append(odds, odds[-1] + 10 * slope), np.append(shares, shares[-1] + 10)
    return 1 / (1 + np.exp(-np.interp(-np.log(random.uniform(0, 1, size)), shares, odds, left=-9.0)))


@pytest.mark.parametrize("words", [5, 40, 200, 800])
@pytest.mark.parametrize("most", [0.01, 0.05])
def test_honest_texts_of_any_length_are_found_as_rarely(model: Model, words: int, most: float) -> None:
    random = np.random.default_rng(words)
    part = Part("word " * words)
    reading = model.open(part.text)
    while not reading.advance():
        pass
    windows = count_windows(len(reading.ids), model.encoder.size, model.encoder.window.stride)
    alarms = 0
    for scores in honest(random, TEXTS * windows).reshape(TEXTS, windows):
        outputs = [Output(np.array([score, 0.0], np.float32)) for score in scores]
        findings = model.findings(part, reading, outputs)
        alarms += any(f.category == "injection/direct" and f.fpr <= most for f in findings)
    share = alarms / TEXTS
    error = 3 * (most * (1 - most) / TEXTS) ** 0.5
    assert share <= most + error
    assert share >= most - error  # nor is a long text let off
