"""An app with the guard inside it: what it answers, and what it saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.engine import Guard
from gateway.types import Json
from gateway.web.events import Event
from gateway.web.middleware import GuardMiddleware
from tests.support.gatewayed import choice, completion, detectors, piece
from tests.support.servers import serve

__all__ = ["CHAT", "Inside", "answered", "payloads", "pieces", "served", "starlette_routes", "unexpected"]

CHAT = "/v1/chat/completions"


@dataclass
class Inside:
    """What the app saw."""

    bodies: list[Json] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    events: list[Event] = field(default_factory=list)

    def says(self, body: Json, scope: Scope) -> str:
        self.bodies.append(body)
        self.scopes.append(scope)
        return str(body["messages"][-1]["content"])

    def guarded(self, **options: Any) -> Middleware:
        return Middleware(GuardMiddleware, guard=Guard(detectors()), sink=self.events.append, **options)

    def around(self, app: Any, **options: Any) -> GuardMiddleware:
        return GuardMiddleware(app, guard=Guard(detectors()), sink=self.events.append, **options)


def answered(text: str) -> Json:
    return completion(choice(text))


async def payloads(text: str) -> AsyncIterator[str]:
    for at in range(0, len(text), 5):
        yield json.dumps(piece(text[at : at + 5]))
    yield json.dumps(piece(finish="stop"))
    yield "[DONE]"


async def pieces(text: str) -> AsyncIterator[bytes]:
    async for payload in payloads(text):
        yield f"data: {payload}\n\n".encode()


def starlette_routes(inside: Inside) -> list[BaseRoute]:
    async def chat(request: Request) -> Response:
        body = await request.json()
        text = inside.says(body, request.scope)
        if body.get("stream"):
            return StreamingResponse(pieces(text), media_type="text/event-stream")
        return JSONResponse(answered(text))

    return [Route(CHAT, chat, methods=["POST"])]


@asynccontextmanager
async def served(app: ASGIApp, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serve(app, **options) as url,
        httpx.AsyncClient(base_url=url, timeout=5, trust_env=False, verify=False) as client,
    ):
        yield client


async def unexpected(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("not for the app")
