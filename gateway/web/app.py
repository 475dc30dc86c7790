"""
The routes. Exact paths only: what is not listed here is 404, never relayed.

Decisions are made on `scope["path"]`; the client's raw path and query go nowhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway.engine import Guard
from gateway.errors import GatewayError, NotFound, RequestError
from gateway.settings import Settings, Upstream
from gateway.web.asgi import Sender, error_body, respond
from gateway.web.dialects import DialectRoutes, OpenApi, redteam_routes
from gateway.web.endpoints import EndpointRoutes
from gateway.web.events import Sink, log_event
from gateway.web.grounding import Ground
from gateway.web.health import Health
from gateway.web.manage import Ports, management_routes
from gateway.web.mcp import Mcp
from gateway.web.models import Models
from gateway.web.realtime import PATH, Realtime
from gateway.web.reload import watch_policies
from gateway.web.responses import create_response
from gateway.web.responses_socket import PATH as RESPONSES
from gateway.web.responses_socket import ResponsesSocket
from gateway.web.scan import Scan
from gateway.web.state import Gateway
from gateway.web.unknown import UnknownRoutes

__all__ = ["PUBLIC", "create_app"]

# Paths that need no key.
PUBLIC = frozenset({"/livez", "/readyz", "/metrics", "/openapi.json"})

# Headers that a page of another origin may read: its client library goes by some of them.
TOLD = (
    *("retry-after", "retry-after-ms", "x-should-retry", "x-request-id", "openai-processing-ms", "mcp-session-id"),
    *(f"x-guard-{word}" for word in ("event-id", "decision", "coverage", "unscanned", "extracted", "degraded")),
    *(f"x-ratelimit-{word}-{kind}" for word in ("limit", "remaining", "reset") for kind in ("requests", "tokens")),
)


def create_app(
    settings: Settings | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    transport: Callable[[Upstream], httpx.AsyncBaseTransport] | None = None,
    guard: Guard | None = None,
    sink: Sink = log_event,
) -> Starlette:
    """
    The gateway as an ASGI app. Raises ConfigError where settings or policies are wrong.

    `transport` replaces the connection to each upstream, for tests and in-process models; `guard` the
    detectors. The app closes it.
    """
    gateway = Gateway(settings or Settings(), environ=environ, transport=transport, guard=guard, sink=sink)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await gateway.start()
        async with watch_policies(gateway):
            yield
        await gateway.aclose()

    relayed = EndpointRoutes(gateway)
    app = _App(
        relayed,
        routes=[relayed, *routes(gateway, relayed.knows)],
        lifespan=lifespan,
        exception_handlers={GatewayError: _gateway_error, HTTPException: _http_error, Exception: _last_resort},
    )
    app.router.redirect_slashes = False
    if gateway.settings.server.management_port is not None:
        dialects = next(route for route in app.routes if isinstance(route, DialectRoutes))
        port = gateway.settings.server.management_port
        app.add_middleware(Ports, management=port, managed=dialects.manages)
    if origins := gateway.settings.server.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("*",),
            expose_headers=TOLD,
        )
    app.state.gateway = gateway
    return app


class _App(Starlette):
    """
    Starlette; but what is for a relayed endpoint passes it by. There is no middleware for it then, and its
    routes and handlers cost as much as a tenth of such a request.
    """

    def __init__(self, relayed: EndpointRoutes, **options: Any) -> None:
        super().__init__(**options)
        self._relayed = relayed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = None if self.user_middleware else self._relayed.plain(scope)
        if app is None:
            await super().__call__(scope, receive, send)
            return
        sender = Sender(send)
        try:
            await app(scope, receive, sender)
        except Exception as e:  # as `_gateway_error` and `_last_resort` below; the server logs what goes on
            error = e if isinstance(e, GatewayError) else _bug()
            told = sender.started
            if not told:
                await respond(sender, error.status, error_body(error))
            if told or error is not e:
                raise


def routes(gateway: Gateway, known: Callable[[str], bool]) -> list[BaseRoute]:
    """All but the endpoints that are relayed."""
    health, models, dialects = Health(gateway), Models(gateway), DialectRoutes(gateway)
    described = [Route("/openapi.json", OpenApi(dialects.operations).get, methods=["GET"])]
    return [
        Route("/mcp/{name}", Mcp(gateway), methods=["POST", "GET", "DELETE"]),
        WebSocketRoute(PATH, Realtime(gateway)),
        WebSocketRoute(RESPONSES, ResponsesSocket(gateway, create_response(gateway))),
        Route("/v1/models", models.list, methods=["GET"]),
        Route("/v1/models/{model:path}", models.get, methods=["GET"]),
        Route("/guard/v1/scan", Scan(gateway), methods=["POST"]),
        Route("/guard/v1/grounding", Ground(gateway), methods=["POST"]),
        *management_routes(gateway),
        Route("/livez", health.livez, methods=["GET"]),
        Route("/readyz", health.readyz, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
        *(described if gateway.settings.server.openapi else ()),
        *redteam_routes(gateway),
        dialects,
        UnknownRoutes(gateway, known),
    ]


async def _gateway_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    return _json(error.status, error_body(error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        wrong = RequestError("this path does not take this method", code="method_not_allowed")
        return _json(405, error_body(wrong), dict(error.headers or {}))
    return _json(error.status_code, error_body(NotFound("there is nothing at this path", code="unknown_path")))


async def _last_resort(request: Request, error: Exception) -> Response:
    """Our own bug. The traceback goes to the log without local values; the client learns nothing."""
    return _json(500, error_body(_bug()))


def _bug() -> GatewayError:
    return GatewayError("the gateway failed to handle this request")


def _json(status: int, body: bytes, headers: Mapping[str, Any] | None = None) -> Response:
    return Response(body, status, dict(headers or {}), media_type="application/json")
