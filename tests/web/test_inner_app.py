"""The app behind the guard: it sees the request as it came, and its answers, errors and exceptions get through."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings import Client, Settings
from gateway.web.auth import hash_key
from tests.support.gatewayed import ask, piece
from tests.support.inside import CHAT, Inside, answered, served, starlette_routes

EMAIL = "jane.roe@example.org"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"


async def test_the_app_sees_the_request_as_it_came() -> None:
    inside = Inside()
    seen: list[Scope] = []

    async def chat(request: Request) -> Response:
        inside.says(await request.json(), request.scope)
        request.session["visits"] = 1
        request.state.noted = True
        response = JSONResponse(
            answered("Hello."), headers={"x-app": "1", "etag": '"abc"', "x-guard-decision": "forged"}
        )
        response.set_cookie("one", "1")
        response.set_cookie("two", "2")
        return response

    class Outer:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                scope["user"] = "ann"
                scope["session"] = {}
                seen.append(scope)
            await self.app(scope, receive, send)

    app = Starlette(
        routes=[Route("/ai" + CHAT, chat, methods=["POST"])],
        middleware=[
            Middleware(Outer),
            inside.guarded(prefix="/ai"),
        ],
    )
    own = {
        "authorization": "Basic YTpi",
        "cookie": "a=1; b=2",
        "x-tenant": "t-7",
        "x-forwarded-for": "203.0.113.9",
        "user-agent": "tests",
        "accept": "*/*",
        "accept-encoding": "br",
        "x-guard-policy": "strict",
        "x-guard-key": "k",
        "content-type": "application/json; charset=utf-8",
    }
    async with served(app, root_path="/mnt") as client:
        body = json.dumps(ask(f"Hello {EMAIL}")).encode()
        response = await client.post("/ai" + CHAT + "?api-version=1&x=%20", content=body, headers=own)
    assert response.status_code == 200
    (scope,), (outer,) = inside.scopes, seen
    for key in ("client", "server", "scheme", "path", "raw_path", "root_path", "query_string", "app", "user", "state"):
        assert scope[key] == outer[key], key
    assert scope["state"] is outer["state"]
    assert (outer["state"]["noted"], outer["session"]) == (True, {"visits": 1})
    assert scope["endpoint"] is outer["endpoint"]  # the route is known outside, to whoever counts requests
    headers = dict(scope["headers"])
    assert len(headers) == len(scope["headers"])
    kept = own.keys() - {"x-guard-policy", "x-guard-key", "content-type", "accept-encoding"}
    assert {name: headers[name.encode()].decode() for name in kept} == {name: own[name] for name in kept}
    assert not any(name.startswith(b"x-guard-") or name == b"via" for name in headers)
    assert headers[b"accept-encoding"] == b"identity"
    assert int(headers[b"content-length"]) == len(json.dumps(inside.bodies[0], separators=(",", ":")))
    assert {c.partition("=")[0] for c in response.headers.get_list("set-cookie")} == {"one", "two"}
    assert response.headers["x-app"] == "1"
    assert "etag" not in response.headers
    assert response.headers.get_list("x-guard-decision") == ["redact"]
    assert int(response.headers["content-length"]) == len(response.content)


async def test_authentication_of_the_app() -> None:
    """Its own errors come back in its own form."""
    app = FastAPI()
    basic = HTTPBasic()

    @app.post(CHAT)
    async def chat(body: dict[str, Any], who: HTTPBasicCredentials = Depends(basic)) -> Any:  # noqa: B008
        if who.password != "right":
            raise HTTPException(403, detail=f"no entry for {who.username}, key {TOKEN}")
        return answered(who.username)

    inside = Inside()
    async with served(inside.around(app)) as client:
        missing = await client.post(CHAT, json=ask())
        assert (missing.status_code, missing.json()) == (401, {"detail": "Not authenticated"})
        assert missing.headers["www-authenticate"] == "Basic"
        wrong = await client.post(CHAT, json=ask(), auth=("ann", "wrong"))
        assert wrong.status_code == 403
        assert wrong.json()["detail"].startswith("no entry for ann")
        assert TOKEN not in wrong.text
        right = await client.post(CHAT, json=ask(), auth=("ann", "right"))
        assert right.json()["choices"][0]["message"]["content"] == "ann"
        invalid = await client.post(CHAT, json=ask(model=1))
        assert invalid.status_code == 400
    assert [event.error for event in inside.events] == ["app_error", "app_error", "", "invalid_request"]


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({"authorization": "Bearer ours"}, None),
        ({"x-guard-key": "ours"}, None),
        ({"x-guard-key": "ours", "authorization": "Bearer theirs"}, b"Bearer theirs"),
        ({"x-guard-key": "ours", "authorization": "Basic YTpi"}, b"Basic YTpi"),
        ({"x-guard-key": "theirs", "authorization": "Bearer ours"}, 401),
        ({"authorization": "Bearer theirs"}, 401),
        ({"authorization": "Basic YTpi"}, 401),
        ({}, 401),
    ],
)
async def test_our_own_keys(given: dict[str, str], passed: bytes | int | None) -> None:
    """Ours never reach the app, the app's do."""
    inside = Inside()
    settings = Settings.model_construct(clients=(Client(name="ann", hash=hash_key("ours")),))
    app = inside.around(Starlette(routes=starlette_routes(inside)), settings=settings)
    async with served(app) as client:
        response = await client.post(CHAT, json=ask(), headers=given)
    assert response.status_code == (401 if passed == 401 else 200)
    if passed != 401:
        (scope,) = inside.scopes
        headers = dict(scope["headers"])
        assert headers.get(b"authorization") == passed
        assert b"ours" not in headers.values()


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (PlainTextResponse("gone away", 410), 410, "gone away"),
        (RedirectResponse("/login", 303), 303, ""),
        (Response(status_code=204), 204, ""),
        (
            JSONResponse({"error": {"message": "no", "code": "x"}}, 429, {"retry-after": "7"}),
            429,
            '{"error":{"message":"no","code":"x"}}',
        ),
        (JSONResponse(["a list"], 500), 500, '["a list"]'),
        (PlainTextResponse(f"key {TOKEN}", 500), 500, None),
        (Response(b"\xff\xfe", 500), 502, None),
    ],
)
async def test_other_answers_of_the_app(answer: Response, status: int, text: str | None) -> None:
    inside = Inside()
    calls = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal calls
        calls += 1
        await answer(scope, receive, send)

    async with served(inside.around(app), lifespan="off") as client:
        response = await client.post(CHAT, json=ask())
    assert (response.status_code, calls) == (status, 1)  # an app is never asked again
    assert TOKEN not in response.text
    assert text is None or response.text == text
    for name in ("location", "retry-after"):
        assert response.headers.get(name) == answer.headers.get(name)
    if text:
        assert response.headers["content-type"] == answer.headers["content-type"]


