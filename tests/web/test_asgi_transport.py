from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.web.asgi_transport import AHEAD, ASGITransport
from gateway.web.upstream import UpstreamPool
from tests.support.pools import CALL, code, upstream, whole

POST = httpx.Request("POST", "http://app/v1/chat?x=1", headers={"X-One": "1"}, content=b"hello")


def stream(response: httpx.Response) -> httpx.AsyncByteStream:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


async def body(response: httpx.Response) -> bytes:
    return b"".join([piece async for piece in stream(response)])


async def head(send: Send, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-app", b"1")]})


async def piece(send: Send, data: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def test_request_and_answer() -> None:
    async def echo(request: Request) -> Response:
        told = {
            "path": request.scope["path"],
            "raw": request.scope["raw_path"].decode(),
            "query": request.scope["query_string"].decode(),
            "header": request.headers["x-one"],
            "host": request.headers["host"],
            "body": (await request.body()).decode(),
        }
        return JSONResponse(told, 201)

    app = Starlette(routes=[Route("/v1/chat", echo, methods=["POST"])])
    response = await ASGITransport(app).handle_async_request(POST)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    told = httpx.Response(200, content=await body(response)).json()
    expected = {"path": "/v1/chat", "raw": "/v1/chat", "query": "x=1", "header": "1", "host": "app", "body": "hello"}
    assert told == expected


async def test_base_scope_gives_what_is_not_the_requests_own() -> None:
    seen: Scope = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)
        await head(send)
        await piece(send, b"", False)

    base = {"root_path": "/mnt", "client": ("1.2.3.4", 5), "method": "GET", "headers": [], "extensions": {"x": {}}}
    await ASGITransport(app, scope=lambda: {**base, "state": {"a": 1}}).handle_async_request(POST)
    assert (seen["root_path"], seen["path"], seen["raw_path"]) == ("/mnt", "/mnt/v1/chat", b"/mnt/v1/chat")
    assert (seen["client"], seen["state"], seen["method"], seen["extensions"]) == (("1.2.3.4", 5), {"a": 1}, "POST", {})
    assert (b"x-one", b"1") in seen["headers"]


async def test_head_comes_before_the_body_and_pieces_one_by_one() -> None:
    steps = asyncio.Queue[bytes]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await head(send)
        while data := await steps.get():
            await piece(send, data)
        await piece(send, b"", False)

    response = await ASGITransport(app).handle_async_request(POST)
    assert response.headers["x-app"] == "1"
    pieces = aiter(stream(response))
    for data in (b"a", b"b"):
        steps.put_nowait(data)
        assert await anext(pieces) == data
    steps.put_nowait(b"")
    assert [p async for p in pieces] == []


async def test_app_waits_for_its_reader() -> None:
    sent = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        await head(send)
        for _ in range(100):
            await piece(send, b"x")
            sent += 1
        await piece(send, b"", False)

    response = await ASGITransport(app).handle_async_request(POST)
    await asyncio.sleep(0.01)
    assert sent == AHEAD
    assert await body(response) == b"x" * 100


async def test_closing_tells_the_app() -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == b"hello"
        await head(send)
        await piece(send, b"a")
        told.append((await receive())["type"])
        await piece(send, b"not read by anybody")

    response = await ASGITransport(app).handle_async_request(POST)
    assert await anext(aiter(stream(response))) == b"a"
    await response.aclose()
    await stream(response).aclose()
    assert told == ["http.disconnect"]
    with pytest.raises(httpx.ReadError):
        await body(response)


async def test_starlette_stream_is_cancelled_at_once() -> None:
    ended = asyncio.Event()

    async def words() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.sleep(60)
        finally:
            ended.set()

    response = await ASGITransport(StreamingResponse(words()), grace=30).handle_async_request(POST)
    assert await anext(aiter(stream(response))) == b"a"
    await response.aclose()
    assert ended.is_set()


@pytest.mark.parametrize("stubborn", [False, True])
async def test_app_that_does_not_listen_is_cancelled(stubborn: bool) -> None:
    cancelled = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await head(send)
        try:
            while True:
                await piece(send, b"x")
                if not stubborn:
                    await asyncio.sleep(0.001)
        finally:
            cancelled.set()

    response = await ASGITransport(app, grace=0.02).handle_async_request(POST)
    await response.aclose()
    assert cancelled.is_set()


async def test_cancelled_while_waiting_for_the_head() -> None:
    told: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        told.append((await receive())["type"])

    task = asyncio.create_task(ASGITransport(app).handle_async_request(POST))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == ["http.disconnect"]


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("what the user wrote")


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()


async def body_first(scope: Scope, receive: Receive, send: Send) -> None:
    await piece(send, b"x", False)


@pytest.mark.parametrize("app", [fails, silent, body_first])
async def test_no_answer(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(httpx.ReadError):
        await ASGITransport(app).handle_async_request(POST)
    assert "what the user wrote" not in caplog.text
    assert (len(caplog.records) == 1) == (app is not silent)


async def breaks(scope: Scope, receive: Receive, send: Send) -> None:
    await head(send)
    await piece(send, b"a")
    raise ValueError("what the user wrote")


async def stops(scope: Scope, receive: Receive, send: Send) -> None:
    await head(send)
    await piece(send, b"a")


@pytest.mark.parametrize("app", [breaks, stops])
async def test_answer_without_an_end(app: Any) -> None:
    response = await ASGITransport(app).handle_async_request(POST)
    pieces = aiter(stream(response))
    assert await anext(pieces) == b"a"
    with pytest.raises(httpx.ReadError):
        await anext(pieces)
    await response.aclose()


async def test_background_task_of_a_finished_answer_goes_on() -> None:
    done = asyncio.Event()

    async def later() -> None:
        await asyncio.sleep(0.02)
        done.set()

    transport = ASGITransport(Response(b"x", background=BackgroundTask(later)))
    response = await transport.handle_async_request(POST)
    assert await body(response) == b"x"
    await response.aclose()
    assert not done.is_set()
    await asyncio.wait_for(done.wait(), 1)
    await transport.aclose()


async def test_closing_the_transport_ends_what_runs() -> None:
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await head(send)
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    transport = ASGITransport(app, grace=0.01)
    await transport.handle_async_request(POST)
    await transport.aclose()
    assert ended.is_set()


async def test_as_an_upstream() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"] == "/ai/v1/chat/completions"
        assert dict(scope["headers"])[b"authorization"] == b"Bearer sk-client"
        await JSONResponse({"a": 1})(scope, receive, send)

    made = UpstreamPool([upstream("http://app/ai/v1")], transport=lambda _: ASGITransport(app))
    assert await whole(made, replace(CALL, client_key="sk-client")) == (200, b'{"a":1}')
    await made.aclose()


async def test_app_that_never_answers_as_an_upstream() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await receive()

    made = UpstreamPool([upstream("http://app/v1")], transport=lambda _: ASGITransport(app))
    assert await code(made) == "upstream_first_byte_timeout"
    made = UpstreamPool([upstream("http://app/v1")], transport=lambda _: ASGITransport(fails))
    assert await code(made) == "upstream_error"
