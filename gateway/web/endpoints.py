"""
The endpoints that are relayed: one line each. What an endpoint is, its `Spec` says; where its texts are, its
surface in gateway/surfaces.
"""

from __future__ import annotations

from starlette.routing import Route

from gateway.web.chat import CHAT
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.state import Gateway

__all__ = ["ENDPOINTS", "endpoint_routes"]

ENDPOINTS: tuple[Spec, ...] = (CHAT,)


def endpoint_routes(gateway: Gateway) -> list[Route]:
    routes = []
    for spec in ENDPOINTS:
        route = Route(spec.path, (spec.app or Endpoint)(gateway, spec), methods=[spec.method])
        assert route.methods is not None
        route.methods.discard("HEAD")  # Starlette's own idea; upstreams would be asked to work for nothing
        routes.append(route)
    return routes
