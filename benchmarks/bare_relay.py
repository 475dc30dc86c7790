"""
The least that a relay in Python can do, to measure the gateway against: Starlette, aiohttp behind httpx's
transport interface, the gateway's uvicorn settings, and nothing else. The body is read and forwarded as it came,
the answer is relayed as it comes.

The direct relay does without httpx: it calls aiohttp as the gateway does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from pydantic import HttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.settings import Upstream
from gateway.web.connections import Connections
from gateway.web.wire import Body, Outgoing

__all__ = ["create_app"]

_TIMEOUT = {"connect": 3.0, "pool": 3.0}


_HEADERS = (("content-type", "application/json"), ("accept-encoding", "identity"))


def create_app(upstream: str, *, direct: bool = False) -> Starlette:
    """A relay of POST /v1/chat/completions to the base URL `upstream`, which ends in /v1."""
    url = httpx.URL(f"{upstream}/chat/completions")
    relay = _Direct(url) if direct else _Relay(url)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await relay.aclose()

    return Starlette(routes=[Route("/v1/chat/completions", relay, methods=["POST"])], lifespan=lifespan)


class _Relay:
    def __init__(self, url: httpx.URL) -> None:
        self._url = url
        self._transport = AiohttpTransport(client=_session)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._relay(Request(scope, receive)))(scope, receive, send)

    async def _relay(self, request: Request) -> Response:
        upstream = httpx.Request(
            "POST",
            self._url,
            headers=[("content-type", "application/json"), ("accept-encoding", "identity")],
            content=await request.body(),
            extensions={"timeout": _TIMEOUT},
        )
        answer = await self._transport.handle_async_request(upstream)
        media_type = answer.headers.get("content-type")
        if media_type is not None and media_type.startswith("text/event-stream"):
            return StreamingResponse(_chunks(answer), answer.status_code, media_type=media_type)
        try:
            return Response(await answer.aread(), answer.status_code, media_type=media_type)
        finally:
            await answer.aclose()


class _Direct(_Relay):
    def __init__(self, url: httpx.URL) -> None:
        self._url = url
        self._host = ("host", url.netloc.decode("ascii"))
        self._wire = Connections()(Upstream(name="bench", url=HttpUrl(str(url)), key="none"))

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def _relay(self, request: Request) -> Response:
        body = await request.body()
        headers = (*_HEADERS, self._host, ("content-length", str(len(body))))
        answer = await self._wire.send(Outgoing("POST", self._url, headers, body))
        media_type = answer.headers.get("content-type")
        if media_type.startswith("text/event-stream"):
            return StreamingResponse(_pieces(answer.body), answer.status, media_type=media_type)
        data = answer.body.whole()
        if data is None:
            data = b"".join([piece async for piece in _pieces(answer.body)])
        await answer.body.aclose()
        return Response(data, answer.status, media_type=media_type)


async def _pieces(body: Body) -> AsyncIterator[bytes]:
    try:
        while (piece := await body.next()) is not None:
            yield piece
    finally:
        await body.aclose()


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for data in answer.aiter_raw():
            yield data
    finally:
        await answer.aclose()


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=15),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )
