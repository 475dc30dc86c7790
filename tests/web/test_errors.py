"""What a client learns when the model's server fails or says no: enough, and nothing that is not its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from tests.support.gatewayed import (
    CHAT,
    TOKEN,
    ask,
    choice,
    client,
    completion,
    error_of,
    gatewayed,
    piece,
    said,
    streamed,
    talked,
)
from tests.support.scripted import Script, answer, chunk, end, half_close, hang, head, reset, scripted, send
from tests.support.servers import free_port, serve

ONCE = {"retries": {"attempts": 1}, "timeouts": {"connect": 0.3, "first_byte": 0.2, "idle": 0.2, "total": 2}}
OUR_KEY = "upstream-key-" + "of-ours-0042"


def refusal(message: str, code: str | None = None) -> Json:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


async def test_a_rate_limit_is_passed_on() -> None:
    body = refusal("Slow down.", "rate_limit_exceeded")
    script = [answer(429, body, headers={"retry-after": "20", "x-ratelimit-limit-requests": "9", "x-request-id": "r1"})]
    async with gatewayed(script) as gate:
        response = await gate.chat()
        assert response.status_code == 429
        assert response.json() == body
        assert response.headers["retry-after"] == "20"
        assert response.headers["x-request-id"] == "r1"
        assert "x-ratelimit-limit-requests" not in response.headers
        assert len(gate.up.requests) == 1  # 20 s are the client's to wait
        note = await gate.event()
        assert (note.status, note.error, note.upstream) == (429, "upstream_error", "up")


@pytest.mark.parametrize(("status", "code"), [(404, "model_not_found"), (400, "context_length_exceeded"), (422, None)])
@pytest.mark.parametrize("stream", [False, True])
async def test_refusals_are_passed_on(status: int, code: str | None, stream: bool) -> None:
    body = refusal("The model `m` does not exist", code)
    async with gatewayed([answer(status, body)]) as gate:
        response = await gate.chat(stream=stream)
        assert (response.status_code, response.json()) == (status, body)
        assert response.headers["x-guard-event-id"] == (await gate.event()).id


async def test_a_secret_in_an_error_is_masked() -> None:
    body = refusal(f"bad header {TOKEN}")
    body["error"][TOKEN] = [TOKEN]
    async with gatewayed([answer(400, body)]) as gate:
        response = await gate.chat()
        assert response.status_code == 400
        assert TOKEN.encode() not in response.content
        assert response.json()["error"]["message"].startswith("bad header [")
        assert (await gate.event()).answer.decision == "redact"


async def test_a_blocked_error_is_told_by_its_status_only() -> None:
    policy = """
