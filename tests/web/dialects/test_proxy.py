"""PromptGuard's proxy: whose key is whose, what its headers say, how it says no."""

from __future__ import annotations

import time

import httpx
import pytest

from gateway.types import Json
from gateway.web.auth import hash_key
from tests.support.gatewayed import ATTACK, EMAIL, LAUNCH, TOKEN, Gatewayed, gatewayed, said, talked
from tests.support.scripted import answer

CHAT = "/api/v1/proxy/chat/completions"
OURS, THEIRS = "pg_live_ours", "sk-of-the-provider"
CLIENTS = [{"name": "app", "hash": hash_key(OURS)}]


async def post(gate: Gatewayed, text: str = "Hello", path: str = CHAT, **more: object) -> httpx.Response:
    headers = {str(k): str(v) for k, v in dict(more.pop("headers", {"x-api-key": OURS})).items()}  # type: ignore[call-overload]
    body: Json = {"model": "m", "messages": [{"role": "user", "content": text}], **more}
    return await gate.http.post(path, json=body, headers=headers)


async def test_the_providers_key_goes_on_and_ours_does_not() -> None:
    async with gatewayed(said("Fine."), upstream={"key": "client"}, clients=CLIENTS) as gate:
        given = {"x-api-key": OURS, "authorization": f"Bearer {THEIRS}", "x-promptguard-sdk": "python"}
        assert (await post(gate, headers=given)).status_code == 200
        (sent,) = gate.up.requests
        assert sent.header("authorization") == f"Bearer {THEIRS}"
        assert OURS not in str(sent.headers)
        assert not [name for name, _ in sent.headers if "promptguard" in name]
        assert (await gate.event()).client == "app"


async def test_one_key_alone_is_ours() -> None:
    async with gatewayed(said("Fine."), upstream={"key": "client"}, clients=CLIENTS) as gate:
        assert (await post(gate, headers={"authorization": f"Bearer {OURS}"})).status_code == 200
        (sent,) = gate.up.requests
        assert sent.header("authorization") is None


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "pg_live_wrong"}, {"authorization": f"Bearer {THEIRS}"}])
async def test_without_a_key_of_ours(headers: dict[str, str]) -> None:
    async with gatewayed(said("Fine."), clients=CLIENTS) as gate:
        response = await post(gate, headers=headers)
        assert response.status_code == 401
        assert response.json()["error"]["type"] == "authentication_error"
        assert not gate.up.requests


async def test_a_streamed_answer() -> None:
    async with gatewayed(talked("It is ", TOKEN, ".")) as gate:
        response = await post(gate, stream=True)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-promptguard-decision"] == "allow"  # so far: the prompt's
        assert "x-promptguard-signature" not in response.headers
        assert response.text.endswith("data: [DONE]\n\n")
        assert TOKEN not in response.text


async def test_decisions_of_both_sides() -> None:
    async with gatewayed(said("Fine."), said(f"It is {TOKEN}."), said("Fine.")) as gate:
        told = [(await post(gate, text)).headers for text in ("Hello", "Hello", f"mail {EMAIL}")]
    assert [h["x-promptguard-decision"] for h in told] == ["allow", "redact", "redact"]
    assert [h["x-promptguard-threat-type"] for h in told] == ["none", "api_key_leak", "pii_leak"]
    assert [float(h["x-promptguard-confidence"]) for h in told] == [1.0, 1.0, 1.0]
    assert len({h["x-request-id"] for h in told}) == 3


async def test_blocks_are_403() -> None:
    async with gatewayed(
        said("zulu seven"), policies=[LAUNCH.replace("name: launch", "name: launch\noutput_block: error")]
    ) as gate:
        blocked = await post(gate, ATTACK)
        withheld = await post(gate, headers={"x-guard-policy": "launch"})
    for response, threat in ((blocked, "prompt_injection"), (withheld, "policy_violation")):
        error = response.json()["error"]
        assert (response.status_code, error["type"], error["code"]) == (403, "policy_violation", "request_blocked")
        assert error["details"]["threat_type"] == threat
        assert error["event_id"] == response.headers["x-promptguard-event-id"]
        assert response.headers["x-promptguard-decision"] == "block"


async def test_what_the_upstream_refuses_is_passed_on() -> None:
    body = {"error": {"message": "No such model.", "type": "invalid_request_error", "param": None, "code": "x"}}
    async with gatewayed([answer(404, json=body)]) as gate:
        response = await post(gate)
        assert (response.status_code, response.json()) == (404, body)


async def test_models() -> None:
    models = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]}
    async with gatewayed([answer(json=models)], clients=CLIENTS) as gate:
        response = await gate.http.get("/api/v1/models", headers={"x-api-key": OURS})
        assert response.json() == models
        assert (await gate.http.get("/api/v1/models")).status_code == 401


async def test_two_keys_of_ours_are_none() -> None:
    async with gatewayed(said("Fine."), clients=CLIENTS) as gate:
        response = await gate.http.post(CHAT, json={}, headers=[("x-api-key", OURS), ("x-api-key", OURS)])
        assert response.status_code in (400, 401)
        assert not gate.up.requests


async def test_limits_in_its_words() -> None:
    clients = [{**CLIENTS[0], "quota": {"requests_per_minute": 7}}]
    async with gatewayed(said("Fine."), clients=clients) as gate:
        scan = {"messages": [{"role": "user", "content": "Hello"}]}
        chat = await post(gate)
        guard = await gate.http.post("/api/v1/guard", json=scan, headers={"x-api-key": OURS})
        lakera = await gate.http.post("/v2/guard", json=scan, headers={"x-api-key": OURS})
    assert [r.headers["x-ratelimit-limit"] for r in (chat, guard)] == ["7", "7"]
    assert [r.headers["x-ratelimit-remaining"] for r in (chat, guard)] == ["6", "5"]
    for response in (chat, guard):
        assert 0 <= int(response.headers["x-ratelimit-reset"]) - time.time() < 70
    assert "x-ratelimit-limit" not in lakera.headers
