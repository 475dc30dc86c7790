"""The founding documents from their first step to their last, each over one gateway: every answer, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.detectors.onnx import Model
from tests.dialects.golden import differences
from tests.support.managed import Managed, bearer, managed

FOLDER = Path(__file__).parent / "walks"
FULL = "version: 1\nname: full\nevent_texts: full\n"


def filled(value: Any, kept: dict[str, str]) -> Any:
    """With what earlier answers have said in the place of names in braces."""
    if isinstance(value, str):
        for name, text in kept.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, list):
        return [filled(item, kept) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, kept) for key, item in value.items()}
    return value


def found(answer: Any, path: str) -> str:
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return str(answer)


async def step(gate: Managed, told: Any, kept: dict[str, str]) -> None:
    key = told.get("key")
    headers = bearer(kept.get(key) or gate.keys[key]) if key else {}
    await written(gate)
    told = filled(told, kept)
    body = {"json": told["body"]} if "body" in told else {}
    response = await gate.gate.http.request(told["method"], told["path"], headers=headers, **body)
    assert response.status_code == told["status"], (told["name"], response.text)
    assert "x-request-id" in response.headers
    if told["answer"] is None:
        assert (response.content, response.headers.get("content-type")) == (b"", None)
        return
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert not differences(told["answer"], answer), told["name"]
    kept |= {name: found(answer, path) for name, path in told.get("keep", {}).items()}


async def written(gate: Managed) -> None:
    """All that has happened is in the store."""
    keeper = gate.gate.gateway.keeper
    assert keeper is not None
    await gate.gate.wait(lambda: not len(keeper.writer))


@pytest.mark.parametrize("walk", ["xecguard", "sagexai", "evalguard"])
async def test_walk(tmp_path: Path, zebra: Model, walk: str) -> None:
    options: Any = {}
    if walk == "xecguard":  # what is kept of texts is the operator's choice, here by the route
        options = {"policies": [FULL], "routes": [{"policy": "full", "path": "/xecguard/*"}]}
    async with managed(tmp_path, loaded=[zebra], **options) as gate:
        kept: dict[str, str] = {}
        for told in json.loads((FOLDER / f"{walk}.json").read_text("utf-8")):
            await step(gate, told, kept)
