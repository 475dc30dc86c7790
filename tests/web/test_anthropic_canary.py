"""
Nothing gets past: a secret in each place that the anthropic package's types have, one at a time, end to end.

In a request, the policy refuses it and the model is not called. In an answer, whole or streamed, the client never
receives it: not in one place, nor in pieces.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from anthropic.types import Message, RawMessageStreamEvent, message_create_params
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from tests.support.gatewayed import TOKEN, detectors
from tests.surfaces.schema import Leaf, leaves_of
from tests.web.test_anthropic import PATH, ask, message, pieces

PARTS = [TOKEN[at : at + 12] for at in range(4, len(TOKEN) - 12)]
# By the form of their value: names of models, and what is binary or encrypted. That is counted as not scanned.
LET_GO = ("model", "source.data", "signature", "encrypted_index", "encrypted_content", "encrypted_stdout", ".data")


@dataclass
class Gate:
    client: httpx.AsyncClient
    calls: list[Json] = field(default_factory=list)
    answer: bytes = b""
    media_type: str = "application/json"


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    async def model(request: Request) -> Response:
        made.calls.append(await request.json())
        return Response(made.answer, media_type=made.media_type)

    upstream = Starlette(routes=[Route(PATH, model, methods=["POST"])])
    one = {"name": "up", "kind": "anthropic", "url": "http://up/v1", "key": "none"}
    settings = Settings.model_validate({"watch_policies": False, "policy": "secrets-only", "upstreams": (one,)})
    app = create_app(settings, environ={}, guard=Guard(detectors()), transport=lambda _: ASGITransport(upstream))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gate") as client:
        made = Gate(client)
        yield made


def places(tp: object) -> list[Leaf]:
    found: dict[str, Leaf] = {}
    for leaf in leaves_of(tp):
        if not leaf.path.endswith(LET_GO):
            found.setdefault(f"{leaf.path}:{leaf.kind}", leaf)
    return list(found.values())


def assert_absent(raw: str, leaf: Leaf) -> None:
    assert not [part for part in PARTS if part in raw], leaf.path
    values = "".join(_strings([json.loads(line[6:]) for line in raw.split("\n") if line.startswith("data: {")]))
    assert not [part for part in PARTS if part in values], leaf.path


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [item for key, item in value.items() if key not in ("id", "model", "role", "type")]
    inner = value if isinstance(value, list) else ()
    return [text for item in inner for text in _strings(item)]


async def test_requests(gate: Gate) -> None:
    leaves = places(message_create_params.MessageCreateParamsNonStreaming)
    assert len(leaves) > 250
    for leaf in leaves:
        response = await gate.client.post(PATH, json=ask("x") | leaf.make(TOKEN))
        assert response.status_code == 400, leaf.path
        assert TOKEN not in response.text
    assert gate.calls == []


async def test_answers(gate: Gate) -> None:
    for leaf in places(Message):
        gate.answer = json.dumps(message() | leaf.make(TOKEN)).encode()
        response = await gate.client.post(PATH, json=ask())
        assert response.status_code in (200, 502), leaf.path
        assert_absent(response.text, leaf)


async def test_events(gate: Gate) -> None:
    gate.media_type = "text/event-stream"
    start = {"type": "message_start", "message": message(stop_reason=None)}
    opening, *_, last = pieces("")
    for leaf in places(RawMessageStreamEvent):
        events = [start, opening, leaf.make(TOKEN), last, {"type": "message_stop"}]
        gate.answer = "".join(f"event: x\ndata: {json.dumps(event)}\n\n" for event in events).encode()
        response = await gate.client.post(PATH, json=ask(stream=True))
        assert_absent(response.text, leaf)


@pytest.mark.parametrize("name", ["text", "thinking", "partial_json", "vendor"])
@pytest.mark.parametrize("cut", [1, 4, 20, 39])
async def test_split_over_events(gate: Gate, name: str, cut: int) -> None:
    gate.media_type = "text/event-stream"
    said = [f"It is {TOKEN[:cut]}", f"{TOKEN[cut:]} as you know"]
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "x_delta", name: text}} for text in said]
    events = [{"type": "message_start", "message": message()}, *deltas, {"type": "content_block_stop", "index": 0}]
    gate.answer = "".join(f"data: {json.dumps(event)}\n\n" for event in [*events, {"type": "message_stop"}]).encode()
    response = await gate.client.post(PATH, json=ask(stream=True))
    raw = response.text
    got = "".join(
        _strings([json.loads(line[6:]).get("delta") for line in raw.split("\n") if line.startswith("data: {")])
    )
    assert "It is " in got
    assert " as you know" in got
    assert not [part for part in PARTS if part in raw + got]
