"""One request waits for models no longer than `models.deadline`, in all its scans together."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.detectors.onnx import Model, Output, load_folder
from tests.support.gatewayed import Gatewayed, error_of, gatewayed, said, talked
from tests.support.tiny_models import make

ASKS = """
version: 1
name: asks
rules: [{category: injection/direct, directions: [input, output], action: block, max_fpr: 1%}]
"""


@pytest.fixture
def model(tmp_path: Path) -> Model:
    return load_folder(make(tmp_path / "m", "heads"))


@pytest.fixture
def slow(model: Model, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Each batch takes so many seconds more."""
    infer = model.infer

    def take(seconds: float) -> None:
        def late(texts: Sequence[Sequence[int]]) -> list[Output]:
            time.sleep(seconds)
            return infer(texts)

        monkeypatch.setattr(model, "infer", late)

    return take


@asynccontextmanager
async def gateway(model: Model, *scripts: Any, **models: Any) -> AsyncIterator[Gatewayed]:
    settings = {"batch_wait": 0, **models}
    async with gatewayed(*scripts, policies=[ASKS], policy="asks", loaded=[model], models=settings) as gate:
        gate.http.timeout = 30
        yield gate


async def idle(gate: Gatewayed) -> None:
    """What was given up is over when its batch is."""
    await gate.wait(lambda: gate.gateway.guard.models.workers.waiting == 0)


async def test_prompt_and_answer_have_one_budget(model: Model, slow: Callable[[float], None]) -> None:
    async with gateway(model, said("the rain"), deadline=3) as gate:
        slow(2)
        response = await gate.chat("the weather")
        assert response.status_code == 503
        assert error_of(response)["code"] == "overloaded"
        assert len(gate.up.requests) == 1
        slow(0.8)
        await idle(gate)
        response = await gate.chat("the weather of lisbon")
        assert response.json()["choices"][0]["message"]["content"] == "the rain"


async def test_so_have_the_pieces_of_a_stream(model: Model, slow: Callable[[float], None]) -> None:
    text = [letter * 300 + " " for letter in "xyzw"]  # a word and a token each
    async with gateway(model, talked(*text), deadline=3) as gate:
        slow(0.9)
        answer = await gate.stream("the weather")
        assert not answer.done, answer
        assert answer.status == 200, answer
        assert answer.events[-1]["error"]["code"] == "overloaded"
        slow(0)
        await idle(gate)
        assert (await gate.stream("the weather of lisbon")).text() == "".join(text)


async def test_and_the_texts_of_one_scan(model: Model, slow: Callable[[float], None]) -> None:
    texts = ["the weather", "the rain", "the word", "a weather", "a rain", "a word"]
    async with gateway(model, said("x"), deadline=3) as gate:
        slow(0.9)
        results = (await gate.http.post("/guard/v1/scan", json={"texts": texts})).json()["results"]
        assert [r["errors"] for r in results[:2]] == [[], []]
        assert results[-1]["errors"] == ["m: Overloaded"]
        assert results[-1]["decision"] == "block"
        response = await gate.http.post("/v1/moderations", json={"input": [f"{text} is fine" for text in texts]})
        assert response.status_code == 503


async def test_a_prompt_leaves_time_for_its_answer(model: Model, slow: Callable[[float], None]) -> None:
    """Whoever has paid for an answer should get it: no prompt may wait until nothing is left."""
    async with gateway(model, said("the rain"), deadline=2) as gate:
        slow(1.9)
        response = await gate.chat("the weather")
        assert error_of(response)["code"] == "overloaded"
        assert gate.up.requests == []


async def test_nobody_waits_for_a_model_that_hangs(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    freed = threading.Event()
    infer = model.infer

    def hang(texts: Sequence[Sequence[int]]) -> list[Output]:
        assert freed.wait(60)
        return infer(texts)

    async with gateway(model, said("the rain"), deadline=0.3) as gate:
        monkeypatch.setattr(model, "infer", hang)
        try:
            gate.http.timeout = 10
            response = await gate.chat("the weather")
            assert error_of(response)["code"] == "overloaded"
            assert gate.up.requests == []
            assert "guard_model_shed_total" in (await gate.http.get("/metrics")).text
        finally:
            freed.set()
        await idle(gate)
        assert (await gate.chat("the weather of lisbon")).status_code == 200


async def test_what_is_known_costs_no_time(model: Model, slow: Callable[[float], None]) -> None:
    async with gateway(model, said("the rain"), deadline=1.5) as gate:
        for text in ("the weather", "the rain"):
            assert (await gate.http.post("/guard/v1/scan", json={"texts": [text]})).status_code == 200
            assert (
                await gate.http.post("/guard/v1/scan", json={"texts": [text], "direction": "output"})
            ).status_code == 200
        slow(10)
        assert (await gate.chat("the weather")).status_code == 200
