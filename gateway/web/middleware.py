"""
Portcullis inside an app: mount it in front of any ASGI app that serves the OpenAI API.

    app.add_middleware(GuardMiddleware, policy="default")     # FastAPI, Starlette

Requests to the guarded paths run through the same code as in the proxy; the app behind takes the
place of the upstream, also for responses that are asked for over a WebSocket. All other requests and WebSockets
pass untouched, but for realtime sessions: nobody could scan them here, so they are refused.
"""

from __future__ import annotations

import logging
from itertools import repeat
from typing import Any

from pydantic import HttpUrl
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.engine import Guard, self_test
from gateway.errors import ConfigError, RequestError
from gateway.settings import Settings, Upstream
from gateway.web.asgi import error_fields, header
from gateway.web.asgi_transport import ASGITransport
from gateway.web.auth import Authenticator, Caller
from gateway.web.endpoints import Table
from gateway.web.events import Sink, log_event
from gateway.web.inner_app import NAME, InnerApp
from gateway.web.paths import NAMES
from gateway.web.realtime import PATH as REALTIME
from gateway.web.responses import create_response
from gateway.web.responses_socket import PATH as RESPONSES
from gateway.web.responses_socket import ResponsesSocket
from gateway.web.scan import Scan
from gateway.web.sockets import deny
from gateway.web.state import Gateway

__all__ = ["GuardMiddleware"]

SCAN = "/guard/v1/scan"

log = logging.getLogger("gateway.web")


class GuardMiddleware:
    """
    `prefix` is where the app mounts the OpenAI API: with `/ai`, a guarded path is
    `/ai/v1/chat/completions`. `settings` may hold all but `upstreams` and `server`; `guard` shares
    one set of loaded detectors between several of these.

    Without `clients` in the settings, keys are the app's own affair. With them, a client sends ours as
    `X-Guard-Key` and the app's in `Authorization`, or ours there, which the app then does not see.

    No signal handlers, no lifespan: all is loaded and tested at construction, which raises ConfigError
    where settings or policies are wrong or a detector does not work.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        policy: str | None = None,
        prefix: str = "",
        settings: Settings | None = None,
        guard: Guard | None = None,
        sink: Sink = log_event,
    ) -> None:
        self.app = app
        base = settings or Settings()
        inner = Upstream(name=NAME, url=HttpUrl("http://app/v1"), key="none")  # its limits hold for the app's answers
        changes: dict[str, Any] = {"upstreams": (inner,)}
        if policy is not None:
            changes["policy"] = policy
        self.gateway = gateway = Gateway(
            base.model_copy(update=changes),
            transport=lambda _: ASGITransport(app),
            guard=guard,
            keys=_Keys,
            sink=sink,
        )
        gateway.not_ready = self_test(gateway.guard.detectors)
        if gateway.not_ready:
            raise ConfigError("the self-test failed: " + "; ".join(gateway.not_ready))
        backend = InnerApp(app, keep_key=lambda: gateway.auth.is_open)
        prefix = prefix.rstrip("/")
        self._prefix = _plain(prefix) if prefix else ""
        self._elsewhere = False  # has the app answered such a path outside of `prefix`?
        self._scan = Scan(gateway)
        self._table = Table(gateway, backend=backend)
        self._sockets: dict[str, ASGIApp] = {RESPONSES: ResponsesSocket(gateway, create_response(gateway, backend))}
        if base.realtime.direct == "deny":
            self._sockets[REALTIME] = _refuse_session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "lifespan" and self.gateway.keeper is not None:
            receive = self._until_shutdown(receive)
        if scope["type"] == "http":
            found = next(filter(None, map(self._guarding, _paths(scope), repeat(scope["method"]))), None)
            if found is not None:
                await self.gateway.start_store()
                app, names = found
                scope[NAMES] = names
            elif not self._elsewhere and scope["method"] == "POST":
                send = self._watching(_plain(str(scope["path"])), send)
        elif scope["type"] == "websocket":
            socket = next(filter(None, map(self._guarding_socket, _paths(scope))), None)
            if socket is not None:
                await self.gateway.start_store()
                app = socket
        await app(scope, receive, send)

    def _guarding_socket(self, path: str) -> ASGIApp | None:
        path = _plain(path)
        return self._sockets.get(path.removeprefix(self._prefix)) if path.startswith(self._prefix) else None

    def _guarding(self, path: str, method: str) -> tuple[ASGIApp, dict[str, str]] | None:
        """What stands before this path, and the ids in it."""
        path = _plain(path)
        if not path.startswith(self._prefix):
            return None
        path = path.removeprefix(self._prefix)
        if path == SCAN:
            return (self._scan, {}) if method == "POST" else None
        found = self._table.find(path)
        app = found[0].get(method) if found is not None else None
        return None if found is None or app is None else (app, found[1])

    def _watching(self, path: str, send: Send) -> Send:
        """Say it, once, if the app serves the API where it is not guarded: a forgotten `prefix` fails open."""
        before, v1, rest = path.rpartition("/v1/")
        if not v1 or self._table.find(v1 + rest) is None:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] not in (404, 405) and not self._elsewhere:
                self._elsewhere = True
                log.warning("this path is not guarded: is it the API, and `prefix` wrong?", extra={"prefix": before})
            await send(message)

        return sending

    def _until_shutdown(self, receive: Receive) -> Receive:
        """What still waits is written before the app behind ends."""

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown" and self.gateway.keeper is not None:
                await self.gateway.keeper.aclose()
            return message

        return receiving


async def _refuse_session(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    error = RequestError(
        "realtime sessions are not scanned inside an app; use the gateway, or set `realtime.direct: allow`",
        code="realtime_not_guarded",
    )
    await deny(scope, send, error, error_fields(error))


class _Keys(Authenticator):
    """Ours only. What is in `Authorization` beside `X-Guard-Key`, or where we have no keys, is the app's affair."""

    def identify(self, scope: Scope) -> Caller:
        if self.is_open:
            return self.anonymous(None)
        if header(scope, b"x-guard-key"):
            scope = {**scope, "headers": [h for h in scope["headers"] if h[0].lower() != b"authorization"]}
        return super().identify(scope)


def _paths(scope: Scope) -> list[str]:
    """
    What a router may take for the path below where the app is mounted. Servers give the path with or
    without the root, and frameworks cut it off in different ways: Litestar wherever it stands.
    """
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return [path, path.split(root, 1)[-1]] if root else [path]


def _plain(path: str) -> str:
    """One form of what some router may take for the same path. Where the app's does not, the app says so."""
    return "/" + "/".join(step for step in path.casefold().split("/") if step)