version: 1
name: p
custom: [{category: custom/x, keywords: [zulu seven]}]
rules: [{category: custom/x, action: block}]
"""
    async with gatewayed([answer(400, refusal("zulu seven"))], policies=[policy], policy="p") as gate:
        response = await gate.chat()
        assert response.status_code == 400
        assert "zulu" not in response.text
        error_of(response)


PAGES = [
    (b"<html><body>Bad gateway at 10.1.2.3</body></html>", "text/html"),
    (b"", "text/plain"),
    (b'"a text"', "application/json"),
    (b'{"detail": "internal host 10.1.2.3"}', "application/json"),
    (b'{"error": "at 10.1.2.3"}', "application/json"),
    (b'{"error": {"message": "a"}, "error": {"message": "b"}}', "application/json"),
    (b'{"error": {"message": "' + b"x" * 100_000 + b'"}}', "application/json"),
]


@pytest.mark.parametrize(("page", "media_type"), PAGES)
@pytest.mark.parametrize("status", [400, 503])
async def test_what_is_no_error_of_openais_is_told_by_its_status(page: bytes, media_type: str, status: int) -> None:
    script = [answer(status, body=page, headers={"content-type": media_type, "retry-after": "9"})]
    async with gatewayed(script, upstream=ONCE) as gate:
        response = await gate.chat()
        error = error_of(response)
        assert (response.status_code, error["code"]) == (status, "upstream_error")
        assert error["message"] == f"the upstream answered {status}"
        assert response.headers["retry-after"] == "9"
        assert (await gate.event()).error == "upstream_error"


BROKEN: list[tuple[Script, int, str]] = [
    ([answer(200, body=b"not json")], 502, "upstream_invalid_json"),
    ([answer(200, body=b'{"choices": [], "choices": []}')], 502, "upstream_invalid_json"),
    ([answer(200, body=b"<html>")], 502, "upstream_invalid_json"),
    ([answer(200, body=b'{"choices": [{"message": {"content": "1e400"}}], "x": 1e400}')], 502, "upstream_invalid_json"),
    ([answer(200, json=[])], 502, "upstream_invalid_answer"),
    ([answer(200, json={"choices": "x"})], 502, "upstream_invalid_answer"),
    ([answer(200, json={"choices": [{}]})], 502, "upstream_invalid_answer"),
    ([answer(200, json={"id": "x"})], 502, "upstream_invalid_answer"),
    ([answer(200, json=refusal("no"))], 502, "upstream_invalid_answer"),
    ([answer(200, json={**completion(choice("Hi.")), "error": {"message": "x"}})], 502, "upstream_invalid_answer"),
    ([head(200, {"content-length": "100"}), send(b'{"id"'), half_close()], 502, "upstream_truncated"),
    ([head(200, chunked=True), chunk(b'{"id"'), reset()], 502, "upstream_truncated"),
    ([answer(200, body=b"x" * 3000)], 502, "upstream_too_large"),
    ([head(200, chunked=True), chunk(b" " * 3000, cut=100), end()], 502, "upstream_too_large"),
    ([answer(200, body=b"x", headers={"content-encoding": "br"})], 502, "upstream_encoding"),
    ([answer(200, body=b"x" * 99, headers={"content-encoding": "gzip"})], 502, "upstream_encoding"),
    ([answer(302, headers={"location": "http://169.254.169.254/"})], 502, "upstream_redirect"),
    ([reset()], 502, "upstream_error"),
    ([send(b"SSH-2.0-x\r\n"), half_close()], 502, "upstream_error"),
    ([hang()], 504, "upstream_first_byte_timeout"),
    ([head(200, {"content-length": "100"}), hang()], 504, "upstream_idle_timeout"),
]


@pytest.mark.parametrize(("script", "status", "code"), BROKEN)
async def test_broken_answers(script: Script, status: int, code: str) -> None:
    async with gatewayed(script, upstream={**ONCE, "max_answer": 2000}) as gate:
        response = await gate.chat()
        error = error_of(response)
        assert (response.status_code, error["code"]) in ((status, code), (502, "upstream_unreachable"))
        assert "127.0.0.1" not in response.text
        note = await gate.event()
        assert (note.status, note.error) == (response.status_code, error["code"])


async def test_an_upstream_that_is_not_there() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    async with gatewayed(said("never"), upstream={**ONCE, "url": url}) as gate:
        response = await gate.chat()
        assert (response.status_code, error_of(response)["code"]) == (502, "upstream_unreachable")
        assert (await gate.event()).upstream == ""


async def test_an_error_that_is_null_is_no_error() -> None:
    async with gatewayed([answer(json={**completion(choice("Hi.")), "error": None})]) as gate:
        response = await gate.chat()
        assert response.status_code == 200
        assert response.json()["choices"][0]["message"]["content"] == "Hi."


async def test_no_upstream_serves_the_model() -> None:
    async with gatewayed(said("never"), upstream={"models": ["gpt-*"]}) as gate:
        response = await gate.chat()
        assert (response.status_code, error_of(response)["code"]) == (404, "model_not_found")
        assert gate.up.opened == 0


ECHOES: list[tuple[Script, bool]] = [
    (said(f"You sent {OUR_KEY}!"), False),
    ([answer(401, refusal(f"Incorrect API key provided: {OUR_KEY}."))], False),
    ([answer(json=completion(choice(None, reasoning_content=OUR_KEY)))], False),
    (talked("You sent ", *OUR_KEY, "!"), True),
    (streamed(piece("a"), {"error": {"message": OUR_KEY}}), True),
    ([answer(500, body=OUR_KEY.encode())], False),
    ([answer(200, body=OUR_KEY.encode())], False),
    (said("Hi.", headers={"x-request-id": OUR_KEY}), False),
]


@pytest.mark.parametrize(("script", "stream"), ECHOES)
@pytest.mark.parametrize("policy", ["default", "monitor"])
async def test_our_key_never_reaches_a_client(
    script: Script, stream: bool, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ours: dict[str, Any] = {"upstream": {**ONCE, "key": "env:UP_KEY"}, "environ": {"UP_KEY": OUR_KEY}}
    async with gatewayed(script, policy=policy, **ours) as gate:
        response = await gate.chat(stream=stream)
        assert gate.up.requests[0].header("authorization") == f"Bearer {OUR_KEY}"
        note = await gate.event()
        metrics = await gate.http.get("/metrics")
        told = [response.text, str(response.headers), json.dumps(note.as_json()), metrics.text, caplog.text]
        told += [str(vars(record)) for record in caplog.records]
        assert not any(OUR_KEY in sink for sink in told)


async def test_a_gateway_gives_its_own_guard_the_keys() -> None:
    """As above, but nothing is handed in."""
    async with scripted([said(f"You sent {OUR_KEY}!")]) as up:
        settings = Settings(
            upstreams=({"name": "up", "url": up.url, "key": "env:UP_KEY"},),
            server={"reload_on_sighup": False},
            watch_policies=False,
        )
        async with serve(create_app(settings, environ={"UP_KEY": OUR_KEY})) as url, client(url) as http:
            response = await http.post(CHAT, json=ask())
            assert response.json()["choices"][0]["message"]["content"].startswith("You sent [")
            assert OUR_KEY not in response.text
