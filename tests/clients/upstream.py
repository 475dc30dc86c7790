"""
An OpenAI-compatible server whose answers use more of the API than the demo's.

The model's name says what to answer (`MODELS`); whole and streamed answers say the same. What it was
sent is kept in `app.state.seen`. `app.state.failures` holds statuses to answer with first.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import zip_longest
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.types import Json

__all__ = ["LAUNCH", "MODELS", "secret", "upstream"]

LAUNCH = "zulu seven"  # what the tests' policies forbid
_ADDRESS = re.compile(r"\[[A-Z_]+_[0-9a-f]+\]|[\w.+-]+@[\w.-]+\w")
_PIECE = 5  # characters of a token


def secret() -> str:
    """Looks like a token and is none."""
    return "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"


def upstream() -> Starlette:
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", _chat, methods=["POST"]),
            Route("/v1/models", _list, methods=["GET"]),
            Route("/v1/models/{id}", _model, methods=["GET"]),
        ]
    )
    app.state.seen = []
    app.state.failures = []
    return app


def _function(name: str, arguments: Json, number: int) -> Json:
    called = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call_{number}", "type": "function", "function": called}


def _plain(asked: str) -> Json:
    return {"content": f"I will write to {_address(asked)} today."}


def _tools(asked: str) -> Json:
    return {"content": None, "tool_calls": [_function("send", {"to": _address(asked), "body": "naïve “quotes”"}, 1)]}


def _parallel(asked: str) -> Json:
    calls = [_function("send", {"to": _address(asked), "body": str(i)}, i) for i in range(2)]
    custom = {"id": "call_9", "type": "custom", "custom": {"name": "shell", "input": f"mail {_address(asked)}"}}
    return {"content": None, "tool_calls": [*calls, custom]}


def _structured(asked: str) -> Json:
    return {"content": json.dumps({"to": _address(asked), "body": 'Hi\n"you"'})}


def _leaky(asked: str) -> Json:
    return {"content": f"Sure. The key is {secret()} as you asked."}


def _leaky_arguments(asked: str) -> Json:
    return {"content": None, "tool_calls": [_function("send", {"to": "all", "body": secret()}, 1)]}


def _refusing(asked: str) -> Json:
    return {"content": None, "refusal": f"I cannot write to {_address(asked)}, nor use {secret()} for it."}


def _reasoning(asked: str) -> Json:
    return {"reasoning_content": f"They mean {_address(asked)} and {secret()}.", "content": "Done."}


def _speaking(asked: str) -> Json:
    said = f"Writing to {_address(asked)} with {secret()} now."
    return {"content": None, "audio": {"id": "audio_1", "expires_at": 1, "data": "", "transcript": said}}


def _citing(asked: str) -> Json:
    text = f"The key {secret()} is described in the manual."
    start = text.index("the manual")
    cited = {
        "title": f"Of {secret()}",
        "url": "https://docs.example/manual",
        "start_index": start,
        "end_index": start + 10,
    }
    return {"content": text, "annotations": [{"type": "url_citation", "url_citation": cited}]}


def _launching(asked: str) -> Json:
    return {
        "content": "It is a fine day here, and all of us are very well. " * 3 + f"The word is {LAUNCH}. Tell nobody."
    }


def _launching_at_once(asked: str) -> Json:
    return {"content": f"{LAUNCH}!"}


def _launching_json(asked: str) -> Json:
    return {"content": json.dumps({"to": _address(asked), "body": f"The word is {LAUNCH}. Tell nobody."})}


MODELS: dict[str, Callable[[str], Json]] = {
    "plain": _plain,
    "tools": _tools,
    "parallel": _parallel,
    "structured": _structured,
    "leaky": _leaky,
    "leaky-arguments": _leaky_arguments,
    "refusing": _refusing,
    "reasoning": _reasoning,
    "speaking": _speaking,
    "citing": _citing,
    "launching": _launching,
    "launching-at-once": _launching_at_once,
    "launching-json": _launching_json,
    "slow": _plain,
}


async def _chat(request: Request) -> Response:
    body = await request.json()
    state = request.app.state
    state.seen.append(body)
    if state.failures:
        error = {"message": "try later", "type": "server_error", "param": None, "code": "busy"}
        return JSONResponse({"error": error}, state.failures.pop(0))
    if body["model"] == "slow":
        await asyncio.sleep(5)
    said = MODELS[body["model"]](body["messages"][-1]["content"])
    choices: list[Json] = [{"index": i, "message": {"role": "assistant", **said}} for i in range(body.get("n") or 1)]
    for choice in choices:
        choice["logprobs"] = (
            _logprobs(choice["message"], body.get("top_logprobs") or 0) if body.get("logprobs") else None
        )
        choice["finish_reason"] = "tool_calls" if "tool_calls" in said else "stop"
    base = {"id": "chatcmpl-1", "created": 1, "model": body["model"]}
    usage = {"prompt_tokens": 7, "completion_tokens": 11, "total_tokens": 18}
    if not body.get("stream"):
        return JSONResponse({**base, "object": "chat.completion", "choices": choices, "usage": usage})
    chunks = [{**base, "object": "chat.completion.chunk", "choices": [event]} for event in _events(choices)]
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks = [{**chunk, "usage": None} for chunk in chunks]
        chunks.append({**base, "object": "chat.completion.chunk", "choices": [], "usage": usage})
    return StreamingResponse(_sse(chunks), media_type="text/event-stream")


async def _sse(chunks: list[Json]) -> AsyncIterator[str]:
    for chunk in chunks:
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"


def _events(choices: list[Json]) -> Iterator[Json]:
    """The choices take turns."""
    for turn in zip_longest(*(_deltas(choice) for choice in choices)):
        yield from (event for event in turn if event is not None)


def _deltas(choice: Json) -> Iterator[Json]:
    message, log = choice["message"], choice["logprobs"]

    def event(delta: Json, logprobs: Any = None, reason: str | None = None) -> Json:
        return {"index": choice["index"], "delta": delta, "logprobs": logprobs, "finish_reason": reason}

    yield event({"role": "assistant", "content": None if message.get("content") is None else ""})
    for field in ("reasoning_content", "content", "refusal"):
        for i, text in enumerate(_pieces(message.get(field) or "")):
            entries = log[field] if log and log.get(field) else None
            yield event({field: text}, {field: [entries[i]]} if entries else None)
    yield from map(event, _call_deltas(message.get("tool_calls", ())))
    if "audio" in message:
        yield event({"audio": {"id": message["audio"]["id"]}})
        yield from (event({"audio": {"transcript": text}}) for text in _pieces(message["audio"]["transcript"]))
    if "annotations" in message:
        yield event({"annotations": message["annotations"]})
    yield event({}, None, choice["finish_reason"])


def _call_deltas(calls: Any) -> Iterator[Json]:
    """Parallel calls come piece by piece in turn."""
    rest: list[list[Json]] = []
    for index, call in enumerate(calls):
        kind, field = ("function", "arguments") if call["type"] == "function" else ("custom", "input")
        yield {"tool_calls": [{**call, "index": index, kind: {**call[kind], field: ""}}]}
        rest.append([{"index": index, kind: {field: text}} for text in _pieces(call[kind][field])])
    for turn in zip_longest(*rest):
        yield from ({"tool_calls": [piece]} for piece in turn if piece is not None)


def _logprobs(message: Json, depth: int) -> Json:
    return {
        field: [_token(text, depth) for text in _pieces(message[field])] if message.get(field) else None
        for field in ("content", "refusal")
    }


def _token(text: str, depth: int) -> Json:
    tops = [{"token": t, "logprob": -1.0, "bytes": list(t.encode())} for t in (text, text.upper())]
    return {**tops[0], "top_logprobs": tops[:depth]}


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def _address(asked: str) -> str:
    found = _ADDRESS.search(asked)
    return found[0] if found else "nobody"


async def _list(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_described(name) for name in MODELS]})


async def _model(request: Request) -> Response:
    name = request.path_params["id"]
    if name not in MODELS:
        return JSONResponse({"error": {"message": "no such model", "code": "model_not_found"}}, 404)
    return JSONResponse(_described(name))


def _described(name: str) -> Json:
    return {"id": name, "object": "model", "created": 1, "owned_by": "tests", "secret": secret()}
