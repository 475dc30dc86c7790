"""The paths of the management API."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from gateway.web.manage.conversations import Conversations
from gateway.web.manage.events import Events
from gateway.web.manage.keys import Keys, Tenants
from gateway.web.manage.policies import Policies
from gateway.web.manage.redteam import RedTeam
from gateway.web.state import Gateway

__all__ = ["management_routes"]


def management_routes(gateway: Gateway) -> list[BaseRoute]:
    keys, tenants, policies, events = Keys(gateway), Tenants(gateway), Policies(gateway), Events(gateway)
    redteam = RedTeam(gateway)
    return [
        Route("/guard/v1/keys", keys.list, methods=["GET"]),
        Route("/guard/v1/keys", keys.new, methods=["POST"]),
        Route("/guard/v1/keys/{id}", keys.get, methods=["GET"]),
        Route("/guard/v1/keys/{id}", keys.change, methods=["PATCH"]),
        Route("/guard/v1/keys/{id}", keys.revoke, methods=["DELETE"]),
        Route("/guard/v1/tenants", tenants.list, methods=["GET"]),
        Route("/guard/v1/tenants", tenants.new, methods=["POST"]),
        Route("/guard/v1/tenants/{name}", tenants.get, methods=["GET"]),
        Route("/guard/v1/tenants/{name}", tenants.change, methods=["PATCH"]),
        Route("/guard/v1/tenants/{name}", tenants.delete, methods=["DELETE"]),
        Route("/guard/v1/policies", policies.list, methods=["GET"]),
        Route("/guard/v1/policies", policies.new, methods=["POST"]),
        Route("/guard/v1/policies/{id}", policies.get, methods=["GET"]),
        Route("/guard/v1/policies/{id}", policies.change, methods=["PATCH"]),
        Route("/guard/v1/policies/{id}", policies.delete, methods=["DELETE"]),
        Route("/guard/v1/events", events.list, methods=["GET"]),
        Route("/guard/v1/events/export", events.export, methods=["GET"]),
        Route("/guard/v1/events/{id}", events.get, methods=["GET"]),
        Route("/guard/v1/stats", events.stats, methods=["GET"]),
        Route("/guard/v1/conversations", Conversations(gateway).forget, methods=["DELETE"]),
        Route("/guard/v1/redteam", redteam.list, methods=["GET"]),
        Route("/guard/v1/redteam", redteam.new, methods=["POST"]),
        Route("/guard/v1/redteam/{id}", redteam.get, methods=["GET"]),
        Route("/guard/v1/redteam/{id}", redteam.delete, methods=["DELETE"]),
    ]
