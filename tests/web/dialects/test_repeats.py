"""`Idempotency-Key`: the same call is answered once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.errors import StoreError
from gateway.types import Json
from tests.support.gatewayed import ATTACK
from tests.support.managed import Managed, bearer, managed

CHECK = "/api/v1/firewall/check"
GUARDRAILS = "/api/v1/guardrails"


async def ask(
    gate: Managed, body: Json, once: str | None = "one", path: str = CHECK, key: str = "blue-app"
) -> httpx.Response:
    headers = {**bearer(gate.keys[key]), **({"idempotency-key": once} if once is not None else {})}
    return await gate.gate.http.post(path, json=body, headers=headers)


def events(gate: Managed) -> list[Any]:
    return [e for e in gate.gate.events if e.request.decision != "none"]


async def test_the_same_call_is_answered_once(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        first = await ask(gate, {"input": ATTACK, "rules": None})
        again = await ask(gate, {"input": ATTACK, "rules": None})
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.content == again.content  # the time it took among it
        assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
        assert first.headers["x-request-id"] != again.headers["x-request-id"]
        assert len(events(gate)) == 1
        other = await ask(gate, {"input": "Hello"}, once="two")
        assert other.json()["data"]["blocked"] is False
        for once in (None, None):
            assert "idempotent-replayed" not in (await ask(gate, {"input": ATTACK}, once)).headers
        assert len(events(gate)) == 4


async def test_another_call_under_the_same_key_is_refused(tmp_path: Path) -> None:
    async with managed(tmp_path) as gate:
        assert (await ask(gate, {"input": ATTACK})).json()["data"]["blocked"] is True
        wrong = await ask(gate, {"input": "Hello"})
        assert wrong.status_code == 422
        error = wrong.json()
        assert (error["success"], error["error"]["code"]) == (False, "VALIDATION_ERROR")
        assert error["error"]["requestId"] == wrong.headers["x-request-id"]
        for once in ("", "x" * 201):
            assert (await ask(gate, {"input": "Hello"}, once)).status_code == 400


async def test_nobody_is_told_what_another_was(tmp_path: Path) -> None:
    """Nor is a path told what another path was."""
    async with managed(tmp_path) as gate:
        await ask(gate, {"input": ATTACK})
        for body, path, key in (
            ({"input": "Hello"}, CHECK, "red-app"),
            ({"text": "Hello"}, GUARDRAILS, "blue-app"),
        ):
            answer = await ask(gate, body, path=path, key=key)
            assert (answer.status_code, "idempotent-replayed" in answer.headers) == (200, False)
        text, _ = await gate.store.new_key("second", tenant="blue", scopes=("scan",))
        gate.keys["second"] = text
        keeper = gate.gate.gateway.keeper
        assert keeper is not None
        await keeper.look()
        assert "idempotent-replayed" not in (await ask(gate, {"input": ATTACK}, key="second")).headers


async def test_a_failure_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with managed(tmp_path) as gate:
        models = gate.gate.gateway.guard

        async def fail(*args: object, **more: object) -> object:
            raise StoreError("away")

        with monkeypatch.context() as patched:
            patched.setattr(models, "look", fail)
            assert (await ask(gate, {"input": ATTACK})).status_code == 503
        assert (await ask(gate, {"input": ATTACK})).json()["data"]["blocked"] is True


async def test_a_store_that_is_away_stops_no_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with managed(tmp_path) as gate:

        async def away(*args: object, **more: object) -> object:
            raise StoreError("away")

        for name in ("find", "add"):
            monkeypatch.setattr(gate.store.answers, name, away)
        for _ in range(2):
            answer = await ask(gate, {"input": ATTACK})
            assert (answer.json()["data"]["blocked"], "idempotent-replayed" in answer.headers) == (True, False)


async def test_an_answer_is_kept_as_long_as_the_settings_say(tmp_path: Path) -> None:
    async with managed(tmp_path, dialects={"idempotency": 0.3}) as gate:
        await ask(gate, {"input": ATTACK})
        end = time.time() + 0.35
        await gate.gate.wait(lambda: time.time() > end)
        assert (await ask(gate, {"input": "Hello"})).json()["data"]["blocked"] is False
        assert (await ask(gate, {"input": "Hello"})).headers["idempotent-replayed"] == "true"
