"""
A model's server that keeps what it answers: /v1/responses, /v1/conversations, stored chat completions.

The model says back what it has read, in this way: `echo` the last text, `all` every text of every turn before,
and whatever is put into `answers` by the name of a model.
"""

from __future__ import annotations

import json
from itertools import count
from random import Random
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.types import Json
from tests.support.responses import events_of, message, response

__all__ = ["Keeping"]


class Keeping:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Json]] = []  # method, path with query, body
        self.answers: dict[str, Json] = {}
        self.events: dict[str, list[Json]] = {}
        self.kept: dict[str, Json] = {}
        self.items: dict[str, list[Json]] = {}  # by response or conversation
        self.chats: dict[str, Json] = {}
        self._numbers = count(1)
        every = ["GET", "POST", "DELETE"]
        self.app = Starlette(
            routes=[
                Route("/v1/responses", self.create, methods=["POST"]),
                Route("/v1/responses/compact", self.compact, methods=["POST"]),
                Route("/v1/responses/input_tokens", self.tokens, methods=["POST"]),
                Route("/v1/responses/{id}", self.response, methods=["GET", "DELETE"]),
                Route("/v1/responses/{id}/cancel", self.cancel, methods=["POST"]),
                Route("/v1/responses/{id}/input_items", self.input_items, methods=["GET"]),
                Route("/v1/conversations", self.conversations, methods=["POST"]),
                Route("/v1/conversations/{id}", self.conversation, methods=every),
                Route("/v1/conversations/{id}/items", self.conversation_items, methods=["GET", "POST"]),
                Route("/v1/conversations/{id}/items/{item}", self.item, methods=["GET", "DELETE"]),
                Route("/v1/chat/completions", self.chat, methods=["GET", "POST"]),
                Route("/v1/chat/completions/{id}", self.stored, methods=every),
                Route("/v1/chat/completions/{id}/messages", self.messages, methods=["GET"]),
            ]
        )

    async def _note(self, request: Request) -> Json:
        raw = await request.body()
        body: Json = json.loads(raw) if raw else {}
        query = f"?{request.url.query}" if request.url.query else ""
        self.calls.append((request.method, request.url.path + query, body))
        return body

    def new(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers):024d}"

    def _kept(self, item: Json) -> Json:
        """An item as it is given out later: with an id, and its content in parts."""
        out = {"status": "completed", "type": "message", **item, "id": self.new("msg")}
        if isinstance(out.get("content"), str):
            out["content"] = [{"type": "input_text", "text": out["content"]}]
        return out

    async def create(self, request: Request) -> Response:
        body = await self._note(request)
        conversation = body.get("conversation")
        before = self.items.get(str(conversation), []) or self.items.get(str(body.get("previous_response_id")), [])
        given = body.get("input", "")
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        heard = [text for item in (before + items if body["model"] == "all" else items[-1:]) for text in texts_of(item)]
        answer = self.answers.get(body["model"]) or response(message(" ".join(heard)))
        echoed: Json = {key: body[key] for key in ("instructions", "tools", "metadata", "user") if key in body}
        answer = {**answer, "id": self.new("resp"), "previous_response_id": body.get("previous_response_id"), **echoed}
        self.kept[answer["id"]] = answer
        numbered = [self._kept(item) for item in items]
        said = [*before, *numbered, *answer["output"]]
        self.items[answer["id"]] = said
        if conversation:
            self.items[str(conversation)] = said
        return self._stream(answer) if body.get("stream") else JSONResponse(answer)

    def _stream(self, answer: Json) -> Response:
        events = self.events.get(answer["id"]) or events_of(answer, Random(5))
        lines = (f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        return Response("".join(lines), media_type="text/event-stream")

    async def response(self, request: Request) -> Response:
        await self._note(request)
        id = request.path_params["id"]
        if id not in self.kept:
            return _missing(id)
        if request.method == "DELETE":
            del self.kept[id]
            return JSONResponse({"id": id, "object": "response.deleted", "deleted": True})
        if request.query_params.get("stream") == "true":
            return self._stream(self.kept[id])
        return JSONResponse(self.kept[id])

    async def cancel(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse({**self.kept[request.path_params["id"]], "status": "cancelled"})

    async def input_items(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse(_listed(self.items[request.path_params["id"]][:-1]))

    async def compact(self, request: Request) -> Response:
        await self._note(request)
        output = [message("so far: nothing"), {"id": "cmp_1", "type": "compaction", "encrypted_content": "gAAA"}]
        return JSONResponse(
            {"id": "resp_c", "object": "response.compaction", "created_at": 1, "output": output, "usage": {}}
        )

    async def tokens(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse({"object": "response.input_tokens", "input_tokens": 7})

    async def conversations(self, request: Request) -> Response:
        body = await self._note(request)
        id = self.new("conv")
        self.items[id] = [self._kept(item) for item in body.get("items") or ()]
        return JSONResponse(_conversation(id, body))

    async def conversation(self, request: Request) -> Response:
        body = await self._note(request)
        id = request.path_params["id"]
        if request.method == "DELETE":
            del self.items[id]
            return JSONResponse({"id": id, "object": "conversation.deleted", "deleted": True})
        return JSONResponse(_conversation(id, body))

    async def conversation_items(self, request: Request) -> Response:
        body = await self._note(request)
        id = request.path_params["id"]
        if request.method == "GET":
            return JSONResponse(_listed(self.items[id]))
        new = [self._kept(item) for item in body["items"]]
        self.items[id] += new
        return JSONResponse(_listed(new))

    async def item(self, request: Request) -> Response:
        await self._note(request)
        id = request.path_params["id"]
        if request.method == "DELETE":
            return JSONResponse(_conversation(id, {}))
        return JSONResponse(next(item for item in self.items[id] if item["id"] == request.path_params["item"]))

    async def chat(self, request: Request) -> Response:
        body = await self._note(request)
        if request.method == "GET":
            return JSONResponse(_listed(list(self.chats.values())))
        id = self.new("chatcmpl").replace("_", "-")
        text = str(body["messages"][-1]["content"])
        said = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": said, "finish_reason": "stop", "logprobs": None}
        answer = {"id": id, "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        answer["metadata"] = body.get("metadata") or {}
        self.chats[id] = answer
        self.items[id] = [{**given, "id": self.new("msg")} for given in body["messages"]]
        if not body.get("stream"):
            return JSONResponse(answer)
        head = {"id": id, "object": "chat.completion.chunk", "created": 1, "model": "m"}
        steps: list[Any] = [{"index": 0, "delta": {"content": c}, "finish_reason": None} for c in text]
        steps.append({"index": 0, "delta": {}, "finish_reason": "stop"})
        lines = [f"data: {json.dumps({**head, 'choices': [step]})}\n\n" for step in steps]
        return Response("".join(lines) + "data: [DONE]\n\n", media_type="text/event-stream")

    async def stored(self, request: Request) -> Response:
        body = await self._note(request)
        id = request.path_params["id"]
        if request.method == "DELETE":
            return JSONResponse({"id": id, "object": "chat.completion.deleted", "deleted": True})
        return JSONResponse(self.chats[id] | ({"metadata": body["metadata"]} if body else {}))

    async def messages(self, request: Request) -> Response:
        await self._note(request)
        return JSONResponse(_listed(self.items[request.path_params["id"]]))


def texts_of(item: Json) -> list[str]:
    content = item.get("content") or item.get("output") or ""
    return [content] if isinstance(content, str) else [part.get("text", "") for part in content]


def _listed(data: list[Json]) -> Json:
    first, last = (data[0].get("id"), data[-1].get("id")) if data else ("", "")
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": False}


def _conversation(id: str, body: Json) -> Json:
    return {"id": id, "object": "conversation", "created_at": 1, "metadata": body.get("metadata") or {}}


def _missing(id: str) -> Response:
    error = {"message": "not found", "type": "invalid_request_error", "param": None, "code": None}
    return JSONResponse({"error": error}, 404)
