"""
The endpoints that are relayed: one line each. What an endpoint is, its `Spec` says; where its texts are, its
surface in gateway/surfaces.
"""

from __future__ import annotations

from starlette.routing import Route

from gateway.web.endpoint import Endpoint, Spec
from gateway.web.responses import SPECS as RESPONSES
from gateway.web.state import Gateway
from gateway.web.stored_chat import STORED_CHAT

__all__ = ["ENDPOINTS", "endpoint_routes"]

ENDPOINTS: tuple[Spec, ...] = (STORED_CHAT, *RESPONSES)


def endpoint_routes(gateway: Gateway) -> list[Route]:
    routes = []
    for spec in ENDPOINTS:
        route = Route(spec.path, (spec.app or Endpoint)(gateway, spec), methods=[spec.method])
        assert route.methods is not None
        route.methods.discard("HEAD")  # Starlette's own idea; upstreams would be asked to work for nothing
        routes.append(route)
    return routes
