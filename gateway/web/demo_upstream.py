"""
A built-in stand-in for a model's server, so that a tour needs no key and no network.

It is no model and says so: its answers follow four fixed rules, the same each time. It speaks enough
of OpenAI's chat API for real clients: streams, usage, `n`, tool calls, the list of models. What it
was sent is kept in `app.state.seen`, newest last, to show what an upstream gets to see.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from gateway.types import Json

__all__ = ["FINGERPRINT", "MODEL", "demo_key", "demo_upstream"]

MODEL = "portcullis-demo"
FINGERPRINT = "fp_demo_not_a_model"
CREATED = 1_735_689_600
SEEN = 32  # requests kept
MAX_CHOICES = 8

# An e-mail address, or what a gateway puts in its place: [EMAIL], [EMAIL_0a1b2c3d], <EMAIL_1>
_ADDRESS = re.compile(r"\[[A-Z][A-Z0-9_]*(?:[_:][0-9a-f]{8,16})?\]|<[A-Z][A-Z0-9_]*>|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"\S{1,8}\s*|\s+")  # about as long as a model's tokens, so that long values come in parts
_KEY_ASKED = re.compile(r"\bdeploy(?:ment)? key\b", re.IGNORECASE)


def demo_upstream(delay: float = 0.02) -> Starlette:
    """The demo as an ASGI app; `delay` is the pause between the pieces of a stream, in seconds."""
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", _chat, methods=["POST"]),
            Route("/v1/models", _models, methods=["GET"]),
            Route("/v1/models/{id}", _model, methods=["GET"]),
        ]
    )
    app.state.seen = deque(maxlen=SEEN)
    app.state.delay = delay
    app.state.count = 0
    return app


def demo_key() -> str:
    """What looks like a secret and is none: made up when asked for, so that no file holds it."""
    letters = "".join(chr(97 + (7 * i) % 26) + chr(65 + (11 * i) % 26) + str(3 * i % 10) for i in range(16))
    return "-".join(("sk", "proj", letters))


async def _chat(request: Request) -> Response:
    try:
        body = orjson.loads(await request.body())
        messages = body["messages"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return _error(400, "the body must be a JSON object with messages", "invalid_request")
    state = request.app.state
    state.seen.append(body)
    if not isinstance(messages, list) or not messages:
        return _error(400, "messages must be a list that is not empty", "invalid_request")
    if body.get("model") != MODEL:
        return _error(404, f"this is a demo; its only model is {MODEL}", "model_not_found")
    state.count += 1
    answer = _Answer(body, messages, f"chatcmpl-demo-{state.count}")
    if body.get("stream") is True:
        options = body.get("stream_options")
        usage = isinstance(options, dict) and options.get("include_usage") is True
        events = _events(answer.chunks(usage), state.delay)
        return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-cache"})
    return _json(answer.whole())


async def _models(request: Request) -> Response:
    return _json({"object": "list", "data": [_description()]})


async def _model(request: Request) -> Response:
    if request.path_params["id"] != MODEL:
        return _error(404, f"this is a demo; its only model is {MODEL}", "model_not_found")
    return _json(_description())


class _Answer:
    """One answer, told whole or in chunks."""

    def __init__(self, body: Json, messages: list[Any], id: str) -> None:
        n = body.get("n")
        self._choices = range(min(n, MAX_CHOICES) if isinstance(n, int) and n > 0 else 1)
        self._base = {"id": id, "created": CREATED, "model": MODEL, "system_fingerprint": FINGERPRINT}
        users = [m for m in messages if isinstance(m, dict) and m.get("role") == "user"]
        asked = _texts(users[-1:])
        self._call = _tool_call(body, messages, asked, id)
        self._text = "" if self._call else _reply(asked)
        self._prompt = len(_WORD.findall(_texts(m for m in messages if isinstance(m, dict))))

    def whole(self) -> Json:
        choices = [
            {"index": i, "message": self._message(), "logprobs": None, "finish_reason": self._reason}
            for i in self._choices
        ]
        return {**self._base, "object": "chat.completion", "choices": choices, "usage": self._usage()}

    def chunks(self, usage: bool) -> list[Json]:
        """The events of a stream: the choices take turns, piece by piece."""
        deltas = [{"role": "assistant", "content": None if self._call else ""}, *self._deltas()]
        chunks = [self._chunk(i, delta) for delta in deltas for i in self._choices]
        chunks += [self._chunk(i, {}, self._reason) for i in self._choices]
        if usage:
            chunks = [{**chunk, "usage": None} for chunk in chunks]
            chunks.append({**self._base, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()})
        return chunks

    @property
    def _reason(self) -> str:
        return "tool_calls" if self._call else "stop"

    def _message(self) -> Json:
        message: Json = {"role": "assistant", "content": self._text or None, "refusal": None}
        return {**message, "tool_calls": [self._call]} if self._call else message

    def _deltas(self) -> list[Json]:
        if not self._call:
            return [{"content": word} for word in _WORD.findall(self._text)]
        function = self._call["function"]
        first = {**self._call, "index": 0, "function": {"name": function["name"], "arguments": ""}}
        pieces = _WORD.findall(function["arguments"])
        rest = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
        return [{"tool_calls": [call]} for call in (first, *rest)]

    def _chunk(self, index: int, delta: Json, reason: str | None = None) -> Json:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**self._base, "object": "chat.completion.chunk", "choices": [choice]}

    def _usage(self) -> Json:
        written = self._call["function"]["arguments"] if self._call else self._text
        completion = len(_WORD.findall(written)) * len(self._choices)  # pieces stand in for tokens
        total = self._prompt + completion
        return {"prompt_tokens": self._prompt, "completion_tokens": completion, "total_tokens": total}


def _reply(asked: str) -> str:
    if _KEY_ASKED.search(asked):
        return f"Sure. The deployment key is {demo_key()} and it is good for a week. Keep it safe."
    seen = list(dict.fromkeys(_ADDRESS.findall(asked)))
    if seen:
        return f"Hello! I will write to {' and '.join(seen)} today. (I am the Portcullis demo, so nothing is sent.)"
    return "Hello! This is the Portcullis demo, not a language model. It answers every question with these words."


def _tool_call(body: Json, messages: list[Any], asked: str, id: str) -> Json | None:
    """A call of the first offered tool that the text names, unless its result is already there."""
    last = messages[-1]
    if isinstance(last, dict) and last.get("role") == "tool":
        return None
    for tool in body.get("tools") or ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict):
            continue
        name = function.get("name")
        if isinstance(name, str) and name and name.replace("_", " ").lower() in asked.replace("_", " ").lower():
            arguments = orjson.dumps(_arguments(function, asked)).decode().replace('","', '", "')
            return {
                "id": f"call_{id.rpartition('-')[2]}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
    return None


def _arguments(function: Json, asked: str) -> Json:
    """Each string parameter gets the addresses in the text if there are any, else the text."""
    parameters = function.get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    seen = ", ".join(dict.fromkeys(_ADDRESS.findall(asked)))
    arguments: Json = {}
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        kind = schema.get("type") if isinstance(schema, dict) else None
        if kind in (None, "string"):
            arguments[name] = seen if seen and not arguments else asked
    return arguments


def _texts(messages: Iterable[Json]) -> str:
    pieces: list[str] = []
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            pieces.append(content)
        elif isinstance(content, list):
            pieces += (p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str))
    return "\n".join(pieces)


async def _events(chunks: list[Json], delay: float) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield b"data: " + orjson.dumps(chunk) + b"\n\n"
        await asyncio.sleep(delay)
    yield b"data: [DONE]\n\n"


def _description() -> Json:
    return {"id": MODEL, "object": "model", "created": CREATED, "owned_by": MODEL}


def _json(body: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _error(status: int, message: str, code: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return _json({"error": error}, status)