@pytest.mark.parametrize("error", [ValueError, OSError, httpx.ReadError])
async def test_exceptions_of_the_app_reach_its_own_handlers(error: type[Exception]) -> None:
    handled: list[Exception] = []
    raised = error("boom")

    async def chat(request: Request) -> Response:
        raise raised

    async def handler(request: Request, e: Exception) -> Response:
        handled.append(e)
        return PlainTextResponse("sorry", 500)

    inside = Inside()
    app = Starlette(
        routes=[Route(CHAT, chat, methods=["POST"])],
        middleware=[inside.guarded()],
        exception_handlers={Exception: handler},
    )
    async with served(app) as client:
        response = await client.post(CHAT, json=ask())
    assert (response.status_code, response.text) == (500, "sorry")
    assert handled == [raised]
    assert [(e.status, e.error) for e in inside.events] == [(500, "internal_error")]


async def test_app_that_breaks_off_in_a_stream() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"data: " + json.dumps(piece("Hello. How are you today? ")).encode() + b"\n\n"
        raise ValueError("boom")

    async def chat(request: Request) -> Response:
        return StreamingResponse(broken(), media_type="text/event-stream")

    inside = Inside()
    app = Starlette(routes=[Route(CHAT, chat, methods=["POST"])], middleware=[inside.guarded()])
    async with served(app) as client:
        response = await client.post(CHAT, json=ask(stream=True))
    assert response.status_code == 200
    last = json.loads(response.text.strip().split("\n")[-1].removeprefix("data: "))
    assert last["error"]["code"] == "upstream_truncated"
    assert "boom" not in response.text
    assert [e.error for e in inside.events] == ["upstream_truncated"]


@pytest.mark.parametrize("streaming", [True, False])
async def test_disconnect_reaches_the_app(streaming: bool) -> None:
    inside = Inside()
    started = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["more_body"] is False
        if streaming:
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            first = b"data: " + json.dumps(piece("Hello. How are you? ")).encode() + b"\n\n"
            await send({"type": "http.response.body", "body": first, "more_body": True})
        started.set()
        assert (await receive())["type"] == "http.disconnect"
        inside.gone.set()

    async with served(inside.around(app), lifespan="off") as client:
        request = asyncio.create_task(client.post(CHAT, json=ask(stream=streaming)))
        async with asyncio.timeout(5):
            await started.wait()
            request.cancel()
            await inside.gone.wait()
            while not inside.events:  # noqa: ASYNC110 (the sink is a list)
                await asyncio.sleep(0.002)
    assert [(e.status, e.error) for e in inside.events] == [(499, "client_gone")]
