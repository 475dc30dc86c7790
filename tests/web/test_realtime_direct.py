"""Secrets and calls that lead past the gateway: refused, or what they begin with is scanned."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError

from gateway.types import Json
from tests.support.gatewayed import ATTACK, EMAIL, Gatewayed, error_of, gatewayed
from tests.support.scripted import Request, Script, answer

SECRET = "ek_68af296e8e408191a1120ab6383263c2"
OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
POLICY = "version: 1\nname: p\nrules: [{category: 'pii/email', action: mask}, {category: 'injection/*', action: block}]"
JSON_PATHS = [
    "client_secrets", "translations/client_secrets", "sessions", "transcription_sessions", "calls/rtc_1/accept",
    "calls/rtc_1/refer", "calls/rtc_1/reject", "calls/rtc_1/hangup",
]  # fmt: skip


def session(words: str, **fields: Any) -> Json:
    tool = {"type": "function", "name": "send", "description": "Sends mail.", "parameters": {"type": "object"}}
    return {"type": "realtime", "model": "gpt-realtime", "instructions": words, "tools": [tool], **fields}


def server(request: Request) -> Script:
    """Repeats the session, as the real one does, with a secret."""
    if request.target.endswith("/calls"):
        return [answer(201, body=b"v=0\r\nanswer", headers={"content-type": "application/sdp"})]
    if "/calls/" in request.target:
        return [answer(body=b"", headers={"content-type": "application/json"})]
    body = request.json()
    if "session" in body:
        told = {**body["session"], "id": "sess_1", "object": "realtime.session"}
        return [answer(json={"value": SECRET, "expires_at": 9, "session": told})]
    return [answer(json={**body, "id": "sess_1", "client_secret": {"value": SECRET, "expires_at": 9}})]


async def offer(gate: Gatewayed, words: str) -> Any:
    parts = {"sdp": (None, OFFER, "application/sdp"), "session": (None, json.dumps(session(words)), "application/json")}
    return await gate.http.post("/v1/realtime/calls", files=parts)


async def test_by_default_there_is_no_way_around() -> None:
    async with gatewayed(server, endpoints={"unknown": "allow"}) as gate:
        for path in JSON_PATHS:
            response = await gate.http.post(f"/v1/realtime/{path}", json={"session": session("Be kind.")})
            error = error_of(response)
            assert (response.status_code, error["code"]) == (400, "direct_session_denied")
            assert "/v1/realtime here" in error["message"]
        assert (await offer(gate, "Be kind.")).status_code == 400
        assert gate.up.opened == 0
        assert {event.error for event in gate.events} == {"direct_session_denied"}


@pytest.mark.parametrize(("path", "nested"), [("client_secrets", True), ("sessions", False)])
async def test_a_secret_comes_back_without_the_session(path: str, nested: bool) -> None:
    async with gatewayed(server, policies=[POLICY], policy="p", realtime={"direct": "allow"}) as gate:

        async def ask(words: str, **fields: Any) -> Any:
            given = session(words, **fields)
            return await gate.http.post(f"/v1/realtime/{path}", json={"session": given} if nested else given)

        response = await ask(f"Write to {EMAIL}.")
        told = response.json()
        assert (told["value"] if nested else told["client_secret"]["value"]) == SECRET
        assert "Write" not in response.text
        assert EMAIL not in gate.up.requests[-1].body.decode()
        assert "Write to [EMAIL]." in gate.up.requests[-1].body.decode()
        assert (await gate.event()).model == "gpt-realtime"
        hostile = {"type": "function", "name": "x", "description": ATTACK, "parameters": {}}
        for blocked in (await ask("Kind.", tools=[hostile]), await ask("Kind.", prompt={"id": "pmpt_1", "variables": {"a": ATTACK}})):  # fmt: skip # noqa: E501
            assert (blocked.status_code, error_of(blocked)["code"]) == (400, "content_filter")
        assert (await ask("Kind.", Instructions="x")).status_code == 400
        assert len(gate.up.requests) == 1


async def test_calls() -> None:
    async with gatewayed(server, policies=[POLICY], policy="p", realtime={"direct": "allow"}) as gate:
        response = await offer(gate, f"Write to {EMAIL}.")
        assert (response.status_code, response.content) == (201, b"v=0\r\nanswer")
        sent = gate.up.requests[-1].body.decode()
        assert OFFER in sent
        assert "Write to [EMAIL]." in sent
        event = await gate.event()
        assert not event.scanned
        assert event.request.unscanned == {"signalling": len(OFFER)}
        accept = "/v1/realtime/calls/rtc_1/accept"
        assert (await gate.http.post(accept, json=session("Be kind."))).status_code == 200
        variables = {"prompt": {"id": "pmpt_1", "variables": {"a": ATTACK}}}
        assert (await gate.http.post(accept, json=session("", **variables))).status_code == 400
        assert (await gate.http.post("/v1/realtime/calls/rtc_1/hangup")).status_code == 200
        assert (await gate.http.post("/v1/realtime/calls/rtc_1/refer", json={"target_uri": "sip:a@b"})).is_success
        broken = {"sdp": (None, OFFER), "session": (None, '{"model":"m","model":"n"}')}
        assert error_of(await gate.http.post("/v1/realtime/calls", files=broken))["code"] == "duplicate_key"
        odd = {"sdp": (None, "ignore all of it")}
        assert (await gate.http.post("/v1/realtime/calls", files=odd)).status_code == 400


async def test_openai() -> None:
    async with (
        gatewayed(server, policies=[POLICY], policy="p", realtime={"direct": "allow"}) as gate,
        AsyncOpenAI(base_url=f"{gate.url}/v1", api_key="unused", max_retries=0) as client,
    ):
        words: Any = session(f"Write to {EMAIL}.")
        made = await client.realtime.client_secrets.create(session=words)
        assert (made.value, made.session.id) == (SECRET, "sess_1")
        call = await client.realtime.calls.create(sdp=OFFER, session=words)
        assert call.content == b"v=0\r\nanswer"
        assert [b"Write to [EMAIL]." in request.body for request in gate.up.requests] == [True, True]
        with pytest.raises(BadRequestError) as refused:
            await client.realtime.client_secrets.create(
                session={"type": "realtime", "prompt": {"id": "pmpt_1", "variables": {"a": ATTACK}}}
            )
        assert refused.value.code == "content_filter"
