"""
Nothing gets past: a secret in each place that the openai package's types have, one at a time, end to end.

In a request, the policy refuses it and the model is not called. In an answer, whole or streamed, the client
never receives it. Places that a table lets go by the form of their value are named here.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk, completion_create_params
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.engine import Guard
from gateway.settings import Settings
from gateway.types import Json
from gateway.web.app import create_app
from gateway.web.asgi_transport import ASGITransport
from tests.support.gatewayed import ask, choice, completion, detectors, error_of, piece
from tests.support.inside import CHAT
from tests.support.servers import serve_in_thread
from tests.surfaces.schema import Leaf, leaves_of

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
PARTS = [SECRET[at : at + 12] for at in range(4, len(SECRET) - 12)]  # of its random characters


# By the form of their value: names of models, and base64 of what is no text. What is binary is
# counted as not scanned, and a policy may refuse it.
LET_GO = {
    "model",
    "moderation.model",
    "moderation.input.model",
    "moderation.output.model",
    "messages.*.content.*.input_audio.data",
    "messages.*.content.*.file.file_data",
    "choices.*.message.audio.data",
    "choices.*.delta.audio.data",
}
PICKY = {"messages.*.role"}  # strict types


@dataclass
class Gate:
    client: httpx.Client
    calls: list[Json] = field(default_factory=list)
    answer: bytes = b""
    media_type: str = "application/json"

    def whole(self, answer: Json) -> httpx.Response:
        self.answer, self.media_type = json.dumps(answer).encode(), "application/json"
        return self.client.post(CHAT, json=ask())

    def stream(self, *events: Json) -> httpx.Response:
        lines = (f"data: {json.dumps(event)}\n\n" for event in events)
        self.answer, self.media_type = ("".join(lines) + "data: [DONE]\n\n").encode(), "text/event-stream"
        return self.client.post(CHAT, json=ask(stream=True))


@pytest.fixture(scope="module")
def running() -> Iterator[Gate]:
    gate = Gate(httpx.Client(trust_env=False, verify=False, timeout=10))

    async def model(request: Request) -> Response:
        gate.calls.append(await request.json())
        return Response(gate.answer, media_type=gate.media_type)

    upstream = Starlette(routes=[Route(CHAT, model, methods=["POST"])])
    settings = Settings.model_validate({"watch_policies": False, "policy": "secrets-only"})
    guard = Guard(detectors())
    app = create_app(settings, environ={}, guard=guard, transport=lambda _: ASGITransport(upstream))
    with serve_in_thread(app) as url, gate.client:
        gate.client.base_url = httpx.URL(url)
        yield gate


@pytest.fixture
def gate(running: Gate) -> Gate:
    running.calls.clear()
    return running


def places(tp: Any) -> list[Any]:
    found: dict[str, Leaf] = {}
    for leaf in leaves_of(tp):
        found.setdefault(json.dumps(leaf.make("c")), leaf)
    return [pytest.param(leaf, id=f"{leaf.path}:{leaf.kind}") for leaf in found.values()]


def assert_absent(response: httpx.Response) -> None:
    raw = response.text
    assert not [part for part in PARTS if part in raw]
    assert not [part for part in PARTS if part in _streamed(response)]  # nor in pieces


def _streamed(response: httpx.Response) -> str:
    """All strings of all events together."""
    lines = (line[6:] for line in response.text.split("\n") if line.startswith("data: {"))
    return "".join(_strings(json.loads(line)) for line in lines)


def _strings(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(_strings(item) for key, item in value.items() if key not in ("id", "object", "model", "type"))
    return "".join(map(_strings, value)) if isinstance(value, list) else ""


@pytest.mark.parametrize("leaf", places(completion_create_params.CompletionCreateParamsNonStreaming))
def test_requests(gate: Gate, leaf: Leaf) -> None:
    response = gate.client.post(CHAT, json=ask("x") | leaf.make(SECRET))
    if leaf.path in LET_GO:
        return
    assert response.status_code == 400
    assert SECRET not in response.text
    assert error_of(response)["code"] in ("content_filter", "invalid_request", "ambiguous_key")
    assert gate.calls == []


@pytest.mark.parametrize("leaf", places(ChatCompletion))
def test_answers(gate: Gate, leaf: Leaf) -> None:
    response = gate.whole(leaf.make(SECRET))
    assert len(gate.calls) == 1
    if leaf.path not in LET_GO:
        assert_absent(response)


@pytest.mark.parametrize("leaf", places(ChatCompletionChunk))
def test_events(gate: Gate, leaf: Leaf) -> None:
    response = gate.stream(piece("Hello. "), leaf.make(SECRET), piece(finish="stop"))
    assert len(gate.calls) == 1
    if leaf.path not in LET_GO:
        assert_absent(response)


# Places with more in them than the types tell.
REQUESTS: dict[str, Json] = {
    "url path": {"image_url": {"url": f"https://example.org/{SECRET}/a.png"}},
    "url query": {"image_url": {"url": f"https://example.org/a.png?key={SECRET}&x=1"}},
    "url fragment": {"image_url": {"url": f"https://example.org/a.png#{SECRET}"}},
    "data url": {"image_url": {"url": "data:text/plain;base64," + b64encode(f"key {SECRET}".encode()).decode()}},
    "base64": {"file": {"file_data": b64encode(f"the key is {SECRET}".encode()).decode(), "filename": "a.txt"}},
    "file name": {"file": {"file_id": "file-1", "filename": f"{SECRET}.txt"}},
    "unknown part": {"type": "hologram", "hologram": {"deep": [SECRET]}},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_content_parts(gate: Gate, name: str) -> None:
    given = {"type": next(iter(REQUESTS[name])), **REQUESTS[name]}
    messages = [{"role": "user", "content": [{"type": "text", "text": "x"}, given]}]
    response = gate.client.post(CHAT, json=ask(messages))
    assert (response.status_code, error_of(response)["code"]) == (400, "content_filter")
    assert gate.calls == []


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant", "tool", "function"])
@pytest.mark.parametrize("where", ["content", "name", "reasoning_content", "thinking", "vendor_field"])
def test_roles(gate: Gate, role: str, where: str) -> None:
    message = {"role": role, "content": "x", "tool_call_id": "call_1", "name": "f"} | {where: f"it is {SECRET} now"}
    response = gate.client.post(CHAT, json=ask([message, {"role": "user", "content": "x"}]))
    assert (response.status_code, gate.calls) == (400, [])


@pytest.mark.parametrize(
    "arguments",
    [
        json.dumps({"k": SECRET}),
        json.dumps({SECRET: 1}),
        json.dumps({"k": {"deep": ["x", f"({SECRET})"]}}),
        '{"k": "' + "".join(f"\\u{ord(c):04x}" for c in SECRET) + '"}',
        '{"k": "' + SECRET,  # broken off
        f"k={SECRET}",
    ],
)
@pytest.mark.parametrize("inside", ["call", "result"])
def test_json_of_tools(gate: Gate, arguments: str, inside: str) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    if inside == "call":
        call["function"] = {"name": "f", "arguments": arguments}
    messages: list[Json] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": arguments if inside == "result" else "{}"},
    ]
    assert gate.client.post(CHAT, json=ask(messages)).status_code == 400
    assert gate.calls == []


# Texts that a stream carries in pieces: the delta that holds one piece.
STREAMED: dict[str, Callable[[str], Json]] = {
    "content": lambda text: {"content": text},
    "refusal": lambda text: {"refusal": text},
    "reasoning_content": lambda text: {"reasoning_content": text},
    "reasoning": lambda text: {"reasoning": text},
    "vendor_field": lambda text: {"vendor_field": text},
    "vendor_object": lambda text: {"vendor": {"deep": text}},
    "audio": lambda text: {"audio": {"transcript": text}},
    "function_call": lambda text: {"function_call": {"arguments": text}},
    "arguments": lambda text: {"tool_calls": [{"index": 0, "function": {"arguments": text}}]},
    "second call": lambda text: {"tool_calls": [{"index": 1, "function": {"arguments": text}}]},
    "input": lambda text: {"tool_calls": [{"index": 0, "custom": {"input": text}}]},
    "content parts": lambda text: {"content": [{"type": "text", "text": text}]},
}


@pytest.mark.parametrize("place", STREAMED)
@pytest.mark.parametrize("cut", [1, 4, 20, 39])
def test_split_over_two_events(gate: Gate, place: str, cut: int) -> None:
    make = STREAMED[place]
    texts = (f"It is {SECRET[:cut]}", f"{SECRET[cut:]} as you know")
    response = gate.stream(*(piece(**make(text)) for text in texts), piece(finish="stop"))
    assert_absent(response)
    assert "It is " in _streamed(response)  # what is around it arrives
    assert " as you know" in _streamed(response)


@pytest.mark.parametrize("place", STREAMED)
def test_split_over_many_events(gate: Gate, place: str) -> None:
    """Two choices in turn, a character at a time."""
    make = STREAMED[place]
    events = [piece(index=index, **make(c)) for c in f"It is {SECRET}." for index in (0, 1)]
    assert_absent(gate.stream(*events, *(piece(finish="stop", index=index) for index in (0, 1))))


def test_logprobs(gate: Gate) -> None:
    def token(text: str) -> Json:
        return {"token": text, "logprob": -1.0, "bytes": list(text.encode())}

    spelled = [SECRET[at : at + 4] for at in range(0, len(SECRET), 4)]
    entries = [{**token(text), "top_logprobs": [token(text)]} for text in spelled]
    hidden = [{**token("x"), "top_logprobs": [token(text)]} for text in spelled]
    for logged, text in ((entries, SECRET), (entries, "x" * 10), (hidden, "x" * 10)):
        answer = gate.whole(completion({**choice(text), "logprobs": {"content": logged, "refusal": None}}))
        assert answer.status_code == 200
        said = answer.json()["choices"][0]["logprobs"]
        for told in (_spelled(said, "token"), _spelled(said, "bytes")):
            assert not [part for part in PARTS if part in told]
    events = [piece(text) for text in spelled]
    for event, entry in zip(events, entries, strict=True):
        event["choices"][0]["logprobs"] = {"content": [entry]}
    streamed = gate.stream(*events, piece(finish="stop"))
    lines = (line[6:] for line in streamed.text.split("\n") if line.startswith("data: {"))
    logs = [c.get("logprobs") for line in lines for c in json.loads(line)["choices"]]
    for told in (_spelled(logs, "token"), _spelled(logs, "bytes")):
        assert not [part for part in PARTS if part in told]


def test_what_is_harmless_arrives(gate: Gate) -> None:
    """So that the tests above do not pass because nothing does."""
    gate.whole(completion(choice("Fine.")))
    assert gate.client.post(CHAT, json=ask()).json() == completion(choice("Fine."))
    for leaf in leaves_of(completion_create_params.CompletionCreateParamsNonStreaming):
        if leaf.kind == "text" and leaf.path not in PICKY:
            response = gate.client.post(CHAT, json=ask("x") | leaf.make("harmless words"))
            assert response.status_code == 200, leaf.path


def _spelled(value: Any, field: str) -> str:
    """What the log probabilities spell in `token`, or in `bytes`, without what stands in for text here."""
    if isinstance(value, list):
        return "".join(_spelled(item, field) for item in value)
    if not isinstance(value, dict):
        return ""
    inner = "".join(_spelled(item, field) for key, item in value.items() if key not in ("token", "bytes"))
    own = value.get(field, "")
    return (own if isinstance(own, str) else bytes(own).decode()).replace("x", "") + inner
