"""Alive, ready, and in numbers."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.web.state import Gateway

__all__ = ["Health"]


class Health:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def livez(self, request: Request) -> Response:
        """The process answers; load and draining do not change that."""
        return _json(200, {"status": "alive"})

    async def readyz(self, request: Request) -> Response:
        """Red until every enabled detector has found what it must find, and while draining."""
        gateway = self._gateway
        if gateway.draining:
            return _json(503, {"status": "draining"})
        if reasons := gateway.reasons:
            return _json(503, {"status": "not_ready", "reasons": list(reasons)})
        shared = {name: gateway.book[name].version for name in gateway.book if "/" not in name}
        store = gateway.keeper.health() if gateway.keeper else {"status": "none"}
        stale = {"policies_stale": True} if gateway.policies_stale else {}
        return _json(200, {"status": "ready", "policies": shared, **stale, "store": store})

    async def metrics(self, request: Request) -> Response:
        if not self._gateway.settings.server.open_metrics:
            self._gateway.auth.identify(request.scope)
        if self._gateway.keeper:
            self._gateway.keeper.count()
        return Response(self._gateway.metrics.render(), media_type=self._gateway.metrics.content_type)


def _json(status: int, body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
