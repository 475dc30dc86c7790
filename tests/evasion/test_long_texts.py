"""What is hidden in a long text is found wherever it stands, and length alone alarms nobody: models read in windows."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from gateway.detectors.onnx import Model, load_folder
from gateway.engine import Guard, Models
from gateway.policy import parse_policy
from gateway.redteam.transforms import named
from gateway.text.windows import count_windows
from gateway.types import Direction, Effect, Part, Transcript
from tests.support.tiny_models import make

WORDS = 60
POLICY = """\
version: 1
name: p
rules:
- {category: injection/direct, action: block}
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder: Path = tmp_path_factory.mktemp("models")
    return load_folder(make(folder / "m", "heads"))


async def effects(model: Model, texts: list[str]) -> list[Effect]:
    guard = Guard((), models=Models([model]))
    exchange = guard.begin((parse_policy(POLICY),))
    out = [(await exchange.request(Transcript((Part(text, ("m", 0)),), Direction.INPUT))).effect for text in texts]
    guard.close()
    return out


@pytest.mark.parametrize("name", ["", "full_width", "base64", "zero_width", "hex_spaced"])
async def test_a_payload_at_every_offset_is_found(model: Model, name: str) -> None:
    window = model.encoder.window
    assert count_windows(WORDS, model.encoder.size, window.stride) > 3
    payload = "the zebra is fine"
    hidden = named(name)(payload, Random(1)) if name else payload
    texts = []
    for at in range(WORDS):
        words = ["word"] * WORDS
        words[at] = hidden
        texts.append(" ".join(words))
    assert await effects(model, texts) == [Effect.BLOCK] * WORDS


async def test_length_alone_is_no_finding(model: Model) -> None:
    texts = [" ".join(["the weather is fine and the rain of word"] * times) for times in (1, 10, 100)]
    assert await effects(model, texts) == [Effect.ALLOW] * 3
