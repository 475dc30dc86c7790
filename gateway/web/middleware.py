"""
Portcullis inside an app: mount it in front of any ASGI app that serves the OpenAI API.

    app.add_middleware(GuardMiddleware, policy="default")     # FastAPI, Starlette

Requests to the guarded paths run through the same code as in the proxy; the app behind takes the
place of the upstream. All other requests, and websockets, pass untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import HttpUrl
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.settings import Settings, Upstream
from gateway.web.asgi_transport import ASGITransport
from gateway.web.chat import ChatCompletions
from gateway.web.events import Sink, log_event
from gateway.web.scan import Scan
from gateway.web.state import Gateway

__all__ = ["GuardMiddleware"]


class GuardMiddleware:
    """
    `prefix` is where the app mounts the OpenAI API: with `/ai`, the guarded path is
    `/ai/v1/chat/completions`. `settings` may hold all but `upstreams` and `server`.

    No signal handlers, no lifespan of its own: models load when the app starts, at construction.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        policy: str | None = None,
        prefix: str = "",
        settings: Settings | None = None,
        sink: Sink = log_event,
    ) -> None:
        self.app = app
        self._prefix = prefix.rstrip("/")
        base = settings or Settings()
        inner = Upstream(name="app", url=HttpUrl(f"http://app{self._prefix}/v1"), key="client")
        changes: dict[str, Any] = {"upstreams": (inner,)}
        if policy is not None:
            changes["policy"] = policy
        self.gateway = Gateway(base.model_copy(update=changes), transport=self._transport, sink=sink)
        self._paths: Mapping[str, ASGIApp] = {
            f"{self._prefix}/v1/chat/completions": ChatCompletions(self.gateway),
            f"{self._prefix}/guard/v1/scan": Scan(self.gateway),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = self._paths.get(_path(scope)) if scope["type"] == "http" and scope["method"] == "POST" else None
        if guarded is None:
            await self.app(scope, receive, send)
            return
        await guarded(scope, receive, send)

    def _transport(self, upstream: Upstream) -> httpx.AsyncBaseTransport:
        return ASGITransport(self.app)


def _path(scope: Scope) -> str:
    """The path below where the app itself is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root) else path
